import { EvidenceError, fromBase64, toBase64 } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { digestBytes } from "./tree.ts";

/** What a log asks of a witness: to cosign `checkpoint`, which begins with the tree of `oldSize` leaves. */
export interface AddCheckpoint {
  readonly oldSize: number;
  /** Consistency proof from the old size, digests of 32 bytes. */
  readonly proof: readonly Digest[];
  /** The signed note. */
  readonly checkpoint: string;
}

/** Most digests in a request. @see C2SP tlog-witness, add-checkpoint */
const maxProof = 63;
const maxLength = 100_000;
const sizeLine = /^old (0|[1-9][0-9]{0,15})$/;

function refused(message: string, cause?: unknown): EvidenceError {
  return new EvidenceError("V_FORMAT", message, {}, cause);
}

/** The body of the request. @throws EvidenceError V_PROOF_LENGTH @see C2SP tlog-witness, add-checkpoint */
export function encodeAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  if (proof.length > maxProof) throw new EvidenceError("V_PROOF_LENGTH", `a request has ${maxProof} digests or fewer`);
  return [`old ${oldSize}`, ...proof.map(toBase64), "", checkpoint].join("\n");
}

/**
 * The request in a body. Its parts are in the right form; nothing is verified.
 *
 * @throws EvidenceError V_FORMAT, V_PROOF_LENGTH, V_INDEX
 */
export function decodeAddCheckpoint(text: string): AddCheckpoint {
  if (text.length > maxLength) throw refused("the request is too long");
  const split = text.indexOf("\n\n");
  if (split < 0 || !text.endsWith("\n")) throw refused("a request is a size, a proof, an empty line and a checkpoint");
  const [first = "", ...lines] = text.slice(0, split).split("\n");
  const size = sizeLine.exec(first)?.[1];
  if (size === undefined) throw refused("a request begins with the old size");
  if (!Number.isSafeInteger(Number(size))) throw new EvidenceError("V_INDEX", "a size is below 2^53");
  if (lines.length > maxProof) throw new EvidenceError("V_PROOF_LENGTH", `a request has ${maxProof} digests or fewer`);
  return { oldSize: Number(size), proof: lines.map(digestOf), checkpoint: text.slice(split + 2) };
}

function digestOf(line: string): Digest {
  let digest: Uint8Array;
  try {
    digest = fromBase64(line);
  } catch (cause) {
    throw refused("a line of the proof is not base64", cause);
  }
  if (digest.length === digestBytes) return digest;
  throw refused(`a digest has ${digestBytes} bytes`);
}
