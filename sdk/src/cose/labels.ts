import type { Digest } from "@lianzheng/sdk/encoding";
import { toCbor } from "./cbor.ts";

/** COSE header parameters of a receipt. @see IANA COSE Header Parameters; RFC 9052 section 3.1, RFC 9597, RFC 9942 section 2 */
export const header = { algorithm: 1, keyId: 4, claims: 15, structure: 395, proofs: 396 } as const;

/** The issuer among CWT claims. @see RFC 8392 section 3.1.1 */
export const issuerClaim = 1;

/** EdDSA; with a log's key always Ed25519. @see RFC 9053 section 2.2 */
export const edDsa = -8;

/** The tree of RFC 9162 over SHA-256, which is that of RFC 6962. @see RFC 9942, Verifiable Data Structure Algorithms */
export const rfc9162Sha256 = 1;

/** Proofs of inclusion among the proofs of a receipt. @see RFC 9942, Verifiable Data Structure Proof Parameters */
export const inclusionProofs = -1;

/** CBOR tag 18, COSE_Sign1, in its one byte. @see RFC 9052 section 2 */
export const sign1Tag = 0xd2;

/**
 * What the signature of a receipt is of: Sig_structure over the protected header and the tree's root as detached payload.
 *
 * It begins with 0x84, which no UTF-8 text begins with: the key's signatures of notes can't be taken for it, nor the reverse.
 *
 * @see RFC 9052 section 4.4
 */
export function signedBytes(protectedHeader: Uint8Array, root: Digest): Uint8Array {
  return toCbor(["Signature1", protectedHeader, new Uint8Array(0), root]);
}

/** The id of a log's key in a receipt: the four bytes that its notes carry too, big-endian. */
export function keyIdBytes(keyId: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, keyId);
  return bytes;
}

/** Most bytes of a receipt: a path of 53 digests and two headers need fewer than 4,000. */
export const maxReceiptBytes = 8192;
