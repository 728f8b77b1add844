import { once } from "node:events";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { expect } from "chai";
import { bearer, members, problemIn, recordOf, withApi } from "./fixture.ts";
import type { ApiOptions, TestApi } from "./fixture.ts";

/** Sends bytes and gives all that comes back until the server closes. */
async function exchange(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const received = collect(socket);
  for (const part of parts) socket.write(part);
  return received;
}

async function collect(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => undefined);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

async function listen({ app }: TestApi): Promise<number> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

/** A log that holds submissions back until it is told to let them through. */
class Dam {
  #open: (() => void) | undefined;
  readonly #opened = new Promise<void>((resolve) => (this.#open = resolve));
  #arrived: (() => void) | undefined;
  /** Resolves when a submission stands before the dam. */
  readonly arrived = new Promise<void>((resolve) => (this.#arrived = resolve));

  readonly wrap: ApiOptions["wrap"] & object = (log) => ({
    submit: async (submissions, identity) => {
      this.#arrived?.();
      await this.#opened;
      return log.submit(submissions, identity);
    },
    checkpoint: () => log.checkpoint(),
    recordById: (id) => log.recordById(id),
    recordAt: (index) => log.recordAt(index),
    indexesOf: (subject) => log.indexesOf(subject),
    readResource: (path) => log.readResource(path),
  });

  open(): void {
    this.#open?.();
  }
}

function post(token: string, fields: string, body: string): string {
  const head = `POST /v1/records HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: k\r\n`;
  return `${head}Content-Type: application/json\r\n${fields}\r\n${body}`;
}

describe("the wire", () => {
  const json = JSON.stringify(recordOf("s"));
  const length = `Content-Length: ${json.length}\r\n`;

  const malformed: readonly {
    name: string;
    bytes: (token: string) => string | Buffer;
    status: number;
    code: string;
  }[] = [
    {
      name: "a negative length",
      bytes: (token) => post(token, "Content-Length: -1\r\n", json),
      status: 400,
      code: "E_REQUEST",
    },
    {
      name: "two lengths",
      bytes: (token) => post(token, `${length}Content-Length: 3\r\n`, json),
      status: 400,
      code: "E_REQUEST",
    },
    {
      name: "a length and chunks",
      bytes: (token) => post(token, `${length}Transfer-Encoding: chunked\r\n`, json),
      status: 400,
      code: "E_REQUEST",
    },
    {
      name: "a blank in a field's name",
      bytes: (token) => post(token, `${length}X y: 1\r\n`, json),
      status: 400,
      code: "E_REQUEST",
    },
    {
      name: "a bare line end in a field",
      bytes: (token) => post(token, `${length}X: a\nb c: d\r\n`, json),
      status: 400,
      code: "E_REQUEST",
    },
    {
      name: "64 kB of fields",
      bytes: (token) => post(token, `${length}X: ${"a".repeat(65_536)}\r\n`, json),
      status: 431,
      code: "E_HEADERS_TOO_LARGE",
    },
    {
      name: "an expectation",
      bytes: (token) => post(token, `${length}Expect: 100-continue\r\n`, ""),
      status: 417,
      code: "E_EXPECTATION",
    },
    {
      name: "another expectation",
      bytes: (token) => post(token, `${length}Expect: coffee\r\n`, ""),
      status: 417,
      code: "E_EXPECTATION",
    },
    {
      name: "a TLS hello",
      bytes: () => Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]),
      status: 400,
      code: "E_REQUEST",
    },
    { name: "HTTP/0.9", bytes: () => "GET /healthz\r\n\r\n", status: 400, code: "E_REQUEST" },
    { name: "no host", bytes: () => "GET /healthz HTTP/1.1\r\n\r\n", status: 400, code: "E_REQUEST" },
    {
      name: "a bad percent sign",
      bytes: () => "GET /v1/records/%ZZ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      status: 404,
      code: "E_NOT_FOUND",
    },
  ];

  it("with what is no request is answered by a problem and closed", () =>
    withApi(async (api) => {
      const port = await listen(api);
      for (const { name, bytes, status, code } of malformed) {
        const answer = await exchange(port, bytes(api.token(members.venue)));
        expect(answer.slice(0, 12), `${name}: ${answer}`).to.equal(`HTTP/1.1 ${String(status)}`);
        if (name !== "no host")
          expect(answer, name)
            .to.contain(`"code":"${code}"`)
            .and.match(/connection: close/i);
      }
      expect(malformed).to.have.length(12);
      expect(api.log.size).to.equal(0);
    }));

  it("does not take what follows a short length for another request", () =>
    withApi(async (api) => {
      const port = await listen(api);
      const answer = await exchange(port, post(api.token(members.venue), "Content-Length: 5\r\n", json));
      expect(answer.match(/HTTP\/1\.1 \d\d\d/g)?.every((line) => line === "HTTP/1.1 400")).to.equal(true);
      expect(api.log.size).to.equal(0);
    }));

  it("gives up a body that does not come", () =>
    withApi(
      async (api) => {
        const port = await listen(api);
        const answer = await exchange(port, post(api.token(members.venue), "Content-Length: 1000\r\n", json));
        expect(answer)
          .to.match(/^HTTP\/1\.1 408/)
          .and.contain("E_TIMEOUT");
        expect(api.log.size).to.equal(0);
      },
      { settings: { requestTimeoutMs: 300 } },
    )).timeout(10_000);
});

describe("a node with more work than it can take", () => {
  it("says so at once, stores nothing, and takes the same request later", () => {
    const dam = new Dam();
    return withApi(
      async ({ submit, token, log }) => {
        const first = submit(token(members.venue), recordOf("s"), "first");
        await dam.arrived;
        const second = await submit(token(members.venue), recordOf("s"), "second");
        expect(problemIn(second)).to.deep.include({ status: 503, code: "E_OVERLOADED" });
        expect(second.headers["retry-after"]).to.equal("1");
        dam.open();
        expect((await first).statusCode).to.equal(201);
        expect((await submit(token(members.venue), recordOf("s"), "second")).statusCode).to.equal(201);
        expect(log.size).to.equal(2);
      },
      { settings: { concurrentSubmissions: 1 }, wrap: dam.wrap },
    );
  });

  it("gets its places back from callers that go away", () => {
    const dam = new Dam();
    return withApi(
      async (api) => {
        const port = await listen(api);
        const socket = connect(port, "127.0.0.1");
        socket.write(post(api.token(members.venue), "Content-Length: 1000\r\n", "{"));
        const isFull = async (): Promise<boolean> =>
          (await api.app.inject({ ...probe, headers: { ...probe.headers, ...bearer(api.token(members.venue)) } }))
            .statusCode === 503;
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(await isFull()).to.equal(true);
        socket.destroy();
        while (await isFull()) await new Promise(setImmediate);
        dam.open();
      },
      { settings: { concurrentSubmissions: 1 }, wrap: dam.wrap },
    );
  });
});

const probe = {
  method: "POST",
  url: "/v1/records",
  headers: { "content-type": "application/json", "idempotency-key": "p" },
  payload: "[]",
} as const;

describe("a node that is told to stop", () => {
  it("answers what is in work, and refuses what comes after", () => {
    const dam = new Dam();
    return withApi(
      async (api) => {
        const port = await listen(api);
        const json = JSON.stringify(recordOf("s"));
        const working = exchange(port, post(api.token(members.venue), `Content-Length: ${json.length}\r\n`, json));
        await dam.arrived;
        const late = connect(port, "127.0.0.1");
        await once(late, "connect");
        const refused = collect(late);
        late.write("GET /v1/status HTTP/1.1\r\nHo");
        await new Promise((resolve) => setTimeout(resolve, 50));
        const closed = api.app.close();
        await new Promise((resolve) => setTimeout(resolve, 50));
        late.write("st: a\r\n\r\n");
        expect(await refused)
          .to.match(/^HTTP\/1\.1 503/)
          .and.contain("E_SHUTTING_DOWN")
          .and.match(/connection: close/i);
        dam.open();
        expect(await working).to.match(/^HTTP\/1\.1 201/);
        await closed;
        expect(api.log.size).to.equal(1);
      },
      { wrap: dam.wrap },
    );
  });

  it("waits for no connection over which nothing was asked", () =>
    withApi(async (api) => {
      const silent = connect(await listen(api), "127.0.0.1");
      await once(silent, "connect");
      const ended = collect(silent);
      await new Promise((resolve) => setTimeout(resolve, 50));
      // Node itself would wait until the headers are late, which is longer than a test may take.
      await api.app.close();
      expect(await ended).to.equal("");
    }));

  it("is not ready while it says so, and alive all the same", () =>
    withApi(
      async ({ get }) => {
        expect(problemIn(await get("/readyz"))).to.deep.include({ status: 503, code: "E_NOT_READY" });
        expect((await get("/healthz")).json()).to.deep.equal({ status: "ok" });
      },
      { ready: () => false },
    ));
});
