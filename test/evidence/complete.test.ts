import type { Verdict } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { makeEvidence, makeRecords, policy, stages, type Made, type Scenario } from "./fixture.ts";
import { answerTo, expectAnswer, expectFailure, judge } from "./question-of.ts";

const seven = makeRecords(stages.map((stage) => ({ type: `trade.${stage}` })));
const judged = async (scenario: Scenario): Promise<Verdict> => judge((await makeEvidence(scenario)).bundle);

describe("evidence: is anything missing", () => {
  it("nothing, when all stages are here and chain to the head on the chain", async () => {
    const verdict = await judged({ records: seven });
    expectAnswer(verdict, "complete", "pass");
    expect(verdict.result).to.equal("verified");
    expect(verdict.facts.trade!.stages).to.equal(7);
  });

  it("nothing, when a trade has one stage and one record", async () => {
    expectAnswer(await judged({ records: seven.slice(0, 1) }), "complete", "pass");
  });

  it("nothing, with records between the stages that are none", async () => {
    const records = makeRecords([
      { type: "x-note.opened" },
      { type: "trade.listing" },
      { type: "x-note.asked" },
      { type: "trade.offer" },
    ]);
    const verdict = await judged({ records });
    expectAnswer(verdict, "complete", "pass");
    expect(verdict.facts.trade!.stages).to.equal(2);
  });

  it("nothing, when a delivery was repeated", async () => {
    const types = ["listing", "offer", "contract", "delivery", "delivery", "acceptance"];
    expectAnswer(
      await judged({ records: makeRecords(types.map((stage) => ({ type: `trade.${stage}` }))) }),
      "complete",
      "pass",
    );
  });

  const holes: readonly (readonly number[])[] = [
    [0, 2],
    [0, 1, 3, 4, 5, 6],
    [0, 1, 2, 3, 4, 6],
    [2, 4],
    [1, 2, 3, 5, 6],
  ];
  for (const shown of holes) {
    it(`something, when records ${shown.join(", ")} of 0 to 6 are here`, async () => {
      expectFailure(await judged({ records: seven, shown }), "complete", "V_INCOMPLETE");
    });
  }

  const tails: readonly (readonly number[])[] = [
    [0, 1],
    [0, 1, 2, 3, 4, 5],
    [0, 1, 2],
  ];
  for (const shown of tails) {
    it(`something, when a bundle that begins with the first record ends with number ${shown.at(-1)!}`, async () => {
      expectFailure(await judged({ records: seven, shown }), "complete", "V_INCOMPLETE");
    });
  }

  const excerpts: readonly (readonly number[])[] = [[0], [3], [6], [1, 2, 3, 4, 5, 6], [2, 3], [5, 6]];
  for (const shown of excerpts) {
    it(`is unknown for an open excerpt: ${shown.join(", ")} of 0 to 6`, async () => {
      const verdict = await judged({ records: seven, shown });
      expect(expectAnswer(verdict, "complete", "unknown").reason).to.match(/excerpt/);
      expect(verdict.result).to.equal("undetermined");
      expect(verdict.facts).to.not.have.property("trade");
    });
  }

  it("a single record out of many never passes", async () => {
    for (const at of seven.keys()) {
      const verdict = await judged({ records: seven, shown: [at] });
      expect(answerTo("complete", verdict).answer).to.equal("unknown");
    }
    expect(seven).to.have.length(7);
  });

  it("something, when the stages do not chain to the head", async () => {
    expectFailure(
      await judged({ records: seven, stageRecorded: { head: `0x${"12".repeat(32)}` } }),
      "complete",
      "V_INCOMPLETE",
    );
  });

  it("something, when another record stands in a stage's place", async () => {
    const others = makeRecords(stages.map((stage, at) => ({ type: `trade.${stage}`, body: { other: at } })));
    expectFailure(await judged({ records: seven, onChain: others }), "complete", "V_INCOMPLETE");
  });

  it("is unknown when the log is ahead of the chain's count", async () => {
    const verdict = await judged({ records: seven, counted: 5 });
    expect(expectAnswer(verdict, "complete", "unknown").reason).to.match(/had not counted/);
  });

  it("is unknown when all stages are here but not the records before them", async () => {
    const noted = makeRecords([{ type: "x-note.opened" }, ...stages.map((stage) => ({ type: `trade.${stage}` }))]);
    const verdict = await judged({ records: noted, shown: [1, 2, 3, 4, 5, 6, 7] });
    expect(expectAnswer(verdict, "complete", "unknown").reason).to.match(/not the records before/);
  });

  it("is unknown without law, and the policy decides whether that matters", async () => {
    const { bundle } = await makeEvidence({ records: seven, counted: 0 });
    expectAnswer(judge(bundle), "complete", "unknown");
    expect(judge(bundle).result).to.equal("undetermined");
    const lenient = policy.required.filter((question) => question !== "complete");
    expect(judge(bundle, { ...policy, required: lenient }).result).to.equal("verified");
  });

  it("is unknown for a subject that the chain does not count", async () => {
    const subject = "product:0x91";
    const records: readonly Made[] = makeRecords([
      { type: "product.registration", subject },
      { type: "record.correction", subject },
    ]);
    expect(expectAnswer(await judged({ records, counted: 0 }), "complete", "unknown").reason).to.match(
      /Nothing on the chain counts/,
    );
    const borrowed = (await makeEvidence()).bundle.law;
    const { bundle } = await makeEvidence({ records, counted: 0 });
    expectFailure(judge({ ...bundle, law: borrowed }), "complete", "V_BINDING");
  });
});
