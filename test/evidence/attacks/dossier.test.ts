/** Dossiers that would say more than their bundles prove. */
import { utf8 } from "@lianzheng/sdk/encoding";
import { verifyDossier, type Dossier, type DossierOptions, type DossierVerdict } from "@lianzheng/sdk/dossier";
import { encodeBundle, type Policy } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { makeEvidence, makeRecords, nowMs, policy, subject, type Evidence } from "../fixture.ts";

const product = `product:0x${"52".repeat(32)}`;
const lenient: Policy = { ...policy, required: policy.required.filter((question) => question !== "complete") };

describe("attack on a dossier", () => {
  let trade: Evidence;
  let whole: Dossier;

  before(async () => {
    trade = await makeEvidence();
    whole = dossierOf({
      index: [{ subject, role: "subject", records: trade.records.map(({ id }) => id), bundle: 0, reason: null }],
      bundles: [encodeBundle(trade.bundle)],
    });
  });

  const dossierOf = (parts: Pick<Dossier, "index" | "bundles">): Dossier => ({
    ...{ format: "lianzheng-dossier", version: 1, kind: "trade", subject, madeAt: "2026-03-20T08:00:00.000Z" },
    ...{ lineage: [], law: "", ...parts },
  });
  const judged = (dossier: Dossier, options: DossierOptions = {}): DossierVerdict =>
    verifyDossier(utf8(JSON.stringify(dossier)), lenient, { now: nowMs, ...options });

  it("a trade that calls itself a product is not let off the count of its steps", async () => {
    const { bundle, records } = await makeEvidence({ records: trade.records, shown: [0] });
    const cut = dossierOf({
      index: [{ subject, role: "subject", records: [records[0]!.id], bundle: 0, reason: null }],
      bundles: [encodeBundle(bundle)],
    });
    expect(judged(cut).result).to.equal("undetermined");
    for (const kind of ["product", "portability"] as const)
      expect(judged({ ...cut, kind }), kind).to.include({ result: "failed", code: "E_RANGE" });
  });

  it("the dossier's own subject has no other role", () => {
    const index = whole.index.map((item) => ({ ...item, role: "source" as const }));
    expect(judged({ ...whole, index })).to.include({ result: "failed", code: "E_RANGE" });
  });

  it("a record that is listed twice does not hide one that is not listed", () => {
    const [first, second] = trade.records.map(({ id }) => id);
    const index = whole.index.map((item) => ({ ...item, records: [first!, first!, second!] }));
    expect(judged({ ...whole, index })).to.include({ result: "failed", code: "E_DUPLICATE" });
  });

  it("two blocks of one number are not both taken as final", async () => {
    const records = makeRecords([{ type: "product.registration", subject: product }]);
    const other = (number: number): Promise<Evidence> =>
      makeEvidence({ records, counted: 0, isForgetful: true, anchorBlock: { number } });
    const item = { subject: product, role: "product", records: [records[0]!.id], bundle: 1, reason: null } as const;
    const beside = async (number: number): Promise<DossierVerdict> => {
      const bundles = [...whole.bundles, encodeBundle((await other(number)).bundle)];
      return judged({ ...whole, bundles, index: [...whole.index, item] });
    };
    expect((await beside(13)).result).to.equal("verified");
    const forked = await beside(12);
    expect(forked.items.map(({ verdict }) => verdict?.result)).to.deep.equal(["verified", "verified"]);
    expect(forked).to.include({ result: "failed", code: "V_EQUIVOCATION" });
  });
});
