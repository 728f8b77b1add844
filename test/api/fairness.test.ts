import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { bearer, members, recordOf, withApi } from "./fixture.ts";
import type { ProblemBody, ReceiptBody, TestApi } from "./fixture.ts";

/** What one request was answered with. */
interface Outcome {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

interface Wish {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly key?: string;
  readonly payload?: string;
}

function send(port: number, agent: Agent, { method, path, token, key, payload }: Wish): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...bearer(token),
      ...(payload === undefined ? {} : { "content-type": "application/json", "content-length": payload.length }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    };
    const sent = request({ host: "127.0.0.1", port, agent, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          retryAfter: answer.headers["retry-after"],
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on("error", reject).end(payload);
  });
}

const connections = 256;

/** One member on so many connections, one request after another on each, until told to stop. */
function flood(api: TestApi, port: number, wishOf: (number: number) => Omit<Wish, "token">) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const outcomes: Outcome[] = [];
  const token = api.token(members.broker);
  let [going, count] = [true, 0];
  const one = async (): Promise<void> => {
    while (going) outcomes.push(await send(port, agent, { ...wishOf((count += 1)), token }));
  };
  const all = Promise.all(Array.from({ length: connections }, one));
  return {
    outcomes,
    end: async (): Promise<void> => {
      going = false;
      await all;
      agent.destroy();
    },
  };
}

async function listening({ app }: TestApi): Promise<number> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

const submission = (subject: string): Omit<Wish, "token"> => ({
  ...{ method: "POST", path: "/v1/records", key: subject },
  payload: JSON.stringify(recordOf(subject)),
});

/** The calm member's requests, one after another; retried by nobody. */
async function calmly(api: TestApi, port: number, wishOf: (number: number) => Omit<Wish, "token">, many: number) {
  const agent = new Agent({ keepAlive: true });
  const outcomes: Outcome[] = [];
  for (let at = 0; at < many; at += 1)
    outcomes.push(await send(port, agent, { ...wishOf(at), token: api.token(members.venue) }));
  agent.destroy();
  return outcomes;
}

describe("a member that floods the node", () => {
  it("with submissions starves nobody: every request of a calm member is taken, and nothing acknowledged is lost", () =>
    withApi(
      async (api) => {
        const port = await listening(api);
        const flooder = flood(api, port, (number) => submission(`flood:${number}`));
        while (flooder.outcomes.length < connections) await new Promise((resolve) => setTimeout(resolve, 5));
        const calm = await calmly(api, port, (at) => submission(`calm:${at}`), 12);
        const reads = await calmly(api, port, () => ({ method: "GET", path: "/v1/records?limit=5" }), 6);
        await flooder.end();
        expect(calm.map(({ status }) => status)).to.deep.equal(Array.from(calm, () => 201));
        expect(reads.map(({ status }) => status)).to.deep.equal(Array.from(reads, () => 200));

        const refused = flooder.outcomes.filter(({ status }) => status !== 201);
        expect(refused.length, "the flood reached the limit").to.be.greaterThan(0);
        for (const { status, retryAfter, body } of refused) {
          expect([status, (JSON.parse(body) as ProblemBody).code]).to.deep.equal([503, "E_OVERLOADED"]);
          expect(Number(retryAfter)).to.be.at.least(1);
        }
        const taken = [...flooder.outcomes, ...calm].filter(({ status }) => status === 201);
        expect(api.log.size).to.equal(taken.length);
        for (const { body } of taken) {
          const [receipt] = (JSON.parse(body) as ReceiptBody).records;
          expect((await api.log.recordAt(receipt!.index))?.id).to.equal(receipt!.id);
        }
        expect((await api.get("/healthz")).statusCode).to.equal(200);
      },
      { settings: { concurrentSubmissions: 64 } },
    )).timeout(60_000);

  it("with reads starves nobody, neither who reads nor who writes", () =>
    withApi(async (api) => {
      const port = await listening(api);
      await calmly(api, port, (at) => submission(`before:${at}`), 5);
      const flooder = flood(api, port, () => ({ method: "GET", path: "/v1/records?limit=3" }));
      while (flooder.outcomes.length < connections) await new Promise((resolve) => setTimeout(resolve, 5));
      const writes = await calmly(api, port, (at) => submission(`calm:${at}`), 8);
      const reads = await calmly(api, port, () => ({ method: "GET", path: "/v1/records?limit=5" }), 8);
      await flooder.end();
      expect(writes.map(({ status }) => status)).to.deep.equal(Array.from(writes, () => 201));
      expect(reads.map(({ status }) => status)).to.deep.equal(Array.from(reads, () => 200));
      expect(flooder.outcomes.every(({ status }) => status === 200 || status === 503)).to.equal(true);
    })).timeout(60_000);
});
