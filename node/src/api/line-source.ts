import type { Readable } from "node:stream";
import { NodeError } from "../errors.ts";

const newline = 0x0a;

/**
 * The bytes of a stream of lines as they come. A stream may last for days; what is limited is how long its next line may take.
 *
 * Only the waiting counts: while the node is busy with what came before, or its answers are not read, nothing is asked for. Bytes
 * without a line's end do not buy time, so a client that sends one byte now and then is given up like one that sends none.
 *
 * @param lineMs - longest wait for the end of a line, ms
 * @throws NodeError E_TIMEOUT
 */
export async function* timelyChunks(body: Readable, lineMs: number): AsyncGenerator<Buffer, void, undefined> {
  // Leaving early must not end the connection: the answer still goes over it.
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  let left = lineMs;
  for (;;) {
    const asked = performance.now();
    const next = await within(chunks.next(), left, lineMs);
    if (next.done === true) return;
    left = next.value.includes(newline) ? lineMs : Math.max(1, left - (performance.now() - asked));
    yield next.value;
  }
}

async function within<T>(coming: Promise<T>, ms: number, lineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const detail =
        `No line came to its end within ${lineMs} ms. What has a receipt is stored; ` +
        "send the stream again under the same key for the rest.";
      reject(new NodeError("E_TIMEOUT", detail));
    }, ms);
  });
  // What comes too late is nobody's.
  coming.catch(() => undefined);
  return await Promise.race([coming, late]).finally(() => clearTimeout(timer));
}
