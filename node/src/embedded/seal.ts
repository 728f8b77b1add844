import { concatBytes, fromHex } from "@lianzheng/sdk/encoding";
import { sealedExtraData } from "@lianzheng/sdk/chain";
import { keccak256 } from "ethers";
import type { SigningKey } from "ethers";

/**
 * The whole `extraData` of a sealed header: vanity, then `r ‖ s ‖ v` with v 0 or 1 (docs/formats.md section 12). The
 * signature's nonce is RFC 6979's, so the same header has the same seal each time.
 *
 * @param unsealed - RLP of the header whose `extraData` is the vanity alone
 */
export function sealOf(unsealed: Uint8Array, key: SigningKey): Uint8Array {
  const { r, s, yParity } = key.sign(keccak256(unsealed));
  return sealedExtraData(concatBytes(fromHex(r), fromHex(s), Uint8Array.of(yParity)));
}
