import type { Hex } from "@lianzheng/sdk/encoding";
import type { Verdict } from "@lianzheng/sdk/evidence";
import { decodeErasure, erasureBody } from "@lianzheng/sdk/record";
import type { JsonObject } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { makeEvidence, makeRecord, owner, supplier, supplierKey } from "./fixture.ts";
import type { Made } from "./fixture.ts";
import { judge } from "./question-of.ts";

const listing = makeRecord({ type: "trade.listing", issuer: supplier, key: supplierKey }, 0, null);
const offer = makeRecord({ type: "trade.offer" }, 1, listing.id);
const erasure = {
  record: listing.id,
  index: 5,
  ground: "court-order",
  requestedBy: supplier,
  reference: "12",
} as const;

function toldBy(body: JsonObject, issuer = owner): Made {
  return makeRecord({ type: "record.erasure", body, issuer }, 2, offer.id);
}

/** The verdict on the subject after the listing was erased: its entry stands, and what it disclosed is gone. */
async function verdictOn(told: Made, shown: readonly string[] = told.disclosures): Promise<Verdict> {
  const { bundle } = await makeEvidence({ records: [listing, offer, told] });
  const [first, second, third] = bundle.records;
  return judge({
    ...bundle,
    records: [{ ...first!, disclosures: [] }, second!, { ...third!, disclosures: shown }],
  });
}

const erasedOf = ({ facts }: Verdict) => facts.records.map(({ erased }) => erased);

describe("evidence of a subject with an erased record", () => {
  it("is verified, and says which entry is erased, by which record, why and when", async () => {
    const told = toldBy(erasureBody(erasure));
    const verdict = await verdictOn(told);
    expect(verdict.result, verdict.reason).to.equal("verified");
    const erased = { by: told.id, ground: "court-order", at: told.entry.receivedAt };
    expect(erasedOf(verdict)).to.deep.equal([erased, undefined, undefined]);
    expect(verdict.facts.records[0]?.disclosed).to.deep.equal({});
  });

  it("says nothing of an erasure by another than the log's owner", async () => {
    const verdict = await verdictOn(toldBy(erasureBody(erasure), supplier));
    expect(verdict.facts.records).to.have.length(3);
    expect(erasedOf(verdict)).to.deep.equal([undefined, undefined, undefined]);
  });

  it("says nothing of one that is not disclosed, or names no record of the bundle", async () => {
    const told = toldBy(erasureBody(erasure));
    const elsewhere = toldBy(erasureBody({ ...erasure, record: `0x${"12".repeat(32)}` }));
    for (const verdict of [await verdictOn(told, []), await verdictOn(elsewhere)]) {
      expect(verdict.facts.records).to.have.length(3);
      expect(erasedOf(verdict)).to.deep.equal([undefined, undefined, undefined]);
    }
  });
});

describe("what a record of an erasure tells", () => {
  it("is read back as it was written, with and without a reference", () => {
    const { reference, ...bare } = erasure;
    expect(reference).to.equal("12");
    for (const one of [erasure, bare]) expect(decodeErasure(erasureBody(one))).to.deep.equal(one);
  });

  const wrong: readonly Readonly<Record<string, unknown>>[] = [
    { record: "0x12" },
    { record: listing.id.toUpperCase() as Hex },
    { index: -1 },
    { index: 1.5 },
    { index: "5" },
    { ground: "because" },
    { requestedBy: 5 },
    { reference: 5 },
  ];
  for (const change of wrong) {
    it(`is none with ${JSON.stringify(change)}`, () => {
      expect(decodeErasure({ ...erasureBody(erasure), ...change } as JsonObject)).to.equal(undefined);
    });
  }
});
