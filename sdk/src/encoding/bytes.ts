import { EvidenceError } from "./error.ts";

const encoder = new TextEncoder();
const anySurrogate = /[\ud800-\udfff]/;
const loneSurrogate = /\p{Surrogate}/u;
// `ignoreBOM: true` means "leave the mark in the text": only so can it be seen and refused.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether `text` holds no lone surrogate, so that it has a UTF-8 form. (String.isWellFormed, for every lib target.) */
export function isWellFormed(text: string): boolean {
  // Nearly all texts hold no surrogate at all, which the simpler pattern sees several times as fast.
  return !anySurrogate.test(text) || !loneSurrogate.test(text);
}

/**
 * UTF-8 of `text`.
 *
 * @throws EvidenceError E_ENCODING for a lone surrogate, which TextEncoder would silently turn into U+FFFD
 */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  if (!isWellFormed(text)) throw new EvidenceError("E_ENCODING", "a lone surrogate has no UTF-8");
  return encoder.encode(text);
}

/**
 * Text of UTF-8 `bytes`.
 *
 * @throws EvidenceError E_ENCODING: invalid or overlong UTF-8, or a byte order mark at the start
 */
export function fromUtf8(bytes: Uint8Array): string {
  const text = decodeFatally(bytes);
  if (text.charCodeAt(0) === 0xfeff)
    throw new EvidenceError("E_ENCODING", "a byte order mark stands first", { offset: 0 });
  return text;
}

function decodeFatally(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new EvidenceError("E_ENCODING", "the bytes are not UTF-8", {}, cause);
  }
}

/** Whether `a` and `b` hold the same bytes. Not constant-time: it compares public digests, never secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** The parts one after the other in new bytes. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
