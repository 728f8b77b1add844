import { keccak256, type Digest } from "@lianzheng/sdk/encoding";
import { encodeRlp, type RlpItem } from "./rlp.ts";
import { encodePath, nibblesOf } from "./trie-node.ts";

/** A trie in memory, built at once from all it holds: enough for the receipts of a block. */
export interface BuiltTrie {
  readonly root: Digest;
  /** RLP of the nodes on the way to a key, root first, as `verifyTrieProof` takes them. */
  prove(key: Uint8Array): readonly Uint8Array[];
}

/**
 * Builds the Merkle Patricia trie of these entries.
 * @param entries - keys all different, values not empty
 * @see Ethereum yellow paper, appendix D
 */
export function buildTrie(entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): BuiltTrie {
  const top = build(entries.map(([key, value]) => ({ path: nibblesOf(key), value })));
  const encoded = encodeRlp(top.item);
  return { root: keccak256(encoded), prove: (key) => [encoded, ...hashedNodes(top, nibblesOf(key))] };
}

interface Entry {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

/** A node with the way on to its children, so that proving needs no second search through encodings. */
interface Built {
  readonly item: RlpItem;
  next(rest: readonly number[]): { readonly node: Built; readonly rest: readonly number[] } | undefined;
}

const NOTHING = new Uint8Array(0);

function build(entries: readonly Entry[]): Built {
  const [first, ...others] = entries;
  if (first === undefined) return { item: NOTHING, next: () => undefined };
  if (others.length === 0) return { item: [encodePath(first.path, true), first.value], next: () => undefined };
  const shared = sharedLength(first.path, others);
  return shared === 0 ? branch(entries) : extension(first.path.slice(0, shared), skip(entries, shared));
}

function branch(entries: readonly Entry[]): Built {
  const children = Array.from({ length: 16 }, (_, nibble) =>
    build(
      skip(
        entries.filter(({ path }) => path[0] === nibble),
        1,
      ),
    ),
  );
  const here = entries.find(({ path }) => path.length === 0);
  return {
    item: [...children.map(reference), here?.value ?? NOTHING],
    next: ([nibble, ...rest]) => {
      const node = nibble === undefined ? undefined : children[nibble];
      return node === undefined ? undefined : { node, rest };
    },
  };
}

function extension(path: readonly number[], entries: readonly Entry[]): Built {
  const child = build(entries);
  return {
    item: [encodePath(path, false), reference(child)],
    next: (rest) =>
      path.every((nibble, at) => nibble === rest[at]) ? { node: child, rest: rest.slice(path.length) } : undefined,
  };
}

/** Below 32 bytes a node stands in its parent itself, otherwise its hash does. */
function reference({ item }: Built): RlpItem {
  const encoded = encodeRlp(item);
  return item === NOTHING || encoded.length < 32 ? item : keccak256(encoded);
}

function hashedNodes(top: Built, path: readonly number[]): readonly Uint8Array[] {
  const nodes: Uint8Array[] = [];
  let step = top.next(path);
  while (step !== undefined) {
    const encoded = encodeRlp(step.node.item);
    if (encoded.length >= 32) nodes.push(encoded);
    step = step.node.next(step.rest);
  }
  return nodes;
}

function sharedLength(path: readonly number[], others: readonly Entry[]): number {
  const differs = path.findIndex((nibble, at) => others.some((other) => other.path[at] !== nibble));
  return differs === -1 ? path.length : differs;
}

function skip(entries: readonly Entry[], nibbles: number): readonly Entry[] {
  return entries.map(({ path, value }) => ({ path: path.slice(nibbles), value }));
}
