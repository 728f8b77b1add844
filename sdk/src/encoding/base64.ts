import { EvidenceError } from "./error.ts";

const standard = alphabet("+/");
const url = alphabet("-_");
const invalid = 0xff;

interface Alphabet {
  /** The two letters of each 12 bits: half as many joins as with single letters. */
  readonly pairs: readonly string[];
  readonly values: Uint8Array;
}

function alphabet(lastTwo: string): Alphabet {
  const letters = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${lastTwo}`;
  const pairs = Array.from({ length: 4096 }, (_, bits) => letters.charAt(bits >> 6) + letters.charAt(bits & 63));
  const values = new Uint8Array(128).fill(0xff);
  for (let value = 0; value < 64; value++) values[letters.charCodeAt(value)] = value;
  return { pairs, values };
}

function encode(bytes: Uint8Array, { pairs }: Alphabet): string {
  let text = "";
  let index = 0;
  for (; index + 2 < bytes.length; index += 3) {
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += (pairs[group >> 12] ?? "") + (pairs[group & 0xfff] ?? "");
  }
  const rest = bytes.length - index;
  if (rest === 0) return text;
  const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8);
  const last = (pairs[group >> 12] ?? "") + (pairs[group & 0xfff] ?? "");
  return text + last.slice(0, rest + 1);
}

/**
 * Bytes of unpadded base64, or undefined. Only the canonical text of some bytes is taken: a last letter with bits that no
 * byte uses is another text for the same bytes (RFC 4648 section 3.5), and two texts for one thing break every digest.
 */
function decode(text: string, { values }: Alphabet): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let written = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const value = code < 128 ? (values[code] ?? invalid) : invalid;
    if (value === invalid) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[written++] = held >> bits;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

function refused(form: string): EvidenceError {
  return new EvidenceError("E_BASE64_FORM", `not canonical ${form}`);
}

/** Standard base64 with padding (RFC 4648 section 4), as the C2SP formats use it. */
export function toBase64(bytes: Uint8Array): string {
  const text = encode(bytes, standard);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/**
 * Bytes of standard base64, padded.
 *
 * @throws EvidenceError E_BASE64_FORM: no string, other letters, padding missing or too much, unused bits set
 */
export function fromBase64(text: unknown): Uint8Array {
  if (typeof text !== "string" || text.length % 4 !== 0) throw refused("padded base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = decode(text.slice(0, text.length - padding), standard);
  if (bytes === undefined) throw refused("padded base64");
  return bytes;
}

/** base64url without padding (RFC 4648 section 5, RFC 7515 section 2), as SD-JWT uses it. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, url);
}

/**
 * Bytes of base64url, unpadded.
 *
 * @throws EvidenceError E_BASE64_FORM: no string, other letters, padding, unused bits set
 */
export function fromBase64Url(text: unknown): Uint8Array {
  const bytes = typeof text === "string" ? decode(text, url) : undefined;
  if (bytes === undefined) throw refused("unpadded base64url");
  return bytes;
}
