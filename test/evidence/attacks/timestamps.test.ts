/** Times by those whom a trusted root gave no say over time. */
import { EvidenceError, fromBase64, sha256, toBase64, utf8 } from "@lianzheng/sdk/encoding";
import { decodePolicy, encodeBundle, type TimestampFindings } from "@lianzheng/sdk/evidence";
import { decodeProof } from "@lianzheng/sdk/log";
import { proveTimestamps } from "@lianzheng/sdk/timestamp";
import { expect } from "chai";
import { decodeCertificate } from "../../../sdk/src/timestamp/certificate.ts";
import { assertUsable } from "../../../sdk/src/timestamp/path.ts";
import { authorityExtensions, stampExtensions, Workshop, type Identity } from "../../timestamp/authority.ts";
import { judge as judgeVerdict, judgeDossier } from "../../../cli/src/verdict/judge.ts";
import { bytesOf, encoded, makeEvidence, nowMs, policy, subject } from "../fixture.ts";

const { bundle, records } = await makeEvidence();
const note = sha256(utf8(decodeProof(bundle.records[0]!.proof).checkpoint));

describe("attack on timestamps", function () {
  this.timeout(60_000);
  let workshop: Workshop;
  let root: Identity;

  before(async () => {
    workshop = await Workshop.open();
    root = await workshop.identity("Root", { extensions: authorityExtensions });
  });
  after(() => workshop.close());

  async function proved(token: Uint8Array): Promise<TimestampFindings> {
    const trusting = decodePolicy(bytesOf({ ...policy, timestamps: { authorities: [root.der] } }));
    return proveTimestamps(encoded({ ...bundle, timestamps: [toBase64(token)] }), trusting);
  }

  for (const [purposes, stamps] of [
    ["serverAuth", 0],
    ["serverAuth,timeStamping", 1],
    ["anyExtendedKeyUsage", 1],
  ] as const)
    it(`an authority below the root, for ${purposes}, makes ${stamps} authorities for time`, async () => {
      const extensions = [...authorityExtensions, `extendedKeyUsage=${purposes}`];
      const middle = await workshop.identity("Middle", { issuer: root, extensions });
      const leaf = await workshop.identity("Leaf", { issuer: middle });
      const found = await proved(await workshop.stamp(note, leaf, { chain: middle }));
      expect([found.stamps.length, found.passedOver, found.refused]).to.deep.equal([stamps, 1 - stamps, undefined]);
    });

  // openssl signs no stamp with such a key, so the certificate alone is looked at.
  for (const [usage, isTaken] of [
    ["keyAgreement", false],
    ["digitalSignature", true],
    ["nonRepudiation", true],
  ] as const)
    it(`a certificate whose key is for ${usage} is ${isTaken ? "taken" : "refused"}`, async () => {
      const extensions = [...stampExtensions, `keyUsage=critical,${usage}`];
      const { der } = await workshop.identity("Leaf", { issuer: root, extensions });
      const use = (): void => assertUsable([decodeCertificate(fromBase64(der))], Date.now() + 60_000);
      if (isTaken) expect(use).to.not.throw();
      else expect(use).to.throw(EvidenceError).with.property("code", "V_TIMESTAMP");
    });

  it("a timestamp that is refused in a bundle is refused in a dossier of it", async () => {
    const leaf = await workshop.identity("Leaf", { issuer: root });
    const token = await workshop.stamp(sha256(utf8("something else")), leaf);
    const trusting = decodePolicy(bytesOf({ ...policy, timestamps: { authorities: [root.der] } }));
    const text = encodeBundle({ ...bundle, timestamps: [toBase64(token)] });
    expect(await judgeVerdict(utf8(text), trusting, nowMs, undefined)).to.include({ code: "V_TIMESTAMP" });
    const dossier = {
      ...{ format: "lianzheng-dossier", version: 1, kind: "trade", subject, madeAt: "2026-03-20T08:00:00.000Z" },
      index: [{ subject, role: "subject", records: records.map(({ id }) => id), bundle: 0, reason: null }],
      ...{ lineage: [], law: "", bundles: [text] },
    };
    const verdict = await judgeDossier(bytesOf(dossier), trusting, nowMs);
    expect(verdict).to.include({ result: "failed", code: "V_TIMESTAMP" });
  });
});
