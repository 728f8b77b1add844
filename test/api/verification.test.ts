import { expect } from "chai";
import { encodeVerifierKey } from "@lianzheng/sdk/log";
import { members, origin, problemIn, withApi } from "./fixture.ts";
import type { Answer, TestApi } from "./fixture.ts";
import { policyFor } from "./policy.ts";

const policy = policyFor(encodeVerifierKey(origin, new Uint8Array(32).fill(7)));

function ask(api: TestApi, payload: unknown): Promise<Answer> {
  return api.app.inject({
    method: "POST",
    url: "/v1/verify",
    headers: { authorization: `Bearer ${api.token(members.venue)}`, "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });
}

describe("verification over HTTP", () => {
  it("of what is no bundle is a verdict, and says whose policy it went by", () =>
    withApi(async (api) => {
      const answer = await ask(api, { bundle: { format: "x" }, policy });
      expect(answer.statusCode, answer.body).to.equal(200);
      const { policy: by, verdict } = answer.json<{
        policy: object;
        verdict: { result: string; verdicts: object[] };
      }>();
      expect(by).to.deep.equal({ from: "caller", name: "of a test" });
      expect(verdict.result).to.equal("failed");
      expect(verdict.verdicts).to.have.length(8);
    }));

  it("takes no trust from the bundle, and none from nowhere", () =>
    withApi(async (api) => {
      const cases: readonly (readonly [unknown, number, string, string])[] = [
        [{ bundle: { policy } }, 422, "E_POLICY_NEEDED", "/policy"],
        [{ bundle: {}, policy: {} }, 422, "E_POLICY", "/policy/format"],
        [{ bundle: {}, policy: { ...policy, required: ["luck"] } }, 422, "E_POLICY", "/policy/required"],
        [{ policy }, 422, "E_MISSING_FIELD", "/bundle"],
        [{ bundle: {}, policy, now: 1 }, 422, "E_UNKNOWN_FIELD", "/now"],
        [[], 422, "E_TYPE", ""],
      ];
      for (const [payload, status, code, field] of cases) {
        const problem = problemIn(await ask(api, payload));
        expect(problem, JSON.stringify(payload).slice(0, 60)).to.deep.include({ status, code, field });
      }
      expect(problemIn(await ask(api, { bundle: "x".repeat(1024 * 1024) }))).to.deep.include({ status: 413 });
      expect(cases).to.have.length(6);
    }));
});
