import { createHash } from "node:crypto";
import { Wallet } from "ethers";
import { toHex } from "@lianzheng/sdk/encoding";
import { commitmentsOf, decodeDisclosure, decodeEntry, prepareRecord, statementTypedData } from "@lianzheng/sdk/record";
import type { JsonObject, RecordInput } from "@lianzheng/sdk/record";
import { verifyRefusal } from "@lianzheng/sdk/refusal";
import { documentDigest, recordSchemas } from "@lianzheng/sdk/schemas";
import { expect } from "chai";
import { openRoom, trust } from "../policies/room.ts";
import { bearer, members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { Answer, ProblemBody, TestApi } from "./fixture.ts";

interface Refused extends ProblemBody {
  readonly refusal?: { readonly note: string; readonly record: `0x${string}` | null };
}

const { deskOf } = await openRoom();
const withRules = <T>(work: (api: TestApi) => Promise<T>): Promise<T> =>
  withApi(work, { services: (log) => ({ policies: deskOf(log) }) });
const refusedIn = (answer: Answer): Refused => problemIn(answer);
const noteOf = ({ refusal }: Refused): string => refusal?.note ?? expect.fail("no signed refusal");
const prepared = (record: RecordInput) => prepareRecord(record, new Uint8Array(32).fill(7));

describe("rules: a submission", () => {
  const table: readonly (readonly [string, Record<string, unknown>, string, string])[] = [
    ["without a member that must be there", { body: { price: "1.00" } }, "E_SCHEMA", "/body/currency"],
    ["with an amount that is a number", { body: { price: 1, currency: "CNY" } }, "E_SCHEMA", "/body/price"],
    ["with an amount that is none", { body: { price: "1,00", currency: "CNY" } }, "E_SCHEMA", "/body/price"],
    [
      "with text that is not NFC",
      { body: { price: "1", currency: "CNY", purpose: "e\u0301" } },
      "E_SCHEMA",
      "/body/purpose",
    ],
    ["of a type that nobody registered", { type: "trade.barter" }, "E_RECORD_TYPE_UNREGISTERED", "/type"],
    ["of a type that is the node's own", { type: "record.refusal" }, "E_RECORD_TYPE_RESERVED", "/type"],
    ["of a warning by a member", { type: "monitor.warning" }, "E_RECORD_TYPE_RESERVED", "/type"],
    ["that lists core data", { type: "trade.listing", body: { grade: "core" } }, "E_RED_LINE", "/body/grade"],
  ];
  for (const [what, more, code, field] of table) {
    it(`${what} is refused with ${code}, signed and kept`, () =>
      withRules(async ({ submit, token, log, get }) => {
        const body = JSON.stringify([recordOf("trade:1"), recordOf("trade:2", more)]);
        const problem = refusedIn(await submit(token(members.venue), body));
        expect(problem).to.deep.include({ code, status: 422, field: `/1${field}` });
        const { refusal } = verifyRefusal(noteOf(problem), trust);
        const request = toHex(createHash("sha256").update(body).digest());
        expect(refusal).to.deep.include({ code, field: `/1${field}`, member: members.venue, request });
        expect(refusal.recordType).to.equal(more["type"] ?? "trade.contract");
        expect(log.size, "the refusal, and nothing of what was submitted").to.equal(1);
        const record = await log.recordAt(0);
        expect(record?.id).to.equal(problem.refusal?.record);
        expect(decodeEntry(record?.entry ?? "")).to.deep.include({ type: "record.refusal", issuer: members.operator });
        const told = Object.fromEntries(
          (record?.disclosures ?? []).map((one) => decodeDisclosure(one)).map(({ name, value }) => [name, value]),
        );
        expect(told).to.deep.include({ code, member: members.venue, request, note: problem.refusal?.note });
        expect((await get(`/v1/records/${String(record?.id)}`, token(members.venue))).statusCode).to.equal(200);
      }));
  }

  it("of a registered type, or of a free one, is taken, with members that the schema does not know", () =>
    withRules(async ({ submit, token, log }) => {
      const more = { body: { price: "1.00", currency: "CNY", ourOwn: { anything: [1, null] } } };
      receiptIn(
        await submit(token(members.venue), [
          recordOf("trade:1", more),
          recordOf("s", { type: "x-own.thing", body: { a: 1 } }),
        ]),
      );
      expect(log.size).to.equal(2);
    }));

  it("that names the version and digest of the schema does so in the signed note", () =>
    withRules(async ({ submit, token }) => {
      const problem = refusedIn(await submit(token(members.venue), recordOf("trade:1", { body: { price: "1.00" } })));
      const digest = documentDigest(recordSchemas.get("trade.contract") ?? {});
      expect(verifyRefusal(noteOf(problem), trust).refusal.policy).to.deep.equal({
        name: "schema/trade.contract",
        version: 0,
        digest,
      });
      expect(problem.detail).to.contain("version 0").and.not.contain("1.00");
    }));

  it("that another member signed is judged the same, and the field is that of its disclosure", () =>
    withRules(async ({ submit, token, keys }) => {
      const wallet = new Wallet(`0x${"77".repeat(32)}`);
      keys.live.add(`${members.broker} ${wallet.address.toLowerCase()}`);
      const sign = async (body: JsonObject): Promise<object> => {
        const record = prepared({
          type: "trade.offer",
          subject: "trade:1",
          occurredAt: "2026-11-22T09:14:05.120Z",
          body,
        });
        const { type, subject, occurredAt, disclosures } = record;
        const fields = {
          type,
          subject,
          occurredAt,
          issuer: members.broker,
          commitments: [...commitmentsOf(disclosures)],
        };
        const typed = statementTypedData(keys.domain, fields);
        const signature = await wallet.signTypedData(
          typed.domain,
          typed.types,
          typed.message as Record<string, unknown>,
        );
        return { ...record, issuer: members.broker, statement: { key: wallet.address.toLowerCase(), signature } };
      };
      receiptIn(await submit(token(members.venue), await sign({ price: "1.00", rows: 3 })));
      const problem = refusedIn(await submit(token(members.venue), await sign({ rows: 3, price: "a lot" })));
      expect(problem).to.deep.include({ code: "E_SCHEMA", field: "/disclosures/1/2" });
      expect(noteOf(problem)).to.not.contain("a lot");
      const missing = refusedIn(await submit(token(members.venue), await sign({ rows: 3 })));
      expect(missing).to.deep.include({ code: "E_SCHEMA", field: "/disclosures" });
    }));

  it("for another member without a statement carries a signed refusal too", () =>
    withRules(async ({ submit, token }) => {
      const record = prepared(recordOf("trade:1") as unknown as RecordInput);
      const problem = refusedIn(await submit(token(members.venue), { ...record, issuer: members.broker }));
      expect(verifyRefusal(noteOf(problem), trust).refusal).to.deep.include({
        code: "E_MEMBER_MISMATCH",
        policy: null,
      });
    }));

  for (const [what, body, status] of [
    ["is no JSON", "{", 400],
    ["has a field that no record has", { ...recordOf("trade:1"), more: 1 }, 422],
    ["is an empty batch", [], 422],
  ] as const) {
    it(`that ${what} is refused without a signature: that is no rule of the consortium`, () =>
      withRules(async ({ submit, token, log }) => {
        const problem = refusedIn(await submit(token(members.venue), body));
        expect(problem.status).to.equal(status);
        expect(problem).to.not.have.property("refusal");
        expect(log.size).to.equal(0);
      }));
  }

  it("that is repeated gets the same note, and one record", () =>
    withRules(async ({ submit, token, log }) => {
      const ask = async (): Promise<Refused> =>
        refusedIn(await submit(token(members.venue), recordOf("trade:1", { body: { a: 1 } })));
      const [first, ...others] = [await ask(), await ask(), await ask()];
      for (const other of others) expect(other.refusal).to.deep.equal(first.refusal);
      expect(log.size).to.equal(1);
    }));

  it("of each kind over and over fills no log: over the allowance there is a note and no record", () =>
    withRules(async ({ submit, token, log }) => {
      const answers: Refused[] = [];
      for (let at = 0; at < 30; at++)
        answers.push(refusedIn(await submit(token(members.venue), recordOf(`trade:${at}`, { body: { a: at } }))));
      expect(log.size).to.equal(20);
      expect(answers.filter(({ refusal }) => refusal?.record === null)).to.have.length(10);
      for (const answer of answers) verifyRefusal(noteOf(answer), trust);
      refusedIn(await submit(token(members.broker), recordOf("trade:b", { body: { a: 1 } })));
      expect(log.size, "another member has an allowance of its own").to.equal(21);
    }));
});

describe("rules: what is in force, over HTTP", () => {
  it("lists policies and schemas by pages", () =>
    withRules(async ({ get, token }) => {
      const names: string[] = [];
      let next: string | null = "";
      for (let pages = 0; next !== null && pages < 50; pages++) {
        const cursor: string = next === "" ? "" : `&cursor=${next}`;
        const answer = await get(`/v1/policies?limit=7${cursor}`, token(members.venue));
        const page = answer.json<{ items: { name: string; inForce: number }[]; next: string | null; block: null }>();
        expect(page.block).to.equal(null);
        names.push(...page.items.map(({ name }) => name));
        next = page.next;
      }
      expect(names).to.deep.equal(
        ["policy/red-lines", ...[...recordSchemas.keys()].map((type) => `schema/${type}`)].sort(),
      );
      const schemas = (await get("/v1/schemas?limit=1000", token(members.venue))).json<{ items: unknown[] }>();
      expect(schemas.items).to.have.length(recordSchemas.size);
    }));

  it("hands out the documents, whose digests are theirs", () =>
    withRules(async ({ get, token }) => {
      for (const path of [
        "/v1/schemas/trade.contract",
        "/v1/schemas/trade.contract/versions/0",
        "/v1/policies/schema%2Ftrade.contract/versions/0",
        "/v1/policies/policy%2Fred-lines/versions/0",
      ]) {
        const answer = await get(path, token(members.venue));
        const { document, digest, version } = answer.json<{ document: JsonObject; digest: string; version: number }>();
        expect(documentDigest(document), path).to.equal(digest);
        expect(version).to.equal(0);
      }
    }));

  it("knows no other version, name or type, and takes no odd page", () =>
    withRules(async ({ get, token }) => {
      const unknown = [
        "/v1/schemas/trade.barter",
        "/v1/schemas/TRADE",
        "/v1/schemas/trade.contract/versions/1",
        "/v1/schemas/trade.contract/versions/00",
        "/v1/policies/x/versions/0",
      ];
      for (const path of unknown)
        expect(problemIn(await get(path, token(members.venue))).code, path).to.equal("E_NOT_FOUND");
      for (const [query, code] of [
        ["limit=0", "E_PAGE"],
        ["limit=1001", "E_PAGE"],
        ["cursor=x", "E_CURSOR"],
        ["more=1", "E_QUERY"],
      ] as const) {
        expect(problemIn(await get(`/v1/policies?${query}`, token(members.venue))).code, query).to.equal(code);
      }
    }));

  it("shows a member its own refusals and the operator all, page by page", () =>
    withRules(async ({ submit, get, token }) => {
      for (const [member, count] of [
        [members.venue, 3],
        [members.broker, 2],
      ] as const) {
        for (let at = 0; at < count; at++) await submit(token(member), recordOf(`trade:${at}`, { body: { at } }));
      }
      const listed = async (
        holder: string,
        query = "",
      ): Promise<{ items: { body: { member: string; note: string } }[]; next: string | null }> =>
        (await get(`/v1/refusals${query}`, holder)).json();
      const own = await listed(token(members.venue));
      expect(own.items.map(({ body }) => body.member)).to.deep.equal(Array(3).fill(members.venue));
      for (const { body } of own.items) expect(verifyRefusal(body.note, trust).refusal.member).to.equal(members.venue);
      const operator = token(members.operator, ["admin"]);
      expect((await listed(operator)).items).to.have.length(5);
      const first = await listed(operator, "?limit=2");
      const second = await listed(operator, `?limit=1000&cursor=${String(first.next)}`);
      expect([first.items.length, second.items.length, second.next]).to.deep.equal([2, 3, null]);
    }));
});

describe("rules: an erasure", () => {
  it("that comes before the record's time is over is refused with a signed note, bound to the record and the request", () =>
    withApi(
      async ({ app, submit, token }) => {
        const { id } = receiptIn(await submit(token(members.venue), recordOf("trade:1"))).records[0]!;
        const payload = '{"ground":"retention-ended"}';
        const answer = await app.inject({
          method: "POST",
          url: `/v1/records/${id}/erasure`,
          headers: {
            ...bearer(token(members.venue, ["erase"])),
            "content-type": "application/json",
            "idempotency-key": "e",
          },
          payload,
        });
        const problem = refusedIn(answer);
        expect(problem).to.include({ code: "E_RETENTION", status: 409 });
        const digest = (text: string): string => toHex(createHash("sha256").update(text).digest());
        const { refusal } = verifyRefusal(noteOf(problem), trust);
        expect(refusal).to.deep.include({ code: "E_RETENTION", request: digest(`erasure\n${id}\n${digest(payload)}`) });
      },
      { retention: { default: { years: 30 }, rules: [] }, services: (log) => ({ policies: deskOf(log) }) },
    ));
});
