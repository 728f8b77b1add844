import { createHash } from "node:crypto";
import { SDJwt } from "@sd-jwt/core";
import { encodeBundle, verify, type Bundle } from "@lianzheng/sdk/evidence";
import { decodeDisclosure, decodeEntry } from "@lianzheng/sdk/record";
import { redact, type Selection } from "@lianzheng/sdk/redaction";
import { expect } from "chai";
import fc from "fast-check";
import { encoded, makeEvidence, nowMs, policy } from "../evidence/fixture.ts";

const names = ["currency", "note", "price"];

const hasher = (data: string | ArrayBuffer, algorithm: string): Uint8Array =>
  createHash(algorithm.replaceAll("-", ""))
    .update(typeof data === "string" ? data : new Uint8Array(data))
    .digest();

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** What an SD-JWT library that is not ours reads out of an entry's commitments and the disclosures that came with it. */
async function claimsOf({ entry, disclosures }: Bundle["records"][number]): Promise<Record<string, unknown>> {
  const { commitments } = decodeEntry(entry);
  const jwt = [
    { alg: "none", typ: "sd+jwt" },
    { _sd_alg: "sha-256", _sd: commitments },
  ].map(base64url);
  const compact = `${jwt.join(".")}.AA~${disclosures.map((text) => `${text}~`).join("")}`;
  return (await SDJwt.fromEncode(compact, hasher)).getClaims<Record<string, unknown>>(hasher);
}

function shownIn(bundle: Bundle): readonly (readonly string[])[] {
  return bundle.records.map(({ disclosures }) => disclosures.map((text) => decodeDisclosure(text).name).sort());
}

describe("redaction", () => {
  let bundle: Bundle;

  before(async () => {
    ({ bundle } = await makeEvidence());
  });

  const codeOf = (of: Bundle, selection: Selection): unknown => {
    try {
      redact(of, selection);
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
    return undefined;
  };

  it("keeps what is named and hides the rest, in every record", () => {
    const { bundle: kept, records } = redact(bundle, { keep: ["price"] });
    expect(shownIn(kept)).to.deep.equal([["price"], ["price"], ["price"]]);
    expect(records.map(({ kept: shown, withheld }) => [shown, [...withheld].sort()])).to.deep.equal(
      Array.from({ length: 3 }, () => [["price"], ["currency", "note"]]),
    );
    expect(records.map(({ members }) => members)).to.deep.equal([3, 3, 3]);
    expect(shownIn(redact(bundle, { drop: ["price"] }).bundle)[0]).to.deep.equal(["currency", "note"]);
  });

  it("proves as much as before: every answer stays, and the hidden values are in no byte of the file", () => {
    const before = verify(encoded(bundle), policy, { now: nowMs });
    const hidden = redact(bundle, { drop: ["price"] }).bundle;
    const after = verify(encoded(hidden), policy, { now: nowMs });
    expect(after.result).to.equal("verified");
    expect(after.verdicts.map(({ answer }) => answer)).to.deep.equal(before.verdicts.map(({ answer }) => answer));
    expect(after.verdicts[0]?.reason).to.contain("6 of 9 members").and.contain("not shown");
    const text = encodeBundle(hidden);
    for (const disclosure of bundle.records.flatMap(({ disclosures }) => disclosures)) {
      expect(text.includes(disclosure)).to.equal(decodeDisclosure(disclosure).name !== "price");
    }
  });

  it("leaves entries, proofs, anchor and law byte for byte, whatever is kept", () => {
    fc.assert(
      fc.property(fc.subarray(names), (keep) => {
        const { bundle: kept } = redact(bundle, { keep });
        const whole = {
          ...kept,
          records: kept.records.map((record, at) => ({ ...record, disclosures: bundle.records[at]!.disclosures })),
        };
        expect(whole).to.deep.equal(bundle);
        expect(verify(encoded(kept), policy, { now: nowMs }).result).to.equal("verified");
      }),
      // There are eight subsets.
      { numRuns: 12 },
    );
  });

  it("is what keep and drop say in two ways, and can be done step by step", () => {
    fc.assert(
      fc.property(fc.subarray(names), (keep) => {
        const drop = names.filter((name) => !keep.includes(name));
        expect(redact(bundle, { drop }).bundle).to.deep.equal(redact(bundle, { keep }).bundle);
        const stepwise = drop.reduce((made, name) => redact(made, { drop: [name] }).bundle, bundle);
        expect(stepwise).to.deep.equal(redact(bundle, { keep }).bundle);
      }),
      { numRuns: 12 },
    );
  });

  it("refuses a name that nothing discloses: a misspelt one would leave the value readable", () => {
    expect(codeOf(bundle, { drop: ["prcie"] })).to.equal("E_UNKNOWN_FIELD");
    expect(codeOf(bundle, { keep: ["price", "weight"] })).to.equal("E_UNKNOWN_FIELD");
    expect(codeOf(redact(bundle, { drop: ["price"] }).bundle, { drop: ["price"] })).to.equal("E_UNKNOWN_FIELD");
  });

  it("hands on nothing that would not verify: an invented or altered disclosure is refused", () => {
    const [first, ...others] = bundle.records;
    const invented = Buffer.from(JSON.stringify(["AAAAAAAAAAAAAAAAAAAAAA", "price", "1.00"])).toString("base64url");
    const forged: Bundle = {
      ...bundle,
      records: [{ ...first!, disclosures: [...first!.disclosures, invented] }, ...others],
    };
    expect(codeOf(forged, { keep: ["price"] })).to.equal("V_DISCLOSURE");
    const foreign: Bundle = { ...bundle, records: [{ ...first!, disclosures: others[0]!.disclosures }, ...others] };
    expect(codeOf(foreign, { keep: ["price"] })).to.equal("V_DISCLOSURE");
    const none: Bundle = { ...bundle, records: [{ ...first!, entry: "{}" }, ...others] };
    expect(codeOf(none, { keep: ["price"] })).to.equal("V_LEAF");
  });

  it("gives disclosures that an SD-JWT library which is not ours reads as we do (RFC 9901)", async () => {
    for (const keep of [names, ["price"], []]) {
      const { bundle: kept } = redact(bundle, { keep });
      const ours = verify(encoded(kept), policy, { now: nowMs }).facts.records.map(({ disclosed }) => disclosed);
      const theirs = await Promise.all(kept.records.map(claimsOf));
      expect(theirs).to.deep.equal(ours);
      expect(Object.keys(theirs[0]!).sort()).to.deep.equal([...keep].sort());
    }
  });

  it("has disclosures that this library ties to their commitments too: another entry's are not read out", async () => {
    const [first, second] = bundle.records;
    const mixed = await claimsOf({ ...first!, disclosures: second!.disclosures }).catch(() => ({}));
    expect(mixed).to.deep.equal({});
  });
});
