/** What the benchmarks use of autocannon, which ships no types. Latencies in ms. */
declare module "autocannon" {
  interface Request {
    readonly method: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Buffer;
    readonly setupRequest?: (request: Request) => Request;
  }
  interface Options {
    readonly url: string;
    readonly connections: number;
    /** Seconds. */
    readonly duration: number;
    /** Seconds. */
    readonly timeout: number;
    readonly requests: readonly Request[];
  }
  interface Result {
    readonly "2xx": number;
    readonly non2xx: number;
    readonly errors: number;
    readonly duration: number;
    readonly latency: { readonly p50: number; readonly p99: number; readonly p99_9: number; readonly max: number };
  }
  interface Running extends Promise<Result> {
    on(event: "tick", told: (second: { readonly counter: number }) => void): this;
  }
  // eslint-disable-next-line no-restricted-syntax -- this is how the package exports it
  export default function autocannon(options: Options): Running;
}
