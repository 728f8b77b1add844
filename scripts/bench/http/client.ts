/** The load, in a process of its own: autocannon with `connections` that each send their next request after the last answer. */
import autocannon from "autocannon";
import { Bodies } from "./records.ts";
import type { Shape } from "./records.ts";

/** What a client is told. */
export interface Load {
  readonly url: string;
  readonly token: string;
  readonly shape: Shape;
  readonly connections: number;
  readonly recordsEach: number;
  readonly seconds: number;
  readonly firstSerial: number;
}

/** What a client saw. Latencies in ms, as autocannon counts them. */
export interface Seen {
  readonly seconds: number;
  readonly answers: number;
  /** Answers in each second. */
  readonly perSecond: readonly number[];
  readonly refused: number;
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly greatest: number;
}

async function drive(load: Load): Promise<Seen> {
  const { url, token, shape, connections, recordsEach, seconds, firstSerial } = load;
  const bodies = new Bodies(shape, recordsEach, firstSerial);
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": shape === "ndjson" ? "application/x-ndjson" : "application/json",
  };
  let serial = firstSerial;
  const perSecond: number[] = [];
  const running = autocannon({
    url: `${url}/v1/records`,
    connections,
    duration: seconds,
    timeout: 30,
    requests: [
      {
        method: "POST",
        setupRequest: (request) => {
          serial += 1;
          return { ...request, headers: { ...headers, "idempotency-key": `bench-${serial}` }, body: bodies.next() };
        },
      },
    ],
  });
  void running.on("tick", ({ counter }) => perSecond.push(counter));
  const { "2xx": answers, non2xx, errors, duration, latency } = await running;
  const { p50, p99, p99_9: p999, max: greatest } = latency;
  return { seconds: duration, answers, perSecond, refused: non2xx, errors, p50, p99, p999, greatest };
}

process.on("message", (load: Load) => {
  void drive(load).then((seen) => process.send?.(seen));
});
