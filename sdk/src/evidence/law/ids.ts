import { bytesWord, uintWord } from "@lianzheng/sdk/chain";
import { fromHex, fromUtf8, toHex, type Hex } from "@lianzheng/sdk/encoding";

/** A member as a key of a mapping: `bytes18`, zeros behind. @param member - 18 bytes */
export function memberKey(member: Hex): Uint8Array {
  return bytesWord(fromHex(member, 18));
}

/** A `bytes18` out of a slot. */
export function toMember(value: bigint): Hex {
  return toHex(uintWord(value).subarray(14));
}

/** A `bytes32` out of a slot. */
export function toId(word: bigint): Hex {
  return toHex(uintWord(word));
}

/** How a member is called in a reason: its USCC, or what stands in its place. */
export function nameOf(member: Hex): string {
  const text = fromUtf8(fromHex(member, 18));
  return /^[0-9A-Z]{18}$/.test(text) ? text : member;
}
