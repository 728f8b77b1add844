import type { Digest } from "@lianzheng/sdk/encoding";
import { fromHex } from "@lianzheng/sdk/encoding";
import { sm3 } from "sm-crypto-v2";

/** SM3 of `bytes`, 32 bytes. @see GB/T 32905-2016 */
export function sm3Digest(bytes: Uint8Array): Digest {
  return fromHex(`0x${sm3(bytes)}`, 32);
}
