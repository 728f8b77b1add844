import { expect } from "chai";
import fc from "fast-check";
import { EvidenceError, utf8 } from "@lianzheng/sdk/encoding";
import {
  decodeEntryBundle,
  decodeProof,
  openNote,
  parseCheckpointText,
  parseTilePath,
  parseVerifierKey,
  rootFromPath,
  verifyConsistency,
} from "@lianzheng/sdk/log";
import { decodeDisclosure, decodeEntry, decodeSubmission, fromInstant, parseJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import notes from "../../vectors/notes.json" with { type: "json" };
import record from "../../vectors/record.json" with { type: "json" };

const vector = notes.notes[1]!;
const verifiers = [parseVerifierKey(vector.key)];
const proof = `c2sp.org/tlog-proof@v1\nextra AAAA\nindex 5\n${vector.text.split("\n")[2]!}\n\n${vector.note}`;
const prepared = JSON.stringify({
  type: record.record.type,
  subject: record.record.subject,
  occurredAt: record.record.occurredAt,
  issuer: record.issuer,
  disclosures: record.disclosures,
  statement: record.statement,
});

/** Each decoder with a text that it takes. */
const decoders: readonly (readonly [name: string, seed: string, decode: (text: string) => unknown])[] = [
  ["openNote", vector.note, (text) => openNote(text, verifiers)],
  ["parseCheckpointText", vector.text, parseCheckpointText],
  ["parseVerifierKey", vector.key, parseVerifierKey],
  ["decodeProof", proof, decodeProof],
  ["parseTilePath", "tile/0/x001/067.p/112", parseTilePath],
  ["decodeEntry", record.entry, decodeEntry],
  ["decodeDisclosure", record.disclosures[0]!, decodeDisclosure],
  ["decodeSubmission", prepared, (text) => decodeSubmission(parseJson(utf8(text)))],
  ["fromInstant", record.receivedAt, fromInstant],
];

/** `seed` with a piece cut out and another put in. */
function damaged(seed: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom("\n", "\n\n", "\ud800", "\u0000", "=", "+", "0", "é"),
  );
  return fc
    .tuple(fc.nat(seed.length), fc.nat(3), piece)
    .map(([at, length, put]) => seed.slice(0, at) + put + seed.slice(at + length));
}

describe("decoders of hostile texts", () => {
  for (const [name, seed, decode] of decoders) {
    it(`${name} takes its text, and refuses damaged and arbitrary ones only with EvidenceError`, () => {
      expect(() => decode(seed)).to.not.throw();
      fc.assert(
        fc.property(fc.oneof(damaged(seed), fc.string({ unit: "binary" }), fc.string()), (text) => {
          expectOrderly(() => decode(text));
        }),
        { numRuns: name === "openNote" ? 150 : 600 },
      );
    });
  }

  it("were all tried", () => {
    expect(decoders).to.have.length(9);
  });

  it("decodeSubmission refuses arbitrary JSON in the same way", () => {
    const members = fc.constantFrom("type", "subject", "occurredAt", "body", "parties", "attachments", "disclosures");
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(members, fc.jsonValue())), (value) => {
        expectOrderly(() => decodeSubmission(value as JsonValue));
      }),
      { numRuns: 500 },
    );
  });

  it("proofs and bundles of arbitrary digests and numbers are refused in the same way", () => {
    const digest = fc.oneof(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array());
    const number = fc.oneof(fc.nat(20), fc.integer(), fc.double(), fc.maxSafeInteger());
    fc.assert(
      fc.property(digest, number, number, fc.array(digest, { maxLength: 6 }), (leaf, index, size, path) => {
        expectOrderly(() => rootFromPath(leaf, index, size, path));
        expectOrderly(() => verifyConsistency(index, leaf, size, leaf, path));
        expectOrderly(() => decodeEntryBundle(leaf));
      }),
      { numRuns: 500 },
    );
  });
}).timeout(30_000);

function expectOrderly(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    expect(error).to.be.instanceOf(EvidenceError);
  }
}
