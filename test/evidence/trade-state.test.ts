/** What the state at the anchor's block adds to an event: that nothing came after it. */
import type { StorageProof } from "@lianzheng/sdk/chain";
import { sha256, toHex, utf8, type EvidenceErrorCode, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, Policy } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { SigningKey } from "ethers";
import {
  addressOf,
  bundleRecord,
  contracts,
  headOf,
  makeBlock,
  makeEvidence,
  makeRecords,
  makeState,
  operator,
  policy,
  receipt,
  stageRecorded,
  stages,
  startMs,
  tradeId,
  type Scenario,
} from "./fixture.ts";
import { expectAnswer, expectFailure, judge, judgeValue } from "./question-of.ts";

const seven = makeRecords(stages.map((stage) => ({ type: `trade.${stage}` })));
const whole = await makeEvidence({ records: seven });
const zero = `0x${"00".repeat(32)}` as const;

/** The first records of the whole, with a genuine event of when the chain had counted no more: an older truth. */
async function truncated(count: number): Promise<Bundle> {
  const older = makeBlock({ number: 8, timeMs: startMs, receipts: [receipt([stageRecorded(seven.slice(0, count))])] });
  const records = await Promise.all(seven.slice(0, count).map((record) => bundleRecord(record, whole.log)));
  return { ...whole.bundle, records, law: { ...whole.bundle.law, trade: older.event(0, 0) } };
}

const withState = (bundle: Bundle, state: Bundle["law"]["state"]): Bundle => {
  const { trade } = bundle.law;
  return { ...bundle, law: { ...(trade === undefined ? {} : { trade }), ...(state === undefined ? {} : { state }) } };
};
const stranger = new SigningKey(`0x${"78".repeat(32)}`);
const trusting = (trades: Policy["contracts"]["trades"]): Policy => ({
  ...policy,
  contracts: { ...contracts, trades },
});

/** A proof in the very state of the anchor, of a trade that is not the records'. */
function otherTrade(): StorageProof {
  return makeState({ heads: [[tradeId, headOf(seven)]] }).head(toHex(sha256(utf8("other trade 1"))));
}

/** In a state of its own a cheat may write what it likes; its root is another. */
function borrowedHead(): StorageProof {
  const mine: Hex = `0x${"ab".repeat(32)}`;
  return makeState({ heads: [[mine, headOf(seven)]] }).head(mine);
}

const made = async (scenario: Scenario): Promise<Bundle> => (await makeEvidence(scenario)).bundle;

describe("evidence: a trade in the state at the anchor's block", () => {
  it("with an older event and fewer records than the chain counts is a contradiction", async () => {
    for (const count of [1, 2, 3, 6]) {
      const verdict = judge(await truncated(count));
      expectFailure(verdict, "complete", "V_INCOMPLETE");
      expect(verdict.facts).to.not.have.property("trade");
    }
  });

  it("not shown leaves it unknown whether stages came after the event", async () => {
    for (const count of [1, 2, 3, 6]) {
      const verdict = judge(withState(await truncated(count), undefined));
      const { reason } = expectAnswer(verdict, "complete", "unknown");
      expect(reason).to.match(/counted by block 8 \(2026-03-01T08:00:00\.000Z\) are here/);
      expect(reason).to.match(/Later ones are not excluded/);
      expect(verdict.result).to.equal("undetermined");
      expect(verdict.facts).to.not.have.property("trade");
    }
    expectAnswer(judge(await made({ records: seven, isForgetful: true })), "complete", "unknown");
  });

  it("says what it does not count: records that are no steps, behind the last", async () => {
    const records = makeRecords([{ type: "trade.listing" }, { type: "x-note.made" }]);
    const { bundle } = await makeEvidence({ records, shown: [0] });
    const { reason } = expectAnswer(judge(bundle), "complete", "pass");
    expect(reason).to.match(/not terminated\. Nothing counts records of other types behind them\.$/);
  });

  it("stripped off a bundle that ends early leaves it open what is missing, and the result says so", async () => {
    const required = policy.required.filter((question) => question !== "complete");
    const verdict = judge({ ...(await truncated(3)), law: {} }, { ...policy, required });
    expectAnswer(verdict, "complete", "unknown");
    expect(verdict.result).to.equal("verified");
    expect(verdict.reason).to.match(/Left open: entitled, complete\.$/);
    expect(judge(whole.bundle).reason).to.match(/Left open: entitled\.$/);
  });

  it("shown without an event passes: it is the state that counts", () => {
    const { state } = whole.bundle.law;
    const verdict = judge({ ...whole.bundle, law: { state: state! } });
    expectAnswer(verdict, "complete", "pass");
    expect(verdict.facts.trade).to.include({ tradeId, stages: 7, block: 12 });
  });

  it("shown with an older event passes, and the facts name the block of the anchor", async () => {
    const { trade } = (await truncated(3)).law;
    const verdict = judge({ ...whole.bundle, law: { ...whole.bundle.law, trade: trade! } });
    expect(expectAnswer(verdict, "complete", "pass").reason).to.match(/by block 12/);
    expect(verdict.facts.trade).to.deep.equal({
      tradeId,
      stages: 7,
      terminated: false,
      block: 12,
      at: verdict.facts.anchoredAt,
    });
  });

  it("shown without an event refuses a bundle that ends early", async () => {
    const bundle = await truncated(4);
    expectFailure(judge({ ...bundle, law: { state: bundle.law.state! } }), "complete", "V_INCOMPLETE");
  });

  const proofs: readonly (readonly [what: string, state: Bundle["law"]["state"], code: EvidenceErrorCode])[] = [
    ["of an older block", makeState({ heads: [[tradeId, headOf(seven.slice(0, 3))]] }).head(tradeId), "V_TRIE"],
    ["of another trade", { ...whole.bundle.law.state!, storage: otherTrade().storage }, "V_TRIE"],
    ["of another trade that has this one's head", borrowedHead(), "V_TRIE"],
    ["of another contract", { ...whole.bundle.law.state!, account: whole.bundle.anchor.account! }, "V_TRIE"],
    ["of no storage", { ...whole.bundle.law.state!, storage: [] }, "V_TRIE"],
    [
      "with a node too many",
      { ...whole.bundle.law.state!, storage: [...whole.bundle.law.state!.storage, "0xc0"] },
      "V_TRIE",
    ],
    [
      "without its last node",
      { ...whole.bundle.law.state!, storage: whole.bundle.law.state!.storage.slice(0, -1) },
      "V_TRIE",
    ],
  ];
  for (const [what, state, code] of proofs) {
    it(`by a proof ${what} is not shown: ${code}`, async () => {
      for (const bundle of [whole.bundle, await truncated(3)]) {
        const verdict = judge(withState(bundle, state));
        expectFailure(verdict, "complete", code);
        expect(verdict.facts).to.not.have.property("trade");
      }
    });
  }
  it("was shown wrongly in every way", () => expect(proofs).to.have.length(7));

  it("kept by another program at the contract's address means nothing", async () => {
    const state = { heads: [[tradeId, headOf(seven)]] as const, tradesCodeHash: contracts.members.codeHash };
    expectFailure(judge(await made({ records: seven, state })), "complete", "V_EMITTER");
  });

  it("kept for a contract that the policy does not name is not found", () => {
    const other = trusting({ address: addressOf(operator), codeHash: contracts.trades.codeHash });
    expectFailure(judge(whole.bundle, other), "complete", "V_UNTRUSTED_ANCHOR");
    const { state } = whole.bundle.law;
    expectFailure(judge({ ...whole.bundle, law: { state: state! } }, other), "complete", "V_TRIE");
  });

  it("without a stage passes nothing, whether the contract's storage is empty or holds other trades", async () => {
    for (const state of [{ isEmpty: true }, { heads: [] }, { heads: [[tradeId, zero]] as const }]) {
      const bundle = await made({ records: seven.slice(0, 2), counted: 0, state });
      const law = { state: makeState(state).head(tradeId) };
      expect(expectAnswer(judge({ ...bundle, law }), "complete", "unknown").reason).to.match(/counted no stage/);
    }
  });

  it("without the stage that an event of an earlier block recorded contradicts it", async () => {
    for (const state of [{ isEmpty: true }, { heads: [[tradeId, headOf(seven.slice(0, 6))]] as const }])
      expectFailure(judge(await made({ records: seven, state })), "complete", "V_INCOMPLETE");
  });

  it("with more stages than the bundle shows, from its first record on, is a contradiction, and an excerpt otherwise", async () => {
    const state = { heads: [[tradeId, headOf(seven)]] as const };
    const cases = [
      [[0, 1, 2], "fail"],
      [[2, 3], "unknown"],
      [[6], "unknown"],
    ] as const;
    for (const [shown, answer] of cases)
      expectAnswer(judge(await made({ records: seven, shown, counted: 3, state })), "complete", answer);
  });

  it("with fewer stages than the log is behind it, which is no contradiction", async () => {
    const verdict = judge(await made({ records: seven, counted: 5 }));
    expect(expectAnswer(verdict, "complete", "unknown").reason).to.match(
      /counted by block 12 are here, and later ones/,
    );
  });

  it("is not asked for records of something else", async () => {
    const records = makeRecords([{ type: "x-note.made", subject: "product:0x91" }]);
    const { state } = whole.bundle.law;
    const bundle = await made({ records, counted: 0 });
    expectFailure(judge({ ...bundle, law: { state: state! } }), "complete", "V_BINDING");
  });

  it("is unknown if the block is not final", async () => {
    const bundle = await made({ records: seven, anchorBlock: { timeMs: startMs + 1000, key: stranger } });
    expectAnswer(judge(bundle), "complete", "unknown");
  });

  it("has two lists of nodes, the first not empty, and nothing else", () => {
    const { state } = whole.bundle.law;
    const forms = [null, [], {}, { ...state, account: [] }, { ...state, slot: "0x" }, { ...state, storage: ["0xA0"] }];
    for (const form of forms)
      expectFailure(judgeValue({ ...whole.bundle, law: { state: form } }), "unaltered", "V_FORMAT");
    expect(forms).to.have.length(6);
  });
});

describe("evidence: steps beside the stages", () => {
  const judged = async (...steps: readonly string[]) =>
    judge(await made({ records: makeRecords(steps.map((step) => ({ type: `trade.${step}` }))) }));
  const contracted = ["listing", "offer", "contract"] as const;
  const settled = [...contracted, "delivery", "acceptance", "settlement"] as const;

  it("of a trade that both sides ended are all here, and the bundle says that it was ended", async () => {
    for (const before of [[], ["listing"], contracted, settled.slice(0, 5)]) {
      const verdict = await judged(...before, "termination");
      expect(expectAnswer(verdict, "complete", "pass").reason).to.match(/both sides terminated the trade\./);
      expect(verdict.facts.trade).to.include({ terminated: true, stages: before.length + 1 });
    }
    expect((await judged(...settled)).facts.trade).to.include({ terminated: false });
  });

  it("left out are missing: a terminated trade is not shown as one that stands", async () => {
    const records = makeRecords([...contracted, "termination"].map((step) => ({ type: `trade.${step}` })));
    const verdict = judge(await made({ records, shown: [0, 1, 2] }));
    expectFailure(verdict, "complete", "V_INCOMPLETE");
  });

  const lawful: readonly (readonly string[])[] = [
    ["listing", "offer", "offer", "contract"],
    [...contracted, "amendment", "amendment", "delivery", "amendment", "delivery", "acceptance", "amendment"],
    [...contracted, "filing", "delivery"],
    [...settled, "filing", "distribution", "distribution"],
    [...settled, "distribution", "certificate", "distribution"],
  ];
  for (const steps of lawful)
    it(`pass in their order: ${steps.join(", ")}`, async () =>
      void expectAnswer(await judged(...steps), "complete", "pass"));

  const unlawful: readonly (readonly string[])[] = [
    ["offer", "listing"],
    ["listing", "listing"],
    ["listing", "amendment"],
    ["listing", "offer", "filing"],
    [...contracted, "filing", "filing"],
    [...contracted, "distribution"],
    [...contracted, "termination", "delivery"],
    [...settled, "amendment"],
    [...settled, "termination"],
    [...settled, "certificate", "filing"],
    [...settled, "filing", "certificate"],
  ];
  for (const steps of unlawful)
    it(`are of no trade in another order: ${steps.join(", ")}`, async () => {
      const verdict = await judged(...steps);
      expectFailure(verdict, "complete", "V_INCOMPLETE");
      expect(verdict.reason).to.match(/no trade has them in this order/);
    });

  it("were tried in every order that counts", () => expect([lawful.length, unlawful.length]).to.deep.equal([5, 11]));
});

describe("evidence: the block of a stage", () => {
  const stageAt = (number: number, timeMs: number): Promise<Bundle> =>
    made({ records: seven, lawBlock: { number, timeMs } });

  it("of the anchor's number is the anchor's block, or the operator sealed two", async () => {
    expectFailure(judge(await stageAt(12, startMs)), "complete", "V_EQUIVOCATION");
  });

  it("that is earlier by its number is earlier by its clock", async () => {
    expectFailure(judge(await stageAt(11, startMs + 25 * 3_600_000)), "complete", "V_TIME");
    expectAnswer(judge(await stageAt(11, startMs + 24 * 3_600_000)), "complete", "pass");
  });
});
