import { EvidenceError } from "@lianzheng/sdk/encoding";

const halfBytes = 32;

/**
 * r ‖ s, 64 bytes, of the DER sequence of two integers that certificates and most programs have.
 *
 * @throws EvidenceError V_FORMAT: no such sequence, an integer that is negative, over 32 bytes or longer than it need be
 * @see GB/T 35276-2017 section 7.3; X.690 section 8.3
 */
export function rawSignature(der: Uint8Array): Uint8Array {
  // Both integers have 33 bytes at most, so the sequence's length is one byte.
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw malformed("a signature is a sequence of two integers");
  const raw = new Uint8Array(2 * halfBytes);
  const next = place(der, 2, raw.subarray(0, halfBytes));
  if (place(der, next, raw.subarray(halfBytes)) === der.length) return raw;
  throw malformed("a signature has two integers and nothing more");
}

/** Puts the integer at `at` right-aligned into `half`; answers where it ends. */
function place(der: Uint8Array, at: number, half: Uint8Array): number {
  const [tag, length = 0, first = 0, second = 0] = der.subarray(at, at + 4);
  const end = at + 2 + length;
  const hasSign = first === 0 && length > 1;
  if (tag !== 0x02 || length === 0 || end > der.length || first >= 0x80 || (hasSign && second < 0x80))
    throw malformed("an integer of a signature is positive, in its shortest form");
  const value = der.subarray(at + 2 + (hasSign ? 1 : 0), end);
  if (value.length > half.length) throw malformed("an integer of a signature has 32 bytes or fewer");
  half.set(value, half.length - value.length);
  return end;
}

/** A refusal of bytes that are not what they should be. */
export function malformed(what: string, cause?: unknown): EvidenceError {
  return new EvidenceError("V_FORMAT", what, {}, cause);
}
