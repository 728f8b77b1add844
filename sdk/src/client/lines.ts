import { clientFault } from "./error.ts";

const newline = 0x0a;

/**
 * The lines of a stream of bytes, without their ends; at most one line is held.
 *
 * @param most - bytes of the longest line
 * @throws ClientError CLIENT_TOO_LARGE
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      const line = joined([...begun, chunk.subarray(from, end)], most);
      begun = [];
      from = end + 1;
      yield line;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
    assertSize(begun, most);
  }
  const last = joined(begun, most);
  if (last.length > 0) yield last;
}

function joined(parts: readonly Uint8Array[], most: number): Uint8Array {
  const length = assertSize(parts, most);
  const whole = new Uint8Array(length);
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function assertSize(parts: readonly Uint8Array[], most: number): number {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= most) return length;
  throw clientFault("CLIENT_TOO_LARGE", `A line of the node's answer has more than ${most} bytes.`);
}
