import { ClientError, NodeClient, type Submittable, type TransportOptions } from "@lianzheng/sdk/client";
import { toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { encodeBundle } from "@lianzheng/sdk/evidence";
import { leafDigest } from "@lianzheng/sdk/log";
import { expect } from "chai";
import { makeEvidence, threeStages } from "../evidence/fixture.ts";
import { hangUp, json, problem, raw, serve, silence, type Reply, type ScriptedServer } from "./node-server.ts";

const record: Submittable = {
  type: "trade.listing",
  subject: "trade:1",
  occurredAt: "2026-03-01T08:00:00.000Z",
  body: { price: "1.00" },
};
const hash = (digit: string): Hex => `0x${digit.repeat(64)}`;
const receiptOf = (...subjects: readonly string[]): object => ({
  records: subjects.map((subject, index) => ({
    id: hash("1"),
    index,
    subject,
    sequence: 0,
    receivedAt: "2026-03-01T08:00:02.000Z",
  })),
  checkpoint: "origin\n1\nAAAA\n\n— origin AAAA\n",
});
const status = {
  origin: "log.example",
  owner: "91460000MA5T000160",
  logId: hash("2"),
  key: "log.example+00000000+AAAA",
  size: 4,
  chain: { chainId: 20260, genesis: hash("3"), engine: "embedded", blockNumber: null, notice: "one operator" },
  contracts: { members: { address: `0x${"44".repeat(20)}`, codeHash: hash("5") } },
  anchored: { size: 3, transaction: hash("6"), blockNumber: 9, blockHash: hash("7"), pending: 1 },
  anchoring: { healthy: true, code: null, since: null, alarms: [] },
  witnesses: [],
  registry: { block: { number: 9, hash: hash("7"), time: 1_795_000_000 }, tip: 10, code: null },
  policies: { code: "E_POLICY_UNKNOWN_VERSION", missing: ["red-lines"] },
};

describe("client", () => {
  let servers: ScriptedServer[] = [];
  let pauses: number[] = [];

  /** A client of a server that answers like this; waiting takes no time and is written down. */
  async function client(replies: readonly Reply[], options: Partial<TransportOptions> = {}): Promise<NodeClient> {
    const server = await serve(...replies);
    servers.push(server);
    const pause = (ms: number): Promise<void> => {
      pauses.push(ms);
      return Promise.resolve();
    };
    return new NodeClient({ url: server.url, pause, ...options });
  }

  async function failure(answer: Promise<unknown>, code: string): Promise<ClientError> {
    const error: unknown = await answer.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error, `expected ${code}`).to.be.instanceOf(ClientError);
    expect((error as ClientError).code).to.equal(code);
    return error as ClientError;
  }

  const seen = (): ScriptedServer["seen"] => servers[0]!.seen;

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    servers = [];
    pauses = [];
  });

  describe("submitting", () => {
    it("sends one record in its canonical form, with key and token, and gives the receipt", async () => {
      const node = await client([json(201, receiptOf("trade:1"))], { token: "lz_00000000_secret" });
      const receipt = await node.submit(record, { idempotencyKey: "k-1" });
      expect(receipt).to.deep.equal({ ...receiptOf("trade:1"), replayed: false });
      const [request] = seen();
      expect([request!.method, request!.url]).to.deep.equal(["POST", "/v1/records"]);
      expect(request!.headers).to.include({
        authorization: "Bearer lz_00000000_secret",
        "content-type": "application/json",
        "idempotency-key": "k-1",
      });
      expect(request!.body).to.equal(
        '{"body":{"price":"1.00"},"occurredAt":"2026-03-01T08:00:00.000Z","subject":"trade:1","type":"trade.listing"}',
      );
    });

    it("sends many together, and says when the node had them already", async () => {
      const node = await client([json(200, receiptOf("trade:1", "trade:2"), { "idempotent-replay": "true" })]);
      const receipt = await node.submit([record, { ...record, subject: "trade:2" }], { idempotencyKey: "k-2" });
      expect(receipt.replayed).to.equal(true);
      expect(receipt.records).to.have.length(2);
      expect(JSON.parse(seen()[0]!.body)).to.have.length(2);
    });

    for (const [what, first] of [
      ["the connection breaks", hangUp],
      ["the node is overloaded", problem(503, "E_OVERLOADED", { "retry-after": "1" })],
      ["the same request is in work", problem(409, "E_IN_PROGRESS", { "retry-after": "1" })],
      ["a gateway finds nobody", raw(502, "<html>")],
    ] as const) {
      it(`goes out again with the same bytes and the same key when ${what}`, async () => {
        const node = await client([first, first, json(201, receiptOf("trade:1"))]);
        await node.submit(record, { idempotencyKey: "k-3" });
        expect(seen()).to.have.length(3);
        expect(new Set(seen().map(({ body }) => body)).size).to.equal(1);
        expect(new Set(seen().map(({ headers }) => headers["idempotency-key"]))).to.deep.equal(new Set(["k-3"]));
        expect(pauses).to.have.length(2);
      });
    }

    it("waits longer each time, and at least as long as the node asks", async () => {
      const node = await client([
        hangUp,
        hangUp,
        problem(503, "E_OVERLOADED", { "retry-after": "7" }),
        json(201, receiptOf("trade:1")),
      ]);
      await node.submit(record, { idempotencyKey: "k-4" });
      expect(pauses[0]).to.be.within(125, 250);
      expect(pauses[1]).to.be.within(250, 500);
      expect(pauses[2]).to.equal(7000);
    });

    it("gives up after the repetitions it has, with the last answer", async () => {
      const node = await client([problem(503, "E_OVERLOADED")], { retries: 2 });
      const error = await failure(node.submit(record, { idempotencyKey: "k-5" }), "E_OVERLOADED");
      expect(error.status).to.equal(503);
      expect(seen()).to.have.length(3);
    });

    it("does not ask again a node that wants to be left alone for long", async () => {
      const node = await client([problem(503, "E_SHUTTING_DOWN", { "retry-after": "3600" })]);
      await failure(node.submit(record, { idempotencyKey: "k-6" }), "E_SHUTTING_DOWN");
      expect(seen()).to.have.length(1);
    });

    it("hands on the signed note of a refusal by rule, and no note that is none", async () => {
      const told = { code: "E_SCHEMA", status: 422, title: "The title", detail: "why", requestId: "r-1" };
      const refused = async (refusal: unknown): Promise<unknown> => {
        const node = await client([json(422, { ...told, refusal }, { "content-type": "application/problem+json" })]);
        const error: unknown = await node.submit(record, { idempotencyKey: "k" }).catch((reason: unknown) => reason);
        return (error as ClientError).problem?.refusal;
      };
      expect(await refused({ note: "a note", record: "0x12" })).to.deep.equal({ note: "a note", record: "0x12" });
      expect(await refused({ note: "a note", record: null })).to.deep.equal({ note: "a note" });
      for (const odd of [undefined, null, "note", [], { note: 7 }]) expect(await refused(odd)).to.equal(undefined);
    });

    it("does not repeat what the node refuses, and gives its problem", async () => {
      const node = await client([
        json(422, {
          code: "E_TYPE",
          status: 422,
          title: "t",
          detail: "d",
          field: "/0/body",
          requestId: "r-2",
          more: 1,
        }),
      ]);
      const error = await failure(node.submit(record, { idempotencyKey: "k-7" }), "E_TYPE");
      expect(error.problem).to.deep.equal({
        code: "E_TYPE",
        status: 422,
        title: "t",
        detail: "d",
        field: "/0/body",
        requestId: "r-2",
      });
      expect(error.status).to.equal(422);
      expect(error.details["field"]).to.equal("/0/body");
      expect(seen()).to.have.length(1);
    });

    it("takes no receipt for other records", async () => {
      for (const wrong of [receiptOf("trade:2"), receiptOf(), receiptOf("trade:1", "trade:1")]) {
        await failure((await client([json(201, wrong)])).submit(record, { idempotencyKey: "k-8" }), "CLIENT_ANSWER");
      }
    });

    it("refuses a key that no header can hold, before anything is sent", async () => {
      const node = await client([json(201, receiptOf("trade:1"))]);
      for (const idempotencyKey of ["", "a\nb", "键", "a b", "k".repeat(257)]) {
        await failure(node.submit(record, { idempotencyKey }), "CLIENT_OPTIONS");
      }
      expect(seen()).to.have.length(0);
    });
  });

  describe("reading", () => {
    const [made] = threeStages;

    it("a record gives what the node keeps, if it is that record", async () => {
      const answer = {
        id: made!.id,
        index: 5,
        entry: made!.text,
        disclosures: made!.disclosures,
        submitter: "m",
        anchor: null,
      };
      const node = await client([json(200, { ...answer, later: true })]);
      expect(await node.record(made!.id)).to.deep.equal(answer);
      expect(seen()[0]!.url).to.equal(`/v1/records/${made!.id}`);
      const other = toHex(leafDigest(utf8("other")));
      await failure((await client([json(200, answer)])).record(other), "CLIENT_ANSWER");
      await failure((await client([json(200, { ...answer, entry: "{}" })])).record(made!.id), "CLIENT_ANSWER");
    });

    it("evidence gives a bundle, of a record and of a subject", async () => {
      const { bundle } = await makeEvidence();
      const node = await client([raw(200, encodeBundle(bundle))]);
      expect(await node.evidence(made!.id)).to.deep.equal(bundle);
      expect(await node.subjectEvidence("trade:a/b")).to.deep.equal(bundle);
      expect(seen().map(({ url }) => url)).to.deep.equal([
        `/v1/records/${made!.id}/evidence`,
        "/v1/subjects/trade%3Aa%2Fb/evidence",
      ]);
      await failure((await client([json(200, { ...bundle, version: 2 })])).evidence(made!.id), "CLIENT_ANSWER");
    });

    it("evidence of what is not anchored yet fails at once with the node's code", async () => {
      const node = await client([problem(409, "E_NOT_ANCHORED", { "retry-after": "5" })]);
      expect((await failure(node.evidence(made!.id), "E_NOT_ANCHORED")).status).to.equal(409);
      expect(seen()).to.have.length(1);
    });

    it("an id or a subject that is none asks nobody", async () => {
      const node = await client([json(200, {})]);
      for (const subject of ["", "..", "a b", "中"]) await failure(node.subjectEvidence(subject), "CLIENT_OPTIONS");
      await failure(node.record("0x12"), "CLIENT_OPTIONS");
      await failure(node.evidence("0x../../status"), "CLIENT_OPTIONS");
      expect(seen()).to.have.length(0);
    });

    it("the checkpoint gives the note as it stands", async () => {
      const note = "origin\n1\nAAAA\n\n— origin AAAA\n";
      expect(await (await client([raw(200, note)])).checkpoint()).to.equal(note);
      await failure((await client([raw(200, new Uint8Array([0xff]))])).checkpoint(), "CLIENT_ANSWER");
    });

    it("the status gives what the node says, and passes over what it does not know", async () => {
      const node = await client([json(200, { ...status, newer: {} })]);
      expect(await node.status()).to.deep.equal(status);
      const since = "2026-11-22T09:14:05.120Z";
      const alarms = [{ code: "C_CLOCK_SKEW", since }];
      const anchoring = { healthy: false, code: "C_UNREACHABLE", since, alarms };
      const early = { ...status, anchored: null, anchoring };
      expect(await (await client([json(200, early)])).status()).to.deep.equal(early);
    });

    it("health asks once, and tells a node that is not ready from one that is not there", async () => {
      expect(await (await client([json(200, { status: "ready" })])).health()).to.deep.equal({ ready: true });
      const node = await client([problem(503, "E_NOT_READY")]);
      expect(await node.health()).to.deep.equal({ ready: false, reason: "what to do about E_NOT_READY" });
      expect(servers[1]!.seen).to.have.length(1);
      await failure((await client([hangUp])).health(), "CLIENT_UNREACHABLE");
    });
  });

  describe("an answer that is none", () => {
    const answers: readonly (readonly [what: string, reply: Reply])[] = [
      ["is no JSON", raw(200, "<html>")],
      ["is empty", raw(200, "")],
      ["has a key twice", raw(200, JSON.stringify(status).replace('"size":4', '"size":4,"size":5'))],
      ["is an array", json(200, [status])],
      ["misses a member", json(200, { ...status, size: undefined })],
      ["has a text for a number", json(200, { ...status, size: "4" })],
      ["has a broken count", json(200, { ...status, size: 1.5 })],
      ["has a short digest", json(200, { ...status, logId: "0x12" })],
      ["has a null where none may be", json(200, { ...status, chain: null })],
      [
        "has a wrong member within",
        json(200, { ...status, contracts: { members: { address: "0x", codeHash: hash("1") } } }),
      ],
      ["has a text for a flag", json(200, { ...status, anchoring: { ...status.anchoring, healthy: "yes" } })],
      ["refuses without saying why", raw(404, "not found")],
      ["refuses with another status in the problem", json(404, { code: "E_X", status: 500, title: "", detail: "" })],
      ["refuses with a code that steers a terminal", problem(404, "E_X\u001b[2J")],
      ["refuses with a code that is a sentence", problem(404, "everything is verified")],
      ["refuses in the client's own words", problem(404, "CLIENT_TIMEOUT")],
    ];
    for (const [what, reply] of answers) {
      it(`${what}: CLIENT_ANSWER`, async () => {
        const error = await failure((await client([reply])).status(), "CLIENT_ANSWER");
        expect(error.status).to.be.oneOf([200, 404]);
        expect(error).to.have.property("problem", undefined);
      });
    }
    it("was shown in every form", () => expect(answers).to.have.length(16));

    it("larger than the limit is not read to its end: CLIENT_TOO_LARGE", async () => {
      const endless: Reply = (response) => {
        const part = Buffer.alloc(64 * 1024, 0x20);
        const write = (): void => {
          while (!response.destroyed && response.write(part));
        };
        response.on("drain", write);
        write();
      };
      await failure((await client([endless])).status(), "CLIENT_TOO_LARGE");
    });

    it("that does not come in time: CLIENT_TIMEOUT, whether nothing came or half of it", async () => {
      const half: Reply = (response) => {
        response.writeHead(200, { "content-length": "1000" }).write('{"origin":');
      };
      for (const reply of [silence, half]) {
        await failure((await client([reply], { timeoutMs: 50, retries: 0 })).status(), "CLIENT_TIMEOUT");
      }
    });

    it("from nobody: CLIENT_UNREACHABLE, after all repetitions", async () => {
      const server = await serve(silence);
      await server.close();
      const pause = (ms: number): Promise<void> => {
        pauses.push(ms);
        return Promise.resolve();
      };
      await failure(new NodeClient({ url: server.url, pause, retries: 3 }).status(), "CLIENT_UNREACHABLE");
      expect(pauses).to.have.length(3);
    });

    it("that sends elsewhere is not followed, so that the token stays here", async () => {
      const other = await serve(json(200, status));
      servers.push(other);
      const node = await client([raw(302, "", { location: `${other.url}/v1/status` })], { token: "t", retries: 0 });
      await failure(node.status(), "CLIENT_UNREACHABLE");
      expect(other.seen).to.have.length(0);
    });
  });

  describe("its options", () => {
    it("are an address that says all and nothing secret", () => {
      for (const url of [
        "",
        "127.0.0.1:8080",
        "ftp://node.example",
        "http://user:pass@node.example",
        "http://node.example/?a=1",
        "http://node.example/#a",
      ]) {
        expect(() => new NodeClient({ url }), url)
          .to.throw(ClientError)
          .with.property("code", "CLIENT_OPTIONS");
      }
      expect(() => new NodeClient({ url: "http://node.example", token: "a\nb" }))
        .to.throw(ClientError)
        .with.property("code", "CLIENT_OPTIONS");
    });

    it("may put a path before the API", async () => {
      const server = await serve(json(200, status));
      servers.push(server);
      await new NodeClient({ url: `${server.url}/north/` }).status();
      expect(server.seen[0]!.url).to.equal("/north/v1/status");
    });

    it("may bring a fetch of their own", async () => {
      const fetch: typeof globalThis.fetch = () => Promise.resolve(Response.json(status));
      expect((await new NodeClient({ url: "http://node.example", fetch }).status()).size).to.equal(4);
    });

    it("never show the token in an error", async () => {
      const node = await client([hangUp], { token: "lz_00000000_secret", retries: 0 });
      const error = await failure(node.status(), "CLIENT_UNREACHABLE");
      expect(JSON.stringify([error.message, error.details, String(error.stack)])).to.not.contain("secret");
    });
  });
});
