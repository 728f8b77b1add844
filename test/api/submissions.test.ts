import { expect } from "chai";
import { clockSkewMs } from "@lianzheng/sdk/evidence";
import { commitmentsOf, decodeEntry, prepareRecord, statementTypedData, toInstant } from "@lianzheng/sdk/record";
import type { PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import { openCheckpoint, parseVerifierKey } from "@lianzheng/sdk/log";
import { Wallet } from "ethers";
import { members, now, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { KnownKeys } from "./fixture.ts";

const seed = new Uint8Array(32).fill(7);

function prepared(subject: string): PreparedRecord {
  return prepareRecord(recordOf(subject) as unknown as RecordInput, seed);
}

async function signed(subject: string, issuer: string, keys: KnownKeys, wallet: Wallet): Promise<PreparedRecord> {
  const { type, occurredAt, disclosures } = prepared(subject);
  const fields = { type, subject, issuer, occurredAt, commitments: commitmentsOf(disclosures) };
  const { domain, types, message } = statementTypedData(keys.domain, fields);
  const signature = (await wallet.signTypedData(domain, types, message)) as `0x${string}`;
  const key = wallet.address.toLowerCase() as `0x${string}`;
  return { type, subject, occurredAt, issuer, disclosures, statement: { key, signature } };
}

describe("a submission", () => {
  it("of one record is answered with its place and a checkpoint that covers it", () =>
    withApi(async ({ submit, token, log, get }) => {
      const receipt = receiptIn(await submit(token(members.venue), recordOf("trade:1")));
      expect(receipt.records).to.have.length(1);
      expect(receipt.records[0]).to.deep.include({ index: 0, subject: "trade:1", sequence: 0 });
      const { key } = (await get("/v1/status")).json<{ key: string }>();
      expect(openCheckpoint(receipt.checkpoint, [parseVerifierKey(key)])).to.deep.include({ size: 1 });
      expect(log.size).to.equal(1);
    }));

  it("is the caller's own record, and its disclosures are made with a seed that never comes again", () =>
    withApi(async ({ submit, token, get }) => {
      const mine = token(members.venue);
      const ids = await Promise.all(
        ["a", "b"].map(async (key) => String(receiptIn(await submit(mine, recordOf("trade:1"), key)).records[0]?.id)),
      );
      const records = await Promise.all(ids.map((id) => get(`/v1/records/${id}`, mine)));
      const [first, second] = records.map((answer) =>
        answer.json<{ entry: string; disclosures: string[]; submitter: string }>(),
      );
      expect(decodeEntry(String(first?.entry)).issuer).to.equal(members.venue);
      expect(first?.submitter).to.equal(members.venue);
      expect(first?.disclosures).to.have.length(2);
      expect(first?.disclosures.filter((text) => second?.disclosures.includes(text))).to.deep.equal([]);
    }));

  it("of a batch keeps its order and stands in one checkpoint", () =>
    withApi(async ({ submit, token }) => {
      const batch = Array.from({ length: 1000 }, (_, index) => recordOf(`trade:${index % 10}`, { body: { index } }));
      const receipt = receiptIn(await submit(token(members.venue), batch));
      expect(receipt.records.map(({ index }) => index)).to.deep.equal(batch.map((_, index) => index));
      expect(receipt.records.map(({ sequence }) => sequence)).to.deep.equal(
        batch.map((_, index) => Math.floor(index / 10)),
      );
    }));

  const badBatches = [
    { name: "none", of: () => [], code: "E_BATCH_EMPTY" },
    {
      name: "1,001",
      of: () => Array.from({ length: 1001 }, (_, at) => recordOf(`t:${at}`)),
      code: "E_BATCH_TOO_LARGE",
    },
    {
      name: "one record twice",
      of: () => [recordOf("t:1"), recordOf("t:2"), recordOf("t:1")],
      code: "E_DUPLICATE_IN_BATCH",
      field: "/2",
    },
    { name: "a number", of: () => [recordOf("t:1"), 7], code: "E_TYPE", field: "/1" },
    {
      name: "a bad record at 7",
      of: () => Array.from({ length: 9 }, (_, at) => recordOf(at === 7 ? "t 7" : `t:${at}`)),
      code: "E_ID_CHARSET",
      field: "/7/subject",
    },
  ];

  for (const { name, of, code, field } of badBatches) {
    it(`of a batch with ${name} is refused as a whole`, () =>
      withApi(async ({ submit, token, log }) => {
        const problem = problemIn(await submit(token(members.venue), of()));
        expect(problem).to.deep.include({ code, status: 422, ...(field === undefined ? {} : { field }) });
        expect(log.size).to.equal(0);
      }));
  }

  it("of one record in two spellings in a batch is a repetition", () =>
    withApi(async ({ submit, token }) => {
      const one = '{"type":"x-a.b","subject":"s","occurredAt":"2026-11-22T09:14:05.120Z","body":{"a":100,"b":1}}';
      const other = '{"subject":"s","type":"x-a.b","body":{"b":1.0,"a":1e2},"occurredAt":"2026-11-22T09:14:05.120Z"}';
      expect(problemIn(await submit(token(members.venue), `[${one},${other}]`)).code).to.equal("E_DUPLICATE_IN_BATCH");
    }));

  it("may not be from the future, beyond what clocks may stand apart", () =>
    withApi(async ({ submit, token, log }) => {
      const early = toInstant(now + clockSkewMs);
      const late = toInstant(now + clockSkewMs + 1);
      receiptIn(await submit(token(members.venue), recordOf("trade:1", { occurredAt: early })));
      const batch = [recordOf("trade:2"), recordOf("trade:3", { occurredAt: late })];
      const problem = problemIn(await submit(token(members.venue), batch));
      expect(problem).to.deep.include({ code: "E_INSTANT", status: 422, field: "/1/occurredAt" });
      expect(log.size).to.equal(1);
    }));
});

describe("an idempotency key", () => {
  it("brings the same receipt for the same body", () =>
    withApi(async ({ submit, token, log }) => {
      const first = await submit(token(members.venue), recordOf("trade:1"), "k");
      const again = await submit(token(members.venue), recordOf("trade:1"), "k");
      expect(receiptIn(again, 200)).to.deep.equal(receiptIn(first));
      expect(first.headers).not.to.have.property("idempotent-replay");
      expect(again.headers["idempotent-replay"]).to.equal("true");
      expect(log.size).to.equal(1);
    }));

  it("refuses another body", () =>
    withApi(async ({ submit, token, log }) => {
      receiptIn(await submit(token(members.venue), recordOf("trade:1"), "k"));
      const problem = problemIn(await submit(token(members.venue), recordOf("trade:2"), "k"));
      expect(problem).to.deep.include({ code: "E_IDEMPOTENCY_MISMATCH", status: 422 });
      expect(log.size).to.equal(1);
    }));

  it("of another member is another key", () =>
    withApi(async ({ submit, token, log }) => {
      receiptIn(await submit(token(members.venue), recordOf("trade:1"), "k"));
      receiptIn(await submit(token(members.broker), recordOf("trade:1"), "k"));
      expect(log.size).to.equal(2);
    }));

  it("sent a hundred times at once makes one record", () =>
    withApi(async ({ submit, token, log }) => {
      const body = recordOf("trade:1");
      const answers = await Promise.all(Array.from({ length: 100 }, () => submit(token(members.venue), body, "k")));
      const statuses = answers.map(({ statusCode }) => statusCode);
      expect(statuses.filter((status) => status === 201)).to.have.length(1);
      expect(statuses.filter((status) => ![200, 201, 409].includes(status))).to.deep.equal([]);
      expect(log.size).to.equal(1);
    }));

  const wrong = [
    { name: "missing", value: undefined },
    { name: "empty", value: "" },
    { name: "of 257 characters", value: "k".repeat(257) },
    { name: "with a line end", value: "a\nb" },
    { name: "not of ASCII", value: "clé" },
    { name: "given twice", value: "a, b" },
  ];

  it("that is malformed is refused, before anything is read", () =>
    withApi(async ({ app, token, log }) => {
      for (const { name, value } of wrong) {
        const headers = {
          authorization: `Bearer ${token(members.venue)}`,
          "content-type": "application/json",
          ...(value === undefined ? {} : { "idempotency-key": value }),
        };
        const payload = JSON.stringify(recordOf("trade:1"));
        const problem = problemIn(await app.inject({ method: "POST", url: "/v1/records", headers, payload }));
        expect({ name, code: problem.code, status: problem.status }).to.deep.equal({
          name,
          code: "E_IDEMPOTENCY_KEY",
          status: 400,
        });
      }
      expect(wrong).to.have.length(6);
      expect(log.size).to.equal(0);
    }));

  it("of 256 characters is taken", () =>
    withApi(async ({ submit, token }) => {
      receiptIn(await submit(token(members.venue), recordOf("trade:1"), "k".repeat(256)));
    }));
});

describe("the issuer of a record", () => {
  it("may have prepared it, and is then the caller", () =>
    withApi(async ({ submit, token, get }) => {
      const { records } = receiptIn(
        await submit(token(members.venue), { ...prepared("trade:1"), issuer: members.venue }),
      );
      const record = (await get(`/v1/records/${String(records[0]?.id)}`, token(members.venue))).json<{
        disclosures: string[];
      }>();
      expect(record.disclosures).to.have.members([...prepared("trade:1").disclosures]);
    }));

  it("may not be another member whose word for it is not there", () =>
    withApi(async ({ submit, token, log }) => {
      const problem = problemIn(await submit(token(members.venue), { ...prepared("trade:1"), issuer: members.broker }));
      expect(problem).to.deep.include({ code: "E_MEMBER_MISMATCH", status: 403, field: "/issuer" });
      expect(log.size).to.equal(0);
    }));

  it("may be another member that signed with a live key, and sees the record", () =>
    withApi(async ({ submit, token, get, keys }) => {
      const wallet = Wallet.createRandom() as unknown as Wallet;
      keys.live.add(`${members.broker} ${wallet.address.toLowerCase()}`);
      const record = await signed("trade:1", members.broker, keys, wallet);
      const { records } = receiptIn(await submit(token(members.venue), record));
      const url = `/v1/records/${String(records[0]?.id)}`;
      for (const member of [members.venue, members.broker])
        expect((await get(url, token(member))).statusCode).to.equal(200);
      expect((await get(url, token(members.operator))).statusCode).to.equal(404);
    }));

  it("is not proved by a key that the chain does not know as its own", () =>
    withApi(async ({ submit, token, keys, log }) => {
      const wallet = Wallet.createRandom() as unknown as Wallet;
      keys.live.add(`${members.venue} ${wallet.address.toLowerCase()}`);
      const batch = [recordOf("trade:0"), await signed("trade:1", members.broker, keys, wallet)];
      const problem = problemIn(await submit(token(members.venue), batch));
      expect(problem).to.deep.include({ code: "E_MEMBER_MISMATCH", status: 403, field: "/1/statement/key" });
      expect(log.size).to.equal(0);
    }));

  it("is not proved by a signature of something else", () =>
    withApi(async ({ submit, token, keys, log }) => {
      const wallet = Wallet.createRandom() as unknown as Wallet;
      keys.live.add(`${members.broker} ${wallet.address.toLowerCase()}`);
      const record = await signed("trade:1", members.broker, keys, wallet);
      const changes = [{ subject: "trade:2" }, { type: "trade.offer" }, { occurredAt: "2026-11-22T09:14:05.121Z" }];
      for (const change of changes) {
        const problem = problemIn(await submit(token(members.venue), { ...record, ...change }));
        expect(problem).to.deep.include({ code: "V_MEMBER_SIGNATURE", status: 422, field: "/statement/signature" });
      }
      expect(log.size).to.equal(0);
    }));

  it("is asked for one at a time, and others are answered in between", () =>
    withApi(async ({ submit, token, get, keys, log }) => {
      const wallets = Array.from({ length: 40 }, () => Wallet.createRandom() as unknown as Wallet);
      const batch = await Promise.all(wallets.map((wallet, at) => signed(`trade:${at}`, members.broker, keys, wallet)));
      let [asking, most, asked] = [0, 0, 0];
      keys.isLive = async () => {
        asking += 1;
        asked += 1;
        most = Math.max(most, asking);
        await new Promise(setImmediate);
        asking -= 1;
        return true;
      };
      const submitted = submit(token(members.venue), batch);
      while (asked === 0) await new Promise(setImmediate);
      expect((await get("/healthz")).statusCode).to.equal(200);
      const seenBy = asked;
      expect((await submitted).statusCode).to.equal(201);
      expect([most, asked, log.size]).to.deep.equal([1, 40, 40]);
      expect(seenBy).to.be.below(40);
    }));
});
