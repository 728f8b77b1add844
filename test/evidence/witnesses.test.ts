/** Witnesses beside the log: who they are the policy says, and how many must have cosigned the checkpoint. */
import { concatBytes, toBase64, utf8 } from "@lianzheng/sdk/encoding";
import { decodePolicy, type Policy } from "@lianzheng/sdk/evidence";
import {
  createCosigner,
  decodeProof,
  encodeCosignerKey,
  encodeProof,
  encodeVerifierKey,
  type NoteSigner,
} from "@lianzheng/sdk/log";
import { expect } from "chai";
import { refused } from "../chain/refused.ts";
import { bytesOf, logKey, makeEvidence, nowMs, origin, policy } from "./fixture.ts";
import { answerTo, expectAnswer, expectFailure, judge } from "./question-of.ts";

const good = (await makeEvidence()).bundle;
const names = ["court", "notary", "university"].map((name) => `${name}.example/witness`);

const witness = (name: string): NoteSigner => {
  const key = logKey(name);
  return createCosigner(
    name,
    key.publicKey,
    (message) => key.sign(message),
    () => nowMs,
  );
};
const keyOf = (name: string): string => encodeCosignerKey(name, logKey(name).publicKey);
const withWitnesses = (quorum: unknown, keys: readonly unknown[] = names.map(keyOf)): unknown => ({
  ...policy,
  witnesses: { quorum, keys },
});
const demanding = (quorum: number): Policy => decodePolicy(bytesOf(withWitnesses(quorum)));

/** The note with a line of each signer behind the log's. */
function cosigned(
  note: string,
  signers: readonly NoteSigner[],
  text = note.slice(0, note.lastIndexOf("\n\n") + 1),
): string {
  const lines = signers.map((signer) => {
    const id = new Uint8Array(4);
    new DataView(id.buffer).setUint32(0, signer.keyId);
    return `\u2014 ${signer.name} ${toBase64(concatBytes(id, signer.sign(utf8(text))))}\n`;
  });
  return note + lines.join("");
}

/** The bundle as a node gives it whose checkpoint these cosigned. */
function cosignedBundle(signers: readonly NoteSigner[], text?: string): typeof good {
  const records = good.records.map((record) => {
    const proof = decodeProof(record.proof);
    return { ...record, proof: encodeProof({ ...proof, checkpoint: cosigned(proof.checkpoint, signers, text) }) };
  });
  return { ...good, records };
}

describe("evidence: witnesses of a log", () => {
  it("make it rest on them when as many cosigned as the policy asks for", () => {
    for (const [count, quorum] of [
      [2, 2],
      [3, 2],
      [1, 1],
    ] as const) {
      const verdict = judge(cosignedBundle(names.slice(0, count).map(witness)), demanding(quorum));
      expect(verdict.result, verdict.reason).to.equal("verified");
      const { trust, reason } = answerTo("logged", verdict);
      expect(trust).to.equal("witnesses");
      expect(reason).to.match(
        new RegExp(`${count} of the 3 witnesses that the policy names cosigned it; ${quorum} are due\\.$`),
      );
    }
  });

  it("leave it unknown when fewer did, and with it all that rests on the log", () => {
    for (const bundle of [
      good,
      cosignedBundle([witness(names[0]!)]),
      cosignedBundle([witness("stranger.example"), witness(names[2]!)]),
    ]) {
      const verdict = judge(bundle, demanding(2));
      expectAnswer(verdict, "logged", "unknown");
      expect(verdict.result).to.equal("undetermined");
      expect(verdict.facts.records).to.deep.equal([]);
    }
  });

  it("count once, however often they cosigned", () => {
    const twice = [witness(names[0]!), witness(names[0]!)];
    expectAnswer(judge(cosignedBundle(twice), demanding(2)), "logged", "unknown");
  });

  it("are refused when they cosigned another checkpoint", () => {
    const other = `${origin}\n99\n${toBase64(new Uint8Array(32))}\n`;
    expectFailure(judge(cosignedBundle(names.map(witness), other), demanding(2)), "logged", "V_NOTE");
  });

  it("never stand in for the log", () => {
    const [record] = cosignedBundle(names.map(witness)).records;
    const { checkpoint, ...proof } = decodeProof(record!.proof);
    const unsigned = checkpoint.replace(new RegExp(`\u2014 ${origin} .*\n`), "");
    const bundle = { ...good, records: [{ ...record!, proof: encodeProof({ ...proof, checkpoint: unsigned }) }] };
    expectFailure(judge(bundle, demanding(2)), "logged", "V_NOTE");
  });

  it("are not asked for by a policy that names none", () => {
    const verdict = judge(cosignedBundle(names.map(witness)));
    expect(answerTo("logged", verdict)).to.include({ answer: "pass", trust: "log-key" });
  });

  it("are read strictly from a policy", () => {
    const [first] = names.map(keyOf);
    const alias = encodeCosignerKey("other.example", logKey(names[0]!).publicKey);
    const wrong: readonly (readonly [value: unknown, field: string])[] = [
      [withWitnesses(0), "/witnesses/quorum"],
      [withWitnesses(4), "/witnesses/quorum"],
      [withWitnesses(1, []), "/witnesses/keys"],
      [withWitnesses(1, [first, first]), "/witnesses/keys/1"],
      [withWitnesses(1, [first, alias]), "/witnesses/keys/1"],
      [withWitnesses(1, ["nobody"]), "/witnesses/keys/0"],
      [withWitnesses(1, [encodeCosignerKey(origin, logKey("x").publicKey)]), "/witnesses/keys/0"],
      [withWitnesses(1, [encodeCosignerKey("me.example", logKey("log").publicKey)]), "/witnesses/keys/0"],
      [
        withWitnesses(1, [first, encodeVerifierKey("court.example", logKey("y").publicKey).replace("+", "++")]),
        "/witnesses/keys/1",
      ],
      [{ ...policy, witnesses: { quorum: 1, keys: [first], more: 1 } }, "/witnesses/more"],
    ];
    for (const [value, field] of wrong)
      expect(refused(() => decodePolicy(bytesOf(value)), "V_POLICY").details["field"]).to.equal(field);
    expect(wrong).to.have.length(10);
  });
});
