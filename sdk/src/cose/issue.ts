import { EvidenceError, concatBytes } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { leafDigest, verifyInclusion, type Checkpoint, type NoteSigner } from "@lianzheng/sdk/log";
import { toCbor } from "./cbor.ts";
import {
  edDsa,
  header,
  inclusionProofs,
  issuerClaim,
  keyIdBytes,
  rfc9162Sha256,
  sign1Tag,
  signedBytes,
} from "./labels.ts";

/** What a receipt is issued of. */
export interface ReceiptSource {
  /** The entry's bytes, as they stand in the log. */
  readonly entry: Uint8Array;
  readonly index: number;
  /** Sibling digests, 32 bytes each, the leaf's sibling first. */
  readonly hashes: readonly Digest[];
  /** The log's own checkpoint, which it has signed already. */
  readonly checkpoint: Checkpoint;
}

/**
 * A COSE receipt: the log's signature of its root, with the path from the entry to it.
 *
 * The log signs no tree here that it has not published: the path must lead to the checkpoint's root, and the checkpoint must be of the
 * log whose key signs.
 *
 * @param signer - the log's key under its origin
 * @returns tagged COSE_Sign1, payload detached
 * @throws EvidenceError E_NOTE_NAME (the key is of another origin), V_ROOT, V_INDEX, V_PROOF_LENGTH, V_FORMAT
 * @see RFC 9942 section 4.3; docs/formats.md section 21
 */
export function issueReceipt({ entry, index, hashes, checkpoint }: ReceiptSource, signer: NoteSigner): Uint8Array {
  const { origin, size, root } = checkpoint;
  if (signer.name !== origin) throw new EvidenceError("E_NOTE_NAME", "a receipt is signed by the key of its own log");
  verifyInclusion(leafDigest(entry), index, size, hashes, root);
  const protectedHeader = toCbor(
    new Map<number, unknown>([
      [header.algorithm, edDsa],
      [header.keyId, keyIdBytes(signer.keyId)],
      [header.claims, new Map([[issuerClaim, origin]])],
      [header.structure, rfc9162Sha256],
    ]),
  );
  const proof = toCbor([size, index, hashes]);
  const proofs = new Map([[header.proofs, new Map([[inclusionProofs, [proof]]])]]);
  const signature = signer.sign(signedBytes(protectedHeader, root));
  return concatBytes(Uint8Array.of(sign1Tag), toCbor([protectedHeader, proofs, null, new Uint8Array(signature)]));
}
