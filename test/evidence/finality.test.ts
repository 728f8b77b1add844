/** Blocks that several validators sealed: who they are, how many of them, and how the bundle leads to those of a later day. */
import { keccak256, toHex, fromHex, type Hex } from "@lianzheng/sdk/encoding";
import { majorityOf, quorumOf, type Verdict } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import fc from "fast-check";
import {
  addresses,
  cliqueSeal,
  four,
  headerAt,
  qbftPolicy,
  qbftSeal,
  sealedEvidence,
  validatorKeys,
  withFinality,
  withHeaders,
} from "./engines.ts";
import { bytesOf, makeEvidence } from "./fixture.ts";
import { answerTo, expectAnswer, expectFailure, judge, judgeValue } from "./question-of.ts";

const five = validatorKeys.slice(0, 5);
const six = validatorKeys.slice(0, 6);
const strangers = validatorKeys.slice(5, 9);
const good = (await sealedEvidence(qbftSeal())).bundle;
const anchored = (await sealedEvidence(cliqueSeal(five[0]!))).bundle;

function expectVerified(verdict: Verdict, trust: string): void {
  expect(verdict.result, verdict.reason).to.equal("verified");
  for (const question of ["final", "time"] as const) expect(answerTo(question, verdict).trust).to.equal(trust);
}

describe("evidence: a block that QBFT validators sealed", () => {
  it("is final with the seals of a quorum, in any round, by any of them", async () => {
    expectVerified(judge(good, qbftPolicy()), "validators");
    for (const [sealers, round] of [
      [four, 0],
      [four.slice(1), 3],
    ] as const)
      expectVerified(judge((await sealedEvidence(qbftSeal({ sealers, round }))).bundle, qbftPolicy()), "validators");
  });

  it("says how many sealed it, how many are due, and what that rests on", () => {
    const { reason } = expectAnswer(judge(good, qbftPolicy()), "final", "pass");
    expect(reason).to.equal(
      "Block 12 is sealed by 3 of its 4 validators, and 3 make it final. That holds as long as no more than 1 of them is faulty.",
    );
  });

  it("has the same hash whoever sealed it", async () => {
    const other = (await sealedEvidence(qbftSeal({ sealers: four.slice(1), round: 2 }))).bundle;
    expect(judge(other, qbftPolicy()).facts.block).to.deep.equal(judge(good, qbftPolicy()).facts.block);
  });

  it("of a single validator is called what it is", async () => {
    const one = validatorKeys.slice(0, 1);
    const { bundle } = await sealedEvidence(qbftSeal({ validators: addresses(one), sealers: one }));
    const verdict = judge(bundle, qbftPolicy([{ from: 0, validators: addresses(one) }]));
    expectVerified(verdict, "single-operator");
    expect(answerTo("final", verdict).reason).to.contain("alone witnesses it");
  });

  const refused: readonly (readonly [
    what: string,
    seal: Parameters<typeof qbftSeal>[0],
    code: "V_QUORUM" | "V_SEAL" | "V_SEAL_SIGNER",
  ])[] = [
    ["too few seals", { sealers: four.slice(0, 2) }, "V_QUORUM"],
    ["no seals", { sealers: [] }, "V_QUORUM"],
    ["one seal three times", { sealers: [four[0]!, four[0]!, four[0]!] }, "V_SEAL"],
    ["a stranger's seal", { sealers: [four[0]!, four[1]!, strangers[0]!] }, "V_SEAL_SIGNER"],
    ["more seals than validators", { sealers: [...four, four[0]!] }, "V_SEAL"],
    ["validators of its own", { validators: addresses(strangers), sealers: strangers }, "V_SEAL_SIGNER"],
    ["two more validators than are known", { validators: addresses(six), sealers: six }, "V_SEAL_SIGNER"],
    ["no validators", { validators: [] }, "V_SEAL"],
    ["a validator twice", { validators: [...addresses(four.slice(0, 3)), addresses(four)[0]!] }, "V_SEAL"],
  ];
  for (const [what, seal, code] of refused) {
    it(`with ${what} is refused`, async () => {
      expectFailure(judge((await sealedEvidence(qbftSeal(seal))).bundle, qbftPolicy()), "final", code);
    });
  }

  it("sealed by one operator is refused, and the other way round", async () => {
    expectFailure(judge((await makeEvidence()).bundle, qbftPolicy()), "final", "V_SEAL");
    expectFailure(judge(good), "final", "V_SEAL");
  });

  it("with any byte of its header changed is not verified", () => {
    const bundle = good;
    const header = fromHex(bundle.anchor.event.header);
    const whole = judge(bundle, qbftPolicy());
    fc.assert(
      fc.property(fc.nat(header.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bent = header.slice();
        bent[at] = bent[at]! ^ by;
        const verdict = judge(
          { ...bundle, anchor: { ...bundle.anchor, event: { ...bundle.anchor.event, header: toHex(bent) } } },
          qbftPolicy(),
        );
        expect(verdict.result).to.not.equal("verified");
      }),
      { numRuns: 60 },
    );
    expect(whole.result).to.equal("verified");
  });

  it("of a chain that names validators in a contract is judged by those of the policy", async () => {
    const { bundle } = await sealedEvidence(qbftSeal({ validators: [] }));
    const epochs = [{ from: 0, validators: addresses(four) }];
    expectVerified(judge(bundle, qbftPolicy(epochs, "contract")), "validators");
    expectFailure(
      judge(bundle, qbftPolicy([{ from: 0, validators: addresses(strangers) }], "contract")),
      "final",
      "V_SEAL_SIGNER",
    );
    expectFailure(judge(good, qbftPolicy(epochs, "contract")), "final", "V_SEAL");
  });

  it("of before the policy's first epoch is unknown, and of a later one is judged by that", () => {
    const later = [{ from: 13, validators: addresses(four) }];
    expectAnswer(judge(good, qbftPolicy(later)), "final", "unknown");
    const [first, then] = [
      { from: 0, validators: addresses(strangers) },
      { from: 9, validators: addresses(four) },
    ];
    expectVerified(judge(good, qbftPolicy([first, then])), "validators");
  });
});

describe("evidence: validators that changed", () => {
  const fourth = headerAt(5, qbftSeal({ validators: addresses(five), sealers: five.slice(0, 4) }));
  const sixth = headerAt(7, qbftSeal({ validators: addresses(six), sealers: six.slice(2) }));
  const bySix = qbftSeal({ validators: addresses(six), sealers: six.slice(1, 5) });

  it("are followed through the headers that changed them", async () => {
    const { bundle } = await sealedEvidence(bySix);
    expectFailure(judge(bundle, qbftPolicy()), "final", "V_SEAL_SIGNER");
    expectVerified(judge(withHeaders(bundle, [fourth, sixth]), qbftPolicy()), "validators");
  });

  it("may change in the block itself, by one", async () => {
    const { bundle } = await sealedEvidence(
      qbftSeal({ validators: addresses(five), sealers: five.slice(1) }),
      qbftSeal(),
    );
    expectVerified(judge(bundle, qbftPolicy()), "validators");
  });

  it("are those of its time for the block of a stage", async () => {
    const { bundle } = await sealedEvidence(bySix, qbftSeal({ validators: addresses(six), sealers: six.slice(0, 4) }));
    const verdict = judge(withHeaders(bundle, [fourth, sixth]), qbftPolicy());
    expect(answerTo("complete", verdict).answer, "block 10 is after both changes").to.equal("pass");
    const early = (await sealedEvidence(bySix, qbftSeal())).bundle;
    expectFailure(judge(withHeaders(early, [fourth, sixth]), qbftPolicy()), "complete", "V_SEAL_SIGNER");
  });

  it("can't be changed by those who were not validators before", async () => {
    const { bundle } = await sealedEvidence(bySix);
    const outside = headerAt(
      5,
      qbftSeal({ validators: addresses(five), sealers: [five[4]!, ...strangers.slice(0, 3)] }),
    );
    const few = headerAt(5, qbftSeal({ validators: addresses(five), sealers: five.slice(0, 3) }));
    const leap = headerAt(5, qbftSeal({ validators: addresses(six), sealers: six }));
    expectFailure(judge(withHeaders(bundle, [outside, sixth]), qbftPolicy()), "final", "V_SEAL_SIGNER");
    expectFailure(judge(withHeaders(bundle, [few, sixth]), qbftPolicy()), "final", "V_QUORUM");
    expectFailure(judge(withHeaders(bundle, [leap]), qbftPolicy()), "final", "V_SEAL_SIGNER");
  });

  it("are not read out of order, or from after the block", async () => {
    const { bundle } = await sealedEvidence(bySix);
    const late = headerAt(12, qbftSeal());
    for (const headers of [
      [sixth, fourth],
      [fourth, fourth],
      [fourth, sixth, late],
    ])
      expectFailure(judge(withHeaders(bundle, headers), qbftPolicy()), "final", "V_HEADER");
  });

  it("never let a set take over of which fewer were known than may be faulty", () => {
    // The step of follow(): the new set differs by one and a quorum of it seals. Known ones among the sealers > faulty ones.
    for (let known = 2; known <= 256; known++) {
      const faulty = Math.floor((known - 1) / 3);
      expect(quorumOf(known + 1) - 1, `one more than ${known}`).to.be.greaterThan(faulty);
      expect(quorumOf(known - 1), `one less than ${known}`).to.be.greaterThan(faulty);
    }
  });
});

describe("evidence: a Clique branch", () => {
  const rule = { engine: "clique", epochs: [{ from: 0, validators: addresses(five) }] } as const;
  const hashOf = (header: Hex): Hex => toHex(keccak256(fromHex(header)));
  const branch = (keys: readonly number[]): readonly Hex[] => {
    let parent = anchored.anchor.event.header;
    return keys.map((key, at) => (parent = headerAt(13 + at, cliqueSeal(five[key]!), hashOf(parent))));
  };

  it("holds when a majority of signers built on the block", () => {
    expect(majorityOf(5)).to.equal(3);
    const verdict = judge(withHeaders(anchored, branch([1, 2])), withFinality(rule));
    expect(expectAnswer(verdict, "final", "pass").trust).to.equal("validators");
    expect(answerTo("time", verdict).trust).to.equal("validators");
  });

  it("is open as long as fewer did", () => {
    expectAnswer(judge(anchored, withFinality(rule)), "final", "unknown");
    for (const keys of [[1], [0], [1, 0, 1, 0]])
      expectAnswer(judge(withHeaders(anchored, branch(keys)), withFinality(rule)), "final", "unknown");
  });

  it("is refused when a header does not follow, or is a stranger's", () => {
    const [first, second] = branch([1, 2]);
    expectFailure(judge(withHeaders(anchored, [second!]), withFinality(rule)), "final", "V_HEADER");
    expectFailure(judge(withHeaders(anchored, [second!, first!]), withFinality(rule)), "final", "V_HEADER");
    const stranger = headerAt(13, cliqueSeal(validatorKeys[8]!), hashOf(anchored.anchor.event.header));
    expectFailure(judge(withHeaders(anchored, [stranger]), withFinality(rule)), "final", "V_SEAL_SIGNER");
  });

  it("lets a stage's event count only where it is shown to be in it", () => {
    const verdict = judge(withHeaders(anchored, branch([1, 2])), withFinality(rule));
    expect(answerTo("complete", verdict).answer, "by the state at the anchor's block").to.equal("pass");
  });
});

describe("evidence: finality by an endpoint's word", () => {
  const rule = { engine: "rpc", endpoint: "https://rpc.example/", confirmations: 3 } as const;

  it("is unknown offline, and so is what rests on it", async () => {
    const verdict = judge((await makeEvidence()).bundle, withFinality(rule));
    for (const question of ["final", "time", "complete"] as const) expectAnswer(verdict, question, "unknown");
    expect(verdict.result).to.equal("undetermined");
  });
});

describe("evidence: hostile headers", () => {
  it("end in a verdict", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { minLength: 1, maxLength: 5 }), (headers) => {
        const verdict = judge(withHeaders(good, headers.map(toHex)), qbftPolicy());
        expect(verdict.result).to.equal("failed");
      }),
      { numRuns: 40 },
    );
  });

  it("of a number that no bundle has are refused before they are looked at", () => {
    const { reason } = judgeValue(withHeaders(good, Array<Hex>(65).fill("0x80")), qbftPolicy());
    expect(reason).to.match(/must hold 64 or fewer$/);
    expect(bytesOf(good).length).to.be.lessThan(1_000_000);
  });
});
