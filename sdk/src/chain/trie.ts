import {
  equalBytes,
  EvidenceError,
  keccak256,
  toHex,
  type Digest,
  type EvidenceErrorCode,
  type Hex,
} from "@lianzheng/sdk/encoding";
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
  const proof: Proof = { nodes, used: 0, fault, nodeOfHash: nextNode };
  const value = walk(proof, root, nibblesOf(key));
  if (proof.used !== nodes.length) throw new EvidenceError(fault, "the trie proof has nodes that lead nowhere");
  return value ?? null;
}

/** Where the nodes of a trie come from. A node is known by its hash, so nothing that another gives can stand in for it. */
interface NodeSource {
  readonly fault: EvidenceErrorCode;
  /** The node of this hash; undefined if the source does not have it. */
  nodeOfHash(hash: Uint8Array): TrieNode | undefined;
}

/** Nodes in the order of the way, all to be used. */
interface Proof extends NodeSource {
  readonly nodes: readonly Uint8Array[];
  used: number;
}

/**
 * Nodes of one trie in no order, for many keys: a node that several ways share is there once. What a way needs and is not
 * among them is not shown; those that no way needs are never looked at.
 */
export class TrieNodes {
  readonly fault: EvidenceErrorCode;
  readonly #root: Digest;
  readonly #byHash: ReadonlyMap<Hex, Uint8Array>;
  readonly #decoded = new Map<Hex, TrieNode>();

  /**
   * @param root  - 32 bytes
   * @param nodes - RLP of nodes
   * @param fault - the code to fail with
   */
  constructor(root: Digest, nodes: readonly Uint8Array[], fault: EvidenceErrorCode = "V_TRIE") {
    this.#root = root;
    this.#byHash = new Map(nodes.map((node) => [toHex(keccak256(node)), node]));
    this.fault = fault;
  }

  /**
   * What the trie holds under a key: null if it is shown to hold nothing, undefined if the nodes do not show it.
   * @throws EvidenceError with the code `fault` if what the root leads to is no trie
   */
  get(key: Uint8Array): Uint8Array | null | undefined {
    return equalBytes(this.#root, EMPTY_TRIE_ROOT) ? null : walk(this, this.#root, nibblesOf(key));
  }

  nodeOfHash(hash: Uint8Array): TrieNode | undefined {
    const name = toHex(hash);
    const known = this.#decoded.get(name);
    const bytes = this.#byHash.get(name);
    if (known !== undefined || bytes === undefined) return known;
    const node = toTrieNode(decodeRlp(bytes, this.fault), this.fault);
    this.#decoded.set(name, node);
    return node;
  }
}

function isEmptyTrie(root: Digest, nodes: readonly Uint8Array[]): boolean {
  if (!equalBytes(root, EMPTY_TRIE_ROOT)) return false;
  const [node] = nodes;
  return node === undefined || (nodes.length === 1 && equalBytes(node, Uint8Array.of(0x80)));
}

/** Follows the path from node to node; each step takes at least one nibble, so it ends. Undefined where a node is missing. */
function walk(source: NodeSource, root: Digest, key: readonly number[]): Uint8Array | null | undefined {
  let node = source.nodeOfHash(root);
  let rest = key;
  while (node !== undefined) {
    if (node.kind === "leaf") return samePath(node.path, rest) ? node.value : null;
    if (node.kind === "branch") {
      const [nibble, ...after] = rest;
      if (nibble === undefined) return node.value.length === 0 ? null : node.value;
      const child = node.children[nibble];
      if (child === undefined || isEmpty(child)) return null;
      node = nodeOf(source, child);
      rest = after;
    } else {
      if (!samePath(node.path, rest.slice(0, node.path.length))) return null;
      rest = rest.slice(node.path.length);
      node = nodeOf(source, node.child);
    }
  }
  return undefined;
}

function nodeOf(source: NodeSource, reference: RlpItem): TrieNode | undefined {
  if (!(reference instanceof Uint8Array)) return embeddedNode(source, reference);
  if (reference.length !== HASH_BYTES)
    throw new EvidenceError(source.fault, "a reference that is neither node nor hash");
  return source.nodeOfHash(reference);
}

function embeddedNode({ fault }: NodeSource, item: RlpItem): TrieNode {
  if (encodeRlp(item).length >= HASH_BYTES)
    throw new EvidenceError(fault, "a node of 32 bytes or more inside its parent");
  return toTrieNode(item, fault);
}

function nextNode(this: Proof, hash: Uint8Array): TrieNode {
  const isRoot = this.used === 0;
  const bytes = this.nodes[this.used++];
  if (bytes === undefined) throw new EvidenceError(this.fault, "the trie proof ends before its key does");
  if (!equalBytes(keccak256(bytes), hash))
    throw new EvidenceError(this.fault, `node ${this.used - 1} of the trie proof has another hash`);
  if (!isRoot && bytes.length < HASH_BYTES)
    throw new EvidenceError(this.fault, "a node below 32 bytes stands in its parent");
  return toTrieNode(decodeRlp(bytes, this.fault), this.fault);
}

function isEmpty(reference: RlpItem): boolean {
  return reference instanceof Uint8Array && reference.length === 0;
}

function samePath(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((nibble, at) => nibble === right[at]);
}
