import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect } from "chai";
import { ClientError, NodeClient, type GroupOutcome, type NodeEvent, type Submittable } from "@lianzheng/sdk/client";
import type { Hex } from "@lianzheng/sdk/encoding";
import { members, receiptIn, recordOf, withApi, type TestApi } from "../api/fixture.ts";
import { openRoom } from "../policies/room.ts";
import { hangUp, json, problem, raw, serve, type Reply } from "./node-server.ts";

const everything = ["submit", "read", "subscribe", "monitor"] as const;

async function withClient(work: (client: NodeClient, api: TestApi, url: string) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
    await work(new NodeClient({ url, token: api.token(members.venue, everything) }), api, url);
  });
}

const submittable = (at: number, more: object = {}): Submittable =>
  recordOf(`trade:${at}`, { body: { price: `${at}.00` }, ...more }) as unknown as Submittable;

/** Yields its records one turn of the event loop after another, and counts how far it was read. */
class Source {
  read = 0;
  readonly #count: number;
  readonly #bad: number;

  constructor(count: number, bad = -1) {
    this.#count = count;
    this.#bad = bad;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Submittable> {
    for (; this.read < this.#count; this.read += 1) {
      if (this.read % 100 === 0) await Promise.resolve();
      yield submittable(this.read, this.read === this.#bad ? { type: "Trade" } : {});
    }
  }
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const shape = (outcomes: readonly GroupOutcome[]): unknown[] =>
  outcomes.map(({ from, count, receipt, refusal }) => [from, count, receipt?.replayed ?? refusal?.code]);

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "none",
    (error: unknown) => (error instanceof ClientError ? error.code : String(error)),
  );
}

describe("a client that submits without end", () => {
  it("tells each group when it is stored, reads no further than the group that it sends, and may repeat all of it", () =>
    withClient(async (client, { log }) => {
      const source = new Source(1_203);
      const first = client.submitAll(source, { idempotencyKey: "s" });
      const { value } = await first.next();
      expect([value?.receipt?.records.length, log.size, source.read]).to.deep.equal([500, 500, 500]);
      expect(shape(await allOf(first))).to.deep.equal([
        [500, 500, false],
        [1_000, 203, false],
      ]);
      expect(log.size).to.equal(1_203);
      const again = await allOf(client.submitAll(new Source(1_300), { idempotencyKey: "s" }));
      // Its last group is another than before: one key does not stand for two things.
      expect(shape(again)).to.deep.equal([
        [0, 500, true],
        [500, 500, true],
        [1_000, 300, "E_IDEMPOTENCY_MISMATCH"],
      ]);
      expect(log.size).to.equal(1_203);
    }));

  it("ends with the first group that is refused, and names the record", () =>
    withClient(async (client, { log }) => {
      const outcomes = await allOf(client.submitAll(new Source(1_200, 777), { idempotencyKey: "s" }));
      expect(shape(outcomes)).to.deep.equal([
        [0, 500, false],
        [500, 500, "E_RECORD_TYPE"],
      ]);
      expect(outcomes[1]).to.include({ at: 777 });
      expect(log.size).to.equal(500);
    }));

  it("takes a plain list, and sends nothing for none", () =>
    withClient(async (client, { log }) => {
      expect(
        shape(await allOf(client.submitAll([submittable(1), submittable(2)], { idempotencyKey: "s" }))),
      ).to.deep.equal([[0, 2, false]]);
      expect(await allOf(client.submitAll([], { idempotencyKey: "t" }))).to.deep.equal([]);
      expect(log.size).to.equal(2);
      expect(() => client.submitAll([], { idempotencyKey: "k".repeat(181) })).to.throw(ClientError);
    }));

  it("sends a group again under the same key when the connection broke, and refuses another's receipt", async () => {
    const pause = (): Promise<void> => Promise.resolve();
    const server = await serve(hangUp, problem(503, "E_OVERLOADED"), json(200, { group: 0 }));
    const client = new NodeClient({ url: server.url, pause });
    expect(await codeOf(allOf(client.submitAll([submittable(1)], { idempotencyKey: "s" })))).to.equal("CLIENT_ANSWER");
    expect(server.seen.map(({ headers }) => headers["idempotency-key"])).to.deep.equal(["s.0", "s.0", "s.0"]);
    expect(new Set(server.seen.map(({ body }) => body)).size).to.equal(1);
    await server.close();
  });
});

describe("a client that asks for the evidence of many", () => {
  it("gets each bundle or the reason in the order of the ids, over several requests", () =>
    withClient(async (client, api) => {
      const token = api.token(members.venue);
      const ids: Hex[] = [];
      for (let from = 0; from < 130; from += 65) {
        const records = Array.from({ length: 65 }, (_, at) => recordOf(`trade:${from + at}`));
        ids.push(...receiptIn(await api.submit(token, records)).records.map(({ id }) => id as Hex));
      }
      api.anchors.size = 65;
      const asked: Hex[] = [...ids.slice(0, 3), `0x${"1".repeat(64)}`, ...ids.slice(3)];
      const found = await allOf(client.evidenceOf(asked));
      expect(found.map(({ id }) => id)).to.deep.equal(asked);
      expect(found.filter(({ bundle }) => bundle !== undefined)).to.have.length(65);
      expect([found[3]?.error?.code, found.at(-1)?.error?.code]).to.deep.equal(["E_NOT_FOUND", "E_NOT_ANCHORED"]);
      expect(await codeOf(allOf(client.evidenceOf(["0x12"])))).to.equal("CLIENT_OPTIONS");
    }));

  it("notices an answer that broke off, that is for another record, or too long in a line", async () => {
    const id = `0x${"1".repeat(64)}` as const;
    const other = `0x${"2".repeat(64)}`;
    const refused = { code: "E_NOT_FOUND", status: 404, title: "t", detail: "d", requestId: "r" };
    const line = (of: string): string => `${JSON.stringify({ id: of, error: refused })}\n`;
    const cases: readonly (readonly [Reply, string])[] = [
      [raw(200, line(id)), "CLIENT_UNREACHABLE"],
      [raw(200, line(other)), "CLIENT_ANSWER"],
      [raw(200, line(id) + line(id) + line(id)), "CLIENT_ANSWER"],
      [raw(200, "{"), "CLIENT_ANSWER"],
      [problem(401, "E_AUTH"), "E_AUTH"],
    ];
    for (const [reply, code] of cases) {
      const server = await serve(reply);
      const client = new NodeClient({ url: server.url, retries: 0 });
      expect(await codeOf(allOf(client.evidenceOf([id, id])))).to.equal(code);
      await server.close();
    }
    expect(cases).to.have.length(5);
  });

  it("gives up an answer that stands still", async () => {
    const server = await serve((response) => void response.writeHead(200).write("\n"));
    const client = new NodeClient({ url: server.url, retries: 0, timeoutMs: 50 });
    expect(await codeOf(allOf(client.evidenceOf([`0x${"1".repeat(64)}`])))).to.equal("CLIENT_ANSWER");
    await server.close();
    const silent = await serve((response) => {
      response.writeHead(200).flushHeaders();
    });
    const waiting = new NodeClient({ url: silent.url, retries: 0, timeoutMs: 50 });
    expect(await codeOf(allOf(waiting.evidenceOf([`0x${"1".repeat(64)}`])))).to.equal("CLIENT_TIMEOUT");
    await silent.close();
  });
});

/** A wire to a server that can be cut. */
class Wire {
  readonly #open = new Set<Socket>();
  readonly #server = createServer((near) => this.#join(near));
  readonly #port: number;
  /** Connections so far. */
  count = 0;

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket): void {
    this.count += 1;
    const far = connect(this.#port, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(socket);
      socket
        .on("error", () => undefined)
        .once("close", () => {
          this.#open.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  }
}

describe("a client that follows events", () => {
  it("misses none and gets none twice, however often the connection breaks", () =>
    withClient(async (_client, api, url) => {
      const wire = new Wire(url);
      const ending = new AbortController();
      const lost: string[] = [];
      const client = new NodeClient({
        url: await wire.start(),
        token: api.token(members.venue, everything),
        pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
      });
      const found: NodeEvent[] = [];
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:first")));
      const wish = { cursor: "start", signal: ending.signal, lost: ({ code }: ClientError) => lost.push(code) };
      for await (const event of client.events(wish)) {
        found.push(event);
        if (found.length === 30) ending.abort();
        else if (found.length % 10 === 0) wire.cut();
        if (found.length > 20) continue;
        receiptIn(await api.submit(api.token(members.venue), recordOf(`trade:${found.length}`)));
        if (found.length === 1)
          for (let at = 0; at < 9; at += 1)
            await api.submit(api.token(members.venue), recordOf("trade:more", { body: { at } }));
      }
      expect(found.map(({ data }) => data["index"])).to.deep.equal(found.map((_event, at) => at));
      expect(new Set(found.map(({ id }) => id)).size).to.equal(30);
      expect(wire.count).to.equal(3);
      expect(lost).to.deep.equal(["CLIENT_UNREACHABLE", "CLIENT_UNREACHABLE"]);
      await wire.close();
    }));

  it("goes on from a kept cursor, with its filters", () =>
    withClient(async (client, api) => {
      for (let at = 0; at < 4; at += 1)
        receiptIn(await api.submit(api.token(members.venue), recordOf(`trade:${at % 2}`, { body: { at } })));
      const take = async (count: number, cursor: string, subject?: string): Promise<NodeEvent[]> => {
        const found: NodeEvent[] = [];
        for await (const event of client.events({ cursor, ...(subject === undefined ? {} : { subject }) })) {
          found.push(event);
          if (found.length === count) break;
        }
        return found;
      };
      const [, second] = await take(2, "start");
      expect((await take(2, second!.cursor)).map(({ data }) => data["index"])).to.deep.equal([2, 3]);
      expect((await take(2, "start", "trade:1")).map(({ data }) => data["index"])).to.deep.equal([1, 3]);
    }));

  it("ends with what the node refuses, and when it is told to", () =>
    withClient(async (client, api, url) => {
      expect(await codeOf(allOf(client.events({ cursor: "nonsense" })))).to.equal("E_CURSOR");
      const reader = new NodeClient({ url, token: api.token(members.venue, ["read"]) });
      expect(await codeOf(allOf(reader.events()))).to.equal("E_AUTH");
      const ending = new AbortController();
      const following = allOf(client.events({ signal: ending.signal }));
      setTimeout(() => ending.abort(), 50);
      expect(await following).to.deep.equal([]);
      expect(await allOf(client.events({ signal: ending.signal }))).to.deep.equal([]);
      api.revokeAll();
      expect(await codeOf(allOf(client.events({ cursor: "start" })))).to.equal("E_AUTH");
    }));

  it("takes no part of an event that broke off, and refuses what is none", async () => {
    const event = (at: number): string =>
      `id: c${at}\nevent: x\ndata: ${JSON.stringify({ id: `e${at}`, type: "x", time: "t", data: {} })}\n\n`;
    const server = await serve(
      raw(200, `retry: 1\nid: c0\n\n: heartbeat\n${event(1)}${event(2).slice(0, -2)}`),
      raw(200, `${event(2)}${event(3)}`),
      raw(200, "data: {}\n\n"),
    );
    const found: NodeEvent[] = [];
    const client = new NodeClient({ url: server.url, pause: () => Promise.resolve() });
    const following = (async () => {
      for await (const one of client.events({ cursor: "c0" })) found.push(one);
    })();
    expect(await codeOf(following)).to.equal("CLIENT_ANSWER");
    expect(found.map(({ id, cursor }) => [id, cursor])).to.deep.equal([1, 2, 3].map((at) => [`e${at}`, `c${at}`]));
    expect(server.seen.map(({ url }) => new URL(url, server.url).searchParams.get("cursor"))).to.deep.equal([
      "c0",
      "c1",
      "c3",
    ]);
    await server.close();
  });
});

describe("a client's rooms", () => {
  it("make, show, replay and end webhooks", () =>
    withClient(async ({ webhooks }) => {
      const url = "https://127.0.0.1/hook";
      const { webhook, secret } = await webhooks.create({ url, types: ["record.accepted"], cursor: "start" });
      expect(secret).to.match(/^whsec_/);
      expect(await webhooks.list()).to.deep.equal([webhook]);
      expect(await webhooks.get(webhook.id)).to.deep.equal(webhook);
      expect((await webhooks.replay(webhook.id, "start")).id).to.equal(webhook.id);
      expect(await codeOf(webhooks.resume(webhook.id))).to.be.oneOf(["none", "E_CONFLICT", "E_STATE"]);
      expect(await webhooks.deliveries(webhook.id)).to.deep.equal([]);
      await webhooks.delete(webhook.id);
      expect(await codeOf(webhooks.get(webhook.id))).to.equal("E_NOT_FOUND");
      expect(await codeOf(webhooks.create({ url: "http://10.0.0.1/" }))).to.match(/^E_/);
    }));

  it("show warnings and record what is decided about them", () =>
    withClient(async ({ warnings }, api) => {
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:1", { body: { grade: "core" } })));
      let { items } = await warnings.list();
      while (items.length === 0) ({ items } = await warnings.list({ limit: 10 }));
      const [warning] = items;
      expect(warning).to.deep.include({ severity: "critical", state: "open", member: members.venue });
      expect(await warnings.get(warning!.id)).to.deep.equal(warning);
      const decided = { decision: "resolve", note: "withdrawn" } as const;
      const receipt = await warnings.handle(warning!.id, decided, { idempotencyKey: "h" });
      expect((await warnings.handle(warning!.id, decided, { idempotencyKey: "h" })).replayed).to.equal(true);
      while ((await warnings.list({ state: "resolved" })).items.length === 0) await warnings.list();
      expect((await warnings.get(warning!.id)).handlings).to.deep.equal([receipt.records[0]!.id]);
      expect((await warnings.list({ state: "open" })).items).to.deep.equal([]);
    }));

  it("show policies and schemas by version, and what was refused by them", async () => {
    const { deskOf } = await openRoom();
    await withApi(
      async (api) => {
        const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
        const client = new NodeClient({ url, token: api.token(members.venue, everything) });
        const { items } = await client.policies.list({ limit: 100 });
        const redLines = items.find(({ name }) => name === "policy/red-lines");
        expect(redLines?.versions.length).to.be.greaterThan(0);
        const document = await client.policies.version("policy/red-lines", 0);
        expect(document).to.deep.include(redLines!.versions.find(({ version }) => version === 0));
        expect(Object.keys(document.document).length).to.be.greaterThan(0);
        expect((await client.policies.schemas()).items.every(({ name }) => name.startsWith("schema/"))).to.equal(true);
        const inForce = await client.policies.schema("trade.contract");
        expect((await client.policies.schema("trade.contract", inForce.version)).digest).to.equal(inForce.digest);
        expect(await codeOf(client.policies.schema("trade.contract", 99))).to.equal("E_NOT_FOUND");
        const listing = { ...submittable(1, { type: "trade.listing", body: { grade: "core" } }) };
        expect(await codeOf(client.submit(listing, { idempotencyKey: "r" }))).to.equal("E_RED_LINE");
        expect((await client.policies.refusals()).items).to.have.length(1);
      },
      { services: (log) => ({ policies: deskOf(log) }) },
    );
  });
});
