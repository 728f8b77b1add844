import { expect } from "chai";
import { members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { Answer, TestApi } from "./fixture.ts";

interface Page {
  readonly items: readonly { index: number; subject: string; type: string; issuer: string; disclosures?: string[] }[];
  readonly next: string | null;
}

function pageIn(answer: Answer): Page {
  expect(answer.statusCode, answer.body).to.equal(200);
  return answer.json<Page>();
}

/** Indexes of a whole list, page by page, and how many pages it had. */
async function walk(
  { get }: TestApi,
  url: string,
  token: string,
): Promise<{ readonly indexes: readonly number[]; readonly pages: number }> {
  const indexes: number[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const next: string = cursor === null ? "" : `&cursor=${cursor}`;
    const page = pageIn(await get(url + next, token));
    indexes.push(...page.items.map(({ index }) => index));
    cursor = page.next;
    pages += 1;
    expect(pages).to.be.below(100);
  } while (cursor !== null);
  return { indexes, pages };
}

/** Twelve records, of the venue and the broker in turn by threes, two of the venue's in one request. */
async function fill({ submit, token }: TestApi): Promise<void> {
  for (let at = 0; at < 12; at += 3) {
    const of = at % 2 === 0 ? members.venue : members.broker;
    const records = [0, 1, 2].map((more) =>
      recordOf(`trade:${more}`, { type: more === 2 ? "x-test.other" : "trade.contract", body: { at, more } }),
    );
    receiptIn(await submit(token(of), records.slice(0, 2)));
    receiptIn(await submit(token(of), records[2]));
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe("the list of records", () => {
  it("holds what the caller's member submitted, each once and in order, whatever the size of the page", () =>
    withApi(async (api) => {
      await fill(api);
      const own = [...range(0, 3), ...range(6, 9)];
      for (const [limit, pages] of [
        [1, 7],
        [2, 4],
        [4, 2],
        [100, 1],
      ] as const) {
        const found = await walk(api, `/v1/records?limit=${limit}`, api.token(members.venue));
        expect(found, `limit ${limit}`).to.deep.equal({ indexes: own, pages });
      }
      const foreign = await walk(api, "/v1/records?limit=2", api.token(members.broker));
      expect(foreign.indexes).to.deep.equal([...range(3, 6), ...range(9, 12)]);
      const all = await walk(api, "/v1/records?limit=5", api.token(members.operator, ["admin"]));
      expect(all.indexes).to.deep.equal(range(0, 12));
      expect((await walk(api, "/v1/records?limit=5", api.token(members.operator))).indexes).to.deep.equal([]);
    }));

  it("can be narrowed to a subject, a type, or both", () =>
    withApi(async (api) => {
      await fill(api);
      const of = async (query: string, token = api.token(members.venue)): Promise<readonly number[]> =>
        (await walk(api, `/v1/records?limit=1&${query}`, token)).indexes;
      expect(await of("subject=trade:1")).to.deep.equal([1, 7]);
      expect(await of("type=x-test.other")).to.deep.equal([2, 8]);
      expect(await of("type=x-test.other&subject=trade:2")).to.deep.equal([2, 8]);
      expect(await of("type=x-test.other&subject=trade:1")).to.deep.equal([]);
      expect(await of("type=x-test.other", api.token(members.operator, ["admin"]))).to.deep.equal([2, 5, 8, 11]);
      expect(await of("subject=trade:none")).to.deep.equal([]);
    }));

  it("goes on from a cursor with what came since", () =>
    withApi(async (api) => {
      await fill(api);
      const token = api.token(members.venue);
      const { next } = pageIn(await api.get("/v1/records?limit=5", token));
      receiptIn(await api.submit(token, recordOf("trade:9")));
      const rest = pageIn(await api.get(`/v1/records?limit=5&cursor=${String(next)}`, token));
      expect(rest.items.map(({ index }) => index)).to.deep.equal([8, 12]);
    }));

  it("says of a record what its entry says, and nothing of its content", () =>
    withApi(async (api) => {
      receiptIn(await api.submit(api.token(members.venue), recordOf("trade:1")));
      const { items } = pageIn(await api.get("/v1/records", api.token(members.venue)));
      expect(items[0]).to.include({ index: 0, subject: "trade:1", type: "trade.contract", issuer: members.venue });
      expect(items[0]).to.have.all.keys(
        ...["id", "index", "type", "subject", "sequence", "issuer", "submitter", "occurredAt", "receivedAt"],
      );
    }));

  it("refuses pages that are none, and cursors that are cut, made up, of another list or of another caller", () =>
    withApi(async (api) => {
      await fill(api);
      const token = api.token(members.venue);
      for (const limit of ["0", "-1", "1001", "1000000000", "abc", "1.5", "", "01", "%201"]) {
        const problem = problemIn(await api.get(`/v1/records?limit=${limit}`, token));
        expect(problem, limit).to.deep.include({ status: 422, code: "E_PAGE", field: "/limit" });
      }
      const next = String(pageIn(await api.get("/v1/records?limit=2", token)).next);
      const foreign = String(pageIn(await api.get("/v1/records?limit=2", api.token(members.broker))).next);
      const other = String(pageIn(await api.get("/v1/records?limit=1&type=trade.contract", token)).next);
      const wrong = [next.slice(1), `${next}A`, next.replace(/^./, "_"), "x".repeat(20), "", "0", foreign, other];
      for (const cursor of [...wrong, "a".repeat(5000)]) {
        const problem = problemIn(await api.get(`/v1/records?limit=2&cursor=${cursor}`, token));
        expect(problem, cursor).to.deep.include({ status: 400, code: "E_CURSOR", field: "/cursor" });
      }
      expect(wrong).to.have.length(8);
    }));

  it("refuses filters that name nothing, and parameters that it does not know", () =>
    withApi(async ({ get, token }) => {
      const cases = [
        ["subject=-a", 422, "E_ID_CHARSET"],
        ["type=Trade", 422, "E_RECORD_TYPE"],
        ["issuer=x", 400, "E_QUERY"],
        ["limit=1&limit=2", 400, "E_QUERY_DUPLICATE"],
      ] as const;
      for (const [query, status, code] of cases) {
        expect(problemIn(await get(`/v1/records?${query}`, token(members.venue)))).to.deep.include({ status, code });
      }
    }));
});

describe("the entries of a subject", () => {
  it("are all there for who has a part in it, page by page, with the disclosures of the caller's own", () =>
    withApi(async (api) => {
      await fill(api);
      const url = "/v1/subjects/trade:1?limit=3";
      const first = pageIn(await api.get(url, api.token(members.broker)));
      expect(first.items.map(({ index, disclosures }) => [index, disclosures?.length])).to.deep.equal([
        [1, 0],
        [4, 2],
        [7, 0],
      ]);
      const rest = pageIn(await api.get(`${url}&cursor=${String(first.next)}`, api.token(members.broker)));
      expect(rest.items.map(({ index }) => index)).to.deep.equal([10]);
      expect(rest.next).to.equal(null);
    }));
});
