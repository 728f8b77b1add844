/** Endpoints and nodes that keep silent where their answer would be against the evidence. */
import type { OnlineFinding } from "@lianzheng/sdk/online";
import { expect } from "chai";
import { isLeftOpen, judge } from "../../../cli/src/verdict/judge.ts";
import { encoded, makeEvidence, nowMs, policy } from "../fixture.ts";

describe("attack on asking again: silence", () => {
  it("of the node, the register or the trade leaves it open how the evidence stands, as that of the chain does", async () => {
    const { bundle } = await makeEvidence();
    const offline = await judge(encoded(bundle), policy, nowMs, undefined);
    expect(isLeftOpen(offline)).to.equal(false);
    const left = (...findings: readonly OnlineFinding[]): boolean => isLeftOpen({ ...offline, findings });
    for (const about of ["chain", "block", "member", "key", "trade", "right", "record"] as const)
      expect(left({ about, answer: "unknown", reason: "", trust: "rpc" }), about).to.equal(true);
    for (const answer of ["stands", "changed"] as const)
      expect(left({ about: "record", answer, reason: "", trust: "rpc" }), answer).to.equal(false);
    // What a stranger claims of a record opens nothing: else any member could make everybody's evidence undecided.
    expect(left({ about: "record", answer: "unknown", reason: "", trust: "log-key" })).to.equal(false);
  });
});
