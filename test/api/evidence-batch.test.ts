import { expect } from "chai";
import { members, problemIn, receiptIn, recordOf, withApi } from "./fixture.ts";
import type { Answer, ProblemBody, TestApi } from "./fixture.ts";

interface Line {
  readonly id: string;
  readonly bundle?: { readonly format: string; readonly records: readonly { readonly proof: string }[] };
  readonly error?: ProblemBody;
}

function ask(api: TestApi, token: string, payload: unknown): Promise<Answer> {
  return api.app.inject({
    method: "POST",
    url: "/v1/evidence",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });
}

function linesIn(answer: Answer): readonly Line[] {
  expect(answer.statusCode, answer.body).to.equal(200);
  expect(answer.headers["content-type"]).to.equal("application/x-ndjson");
  return answer.body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

describe("evidence of several records", () => {
  it("comes line by line, in the order of the ids, and each refusal in the place of its record", () =>
    withApi(async (api) => {
      const { submit, token, anchors } = api;
      const own = receiptIn(await submit(token(members.venue), [recordOf("trade:1"), recordOf("trade:2")])).records;
      const foreign = receiptIn(await submit(token(members.broker), recordOf("trade:3"))).records[0]!;
      const late = receiptIn(await submit(token(members.venue), recordOf("trade:4"))).records[0]!;
      anchors.size = 3;
      const unknown = `0x${"1".repeat(64)}`;
      const ids = [own[1]!.id, foreign.id, unknown, late.id, "0x12", own[0]!.id];
      const lines = linesIn(await ask(api, token(members.venue), { ids }));
      expect(lines.map(({ id }) => id)).to.deep.equal(ids);
      expect(lines.map(({ bundle, error }) => bundle?.format ?? error?.code)).to.deep.equal([
        "lianzheng-evidence",
        "E_NOT_FOUND",
        "E_NOT_FOUND",
        "E_NOT_ANCHORED",
        "E_HASH_FORM",
        "lianzheng-evidence",
      ]);
      expect(lines[1]?.error).to.deep.equal(lines[2]?.error);
      const alone = await api.get(`/v1/records/${own[1]!.id}/evidence`, token(members.venue));
      expect(lines[0]?.bundle).to.deep.equal(alone.json());
    }));

  const refusals: readonly (readonly [unknown, string, string])[] = [
    [[], "E_TYPE", ""],
    [{}, "E_MISSING_FIELD", "/ids"],
    [{ ids: [], more: 1 }, "E_UNKNOWN_FIELD", "/more"],
    [{ ids: "0x12" }, "E_TYPE", "/ids"],
    [{ ids: [] }, "E_RANGE", "/ids"],
    [{ ids: [1] }, "E_TYPE", "/ids/0"],
    [{ ids: Array.from({ length: 101 }, () => "0x12") }, "E_RANGE", "/ids"],
  ];

  it("is refused for a body that is no list of up to 100 ids, by field", () =>
    withApi(async (api) => {
      for (const [payload, code, field] of refusals) {
        const problem = problemIn(await ask(api, api.token(members.venue), payload));
        expect(problem, JSON.stringify(payload).slice(0, 40)).to.deep.include({ status: 422, code, field });
      }
      expect(refusals).to.have.length(7);
    }));
});
