import { EvidenceError } from "./error.ts";

/** Lower-case hexadecimal text with the prefix `0x`, two digits a byte. The form of everything that the chain knows too. */
export type Hex = `0x${string}`;

const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const invalid = 0xff;
const nibbles = nibbleTable();

function nibbleTable(): Uint8Array {
  const table = new Uint8Array(128).fill(invalid);
  for (let value = 0; value < 16; value++) table[value.toString(16).charCodeAt(0)] = value;
  return table;
}

/** `bytes` as lower-case hex with `0x`. */
export function toHex(bytes: Uint8Array): Hex {
  let text = "";
  for (const byte of bytes) text += pairs[byte] ?? "";
  return `0x${text}`;
}

function nibbleAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (nibbles[code] ?? invalid) : invalid;
}

/** Bytes of `text`, or undefined where it is not the one lower-case form. */
function decode(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !text.startsWith("0x")) return undefined;
  const bytes = new Uint8Array(text.length / 2 - 1);
  for (let at = 2; at < text.length; at += 2) {
    const high = nibbleAt(text, at);
    const low = nibbleAt(text, at + 1);
    if (high === invalid || low === invalid) return undefined;
    bytes[at / 2 - 1] = high * 16 + low;
  }
  return bytes;
}

/** Whether `value` is lower-case hex with `0x`, of exactly `length` bytes where given. */
export function isHex(value: unknown, length?: number): value is Hex {
  if (typeof value !== "string" || (length !== undefined && value.length !== 2 + 2 * length)) return false;
  return value.length % 2 === 0 && /^0x[0-9a-f]*$/.test(value);
}

/**
 * Bytes of a strict lower-case hex text.
 *
 * @param length - bytes there must be; any number if left out
 * @throws EvidenceError E_HASH_FORM when `length` is 32, E_HEX_FORM else: no string, no `0x`, upper case, another length
 */
export function fromHex(text: unknown, length?: number): Uint8Array {
  const expected = length === undefined ? undefined : 2 + 2 * length;
  const fits = typeof text === "string" && (expected === undefined || text.length === expected);
  const bytes = fits ? decode(text) : undefined;
  if (bytes !== undefined) return bytes;
  const size = length === undefined ? "bytes" : `${length} bytes`;
  throw new EvidenceError(length === 32 ? "E_HASH_FORM" : "E_HEX_FORM", `not 0x and lower-case hex of ${size}`);
}
