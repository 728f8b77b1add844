import {
  concatBytes,
  equalBytes,
  EvidenceError,
  fromHex,
  keccak256,
  toHex,
  utf8,
  type Digest,
  type Hex,
} from "@lianzheng/sdk/encoding";
import { encodeHeaderFields, type Header } from "./header.ts";
import { recoverAddress } from "./signature.ts";

/**
 * The embedded chain's seal: one operator's signature at the end of `extraData`, in the manner of EIP-225.
 * It shows who made the block and nothing more: there is no second witness.
 * @see docs/formats.md section 12
 */
const SEAL_BYTES = 65;
const VANITY_BYTES = 32;

/** The first 32 bytes of `extraData`: `lianzheng embedded`, padded with zeros. */
export const SEAL_VANITY: Uint8Array = concatBytes(utf8("lianzheng embedded"), new Uint8Array(VANITY_BYTES - 18));

/**
 * `extraData` of a sealed header; without a seal, the bytes from which {@link sealHash} is computed and 65 zeros to be replaced.
 * @param seal - 65 bytes r ‖ s ‖ v, v 0 or 1
 */
export function sealedExtraData(seal: Uint8Array = new Uint8Array(SEAL_BYTES)): Uint8Array {
  if (seal.length !== SEAL_BYTES) throw new TypeError(`a seal has ${SEAL_BYTES} bytes, not ${seal.length}`);
  return concatBytes(SEAL_VANITY, seal);
}

/**
 * What the operator signs: Keccak-256 of the header's RLP with the last 65 bytes of `extraData` left out.
 * @throws EvidenceError V_SEAL if `extraData` has not the form of a sealed header's
 */
export function sealHash(header: Header): Digest {
  const { vanity } = splitExtraData(header);
  return keccak256(encodeHeaderFields({ ...header, extraData: toHex(vanity) }));
}

/**
 * The address of the operator who sealed a header, in lower case.
 * @throws EvidenceError V_SEAL if there is no seal or it is no signature that a key can have made
 */
export function recoverSealer(header: Header): Hex {
  const { seal } = splitExtraData(header);
  return recoverAddress(sealHash(header), seal.subarray(0, 64), seal[64] ?? -1, "V_SEAL");
}

function splitExtraData(header: Header): { vanity: Uint8Array; seal: Uint8Array } {
  const extraData = fromHex(header.extraData);
  const vanity = extraData.subarray(0, VANITY_BYTES);
  if (extraData.length !== VANITY_BYTES + SEAL_BYTES || !equalBytes(vanity, SEAL_VANITY)) {
    throw new EvidenceError("V_SEAL", "the header bears no seal of an embedded chain");
  }
  return { vanity, seal: extraData.subarray(VANITY_BYTES) };
}
