import { keccak256, SigningKey } from "ethers";
import { fromHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";

const vanityBytes = 32;

/** `lianzheng embedded`, padded with zeros to 32 bytes (docs/formats.md section 12). */
export function vanity(): Uint8Array {
  const bytes = new Uint8Array(vanityBytes);
  bytes.set(utf8("lianzheng embedded"));
  return bytes;
}

/**
 * The whole `extraData` of a sealed header: vanity, then `r ‖ s ‖ v` with v 0 or 1. The signature's nonce is RFC 6979's, so
 * the same header has the same seal each time.
 *
 * @param unsealed - RLP of the header whose `extraData` is the vanity alone
 */
export function seal(unsealed: Uint8Array, key: SigningKey): Uint8Array {
  const signature = key.sign(keccak256(unsealed));
  const extraData = new Uint8Array(vanityBytes + 65);
  extraData.set(vanity());
  extraData.set(fromHex(signature.r as Hex), vanityBytes);
  extraData.set(fromHex(signature.s as Hex), vanityBytes + 32);
  extraData[vanityBytes + 64] = signature.yParity;
  return extraData;
}
