import { EvidenceError, fromBase64, toBase64 } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { assertDigests, assertIndex, digestBytes } from "./tree.ts";

/** Proof that an entry is in a log: where, the path to the root, and the signed checkpoint with that root. */
export interface LogProof {
  readonly index: number;
  /** Sibling digests, 32 bytes each, the leaf's sibling first. */
  readonly hashes: readonly Digest[];
  /** The signed note, verbatim. Not verified here: see `openCheckpoint`. */
  readonly checkpoint: string;
  /** Bytes that no signature covers. */
  readonly extra?: Uint8Array;
}

const firstLine = "c2sp.org/tlog-proof@v1";
// A tree of fewer than 2^53 leaves has no longer path.
const maxHashes = 53;
const maxLength = 2_000_000;
const decimal = /^(?:0|[1-9][0-9]{0,15})$/;

function refused(message: string, cause?: unknown): EvidenceError {
  return new EvidenceError("V_FORMAT", message, {}, cause);
}

/**
 * The text of a proof.
 *
 * @throws EvidenceError V_INDEX, V_PROOF_LENGTH (over 53 hashes), V_FORMAT (a hash is not 32 bytes, no checkpoint)
 * @see C2SP tlog-proof, Format
 */
export function encodeProof({ index, hashes, checkpoint, extra }: LogProof): string {
  assertIndex(index, Number.MAX_SAFE_INTEGER);
  assertDigests(hashes);
  if (hashes.length > maxHashes) throw tooLong();
  if (!checkpoint.endsWith("\n")) throw refused("a checkpoint ends with a newline");
  const lines = [firstLine];
  if (extra !== undefined) lines.push(`extra ${toBase64(extra)}`);
  lines.push(`index ${index}`, ...hashes.map(toBase64), "", checkpoint);
  return lines.join("\n");
}

/**
 * The proof that `text` holds. Its parts are in the right form, nothing is verified: neither path nor checkpoint.
 *
 * @throws EvidenceError V_VERSION (another first line), V_INDEX (not a decimal below 2^53), V_PROOF_LENGTH, V_FORMAT
 * @see C2SP tlog-proof, Format
 */
export function decodeProof(text: string): LogProof {
  if (text.length > maxLength) throw refused("the proof is too long");
  const split = text.indexOf("\n\n");
  if (split < 0 || split + 2 === text.length) throw refused("a proof is its lines, an empty line and a checkpoint");
  const [version, ...lines] = text.slice(0, split).split("\n");
  if (version !== firstLine) throw new EvidenceError("V_VERSION", `a proof begins with ${firstLine}`);
  const extra = lines[0]?.startsWith("extra ") === true ? bytesOf(lines.shift()?.slice("extra ".length)) : undefined;
  const index = indexOf(lines.shift());
  if (lines.length > maxHashes) throw tooLong();
  const proof = { index, hashes: lines.map(digestOf), checkpoint: text.slice(split + 2) };
  return extra === undefined ? proof : { ...proof, extra };
}

function indexOf(line: string | undefined): number {
  if (line?.startsWith("index ") !== true) throw refused("the index line is missing");
  const digits = line.slice("index ".length);
  const index = decimal.test(digits) ? Number(digits) : Number.NaN;
  assertIndex(index, Number.MAX_SAFE_INTEGER);
  return index;
}

function digestOf(line: string): Digest {
  const digest = bytesOf(line);
  if (digest.length !== digestBytes) throw refused(`a hash has ${digestBytes} bytes`);
  return digest;
}

function bytesOf(text: string | undefined): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw refused("a line is not base64", cause);
  }
}

function tooLong(): EvidenceError {
  return new EvidenceError("V_PROOF_LENGTH", `a path has ${maxHashes} hashes or fewer`);
}
