import { concatBytes, EvidenceError, fromHex, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";

/** The few parts of the contract ABI that events and ids need: words of 32 bytes, written and read strictly. */
const WORD_BYTES = 32;

/** A number as a word. */
export function uintWord(value: bigint | number): Uint8Array {
  return fromHex(
    `0x${BigInt(value)
      .toString(16)
      .padStart(2 * WORD_BYTES, "0")}`,
  );
}

/** Fixed bytes (`bytes1` to `bytes32`) as a word: zeros behind. */
export function bytesWord(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, new Uint8Array(WORD_BYTES - bytes.length));
}

/** The tail of a string: its length in bytes, then the bytes padded to whole words. */
export function stringTail(text: string): Uint8Array {
  const bytes = utf8(text);
  return concatBytes(
    uintWord(bytes.length),
    bytes,
    new Uint8Array((WORD_BYTES - (bytes.length % WORD_BYTES)) % WORD_BYTES),
  );
}

/** Reads event data word by word; there must be exactly `count` words. @throws EvidenceError V_EVENT */
export function wordsOf(data: Hex, count: number): (index: number) => Hex {
  const bytes = fromHex(data);
  if (bytes.length !== count * WORD_BYTES) {
    throw new EvidenceError("V_EVENT", `the event's data has ${bytes.length} bytes, not ${count * WORD_BYTES}`);
  }
  return (index) => toHex(bytes.subarray(index * WORD_BYTES, (index + 1) * WORD_BYTES));
}

/** A word that holds `uintN`, all bits above it zero. @throws EvidenceError V_EVENT */
export function uintOf(word: Hex, bits: number): bigint {
  const value = BigInt(word);
  if (value >> BigInt(bits) !== 0n) throw new EvidenceError("V_EVENT", `a word of the event exceeds uint${bits}`);
  return value;
}
