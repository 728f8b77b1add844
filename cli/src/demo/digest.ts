import type { Hex } from "@lianzheng/sdk/encoding";
import { keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";

/** Digest of a paper of the story, which is no longer than its title. */
export function digestOfText(text: string): Hex {
  return toHex(keccak256(utf8(text)));
}
