import { once } from "node:events";
import { request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { expect } from "chai";
import fc from "fast-check";
import type { EvidenceLog } from "@lianzheng/node/log";
import { GroupCutter, groupBytes, groupRecords } from "../../node/src/api/line-groups.ts";
import { NodeError } from "../../node/src/errors.ts";
import { members, problemIn, recordOf, withApi } from "./fixture.ts";
import type { Answer, ProblemBody, ReceiptBody, TestApi } from "./fixture.ts";

interface Line {
  readonly records?: ReceiptBody["records"];
  readonly checkpoint?: string;
  readonly group?: number;
  readonly line?: number;
  readonly replayed?: boolean;
  readonly groups?: number;
  readonly error?: ProblemBody & { readonly line?: number };
}

/** Lines of records from `from` on, each of a subject of its own. */
function linesOf(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => JSON.stringify(recordOf(`trade:${from + at}`)));
}

function send(api: TestApi, body: string, key = "stream", headers: Record<string, string> = {}): Promise<Answer> {
  return api.app.inject({
    method: "POST",
    url: "/v1/records",
    headers: {
      authorization: `Bearer ${api.token(members.venue)}`,
      "content-type": "application/x-ndjson",
      "idempotency-key": key,
      ...headers,
    },
    payload: body,
  });
}

function answered(answer: Answer): readonly Line[] {
  expect(answer.statusCode, answer.body).to.equal(200);
  expect(answer.headers["content-type"]).to.equal("application/x-ndjson");
  expect(answer.body.endsWith("\n")).to.equal(true);
  return answer.body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** Group, first line, records and whether it was known, of each receipt. */
function shapeOf(lines: readonly Line[]): readonly unknown[] {
  return lines.map(({ group, line, records, replayed, groups, error }) =>
    groups !== undefined ? "done" : (error?.code ?? [group, line, records?.length, replayed]),
  );
}

describe("a stream of records", () => {
  it("is stored in groups, each with its receipt, in the order of its lines", () =>
    withApi(async (api) => {
      const body = [...linesOf(groupRecords), ...linesOf(3, 1000), "", "\r", ...linesOf(2, 2000)].join("\n");
      const lines = answered(await send(api, body));
      expect(shapeOf(lines)).to.deep.equal([[0, 1, 500, false], [1, 501, 3, false], [2, 506, 2, false], "done"]);
      expect(lines.at(-1)).to.deep.equal({ done: true, groups: 3, stored: 505 });
      const indexes = lines.slice(0, -1).flatMap(({ records = [] }) => records.map(({ index }) => index));
      expect(indexes).to.deep.equal(Array.from({ length: 505 }, (_, index) => index));
      for (const { checkpoint, records } of lines.slice(0, -1)) {
        const size = Number(String(checkpoint).split("\n")[1]);
        expect(size).to.be.at.least(Number(records?.at(-1)?.index) + 1);
      }
      expect(api.log.size).to.equal(505);
    }));

  it("sent again gets the same receipts and stores nothing twice, and a longer one only what is new", () =>
    withApi(async (api) => {
      const lines = linesOf(1200);
      const first = answered(await send(api, lines.slice(0, 1000).join("\n")));
      const again = answered(await send(api, `${lines.join("\n")}\n`));
      expect(shapeOf(again)).to.deep.equal([[0, 1, 500, true], [1, 501, 500, true], [2, 1001, 200, false], "done"]);
      expect(again.slice(0, 2).map(({ records, checkpoint }) => ({ records, checkpoint }))).to.deep.equal(
        first.slice(0, 2).map(({ records, checkpoint }) => ({ records, checkpoint })),
      );
      expect(api.log.size).to.equal(1200);
    }));

  it("under a key that stood for other lines is refused, and nothing is stored", () =>
    withApi(async (api) => {
      answered(await send(api, linesOf(2).join("\n")));
      const problem = problemIn(await send(api, linesOf(2, 5).join("\n")));
      expect(problem).to.deep.include({ status: 422, code: "E_IDEMPOTENCY_MISMATCH" });
      expect(api.log.size).to.equal(2);
    }));

  it("has keys that no request without a stream can have", () =>
    withApi(async (api) => {
      answered(await send(api, linesOf(1).join("\n"), "k"));
      const one = await api.submit(api.token(members.venue), recordOf("trade:0"), "0");
      expect(one.statusCode).to.equal(201);
      expect((await api.submit(api.token(members.venue), recordOf("trade:0"), "0 k")).statusCode).to.equal(400);
    }));

  it("ends at a bad line: its group is not stored, those before it are, and the line and the field are named", () =>
    withApi(async (api) => {
      const lines = linesOf(1200);
      const bad = [...lines];
      bad[699] = JSON.stringify(recordOf("trade:699", { type: "Trade" }));
      const refused = answered(await send(api, bad.join("\n")));
      expect(shapeOf(refused)).to.deep.equal([[0, 1, 500, false], "E_RECORD_TYPE"]);
      expect(refused[1]?.error).to.include({ line: 700, field: "/type", status: 422 });
      expect(api.log.size).to.equal(500);
      const mended = answered(await send(api, lines.join("\n")));
      expect(shapeOf(mended)).to.deep.equal([[0, 1, 500, true], [1, 501, 500, false], [2, 1001, 200, false], "done"]);
      expect(api.log.size).to.equal(1200);
    }));

  const badLines: readonly (readonly [string, string, Partial<Record<string, unknown>>])[] = [
    ["that is no JSON", "{", { code: "E_JSON_SYNTAX", status: 400, offset: 1 }],
    ["with one key twice", '{"a":1,"a":2}', { code: "E_JSON_DUPLICATE_KEY", status: 400, field: "/a" }],
    ["with two values", `${linesOf(1)[0]!} {}`, { code: "E_JSON_SYNTAX", status: 400 }],
    ["that is an array", `[${linesOf(1)[0]!}]`, { code: "E_TYPE", status: 422, field: "" }],
    ["with a number that is not exact", '{"a":9007199254740993}', { code: "E_NUMBER_UNSAFE", status: 422 }],
    ["that begins with a byte order mark", `\ufeff${linesOf(1)[0]!}`, { code: "E_ENCODING", status: 400 }],
    ["that is the line before it", linesOf(2)[1]!, { code: "E_DUPLICATE_IN_BATCH", status: 422, field: "" }],
    [
      "of another member",
      JSON.stringify({ ...recordOf("trade:9"), issuer: members.broker }),
      { code: "E_UNKNOWN_FIELD", status: 422 },
    ],
    [
      "with a future",
      JSON.stringify(recordOf("trade:9", { occurredAt: "2027-01-01T00:00:00.000Z" })),
      { code: "E_INSTANT" },
    ],
  ];

  for (const [what, line, expected] of badLines) {
    it(`with a line ${what} in its first group is an ordinary problem that names the line`, () =>
      withApi(async (api) => {
        const problem = problemIn(await send(api, [...linesOf(2), line, ...linesOf(1, 50)].join("\n")));
        expect(problem).to.deep.include({ ...expected, line: 3 });
        expect(api.log.size).to.equal(0);
      }));
  }

  it("has its bad lines", () => expect(badLines).to.have.length(9));

  it("that is empty, too long in a line or a key, encoded or of another type is refused before anything is stored", () =>
    withApi(async (api) => {
      const cases: readonly (readonly [Promise<Answer>, string, number])[] = [
        [send(api, ""), "E_BODY_EMPTY", 400],
        [send(api, "\n\n\r\n"), "E_BODY_EMPTY", 400],
        [send(api, `"${"x".repeat(groupBytes)}"`), "E_BODY_TOO_LARGE", 413],
        [send(api, linesOf(1)[0]!, "k".repeat(201)), "E_IDEMPOTENCY_KEY", 400],
        [send(api, linesOf(1)[0]!, "k", { "content-encoding": "gzip" }), "E_ENCODING_UNSUPPORTED", 415],
        [send(api, linesOf(1)[0]!, "k", { "content-type": "application/x-ndjson; charset=gbk" }), "E_MEDIA_TYPE", 415],
        [send(api, linesOf(1)[0]!, "k", { "content-type": "application/x-ndjson;" }), "E_MEDIA_TYPE", 415],
        [send(api, linesOf(1)[0]!, "k", { "content-type": "application/x-ndjsonx" }), "E_MEDIA_TYPE", 415],
      ];
      for (const [answer, code, status] of cases) expect(problemIn(await answer)).to.deep.include({ code, status });
      expect(api.log.size).to.equal(0);
    }));

  for (const persisted of [false, true]) {
    it(`whose second group failed${persisted ? " but was stored" : ""} converges when it is sent again`, () => {
      let calls = 0;
      const wrap = (log: EvidenceLog): EvidenceLog =>
        new Proxy(log, {
          get: (target, name) => {
            if (name !== "submit") return bound(target, name);
            return async (...args: Parameters<EvidenceLog["submit"]>) => {
              calls += 1;
              if (calls !== 2) return target.submit(...args);
              if (persisted) await target.submit(...args);
              throw new NodeError("E_STORAGE_FULL", "of a test");
            };
          },
        });
      return withApi(
        async (api) => {
          const body = linesOf(1200).join("\n");
          const broken = answered(await send(api, body));
          expect(shapeOf(broken)).to.deep.equal([[0, 1, 500, false], "E_STORAGE_FULL"]);
          expect(broken[1]?.error).to.include({ line: 501, status: 507 });
          expect(api.log.size).to.equal(persisted ? 1000 : 500);
          const again = answered(await send(api, body));
          const expected = [[0, 1, 500, true], [1, 501, 500, persisted], [2, 1001, 200, false], "done"];
          expect(shapeOf(again)).to.deep.equal(expected);
          expect(api.log.size).to.equal(1200);
        },
        { wrap },
      );
    });
  }
});

function bound(target: EvidenceLog, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name, target);
  return typeof value === "function" ? (value.bind(target) as unknown) : value;
}

/** A stream over a real connection. */
class OpenStream {
  readonly request: ClientRequest;
  readonly #answer: Promise<IncomingMessage>;
  #lines: AsyncIterator<string, undefined> | undefined;

  constructor(api: TestApi, url: string, key = "stream") {
    this.request = httpRequest(`${url}/v1/records`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${api.token(members.venue)}`,
        "content-type": "application/x-ndjson",
        "idempotency-key": key,
      },
    });
    this.#answer = once(this.request, "response").then(([answer]) => answer as IncomingMessage);
    this.#answer.catch(() => undefined);
  }

  async line(): Promise<Line> {
    this.#lines ??= createInterface({ input: await this.#answer })[Symbol.asyncIterator]();
    const next: IteratorResult<string, undefined> = await this.#lines.next();
    if (next.done === true) throw new Error("the answer ended");
    return JSON.parse(next.value) as Line;
  }
}

describe("a stream of records over a connection", () => {
  it("answers a group while the stream goes on, and ends when a token is revoked", () =>
    withApi(async (api) => {
      const stream = new OpenStream(api, await api.app.listen({ port: 0, host: "127.0.0.1" }));
      for (let turn = 0; turn < 3; turn += 1) {
        stream.request.write(`${linesOf(1, turn)[0]!}\n\n`);
        expect(shapeOf([await stream.line()])).to.deep.equal([[turn, turn * 2 + 1, 1, false]]);
      }
      api.revokeAll();
      stream.request.write(`${linesOf(1, 9)[0]!}\n\n`);
      const { error } = await stream.line();
      expect(error).to.include({ code: "E_AUTH", line: 7 });
      stream.request.end().destroy();
      expect(api.log.size).to.equal(3);
    }));

  it("that breaks off stores whole groups only, and converges when it is sent again", () =>
    withApi(async (api) => {
      const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
      const lines = linesOf(1200);
      const broken = new OpenStream(api, url);
      broken.request.on("error", () => undefined);
      broken.request.write(`${lines.slice(0, 799).join("\n")}\n`);
      await broken.line();
      broken.request.destroy();
      const again = answered(await send(api, lines.join("\n")));
      expect(shapeOf(again)).to.deep.equal([[0, 1, 500, true], [1, 501, 500, false], [2, 1001, 200, false], "done"]);
      expect(api.log.size).to.equal(1200);
    }));
});

/** Quick enough for a test; Node looks for late requests once a second. */
const quick = { settings: { requestTimeoutMs: 1_500 } };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("a stream of records that takes its time", () => {
  it("may last longer than a request, as long as lines come", () =>
    withApi(async (api) => {
      const stream = new OpenStream(api, await api.app.listen({ port: 0, host: "127.0.0.1" }));
      for (let turn = 0; turn < 6; turn += 1) {
        stream.request.write(`${linesOf(1, turn)[0]!}\n\n`);
        expect(shapeOf([await stream.line()])).to.deep.equal([[turn, turn * 2 + 1, 1, false]]);
        await pause(700);
      }
      stream.request.end();
      expect(await stream.line()).to.deep.equal({ done: true, groups: 6, stored: 6 });
    }, quick));

  it("is given up when no line comes to its end, byte by byte or in silence; what has a receipt is stored", () =>
    withApi(async (api) => {
      const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
      const streams = [new OpenStream(api, url, "slow"), new OpenStream(api, url, "silent")];
      const timer = setInterval(() => streams[0]?.request.write(" "), 100);
      for (const [at, stream] of streams.entries()) {
        stream.request.on("error", () => undefined);
        stream.request.write(`${linesOf(1, at)[0]!}\n\n`);
        expect((await stream.line()).group).to.equal(0);
      }
      for (const stream of streams) expect((await stream.line()).error).to.include({ code: "E_TIMEOUT", status: 408 });
      clearInterval(timer);
      for (const { request } of streams) if (!request.closed) await once(request, "close");
      expect(api.log.size).to.equal(2);
      expect((await send(api, linesOf(1, 9)[0]!, "next")).statusCode).to.equal(200);
    }, quick));

  it("that never sends a line is an ordinary problem", () =>
    withApi(async (api) => {
      const stream = new OpenStream(api, await api.app.listen({ port: 0, host: "127.0.0.1" }));
      stream.request.on("error", () => undefined);
      stream.request.write("{");
      expect(await stream.line()).to.include({ code: "E_TIMEOUT", status: 408 });
      stream.request.destroy();
    }, quick));
});

describe("the cutting of lines into groups", () => {
  const cut = (chunks: readonly Buffer[]): unknown => {
    const cutter = new GroupCutter();
    const groups = [...chunks.flatMap((chunk) => [...cutter.push(chunk)]), ...cutter.end()];
    return groups.map(({ group, line, lines }) => ({ group, line, lines: lines.map(String) }));
  };

  it("is the same however the network cuts the bytes", () => {
    const text = fc.array(fc.constantFrom("{}", "[1]", "", "\r", "x".repeat(40)), { maxLength: 40 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(500), { maxLength: 20 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.join("\n"));
        const places = [0, ...cuts.map((at) => Math.min(at, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        expect(cut(chunks)).to.deep.equal(cut([bytes]));
      }),
    );
  });

  it("keeps a group below its bytes, and counts every line", () => {
    const line = "x".repeat(groupBytes / 4);
    const groups = cut([Buffer.from([line, line, line, line, line, "", line].join("\n"))]) as { line: number }[];
    expect(
      groups.map(({ line: first, ...rest }) => [first, (rest as { lines?: string[] }).lines?.length]),
    ).to.deep.equal([
      [1, 4],
      [5, 1],
      [7, 1],
    ]);
  });
});
