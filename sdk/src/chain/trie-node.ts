import { EvidenceError, type EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { rlpBytes, rlpList, type RlpItem } from "./rlp.ts";

/** A node of the Merkle Patricia trie (yellow paper, appendix D). Paths are nibbles, 0 to 15. */
export type TrieNode =
  | { readonly kind: "leaf"; readonly path: readonly number[]; readonly value: Uint8Array }
  | { readonly kind: "extension"; readonly path: readonly number[]; readonly child: RlpItem }
  | { readonly kind: "branch"; readonly children: readonly RlpItem[]; readonly value: Uint8Array };

/** The nibbles of a key, the high half of each byte first. */
export function nibblesOf(key: Uint8Array): readonly number[] {
  return Array.from(key).flatMap((byte) => [byte >> 4, byte & 15]);
}

/** Hex-prefix encoding of a path (yellow paper, appendix C): flag nibble, a zero nibble to make it even, the path. */
export function encodePath(path: readonly number[], isLeaf: boolean): Uint8Array {
  const flag = (isLeaf ? 2 : 0) + (path.length % 2);
  const nibbles = path.length % 2 === 1 ? [flag, ...path] : [flag, 0, ...path];
  const bytes = new Uint8Array(nibbles.length / 2);
  nibbles.forEach((nibble, at) => (bytes[at >> 1] = ((bytes[at >> 1] ?? 0) << 4) | nibble));
  return bytes;
}

/**
 * Names the parts of a decoded node and refuses forms that no trie has: other lengths than 2 and 17, unknown flags,
 * a padding nibble that is not zero, an extension without a path, a leaf without a value.
 * @throws EvidenceError with code `fault`
 */
export function toTrieNode(item: RlpItem, fault: EvidenceErrorCode): TrieNode {
  const items = rlpList(item, fault);
  const [first, second] = items;
  if (items.length === 17) return { kind: "branch", children: items.slice(0, 16), value: rlpBytes(items[16], fault) };
  if (items.length !== 2 || second === undefined) {
    throw new EvidenceError(fault, `a trie node has 2 or 17 items, not ${items.length}`);
  }
  const { path, isLeaf } = decodePath(rlpBytes(first, fault), fault);
  if (isLeaf) return { kind: "leaf", path, value: notEmpty(rlpBytes(second, fault), fault) };
  if (path.length === 0) throw new EvidenceError(fault, "an extension without a path");
  return { kind: "extension", path, child: second };
}

/** No key of Ethereum's tries is longer than a digest; with its flag that is a byte more. */
const MAX_PATH_BYTES = 33;

function decodePath(bytes: Uint8Array, fault: EvidenceErrorCode): { path: readonly number[]; isLeaf: boolean } {
  if (bytes.length > MAX_PATH_BYTES) throw new EvidenceError(fault, "a path longer than any key");
  const [flag, second, ...rest] = nibblesOf(bytes);
  if (flag === undefined || second === undefined || flag > 3)
    throw new EvidenceError(fault, "a path with an unknown flag");
  if (flag % 2 === 0 && second !== 0) throw new EvidenceError(fault, "a path whose padding is not zero");
  return { path: flag % 2 === 1 ? [second, ...rest] : rest, isLeaf: flag >= 2 };
}

function notEmpty(value: Uint8Array, fault: EvidenceErrorCode): Uint8Array {
  if (value.length === 0) throw new EvidenceError(fault, "a leaf without a value");
  return value;
}
