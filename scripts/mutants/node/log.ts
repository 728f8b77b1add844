import type { NodeMutant } from "./mutants.ts";

/** Bugs of giving records their place. */
export const logMutants: readonly NodeMutant[] = [
  {
    id: "log-01",
    file: "node/src/log/sequencing.ts",
    find: "const before = newest.get(subject) ?? newestOf(state.heads.get(subject));",
    replace: "const before = newestOf(state.heads.get(subject));",
    why: "two records of one subject in a group follow the same predecessor",
    killedBy: ["test/log-node/evidence-log.test.ts#acknowledges records with a receipt"],
  },
  {
    id: "log-02",
    file: "node/src/log/sequencing.ts",
    find: "const checkpoint = signedCheckpoint(state.origin, edge, state.signer);",
    replace: "const checkpoint = signedCheckpoint(state.origin, state.edge, state.signer);",
    why: "signs the tree before the group: the receipt does not cover its records",
    killedBy: ["test/log-node/evidence-log.test.ts#acknowledges records with a receipt"],
  },
  {
    id: "log-03",
    file: "node/src/log/writer.ts",
    find: "if (before === undefined) fresh.push(one);",
    replace: "if (before === undefined || one.request.drafts.length > 0) fresh.push(one);",
    why: "a repeated request is recorded again",
    killedBy: ["test/log-node/evidence-log.test.ts#brings the same receipt"],
  },
  {
    id: "log-04",
    file: "node/src/log/writer.ts",
    find: "if (!known.requestDigest.equals(digest)) throw mismatch();",
    replace: "",
    why: "one idempotency key stands for two requests",
    killedBy: ["test/log-node/evidence-log.test.ts#is refused for another request"],
  },
  {
    id: "log-05",
    file: "node/src/log/publication.ts",
    find: "await this.#write(tilePath({ level, index, width: digests.length }), packed(digests));",
    replace: "await this.#write(tilePath({ level, index, width: digests.length }), packed(digests.slice(1)));",
    why: "partial tiles lack their first hash",
    killedBy: ["test/log-node/publication.test.ts#is a whole log after each publication"],
  },
  {
    id: "log-06",
    file: "node/src/log/reader.ts",
    find: 'return { bytes: bytes.subarray(0, width * 32), kind: "hashes" };',
    replace: 'return { bytes, kind: "hashes" };',
    why: "a partial tile is served wider than its name says",
    killedBy: ["test/log-node/evidence-log.test.ts#serve tiles and entry bundles"],
  },
  {
    id: "log-07",
    file: "node/src/log/writer.ts",
    find: "const receivedAt = Math.max(this.#receivedAt, now());",
    replace: "const receivedAt = now();",
    why: "times go back with the clock",
    killedBy: ["test/log-node/evidence-log.test.ts#never lets time go back"],
  },
];
