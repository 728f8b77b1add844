import { expect } from "chai";
import fc from "fast-check";
import {
  headOf,
  makeBlock,
  makeEvidence,
  makeRecords,
  receipt,
  stageRecorded,
  stages,
  startMs,
  tradeId,
} from "./fixture.ts";
import { answerTo, judge } from "./question-of.ts";

const isLong = process.env["LIANZHENG_LONG"] === "1";
const seven = makeRecords(stages.map((stage) => ({ type: `trade.${stage}` })));

/** A trade of which the log holds seven stages, as somebody chooses to show it. */
interface Shown {
  /** Stages on the chain by the anchor's block. */
  readonly counted: number;
  /** Stages on the chain when the event was recorded; 0 for no event. */
  readonly event: number;
  readonly hasState: boolean;
  /** The records from this one on, and before that one. */
  readonly from: number;
  readonly to: number;
}

const shown: fc.Arbitrary<Shown> = fc
  .record({
    counted: fc.nat(7),
    event: fc.nat(7),
    hasState: fc.boolean(),
    from: fc.oneof(fc.constant(0), fc.nat(6)),
    to: fc.integer({ min: 1, max: 7 }),
  })
  .filter(({ counted, event, from, to }) => event <= counted && from < to);

const whole: Shown = { counted: 3, event: 2, hasState: true, from: 0, to: 3 };

describe("evidence: completeness", () => {
  it("passes when everything that the chain counts is shown and proved, and fails only where something is kept back", async () => {
    const seen = { pass: 0, fail: 0, unknown: 0 };
    await fc.assert(
      fc.asyncProperty(shown, async ({ counted, event, hasState, from, to }) => {
        const indexes = Array.from({ length: to - from }, (_, at) => from + at);
        const state = { heads: [[tradeId, headOf(seven.slice(0, counted))]] as const };
        const { bundle } = await makeEvidence({ records: seven, shown: indexes, counted: 7, state });
        const block = makeBlock({ number: 9, timeMs: startMs, receipts: eventOf(event) });
        const law = {
          ...(event === 0 ? {} : { trade: block.event(0, 0) }),
          ...(hasState ? { state: bundle.law.state! } : {}),
        };
        const { answer, code, reason } = answerTo("complete", judge({ ...bundle, law }));
        seen[answer]++;
        const isAll = from === 0 && to === counted;
        expect(answer === "pass", reason).to.equal(isAll && hasState);
        if (answer !== "fail") return;
        expect(code, reason).to.equal("V_INCOMPLETE");
        expect(from === 0 && to < counted, reason).to.equal(true);
      }),
      { numRuns: isLong ? 5000 : 80, examples: [[whole], [{ ...whole, to: 2 }], [{ ...whole, hasState: false }]] },
    );
    for (const [answer, times] of Object.entries(seen)) expect(times, answer).to.be.greaterThan(0);
  });
});

const eventOf = (event: number): Parameters<typeof makeBlock>[0]["receipts"] =>
  event === 0 ? [] : [receipt([stageRecorded(seven.slice(0, event))])];
