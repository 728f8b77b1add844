import { EvidenceError, isWellFormed } from "@lianzheng/sdk/encoding";

/** How the members of objects with the same names in the same order are written. */
export interface Shape {
  /** The names in canonical order: by UTF-16 code units (RFC 8785 section 3.2.3). */
  readonly names: readonly string[];
  /** What stands before each value: comma where one is due, the name as JSON, colon. */
  readonly heads: readonly string[];
}

interface Known {
  readonly keys: readonly string[];
  readonly shape: Shape;
}

// Bounds of the cache. Names come from clients, so without them a client could fill the memory; records are of few shapes.
const maxBuckets = 256;
const maxShapesInBucket = 8;
const maxKeys = 64;
const maxNameLength = 64;

// Shapes by their first key; within a bucket told apart key by key, so no two key lists can be taken for each other.
let buckets = new Map<string, Known[]>();

function makeShape(keys: readonly string[]): Shape {
  const names = [...keys].sort();
  const heads = names.map((name, at) => {
    if (!isWellFormed(name)) throw new EvidenceError("E_ENCODING", "a lone surrogate has no canonical form");
    return `${at === 0 ? "" : ","}${JSON.stringify(name)}:`;
  });
  return { names, heads };
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function remember(first: string, known: Known): void {
  const bucket = buckets.get(first);
  if (bucket !== undefined) {
    if (bucket.length === maxShapesInBucket) bucket.shift();
    bucket.push(known);
    return;
  }
  if (buckets.size === maxBuckets) buckets = new Map();
  buckets.set(first, [known]);
}

/** The shape of objects whose own keys are `keys`, in that order; sorted once for each list of keys that comes often. */
export function shapeOf(keys: readonly string[]): Shape {
  const first = keys[0];
  if (first === undefined) return { names: [], heads: [] };
  const bucket = buckets.get(first);
  if (bucket !== undefined) {
    for (const known of bucket) if (sameKeys(known.keys, keys)) return known.shape;
  }
  const shape = makeShape(keys);
  if (keys.length <= maxKeys && keys.every((key) => key.length <= maxNameLength)) remember(first, { keys, shape });
  return shape;
}
