import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import { bearer, members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { TestApi } from "./fixture.ts";

/** One block of a stream (HTML Living Standard, section 9.2.6). */
interface Block {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly comment?: string;
}

/** A client that parses a stream as the standard says, block by block. */
class StreamReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly response: Response;
  readonly #ending: AbortController;
  #text = "";

  private constructor(response: Response, ending: AbortController) {
    this.response = response;
    this.#ending = ending;
    this.#chunks = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<StreamReader> {
    const ending = new AbortController();
    return new StreamReader(await fetch(url, { headers, signal: ending.signal }), ending);
  }

  /** The next block; undefined at the end of the stream. */
  async next(): Promise<Block | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return blockOf(block);
      }
      const chunk = await this.#chunks.next();
      if (chunk.done === true) return undefined;
      this.#text += this.#decoder.decode(chunk.value, { stream: true });
    }
  }

  /** The next block that is an event. */
  async event(): Promise<Block & { readonly facts: { id: string; type: string; data: Record<string, unknown> } }> {
    for (;;) {
      const block = await this.next();
      if (block === undefined) throw new Error("the stream ended");
      if (block.data !== undefined) {
        return {
          ...block,
          facts: JSON.parse(block.data) as { id: string; type: string; data: Record<string, unknown> },
        };
      }
    }
  }

  close(): void {
    this.#ending.abort();
  }
}

function blockOf(text: string): Block {
  return Object.fromEntries(
    text.split("\n").map((line) => {
      const [name = "", value = ""] = line.startsWith(":") ? ["comment", line.slice(1)] : line.split(/: (.*)/s, 2);
      return [name, value];
    }),
  );
}

async function listening(api: TestApi): Promise<string> {
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}/v1/events`;
}

const digest = `0x${"11".repeat(32)}` as const;

describe("the stream of events", () => {
  it("tells what comes, and to a client that comes back what it missed", () =>
    withApi(async (api) => {
      const url = await listening(api);
      const fields = bearer(api.token(members.venue, ["subscribe"]));
      const first = await StreamReader.open(url, fields);
      expect(first.response.headers.get("content-type")).to.match(/^text\/event-stream/);
      expect(first.response.headers.get("cache-control")).to.equal("no-store");
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:1")));
      const told = await first.event();
      expect(told).to.include({ event: "record.accepted" });
      expect(told.facts.data).to.include({ subject: "trade:1", index: 0 });
      first.close();
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:2")));
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:3")));
      const second = await StreamReader.open(url, { ...fields, "last-event-id": String(told.id) });
      expect([
        (await second.event()).facts.data["subject"],
        (await second.event()).facts.data["subject"],
      ]).to.deep.equal(["trade:2", "trade:3"]);
      second.close();
      const whole = await StreamReader.open(`${url}?cursor=start`, fields);
      expect((await whole.event()).facts.id).to.equal(told.facts.id);
      whole.close();
    }));

  it("tells a member its own records, everybody the anchors, and the operator all", () =>
    withApi(async (api) => {
      const url = `${await listening(api)}?cursor=start`;
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:1")));
      receiptIn(await api.submit(api.token(members.broker), recordOf("trade:2")));
      await api.log.anchors.put({
        ...{ size: 2, root: digest, checkpoint: api.log.checkpoint(), transaction: digest, blockNumber: 3 },
        ...{ blockHash: digest, logIndex: 0, receiptIndex: 0 },
      });
      const seen = async (token: string): Promise<unknown[]> => {
        const reader = await StreamReader.open(url, bearer(token));
        const subjects: unknown[] = [];
        for (;;) {
          const { event, facts } = await reader.event();
          subjects.push(facts.data["subject"] ?? event);
          if (event === "checkpoint.anchored") break;
        }
        reader.close();
        return subjects;
      };
      expect(await seen(api.token(members.venue, ["subscribe"]))).to.deep.equal(["trade:1", "checkpoint.anchored"]);
      expect(await seen(api.token(members.broker, ["subscribe"]))).to.deep.equal(["trade:2", "checkpoint.anchored"]);
      const all = ["trade:1", "trade:2", "checkpoint.anchored"];
      expect(await seen(api.token(members.operator, ["admin"]))).to.deep.equal(all);
    }));

  it("ends when the token is revoked, and tells nothing more, not even what was there before", () =>
    withApi(async (api) => {
      const url = await listening(api);
      const token = api.token(members.venue, ["subscribe"]);
      const writer = api.token(members.venue);
      const reader = await StreamReader.open(url, bearer(token));
      receiptIn(await api.submit(writer, recordOf("trade:1")));
      expect((await reader.event()).facts.data["subject"]).to.equal("trade:1");
      api.revokeAll();
      await api.log.anchors.put({
        ...{ size: 1, root: digest, checkpoint: api.log.checkpoint(), transaction: digest, blockNumber: 3 },
        ...{ blockHash: digest, logIndex: 0, receiptIndex: 0 },
      });
      for (let block = await reader.next(); block !== undefined; block = await reader.next())
        expect(block).to.not.have.property("event");
      expect((await fetch(url, { headers: bearer(token) })).status).to.equal(401);
    }));

  it("lets only through what is asked for, and moves a silent client's cursor on", () =>
    withApi(
      async (api) => {
        const url = await listening(api);
        const fields = bearer(api.token(members.venue, ["subscribe"]));
        const reader = await StreamReader.open(
          `${url}?subject=trade:2&type=record.accepted&recordType=trade.contract`,
          fields,
        );
        const began = await reader.next();
        receiptIn(await api.submit(api.token(members.venue), recordOf("trade:1")));
        let beat: Block | undefined;
        do beat = await reader.next();
        while (beat?.id === began?.id);
        expect(beat?.comment).to.equal(" heartbeat");
        expect(beat?.data).to.equal(undefined);
        receiptIn(await api.submit(api.token(members.venue), recordOf("trade:2")));
        expect((await reader.event()).facts.data["subject"]).to.equal("trade:2");
        reader.close();
      },
      { heartbeatMs: 20 },
    ));

  it("is refused with a code for a cursor, a type or a subject that is none", () =>
    withApi(async (api) => {
      const token = api.token(members.venue, ["subscribe"]);
      const wrong = {
        "cursor=x": ["E_CURSOR", "/cursor"],
        "type=A": ["E_QUERY", "/type"],
        "subject=%00": ["E_QUERY", "/subject"],
      };
      for (const [query, [code, field]] of Object.entries({ ...wrong, "from=1": ["E_QUERY", "/from"] })) {
        expect(problemIn(await api.get(`/v1/events?${query}`, token)), query).to.deep.include({
          status: 400,
          code,
          field,
        });
      }
      const answer = await api.app.inject({ url: "/v1/events", headers: { ...bearer(token), "last-event-id": "x" } });
      expect(problemIn(answer).code).to.equal("E_CURSOR");
    }));

  it("is bounded for a member and in all, and gives places back", () =>
    withApi(async (api) => {
      const url = await listening(api);
      const open = (member: string): Promise<StreamReader> =>
        StreamReader.open(url, bearer(api.token(member, ["subscribe"])));
      const readers = [await open(members.venue), await open(members.venue)];
      expect((await open(members.venue)).response.status).to.equal(429);
      readers.push(await open(members.broker), await open(members.broker));
      const refused = await fetch(url, { headers: bearer(api.token(members.operator, ["subscribe"])) });
      expect(refused.status).to.equal(429);
      expect(((await refused.json()) as { code: string }).code).to.equal("E_STREAM_LIMIT");
      readers[0]?.close();
      let again = await open(members.venue);
      while (again.response.status !== 200) {
        await pause(20);
        again = await open(members.venue);
      }
      for (const reader of [...readers.slice(1), again]) reader.close();
    }));

  it("costs a node no memory for a client that does not read, and tells that client everything in the end", () =>
    withApi(async (api) => {
      const url = new URL(await listening(api));
      const held: Socket[] = [];
      api.app.server.on("connection", (one: Socket) => held.push(one));
      const socket = connect(Number(url.port), "127.0.0.1");
      const token = api.token(members.venue, ["subscribe"]);
      socket.pause();
      socket.write(`GET /v1/events?cursor=start HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
      const count = 20_000;
      for (let at = 0; at < count; at += 1000) {
        const batch = Array.from({ length: 1000 }, (_, one) => recordOf(`trade:${at + one}/${"s".repeat(150)}`));
        receiptIn(await api.submit(api.token(members.venue), batch));
      }
      // What the node holds for the client is a stream's buffer, whatever waits: the kernel has taken some, the journal has it all.
      expect(held).to.have.length(1);
      expect(held[0]?.writableLength).to.be.within(1, 512 * 1024);
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
      socket.resume();
      while ((text.match(/\nevent: record\.accepted\n/g) ?? []).length < count) await pause(20);
      expect(text).to.contain(`"index":${count - 1},`);
      socket.destroy();
    }));

  it("ends with the node", () =>
    withApi(async (api) => {
      const url = await listening(api);
      const reader = await StreamReader.open(url, bearer(api.token(members.venue, ["subscribe"])));
      expect((await reader.next())?.id).to.be.a("string");
      const closed = api.app.close();
      expect(await reader.next()).to.equal(undefined);
      await closed;
    }));
});

describe("webhooks over HTTP", () => {
  const post = (api: TestApi, url: string, body: unknown, token = api.token(members.venue, ["subscribe"])) =>
    api.app.inject({
      method: "POST",
      url,
      headers: { ...bearer(token), "content-type": "application/json" },
      payload: JSON.stringify(body),
    });

  it("show their secret once and are refused by field", () =>
    withApi(
      async (api) => {
        const made = await post(api, "/v1/webhooks", { url: "https://hooks.example/", types: ["record.accepted"] });
        expect(made.statusCode).to.equal(201);
        const { webhook, secret } = made.json<{ webhook: { id: string; types: string[] }; secret: string }>();
        expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
        expect(webhook.types).to.deep.equal(["record.accepted"]);
        const token = api.token(members.venue, ["subscribe"]);
        for (const url of ["/v1/webhooks", `/v1/webhooks/${webhook.id}`, `/v1/webhooks/${webhook.id}/deliveries`])
          expect((await api.get(url, token)).body).not.to.contain(secret.slice(6));
        const wrong = [
          [{}, "E_FIELD", "/url"],
          [[], "E_FIELD", ""],
          [{ url: 7 }, "E_FIELD", "/url"],
          [{ url: "https://hooks.example/", secret: "mine" }, "E_FIELD", "/secret"],
          [{ url: "https://hooks.example/", types: [] }, "E_FIELD", "/types"],
          [{ url: "https://hooks.example/", types: ["*"] }, "E_FIELD", "/types"],
          [{ url: "https://hooks.example/", recordTypes: "trade.contract" }, "E_FIELD", "/recordTypes"],
          [{ url: "https://hooks.example/", subject: " " }, "E_FIELD", "/subject"],
          [{ url: "https://hooks.example/", cursor: 1 }, "E_FIELD", "/cursor"],
          [{ url: "https://169.254.169.254/" }, "E_WEBHOOK_TARGET", "/url"],
        ] as const;
        for (const [body, code, field] of wrong) {
          expect(problemIn(await post(api, "/v1/webhooks", body)), JSON.stringify(body)).to.deep.include({
            status: 422,
            code,
            field,
          });
        }
        const replay = await post(api, `/v1/webhooks/${webhook.id}/replay`, {});
        expect(problemIn(replay)).to.deep.include({ code: "E_FIELD", field: "/cursor" });
      },
      { targets: { allowLoopback: false } },
    ));
});

describe("metrics", () => {
  it("count what happened, by route, status and code", () =>
    withApi(async (api) => {
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:1")));
      await api.get("/v1/records/x", api.token(members.venue));
      await api.get("/v1/records/x");
      const answer = await api.get("/metrics", api.token(members.operator, ["monitor"]));
      expect(answer.headers["content-type"]).to.match(/^text\/plain; version=0\.0\.4/);
      expect(answer.body).to.contain(
        'lianzheng_http_request_seconds_count{method="POST",route="/v1/records",status="201"} 1',
      );
      expect(answer.body).to.contain('lianzheng_refused_total{code="E_AUTH"} 1');
      expect(answer.body).to.contain("lianzheng_log_size 1").and.contain("lianzheng_ready 1");
      expect(answer.body)
        .to.match(/\nprocess_resident_memory_bytes \d/)
        .and.match(/\nnodejs_eventloop_lag_seconds /);
    }));
});
