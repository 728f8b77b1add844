import { secp256k1 } from "@noble/curves/secp256k1.js";
import {
  EvidenceError,
  keccak256,
  toHex,
  type Digest,
  type EvidenceErrorCode,
  type Hex,
} from "@lianzheng/sdk/encoding";

/**
 * The address whose key signed a digest.
 *
 * @param signature - 64 bytes, r ‖ s, with s in the lower half: of the two valid forms of a signature one is accepted
 * @param parity    - 0 or 1, of the point R
 * @throws EvidenceError with code `fault`
 * @see SEC 1 section 4.1.6; EIP-2 for the lower half
 */
export function recoverAddress(digest: Digest, signature: Uint8Array, parity: number, fault: EvidenceErrorCode): Hex {
  if (signature.length !== 64 || (parity !== 0 && parity !== 1)) {
    throw new EvidenceError(fault, "a signature is r and s of 32 bytes each and a parity of 0 or 1");
  }
  return addressOf(recoverPoint(digest, signature, parity, fault));
}

function recoverPoint(digest: Digest, signature: Uint8Array, parity: number, fault: EvidenceErrorCode): Uint8Array {
  try {
    const parsed = secp256k1.Signature.fromBytes(signature, "compact");
    if (parsed.hasHighS()) throw new EvidenceError(fault, "the signature's s is in the upper half");
    return parsed.addRecoveryBit(parity).recoverPublicKey(digest).toBytes(false);
  } catch (cause) {
    if (cause instanceof EvidenceError) throw cause;
    throw new EvidenceError(fault, "no key can have made this signature", {}, cause);
  }
}

/** Address of a public key: the last 20 bytes of Keccak-256 of its two coordinates. */
function addressOf(uncompressed: Uint8Array): Hex {
  return toHex(keccak256(uncompressed.subarray(1)).subarray(12));
}
