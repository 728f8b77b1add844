/** Texts that have one form: whatever is changed in one is refused with a code, or is the one form of something else. */
import { EvidenceError, toBase64, type Hex, toHex } from "@lianzheng/sdk/encoding";
import { decodeBundle, encodeBundle } from "@lianzheng/sdk/evidence";
import { decodeAddCheckpoint, encodeAddCheckpoint, encodeCosignerKey, parseCosignerKey } from "@lianzheng/sdk/log";
import { parseRefusalText, refusalText } from "@lianzheng/sdk/refusal";
import { expect } from "chai";
import fc from "fast-check";
import { bytesOf, makeEvidence, origin, owner } from "../evidence/fixture.ts";

interface Codec {
  readonly name: string;
  readonly texts: fc.Arbitrary<string>;
  /** Reads a text and writes what it read. */
  readonly again: (text: string) => string;
  /** What makes two texts one and the same; the text itself if left out. */
  readonly sense?: (text: string) => string;
}

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const word = fc.stringMatching(/^[a-z][a-z0-9./-]{0,30}$/);
const lines = fc.array(fc.stringMatching(/^[a-zA-Z0-9+/= \u2014]{1,40}$/), { minLength: 1, maxLength: 4 });

const requests = fc
  .record({
    oldSize: fc.maxSafeNat(),
    proof: fc.array(bytes32, { maxLength: 63 }),
    checkpoint: lines.map((all) => `${all.join("\n")}\n`),
  })
  .map(encodeAddCheckpoint);

const cosigners = fc.tuple(word, bytes32).map(([name, key]) => encodeCosignerKey(name, key));

const digests: fc.Arbitrary<Hex> = bytes32.map(toHex);
const refusals = fc
  .record({
    code: fc.constantFrom("E_SCHEMA", "E_RED_LINE"),
    field: fc.constantFrom("/body/price", null),
    member: fc.constant(owner),
    recordType: fc.constantFrom("trade.offer", null),
    request: digests,
    time: fc.constant("2026-11-22T09:14:05.120Z"),
    policy: fc.option(
      fc.record({ name: fc.constant("schema/trade.offer"), version: fc.nat(), digest: fc.option(digests) }),
    ),
  })
  .map((facts) => refusalText({ origin, ...facts }));

const bundle = encodeBundle((await makeEvidence()).bundle);

const codecs: readonly Codec[] = [
  { name: "what a witness is asked", texts: requests, again: (text) => encodeAddCheckpoint(decodeAddCheckpoint(text)) },
  {
    name: "a cosigner's key",
    texts: cosigners,
    again: (text) => {
      const { name, publicKey } = parseCosignerKey(text);
      return encodeCosignerKey(name, publicKey);
    },
    // A key of type 0x01 is taken too, as SPEC.md 3.2 says, and written with the type of a cosigner's.
    sense: (text) => {
      const { name, publicKey } = parseCosignerKey(text);
      return `${name} ${toBase64(publicKey)}`;
    },
  },
  { name: "a refusal", texts: refusals, again: (text) => refusalText(parseRefusalText(text)) },
  {
    name: "a bundle",
    texts: fc.constant(bundle),
    again: (text) => encodeBundle(decodeBundle(bytesOf(text))),
    // White space, the order of members and the spelling of numbers are free.
    sense: (text) => encodeBundle(decodeBundle(bytesOf(text))),
  },
];

const changes = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  fc.nat(2),
  fc.constantFrom("", "0", "1", "a", "A", "=", "+", "\n", " ", '"', "\u00e9", "\\", "x"),
);

function changed(text: string, [place, taken, by]: readonly [number, number, string]): string {
  const at = Math.floor(place * text.length);
  return text.slice(0, at) + by + text.slice(at + taken);
}

describe("encoding: texts of one form", () => {
  for (const { name, texts, again, sense = (text: string) => text } of codecs) {
    it(`${name} is read and written back as it was`, () => {
      fc.assert(
        fc.property(texts, (text) => {
          expect(again(text)).to.equal(text);
        }),
        { numRuns: 50 },
      );
    });

    it(`${name} with something changed is refused with a code, or is another's one form`, () => {
      let refused = 0;
      const read = (text: string): string | undefined => {
        try {
          return again(text);
        } catch (error) {
          if (!(error instanceof EvidenceError)) throw error;
          refused++;
          return undefined;
        }
      };
      const whole = fc.property(texts, changes, (text, change) => {
        const other = changed(text, change);
        const written = read(other);
        if (written !== undefined) expect(sense(written)).to.equal(sense(other));
      });
      fc.assert(whole, { numRuns: process.env["LIANZHENG_LONG"] === undefined ? 300 : 20_000 });
      expect(refused, "refused").to.be.greaterThan(20);
    });
  }

  it("are four", () => expect(codecs).to.have.length(4));
});
