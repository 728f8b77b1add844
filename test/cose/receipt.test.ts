import { createHash, createPublicKey, verify } from "node:crypto";
import { issueReceipt, verifyReceipt } from "@lianzheng/sdk/cose";
import { EvidenceError, concatBytes, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { createNoteSigner, createNoteVerifier, decodeProof, openCheckpoint } from "@lianzheng/sdk/log";
import { encode } from "cborg";
import { expect } from "chai";
import { expectRefusal } from "../encoding/refusal.ts";
import { logKey, makeLog, makeRecords, origin, strangers } from "../evidence/fixture.ts";
import { readItem, type Item, type Tagged } from "./item.ts";

const key = logKey("log");
const signer = createNoteSigner(origin, key.publicKey, (message) => key.sign(message));
const verifier = createNoteVerifier(origin, key.publicKey);
const [record] = makeRecords([{ type: "trade.listing" }, { type: "trade.offer" }]);
const entry = utf8(record!.text);

/** A receipt of one record at `index` among `size` leaves. */
async function receiptAt(index: number, size: number): Promise<Uint8Array> {
  const ids = [...strangers(size)];
  ids[index] = record!.id;
  const log = makeLog(ids);
  const { hashes } = decodeProof(await log.proof(record!.id));
  return issueReceipt({ entry, index, hashes, checkpoint: openCheckpoint(log.checkpoint, [verifier]) }, signer);
}

const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash("sha256")
    .update(concatBytes(...parts))
    .digest();
const at = (item: Item | undefined, label: Item): Item => (item as ReadonlyMap<Item, Item>).get(label)!;

/** Root over a path by the recursive definition of RFC 9162 section 2.1.3: another way than the sdk's. */
function rootOf(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array {
  if (size === 1) return leaf;
  const [left, sibling] = [2 ** Math.floor(Math.log2(size - 1)), path.at(-1)!];
  const rest = path.slice(0, -1);
  if (index < left) return sha256(Uint8Array.of(1), rootOf(leaf, index, left, rest), sibling);
  return sha256(Uint8Array.of(1), sibling, rootOf(leaf, index - left, size - left, rest));
}

/** RFC 9942 and RFC 9052 by hand: a reader of CBOR of its own, and OpenSSL for hash and signature. */
function checkByHand(receipt: Uint8Array): { size: number; index: number } {
  const { tag, content } = readItem(receipt) as Tagged;
  const [protectedHeader, open, payload, signature] = content as readonly Item[];
  expect(tag).to.equal(18);
  expect(payload).to.equal(null);
  const labels = readItem(protectedHeader as Uint8Array);
  expect([at(labels, 1), at(labels, 395), at(at(labels, 15), 1)]).to.deep.equal([-8, 1, origin]);
  const [proof] = at(at(open, 396), -1) as readonly Uint8Array[];
  const [size, index, path] = readItem(proof!) as [number, number, Uint8Array[]];
  const root = rootOf(sha256(Uint8Array.of(0), entry), index, size, path);
  const header = protectedHeader as Uint8Array;
  const message = concatBytes(
    Uint8Array.of(0x84, 0x6a),
    Buffer.from("Signature1"),
    ...[Uint8Array.of(0x58, header.length), header, Uint8Array.of(0x40), Uint8Array.of(0x58, 32), root],
  );
  const spki = concatBytes(Buffer.from("302a300506032b6570032100", "hex"), key.publicKey);
  const publicKey = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  expect(verify(null, message, publicKey, signature as Uint8Array)).to.equal(true);
  return { size, index };
}

describe("a COSE receipt", () => {
  for (const [index, size] of [
    [0, 1],
    [0, 2],
    [4, 5],
    [299, 300],
    [600, 1025],
  ] as const) {
    it(`of leaf ${index} of ${size} holds for a program of another hand, and for the sdk`, async () => {
      const receipt = await receiptAt(index, size);
      expect(checkByHand(receipt)).to.deep.equal({ index, size });
      const included = verifyReceipt(receipt, entry, verifier);
      expect([included.origin, included.index, included.size]).to.deep.equal([origin, index, size]);
    });
  }

  it("is the same bytes each time, as the standard draws them", async () => {
    const receipt = await receiptAt(0, 2);
    expect(toHex(receipt.subarray(0, 3))).to.equal("0xd28458");
    expect(receipt).to.deep.equal(await receiptAt(0, 2));
  });

  it("is not issued of a path that leads to another root than the log's own, nor with another log's key", () => {
    const checkpoint = openCheckpoint(makeLog(strangers(2)).checkpoint, [verifier]);
    const source = { entry, index: 0, hashes: [sha256(entry)], checkpoint };
    expectRefusal(() => issueReceipt(source, signer), "V_ROOT");
    const other = createNoteSigner("other.example", key.publicKey, (message) => key.sign(message));
    expectRefusal(() => issueReceipt(source, other), "E_NOTE_NAME");
  });

  it("is refused with any one bit of it turned", async () => {
    const receipt = await receiptAt(4, 5);
    for (let bit = 0; bit < receipt.length * 8; bit += 7) {
      const changed = receipt.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => verifyReceipt(changed, entry, verifier), `bit ${bit}`).to.throw(EvidenceError);
    }
  });

  it("is refused for another entry, under another key and under another log's name", async () => {
    const receipt = await receiptAt(4, 5);
    expectRefusal(() => verifyReceipt(receipt, utf8(`${record!.text} `), verifier), "V_NOTE");
    const stranger = createNoteVerifier(origin, logKey("stranger").publicKey);
    expectRefusal(() => verifyReceipt(receipt, entry, stranger), "V_UNTRUSTED_ANCHOR");
    const renamed = createNoteVerifier("other.example", key.publicKey);
    expectRefusal(() => verifyReceipt(receipt, entry, renamed), "V_UNTRUSTED_ANCHOR");
  });

  const whole = (header: unknown, open: unknown, payload: unknown = null): Uint8Array =>
    concatBytes(Uint8Array.of(0xd2), encode([encode(header), open, payload, new Uint8Array(64)]));
  const header = new Map([
    [1, -8],
    [395, 1],
  ]);
  const proofs = (proof: unknown): unknown => new Map([[396, new Map([[-1, [encode(proof)]]])]]);
  const hostile: Readonly<Record<string, readonly [Uint8Array, Parameters<typeof expectRefusal>[1]]>> = {
    nothing: [new Uint8Array(0), "V_FORMAT"],
    "only its tag": [Uint8Array.of(0xd2), "V_FORMAT"],
    "an attached payload": [whole(header, proofs([1, 0, []]), new Uint8Array(32)), "V_FORMAT"],
    "another algorithm": [
      whole(
        new Map([
          [1, -7],
          [395, 1],
        ]),
        proofs([1, 0, []]),
      ),
      "V_ALGORITHM",
    ],
    "another tree": [
      whole(
        new Map([
          [1, -8],
          [395, 2],
        ]),
        proofs([1, 0, []]),
      ),
      "V_ALGORITHM",
    ],
    "no proof": [whole(header, new Map()), "V_FORMAT"],
    "a header that must be understood": [
      whole(new Map<number, unknown>([...header, [2, [99]]]), proofs([1, 0, []])),
      "V_FORMAT",
    ],
    "an index beyond the tree": [whole(header, proofs([1, 1, []])), "V_INDEX"],
    "a size that no number holds": [whole(header, proofs([2n ** 60n, 0, []])), "V_INDEX"],
    "a negative index": [whole(header, proofs([1, -1, []])), "V_INDEX"],
    "a path that is too long": [whole(header, proofs([1, 0, [new Uint8Array(32)]])), "V_PROOF_LENGTH"],
    "a digest that is short": [whole(header, proofs([2, 0, [new Uint8Array(31)]])), "V_FORMAT"],
    "bytes after its end": [concatBytes(whole(header, proofs([1, 0, []])), Uint8Array.of(0)), "V_FORMAT"],
    "arrays in arrays in arrays": [new Uint8Array(8000).fill(0x81).fill(0xd2, 0, 1), "V_FORMAT"],
    "an array of more items than it has bytes": [Uint8Array.of(0xd2, 0x9b, 0, 0, 0, 1, 0, 0, 0, 0), "V_FORMAT"],
    "more bytes than any receipt": [new Uint8Array(8193), "V_FORMAT"],
    "no signature of the log": [whole(header, proofs([1, 0, []])), "V_NOTE"],
  };
  for (const [what, [receipt, code]] of Object.entries(hostile)) {
    it(`is refused by name with ${what}`, () => expectRefusal(() => verifyReceipt(receipt, entry, verifier), code));
  }
});
