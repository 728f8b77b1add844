import { utf8 } from "@lianzheng/sdk/encoding";
import {
  decodeDossier,
  encodeDossier,
  looksLikeDossier,
  verifyDossier,
  type Dossier,
  type DossierVerdict,
} from "@lianzheng/sdk/dossier";
import { encodeBundle, type Policy } from "@lianzheng/sdk/evidence";
import { redact } from "@lianzheng/sdk/redaction";
import { expect } from "chai";
import fc from "fast-check";
import { encoded, makeEvidence, makeRecords, nowMs, policy, subject, type Evidence } from "../evidence/fixture.ts";

const source = `resource:0x${"51".repeat(32)}`;
const product = `product:0x${"52".repeat(32)}`;
/** A registration's evidence: nothing on the chain counts its records. */
const lenient: Policy = { ...policy, required: policy.required.filter((question) => question !== "complete") };

describe("a dossier", () => {
  let trade: Evidence;
  let registration: Evidence;
  let whole: Dossier;

  before(async () => {
    trade = await makeEvidence();
    const records = makeRecords([{ type: "product.registration", subject: product }]);
    registration = await makeEvidence({ records, counted: 0, isForgetful: true, anchorBlock: { number: 13 } });
    whole = {
      ...{ format: "lianzheng-dossier", version: 1, kind: "trade", subject, madeAt: "2026-03-20T08:00:00.000Z" },
      index: [
        { subject, role: "subject", records: trade.records.map(({ id }) => id), bundle: 0, reason: null },
        { subject: product, role: "product", records: records.map(({ id }) => id), bundle: 1, reason: null },
      ],
      ...{ lineage: [], law: '{"block":12}' },
      bundles: [encodeBundle(trade.bundle), encodeBundle(registration.bundle)],
    };
  });

  const judged = (dossier: Dossier, by = lenient): DossierVerdict =>
    verifyDossier(utf8(JSON.stringify(dossier)), by, { now: nowMs });
  const answers = ({ answers: all }: DossierVerdict): Record<string, string> =>
    Object.fromEntries(all.map(({ question, answer }) => [question, answer]));
  const changed = (at: number, change: Partial<Dossier["index"][number]>): Dossier => ({
    ...whole,
    index: whole.index.map((item, place) => (place === at ? { ...item, ...change } : item)),
  });

  it("is verified when all that it lists verifies and the chain counts no more steps, as of a block", () => {
    const verdict = judged(whole);
    expect(verdict.result, verdict.reason).to.equal("verified");
    expect(answers(verdict)).to.deep.equal({ bundles: "pass", listed: "pass", steps: "pass", lineage: "unknown" });
    expect(verdict.asOf).to.deep.equal({ block: 12, at: "2026-03-02T08:00:00.000Z" });
    expect(verdict.reason).to.contain("Left open: lineage");
    expect(verdict.items.map(({ verdict: one }) => one?.result)).to.deep.equal(["verified", "verified"]);
  });

  it("comes back from its text as it was, and its text is one", () => {
    const text = encodeDossier(whole);
    expect(decodeDossier(utf8(text))).to.deep.equal(whole);
    expect(encodeDossier(decodeDossier(utf8(JSON.stringify(whole, null, 2))))).to.equal(text);
    expect(looksLikeDossier(utf8(text))).to.equal(true);
    expect(looksLikeDossier(encoded(trade.bundle))).to.equal(false);
  });

  it("asks of each bundle what the policy asks", () => {
    const verdict = judged(whole, policy);
    expect([verdict.result, answers(verdict)["bundles"]]).to.deep.equal(["undetermined", "unknown"]);
    expect(verdict.reason).to.contain(product);
  });

  it("may show less of a record and verifies still", () => {
    const hidden = encodeBundle(redact(trade.bundle, { drop: ["price"] }).bundle);
    expect(judged({ ...whole, bundles: [hidden, whole.bundles[1]!] }).result).to.equal("verified");
  });

  const cheats: readonly (readonly [string, () => Dossier | Promise<Dossier>, string, string])[] = [
    [
      "a record taken out of a bundle",
      async () => {
        const { bundle } = await makeEvidence({ records: trade.records, shown: [0, 1] });
        return { ...whole, bundles: [encodeBundle(bundle), whole.bundles[1]!] };
      },
      "bundles",
      "V_INCOMPLETE",
    ],
    [
      "a bundle taken out",
      () => ({ ...changed(1, { bundle: null }), bundles: whole.bundles.slice(0, 1) }),
      "listed",
      "V_INCOMPLETE",
    ],
    [
      "a record that is listed and not there",
      () => changed(1, { records: [...whole.index[1]!.records, `0x${"77".repeat(32)}`] }),
      "listed",
      "V_INCOMPLETE",
    ],
    ["a record that is there and not listed", () => changed(1, { records: [] }), "listed", "V_BINDING"],
    ["the bundle of another subject", () => changed(1, { subject: source }), "listed", "V_BINDING"],
    ["bundles that changed places", () => ({ ...whole, bundles: whole.bundles.toReversed() }), "listed", "V_BINDING"],
    ["a bundle that is none", () => ({ ...whole, bundles: ["{}", whole.bundles[1]!] }), "bundles", "V_FORMAT"],
    [
      "a changed value in a bundle",
      () => ({
        ...whole,
        bundles: [
          whole.bundles[0]!.replace(
            /"disclosures":\["[^"]*"/,
            '"disclosures":["WyJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwicHJpY2UiLCIxIl0"',
          ),
          whole.bundles[1]!,
        ],
      }),
      "bundles",
      "V_DISCLOSURE",
    ],
    [
      "a source that the lineage names and the index hides",
      () => ({ ...whole, lineage: [{ from: source.slice(9), to: product.slice(8) }] }),
      "lineage",
      "V_INCOMPLETE",
    ],
  ];
  for (const [what, cheat, question, code] of cheats) {
    it(`fails for ${what}`, async () => {
      const verdict = judged(await cheat());
      expect(verdict.result).to.equal("failed");
      expect(verdict.answers.find(({ answer }) => answer === "fail")).to.include({ question, code });
    });
  }
  it("has its cases", () => expect(cheats).to.have.length(9));

  it("stays open, and is never verified, where something is missing with a reason or the steps are not counted", async () => {
    const reason = "the node shows no evidence of it to the caller (E_NOT_FOUND)";
    const absent = judged({ ...changed(1, { bundle: null, reason }), bundles: whole.bundles.slice(0, 1) });
    expect([absent.result, answers(absent)["listed"]]).to.deep.equal(["undetermined", "unknown"]);
    expect(absent.reason).to.contain("E_NOT_FOUND");
    const { bundle } = await makeEvidence({ counted: 0, isForgetful: true });
    const uncounted = judged({ ...whole, bundles: [encodeBundle(bundle), whole.bundles[1]!] });
    expect([uncounted.result, answers(uncounted)["steps"], uncounted.asOf]).to.deep.equal([
      "undetermined",
      "unknown",
      undefined,
    ]);
  });

  it("is refused where it is none: another version, an unknown member, one subject twice, a place of no bundle", () => {
    const codes = [
      { ...whole, version: 2 },
      { ...whole, format: "lianzheng-evidence" },
      { ...whole, more: 1 },
      { ...whole, subject: product },
      { ...whole, index: [whole.index[0], whole.index[0]] },
      { ...whole, index: [{ ...whole.index[0], bundle: 9 }] },
      { ...whole, kind: "court" },
    ].map((one) => judged(one as Dossier).code);
    const due = ["V_VERSION", "V_FORMAT", "E_UNKNOWN_FIELD", "E_RANGE", "E_DUPLICATE", "E_RANGE", "E_RANGE"];
    expect(codes).to.deep.equal(due);
  });

  it("answers whatever bytes it is given", () => {
    const text = encodeDossier(whole);
    fc.assert(
      fc.property(fc.nat(), fc.nat(40), fc.string({ maxLength: 4 }), (where, length, put) => {
        const at = where % text.length;
        const verdict = verifyDossier(
          utf8(text.slice(0, at) + put.replace(/[\ud800-\udfff]/g, "") + text.slice(at + length)),
          lenient,
          { now: nowMs },
        );
        if (verdict.result === "verified") expect(verdict.items).to.have.length(2);
      }),
      { numRuns: 40 },
    );
  });
});
