import { EvidenceError } from "@lianzheng/sdk/encoding";

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const base = BigInt(alphabet.length);

/** Longest text that is decoded: a signature has 88 letters, and the time grows with the square. */
const maxLength = 128;

/** base58btc, the letters of Bitcoin; a zero byte in front is a `1`. @see Multibase; W3C Controlled Identifiers section 2.4 */
export function toBase58(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  let text = "";
  for (; value > 0n; value /= base) text = alphabet.charAt(Number(value % base)) + text;
  return alphabet.charAt(0).repeat(leading(bytes, 0)) + text;
}

/** @throws EvidenceError V_FORMAT: another letter, or longer than anything here */
export function fromBase58(text: string): Uint8Array {
  if (text.length > maxLength) throw refused();
  let value = 0n;
  for (const letter of text) {
    const digit = alphabet.indexOf(letter);
    if (digit < 0) throw refused();
    value = value * base + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; value > 0n; value /= 256n) bytes.unshift(Number(value % 256n));
  return Uint8Array.from([...new Array<number>(leading(text, alphabet.charAt(0))).fill(0), ...bytes]);
}

function leading<Item>(items: ArrayLike<Item>, zero: Item): number {
  let count = 0;
  while (count < items.length && items[count] === zero) count++;
  return count;
}

function refused(): EvidenceError {
  return new EvidenceError("V_FORMAT", `base58btc has its 58 letters, at most ${maxLength} of them here`);
}
