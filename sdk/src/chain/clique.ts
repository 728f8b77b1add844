import { EvidenceError, keccak256, type Hex } from "@lianzheng/sdk/encoding";
import { openHeader, withExtraData } from "./extra-data.ts";
import { recoverAddress } from "./signature.ts";

const VANITY_BYTES = 32;
const SEAL_BYTES = 65;

/**
 * The signer who sealed a Clique block: whose signature the last 65 bytes of `extraData` are, over the header without them.
 *
 * @param header - RLP of the header, of any fork
 * @throws EvidenceError V_HEADER, V_SEAL if there is no seal or it is none that a key can have made
 * @see EIP-225
 */
export function recoverCliqueSigner(header: Uint8Array): Hex {
  const open = openHeader(header);
  const end = open.extraData.length - SEAL_BYTES;
  if (end < VANITY_BYTES) throw new EvidenceError("V_SEAL", "the header bears no Clique seal");
  const seal = open.extraData.subarray(end);
  const digest = keccak256(withExtraData(open, open.extraData.subarray(0, end)));
  return recoverAddress(digest, seal.subarray(0, 64), seal[64] ?? -1, "V_SEAL");
}
