import { equalBytes, EvidenceError, keccak256, type Digest, type EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { decodeRlp, encodeRlp, type RlpItem } from "./rlp.ts";
import { nibblesOf, toTrieNode, type TrieNode } from "./trie-node.ts";

/** A reference below this length stands in its parent itself; from it on, its Keccak-256 does (yellow paper, appendix D). */
const HASH_BYTES = 32;

/** Root of the trie that holds nothing: Keccak-256 of RLP of the empty string. */
export const EMPTY_TRIE_ROOT: Digest = keccak256(Uint8Array.of(0x80));

/**
 * What the trie with this root holds under a key.
 *
 * Every node given must be used, in order: a proof has one form. Nodes shorter than 32 bytes stand inside their parent.
 *
 * @param root  - 32 bytes
 * @param key   - the key as it is in the trie (for accounts already hashed)
 * @param nodes - RLP of the nodes on the way, root first
 * @param fault - the code to fail with; the caller's word for what the trie was to prove
 * @returns the value, or null if the proof shows that the trie has none there
 * @throws EvidenceError with code `fault`
 * @see Ethereum yellow paper, appendix D; EIP-1186
 */
export function verifyTrieProof(
  root: Digest,
  key: Uint8Array,
  nodes: readonly Uint8Array[],
  fault: EvidenceErrorCode = "V_TRIE",
): Uint8Array | null {
  if (isEmptyTrie(root, nodes)) return null;
  const proof: Proof = { nodes, used: 0, fault };
  const value = walk(proof, nodeOfHash(proof, root), nibblesOf(key));
  if (proof.used !== nodes.length) throw new EvidenceError(fault, "the trie proof has nodes that lead nowhere");
  return value;
}

interface Proof {
  readonly nodes: readonly Uint8Array[];
  used: number;
  readonly fault: EvidenceErrorCode;
}

function isEmptyTrie(root: Digest, nodes: readonly Uint8Array[]): boolean {
  if (!equalBytes(root, EMPTY_TRIE_ROOT)) return false;
  const [node] = nodes;
  return node === undefined || (nodes.length === 1 && equalBytes(node, Uint8Array.of(0x80)));
}

/** Follows the path from node to node; each step takes at least one nibble, so it ends. */
function walk(proof: Proof, start: TrieNode, key: readonly number[]): Uint8Array | null {
  let node = start;
  let rest = key;
  for (;;) {
    if (node.kind === "leaf") return samePath(node.path, rest) ? node.value : null;
    if (node.kind === "branch") {
      const [nibble, ...after] = rest;
      if (nibble === undefined) return node.value.length === 0 ? null : node.value;
      const child = node.children[nibble];
      if (child === undefined || isEmpty(child)) return null;
      node = nodeOf(proof, child);
      rest = after;
    } else {
      if (!samePath(node.path, rest.slice(0, node.path.length))) return null;
      rest = rest.slice(node.path.length);
      node = nodeOf(proof, node.child);
    }
  }
}

function nodeOf(proof: Proof, reference: RlpItem): TrieNode {
  if (!(reference instanceof Uint8Array)) return embeddedNode(proof, reference);
  if (reference.length !== HASH_BYTES)
    throw new EvidenceError(proof.fault, "a reference that is neither node nor hash");
  return nodeOfHash(proof, reference);
}

function embeddedNode({ fault }: Proof, item: RlpItem): TrieNode {
  if (encodeRlp(item).length >= HASH_BYTES)
    throw new EvidenceError(fault, "a node of 32 bytes or more inside its parent");
  return toTrieNode(item, fault);
}

function nodeOfHash(proof: Proof, hash: Uint8Array): TrieNode {
  const isRoot = proof.used === 0;
  const bytes = proof.nodes[proof.used++];
  if (bytes === undefined) throw new EvidenceError(proof.fault, "the trie proof ends before its key does");
  if (!equalBytes(keccak256(bytes), hash))
    throw new EvidenceError(proof.fault, `node ${proof.used - 1} of the trie proof has another hash`);
  if (!isRoot && bytes.length < HASH_BYTES)
    throw new EvidenceError(proof.fault, "a node below 32 bytes stands in its parent");
  return toTrieNode(decodeRlp(bytes, proof.fault), proof.fault);
}

function isEmpty(reference: RlpItem): boolean {
  return reference instanceof Uint8Array && reference.length === 0;
}

function samePath(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((nibble, at) => nibble === right[at]);
}
