import { createHash } from "node:crypto";

/**
 * The second opinion on a log's tree: RFC 9162 section 2.1.1 as it is written there, on nothing but node:crypto. It shares no
 * line with the code under test, and is as slow as a definition may be.
 */
export function plainRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256(Buffer.alloc(0));
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), plainRoot(leaves.slice(0, split)), plainRoot(leaves.slice(split)));
}

/** Hash of an entry as a leaf. */
export function plainLeaf(entry: Buffer): Buffer {
  return sha256(Buffer.from([0]), entry);
}

/** Entries of a C2SP entry bundle: each with its length in two bytes before it. */
export function plainEntries(bundle: Buffer): readonly Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const length = bundle.readUInt16BE(at);
    entries.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

/** Path of the entry bundle that begins at `index * 256` and holds `width` entries. */
export function bundlePath(index: number, width: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0");
  const groups = digits.match(/\d{3}/g) ?? [];
  const path = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join("/");
  return `/log/tile/entries/${path}${width === 256 ? "" : `.p/${width}`}`;
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
