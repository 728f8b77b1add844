import { EvidenceError, equalBytes } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { leafDigest, rootFromPath, type NoteVerifier } from "@lianzheng/sdk/log";
import { bytesIn, fromCbor, labelsIn, listIn } from "./cbor.ts";
import {
  edDsa,
  header,
  inclusionProofs,
  issuerClaim,
  keyIdBytes,
  maxReceiptBytes,
  rfc9162Sha256,
  sign1Tag,
  signedBytes,
} from "./labels.ts";

/** Where a verified receipt shows its entry to be. */
export interface Included {
  readonly origin: string;
  readonly index: number;
  readonly size: number;
  /** Root of the tree of `size` leaves, 32 bytes: the log signed it. */
  readonly root: Digest;
}

interface Proof {
  readonly size: number;
  readonly index: number;
  readonly hashes: readonly Digest[];
}

const digestBytes = 32;

/**
 * Refuses unless the log's key signed a root to which the receipt's path leads from this entry.
 *
 * Nothing in a receipt is a key: `log` comes from the verifier's policy (`parseVerifierKey` of a trusted log's key).
 *
 * @param receipt - tagged COSE_Sign1, at most 8,192 bytes
 * @param entry   - the entry's bytes, as they stand in the log
 * @throws EvidenceError V_FORMAT, V_ALGORITHM (other than EdDSA over the tree of RFC 9162), V_UNTRUSTED_ANCHOR (names another key or
 *   another log), V_NOTE (the key did not sign this), V_INDEX, V_PROOF_LENGTH
 * @see RFC 9942 section 4.3; docs/formats.md section 21
 */
export function verifyReceipt(receipt: Uint8Array, entry: Uint8Array, log: NoteVerifier): Included {
  const { protectedHeader, proof, signature } = partsOf(receipt);
  assertHeader(protectedHeader, log);
  const root = rootFromPath(leafDigest(entry), proof.index, proof.size, proof.hashes);
  if (!log.verify(signedBytes(protectedHeader, root), signature))
    throw new EvidenceError("V_NOTE", `the key of ${log.name} did not sign a tree with this entry at this place`);
  return { origin: log.name, index: proof.index, size: proof.size, root };
}

function partsOf(receipt: Uint8Array): { protectedHeader: Uint8Array; proof: Proof; signature: Uint8Array } {
  if (receipt.length > maxReceiptBytes)
    throw new EvidenceError("V_FORMAT", `a receipt has ${maxReceiptBytes} bytes or fewer`);
  if (receipt[0] !== sign1Tag) throw new EvidenceError("V_FORMAT", "a receipt begins with the tag of COSE_Sign1");
  const [protectedHeader, open, payload, signature] = listIn(
    fromCbor(receipt.subarray(1), "a receipt"),
    4,
    "a receipt",
  );
  if (payload !== null) throw new EvidenceError("V_FORMAT", "the payload of a receipt is detached");
  return {
    protectedHeader: bytesIn(protectedHeader, "a protected header"),
    proof: proofIn(open),
    signature: bytesIn(signature, "a signature"),
  };
}

/** One proof: receipts of several are allowed by the standard, and no log of ours issues them. */
function proofIn(open: unknown): Proof {
  const proofs = labelsIn(open, [header.proofs], "an unprotected header").get(header.proofs);
  const [bytes] = listIn(labelsIn(proofs, [inclusionProofs], "proofs").get(inclusionProofs), 1, "proofs of inclusion");
  const proof = fromCbor(bytesIn(bytes, "a proof"), "a proof");
  const [size, index, path] = listIn(proof, 3, "a proof");
  if (typeof size !== "number" || typeof index !== "number")
    throw new EvidenceError("V_INDEX", "size and index of a proof are numbers below 2^53");
  return { size, index, hashes: listIn(path, undefined, "a path").map(digestIn) };
}

function digestIn(value: unknown): Digest {
  const digest = bytesIn(value, "a digest");
  if (digest.length !== digestBytes) throw new EvidenceError("V_FORMAT", `a digest has ${digestBytes} bytes`);
  return digest;
}

function assertHeader(bytes: Uint8Array, log: NoteVerifier): void {
  const known = [header.algorithm, header.keyId, header.claims, header.structure];
  const labels = labelsIn(fromCbor(bytes, "a protected header"), known, "a protected header");
  if (labels.get(header.algorithm) !== edDsa || labels.get(header.structure) !== rfc9162Sha256)
    throw new EvidenceError("V_ALGORITHM", "only EdDSA over the SHA-256 tree of RFC 9162 is known here");
  const keyId = labels.get(header.keyId);
  if (keyId !== undefined && !equalBytes(bytesIn(keyId, "a key id"), keyIdBytes(log.keyId)))
    throw new EvidenceError("V_UNTRUSTED_ANCHOR", "the receipt names another key than the policy");
  const claims = labels.get(header.claims);
  if (claims === undefined) return;
  if (labelsIn(claims, [issuerClaim], "claims").get(issuerClaim) !== log.name)
    throw new EvidenceError("V_UNTRUSTED_ANCHOR", "the receipt names another log than the policy");
}
