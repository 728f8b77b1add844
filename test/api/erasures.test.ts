import { expect } from "chai";
import { decodeBundle } from "@lianzheng/sdk/evidence";
import { decodeDisclosure, decodeEntry } from "@lianzheng/sdk/record";
import type { Scope } from "@lianzheng/node/api";
import { bearer, members, now, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { Answer, TestApi } from "./fixture.ts";

const judgement = { ground: "court-order", reference: "(2026) 琼 01 民初 12 号" };

/** How an erasure is asked for, where it is not the usual one: by the venue, with all that the route needs. */
interface Asking {
  readonly member?: string;
  readonly body?: unknown;
  readonly key?: string;
  readonly scopes?: readonly Scope[];
}

async function erase(
  { app, token }: TestApi,
  id: string,
  { member = members.venue, body = judgement, key = "erasure", scopes = ["erase"] }: Asking = {},
): Promise<Answer> {
  return await app.inject({
    method: "POST",
    url: `/v1/records/${id}/erasure`,
    headers: { ...bearer(token(member, scopes)), "content-type": "application/json", "idempotency-key": key },
    payload: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function submitted(api: TestApi, subject = "trade:1", key?: string): Promise<{ id: string; index: number }> {
  return receiptIn(await api.submit(api.token(members.venue), recordOf(subject), key)).records[0]!;
}

describe("an erasure", () => {
  it("is a record on the same subject by the log's owner, and leaves a tombstone", () =>
    withApi(async (api) => {
      const { id, index } = await submitted(api);
      const { records } = receiptIn(await erase(api, id));
      const told = await api.log.recordAt(records[0]!.index);
      expect(decodeEntry(told!.entry)).to.include({
        type: "record.erasure",
        subject: "trade:1",
        issuer: members.operator,
      });
      const body = Object.fromEntries(told!.disclosures.map(decodeDisclosure).map(({ name, value }) => [name, value]));
      expect(body).to.deep.equal({ record: id, index, requestedBy: members.venue, ...judgement });
      api.anchors.size = 2;
      for (const url of [`/v1/records/${id}`, `/v1/records/${id}/evidence`]) {
        const answer = await api.get(url, api.token(members.venue));
        const erasure = { record: records[0]!.id, index: records[0]!.index, ground: "court-order" };
        expect(problemIn(answer)).to.deep.include({ code: "E_ERASED", status: 410 });
        expect(answer.json<{ erasure: unknown }>().erasure).to.deep.include(erasure);
      }
    }));

  it("leaves the subject's evidence whole, with the entry and without what it disclosed", () =>
    withApi(async (api) => {
      const { id } = await submitted(api);
      const kept = await submitted(api);
      receiptIn(await erase(api, id));
      api.anchors.size = 3;
      const answer = await api.get("/v1/subjects/trade:1/evidence", api.token(members.venue));
      const bundle = decodeBundle(new Uint8Array(answer.rawPayload));
      expect(bundle.records.map(({ disclosures }) => disclosures.length > 0)).to.deep.equal([false, true, true]);
      expect((await api.get(`/v1/records/${kept.id}`, api.token(members.venue))).statusCode).to.equal(200);
    }));

  it("is answered the same again, under whatever key and ground", () =>
    withApi(async (api) => {
      const { id } = await submitted(api);
      const first = receiptIn(await erase(api, id));
      const same = await erase(api, id);
      const other = await erase(api, id, { key: "another", body: { ground: "subject-request", reference: "x" } });
      for (const answer of [same, other]) {
        expect(receiptIn(answer, 200)).to.deep.equal(first);
        expect(answer.headers["idempotent-replay"]).to.equal("true");
      }
      expect(api.log.size).to.equal(2);
    }));

  it("asked for a hundred times at once is made once", () =>
    withApi(async (api) => {
      const { id } = await submitted(api);
      const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => erase(api, id, { key: `k${at}` })));
      expect(new Set(answers.map((answer) => JSON.stringify(answer.json()))).size).to.equal(1);
      expect(answers.filter(({ statusCode }) => statusCode === 201)).to.have.length(1);
      expect(api.log.size).to.equal(2);
    }));

  it("of another member's record is answered like one of a record that is not there; the operator may", () =>
    withApi(async (api) => {
      const { id } = await submitted(api);
      const foreign = problemIn(await erase(api, id, { member: members.broker }));
      const unknown = problemIn(await erase(api, `0x${"1".repeat(64)}`, { member: members.broker }));
      expect({ ...foreign, requestId: "" }).to.deep.equal({ ...unknown, requestId: "" });
      receiptIn(await erase(api, id, { member: members.operator, scopes: ["erase", "admin"] }));
    }));

  const wrong: readonly [string, unknown, number, string, string?][] = [
    ["no JSON", "{", 400, "E_JSON_SYNTAX"],
    ["a list", [], 422, "E_TYPE", ""],
    ["no ground", {}, 422, "E_MISSING_FIELD", "/ground"],
    ["another ground", { ground: "because" }, 422, "E_RANGE", "/ground"],
    ["no reference", { ground: "court-order" }, 422, "E_MISSING_FIELD", "/reference"],
    ["a reference that is no text", { ground: "court-order", reference: 1 }, 422, "E_TYPE", "/reference"],
    ["a reference of two lines", { ground: "court-order", reference: "a\nb" }, 422, "E_UNICODE_FORM", "/reference"],
    [
      "a reference of 201 characters",
      { ...judgement, reference: "x".repeat(201) },
      422,
      "E_UNICODE_FORM",
      "/reference",
    ],
    ["something else", { ...judgement, note: "x" }, 422, "E_UNKNOWN_FIELD", "/note"],
  ];
  for (const [name, body, status, code, field] of wrong) {
    it(`with ${name} is refused, and nothing is erased`, () =>
      withApi(async (api) => {
        const { id } = await submitted(api);
        const problem = problemIn(await erase(api, id, { body }));
        expect(problem).to.include({ code, status, ...(field === undefined ? {} : { field }) });
        expect((await api.get(`/v1/records/${id}`, api.token(members.venue))).statusCode).to.equal(200);
        expect(api.log.size).to.equal(1);
      }));
  }

  it("cannot be submitted as a record, alone or among others, nor be erased itself", () =>
    withApi(async (api) => {
      const forged = { ...recordOf("trade:1"), type: "record.erasure" };
      const alone = problemIn(await api.submit(api.token(members.venue), forged));
      expect(alone).to.include({ code: "E_ERASURE_TYPE", status: 422, field: "/type" });
      const among = problemIn(await api.submit(api.token(members.venue), [recordOf("trade:1"), forged]));
      expect(among).to.include({ code: "E_ERASURE_TYPE", field: "/1/type" });
      const { id } = await submitted(api);
      const erasure = receiptIn(await erase(api, id)).records[0]!;
      const again = problemIn(await erase(api, erasure.id, { key: "again" }));
      expect(again).to.include({ code: "E_NOT_ERASABLE", status: 422 });
    }));

  it("makes a repetition of the erased request undecidable, and says so", () =>
    withApi(async (api) => {
      const { id } = await submitted(api, "trade:1", "first");
      receiptIn(await erase(api, id));
      const again = problemIn(await api.submit(api.token(members.venue), recordOf("trade:1"), "first"));
      expect(again).to.include({ code: "E_ERASED", status: 410 });
    }));
});

describe("retention", () => {
  const retention = { default: { years: 30 }, rules: [{ type: "trade.*", years: 10 }] };

  it("refuses its own ground before its end, and says when that is", () =>
    withApi(
      async (api) => {
        const { id } = await submitted(api);
        const answer = await erase(api, id, { body: { ground: "retention-ended" } });
        expect(problemIn(answer)).to.include({ code: "E_RETENTION", status: 409, field: "/ground" });
        const end = new Date(now);
        end.setUTCFullYear(end.getUTCFullYear() + 10);
        expect(answer.json<{ until: string }>().until).to.equal(end.toISOString());
        expect(api.log.size).to.equal(1);
        receiptIn(await erase(api, id));
      },
      { retention },
    ));

  it("lists what is past it, page by page, own records only, none that is erased or tells of an erasure", () =>
    withApi(
      async (api) => {
        const made = [];
        for (const at of [0, 1, 2, 3]) made.push(await submitted(api, `trade:${at}`));
        receiptIn(await api.submit(api.token(members.broker), recordOf("trade:other")));
        receiptIn(await erase(api, made[1]!.id, { body: { ground: "retention-ended" } }));
        const seen: string[] = [];
        const read = api.token(members.venue);
        for (let cursor: string | null = ""; cursor !== null;) {
          const from: string = cursor === "" ? "" : `&cursor=${cursor}`;
          const answer: Answer = await api.get(`/v1/retention?limit=2${from}`, read);
          const page = answer.json<{ items: { id: string }[]; next: string | null }>();
          expect(page.items.length).to.be.at.most(2);
          seen.push(...page.items.map(({ id }) => id));
          cursor = page.next;
        }
        expect(seen).to.deep.equal([made[0]!.id, made[2]!.id, made[3]!.id]);
        const all = await api.get("/v1/retention", api.token(members.operator, ["admin"]));
        expect(all.json<{ items: unknown[] }>().items).to.have.length(4);
      },
      { retention: { default: { years: 0 }, rules: [] } },
    ));

  it("lists nothing while nothing is past it", () =>
    withApi(
      async (api) => {
        await submitted(api);
        const answer = await api.get("/v1/retention", api.token(members.venue));
        expect(answer.json()).to.deep.equal({ items: [], next: null });
        for (const [query, code] of [
          ["limit=0", "E_PAGE"],
          ["limit=1001", "E_PAGE"],
          ["cursor=x", "E_CURSOR"],
          ["cursor=0", "E_CURSOR"],
          ["foo=1", "E_QUERY"],
        ] as const) {
          const refused = problemIn(await api.get(`/v1/retention?${query}`, api.token(members.venue)));
          expect(refused.code, query).to.equal(code);
        }
      },
      { retention },
    ));
});
