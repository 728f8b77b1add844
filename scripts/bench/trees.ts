/** Trees, proofs, canonical JSON and wrapped records beside the libraries that others take for them. */
import { createHash, hash } from "node:crypto";
import canonicalize from "canonicalize";
import { utf8 } from "@lianzheng/sdk/encoding";
import type { Digest, Sha256 } from "@lianzheng/sdk/encoding";
import { InclusionVerifier, MerkleTree, quickNodeDigest, verifyInclusion } from "@lianzheng/sdk/log";
import { canonicalJson, commitmentsOf, decodeSubmission, parseJson, prepareRecord } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { fastNodeDigest, fastNodeInto } from "../../node/src/log/hashing.ts";
import { inTurn, ratioOf, spreadOf } from "./measuring.ts";
import { howToInstall, peer } from "./peers.ts";
import type { BenchOptions, Group } from "./results.ts";

/** Something that does a number of things and is timed as a whole. */
interface Worker {
  readonly name: string;
  readonly isOurs: boolean;
  /** Does `units` things. */
  readonly units: number;
  readonly run: () => unknown;
}

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();
/** The same by Node's one-shot hash, as a node passes it in. */
const quickSha256: Sha256 = (bytes) => Buffer.from(hash("sha256", bytes, "binary"), "binary");

function leavesOf(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, at) => sha256(Buffer.from(`leaf ${at}`)));
}

/** Units a second of each, rounds in turn, after a first one that does not count. */
async function race(
  about: Pick<Group, "id" | "title" | "unit" | "method">,
  workers: readonly Worker[],
  { isQuick, tell }: BenchOptions,
  missing: readonly string[],
): Promise<Group> {
  tell(about.title);
  const candidates = workers.map(({ name, units, run }) => ({
    name,
    run: async (): Promise<number> => {
      const began = performance.now();
      await run();
      return (units / (performance.now() - began)) * 1000;
    },
  }));
  if (!isQuick) await inTurn(candidates, 1);
  const rates = await inTurn(candidates, isQuick ? 1 : 5);
  const [ours] = workers;
  return {
    ...about,
    better: "more",
    rows: workers.map(({ name, isOurs }, at) => ({ name, isOurs, value: spreadOf(rates[at] ?? []) })),
    ratios: workers.flatMap(({ name, isOurs }, at) =>
      isOurs ? [] : [{ ours: ours?.name ?? "", peer: name, ratio: ratioOf(rates[0] ?? [], rates[at] ?? []) }],
    ),
    ...(missing.length === 0 ? {} : { missing: missing.map((name) => `${name}: not installed (${howToInstall})`) }),
  };
}

/** A tree of a library: made of digests, and its proofs. */
interface Trees {
  readonly name: string;
  readonly isOurs: boolean;
  readonly build: (leaves: readonly Buffer[]) => Prover;
}

interface Prover {
  readonly prove: (index: number) => () => boolean;
}

const ours: Trees = {
  name: "Lianzheng sdk (RFC 9162)",
  isOurs: true,
  build: (leaves) => {
    const tree = new MerkleTree(leaves, fastNodeInto);
    const { root } = tree;
    return {
      prove: (index) => {
        const path = tree.inclusionProof(index);
        return () => {
          verifyInclusion(leaves[index] ?? root, index, tree.size, path, root, fastNodeDigest);
          return true;
        };
      },
    };
  },
};

/** The tree as a page in a browser makes it: by the sdk's own SHA-256. */
const oursPortable: Trees = {
  name: "Lianzheng sdk, portable hash",
  isOurs: true,
  build: (leaves) => {
    const tree = new MerkleTree(leaves);
    const { root } = tree;
    return {
      prove: (index) => {
        const path = tree.inclusionProof(index);
        return () => {
          verifyInclusion(leaves[index] ?? root, index, tree.size, path, root, quickNodeDigest);
          return true;
        };
      },
    };
  },
};

/** Checks every proof of a tree, with what it has learnt from those before. */
function checkWhole(tree: MerkleTree, paths: readonly (readonly Digest[])[], leaves: readonly Digest[]): number {
  const verifier = new InclusionVerifier(tree.size, tree.root, fastNodeInto);
  for (const [index, path] of paths.entries()) verifier.verify(leaves[index] ?? tree.root, index, path);
  return paths.length;
}

interface OpenZeppelinTree {
  readonly root: string;
  getProof(index: number): string[];
}
interface OpenZeppelin {
  readonly SimpleMerkleTree: {
    of(leaves: readonly string[]): OpenZeppelinTree;
    verify(root: string, leaf: string, proof: string[]): boolean;
  };
}
interface MerkleTreeJs {
  readonly MerkleTree: new (
    leaves: readonly Buffer[],
    hash: (bytes: Buffer) => Buffer,
  ) => {
    getRoot(): Buffer;
    getProof(leaf: Buffer, index: number): object[];
    verify(proof: object[], leaf: Buffer, root: Buffer): boolean;
  };
}
interface LeanImt {
  readonly LeanIMT: new (
    hash: (a: string, b: string) => string,
    leaves: readonly string[],
  ) => {
    generateProof(index: number): object;
    verifyProof(proof: object): boolean;
  };
}
interface OpenTimestamps {
  readonly makeMerkleTree: (files: readonly object[]) => { readonly msg: readonly number[] } | undefined;
  readonly Ops: { readonly OpSHA256: new () => object };
  readonly DetachedTimestampFile: { fromHash(operation: object, digest: readonly number[]): object };
}

const hexOf = (digest: Digest): string => Buffer.from(digest).toString("hex");

function openZeppelin(): Trees | undefined {
  const tree = (peer("@openzeppelin/merkle-tree") as OpenZeppelin | undefined)?.SimpleMerkleTree;
  if (tree === undefined) return undefined;
  const build = (leaves: readonly Buffer[]): Prover => {
    const texts = leaves.map((leaf) => `0x${hexOf(leaf)}`);
    const made = tree.of(texts);
    return {
      prove: (index) => {
        const proof = made.getProof(index);
        return () => tree.verify(made.root, texts[index] ?? "", proof);
      },
    };
  };
  return { name: "@openzeppelin/merkle-tree (keccak)", isOurs: false, build };
}

function merkleTreeJs(): Trees | undefined {
  const library = peer("merkletreejs") as MerkleTreeJs | undefined;
  if (library === undefined) return undefined;
  const build = (leaves: readonly Buffer[]): Prover => {
    const tree = new library.MerkleTree(leaves, sha256);
    const root = tree.getRoot();
    return {
      prove: (index) => {
        const leaf = leaves[index] ?? root;
        const proof = tree.getProof(leaf, index);
        return () => tree.verify(proof, leaf, root);
      },
    };
  };
  return { name: "merkletreejs (SHA-256)", isOurs: false, build };
}

function leanImt(): Trees | undefined {
  const library = peer("@zk-kit/lean-imt") as LeanImt | undefined;
  if (library === undefined) return undefined;
  const both = (a: string, b: string): string =>
    createHash("sha256")
      .update(Buffer.from(a + b, "hex"))
      .digest("hex");
  const build = (leaves: readonly Buffer[]): Prover => {
    const tree = new library.LeanIMT(both, leaves.map(hexOf));
    return {
      prove: (index) => {
        const proof = tree.generateProof(index);
        return () => tree.verifyProof(proof);
      },
    };
  };
  return { name: "@zk-kit/lean-imt (SHA-256)", isOurs: false, build };
}

/** Builds only: its proofs are operations that stand in the timestamps themselves. It also appends a nonce to each leaf. */
function openTimestamps(leaves: readonly Buffer[]): Worker | undefined {
  const library = peer("opentimestamps") as OpenTimestamps | undefined;
  if (library === undefined) return undefined;
  const { DetachedTimestampFile, Ops } = library;
  const run = (): number => {
    const files = leaves.map((leaf) => DetachedTimestampFile.fromHash(new Ops.OpSHA256(), [...leaf]));
    const tip = library.makeMerkleTree(files);
    if (tip?.msg.length !== 32) throw new Error("opentimestamps made no tree");
    return files.length;
  };
  return { name: "opentimestamps (SHA-256)", isOurs: false, units: leaves.length, run };
}

/** A proof that a library's own check refuses would make its time worth nothing. */
function proveAll(prover: Prover, indexes: readonly number[]): readonly (() => boolean)[] {
  return indexes.map((index) => prover.prove(index));
}

function checkAll(name: string, checks: readonly (() => boolean)[]): void {
  for (const check of checks) if (!check()) throw new Error(`${name} refuses its own proof`);
}

function found<Kind>(named: Readonly<Record<string, Kind | undefined>>): {
  readonly there: readonly Kind[];
  readonly missing: readonly string[];
} {
  const entries = Object.entries(named);
  return {
    there: entries.flatMap(([, one]) => (one === undefined ? [] : [one])),
    missing: entries.flatMap(([name, one]) => (one === undefined ? [name] : [])),
  };
}

/** Every proof of a tree, beside peers that check some of theirs one by one. */
async function benchManyProofs(
  leaves: readonly Buffer[],
  peers: readonly Worker[],
  options: BenchOptions,
  missing: readonly string[],
): Promise<Group> {
  const tree = new MerkleTree(leaves, fastNodeInto);
  const paths = leaves.map((_, index) => tree.inclusionProof(index));
  const size = leaves.length.toLocaleString("en");
  const about = {
    id: "tree-verify-many",
    title: `Checking the proofs of one tree of ${size} digests`,
    unit: "proofs/s",
    method:
      "All proofs of the tree, each accepted or refused for itself; the peers, which keep nothing from one proof to the next, check 500 of theirs.",
  };
  const ours = {
    name: "Lianzheng sdk, InclusionVerifier",
    isOurs: true,
    units: leaves.length,
    run: () => checkWhole(tree, paths, leaves),
  };
  return await race(about, [ours, ...peers], options, missing);
}

/** Building a tree, making a proof, checking a proof, checking all. */
export async function benchTrees(options: BenchOptions): Promise<readonly Group[]> {
  const count = options.isQuick ? 500 : 100_000;
  const leaves = leavesOf(count);
  const { there, missing } = found({
    "@openzeppelin/merkle-tree": openZeppelin(),
    merkletreejs: merkleTreeJs(),
    "@zk-kit/lean-imt": leanImt(),
  });
  const stamps = openTimestamps(leaves);
  const all = [ours, oursPortable, ...there];
  const builders = all.map(({ name, isOurs, build }) => ({ name, isOurs, units: count, run: () => build(leaves) }));
  const size = count.toLocaleString("en");
  const built = await race(
    {
      id: "tree-build",
      title: `Tree of ${size} digests`,
      unit: "leaves/s",
      method: `${size} digests of 32 bytes, ready in memory, to a tree from which proofs can be made.`,
    },
    stamps === undefined ? builders : [...builders, stamps],
    options,
    stamps === undefined ? [...missing, "opentimestamps"] : missing,
  );
  const indexes = Array.from({ length: options.isQuick ? 20 : 500 }, (_, at) => Math.floor((at * count) / 500) % count);
  const provers = all.map((trees) => ({ ...trees, prover: trees.build(leaves) }));
  const made = provers.map(({ prover }) => proveAll(prover, indexes));
  const about = { unit: "proofs/s", method: `${indexes.length} proofs spread over a tree of ${size} digests.` };
  const again = {
    ...about,
    method: `${about.method} The same proofs in each round: from the second on, ours and merkletreejs hand out digests that are there already.`,
  };
  const proving = provers.map(({ name, isOurs, prover }) => ({
    name,
    isOurs,
    units: indexes.length,
    run: () => proveAll(prover, indexes),
  }));
  const checking = provers.map(({ name, isOurs }, at) => ({
    name,
    isOurs,
    units: indexes.length,
    run: () => checkAll(name, made[at] ?? []),
  }));
  return [
    built,
    await race({ id: "tree-prove", title: "Making an inclusion proof", ...again }, proving, options, missing),
    await race({ id: "tree-verify", title: "Checking an inclusion proof", ...about }, checking, options, missing),
    await benchManyProofs(
      leaves,
      checking.filter(({ isOurs }) => !isOurs),
      options,
      missing,
    ),
  ];
}

/** A trade record of about 1 KB: nested, Chinese text, numbers. */
function tradeRecord(at: number): JsonValue {
  return {
    type: "trade.contract",
    subject: `trade:${at}`,
    occurredAt: "2026-11-22T09:14:05.120Z",
    body: {
      price: "128000.00",
      currency: "CNY",
      quantity: at,
      title: "2026年第三季度企业用电量统计数据集",
      terms: { usage: "仅限模型训练", region: ["海南", "广东"], days: 365, renewable: true, discount: 0.15 },
      description: "数据产品经脱敏处理，按月更新，交付方式为接口调用与文件下载。".repeat(6),
      source: { system: "metering", batch: at * 7, checksum: "9f86d081884c7d659a2feaa0c55ad015" },
      remarks: null,
    },
  };
}

/** RFC 8785. */
export async function benchCanonical(options: BenchOptions): Promise<Group> {
  const records = Array.from({ length: options.isQuick ? 100 : 5000 }, (_, at) => tradeRecord(at));
  const units = records.length;
  if (records.some((record) => canonicalJson(record) !== canonicalize(record)))
    throw new Error("another canonical form");
  const about = {
    id: "canonical",
    title: "Canonical JSON of a trade record (RFC 8785)",
    unit: "records/s",
    method: `${units} records of about 1 KB; both give the same text.`,
  };
  const workers = [
    { name: "Lianzheng sdk", isOurs: true, units, run: () => records.map(canonicalJson).length },
    { name: "canonicalize", isOurs: false, units, run: () => records.map((record) => canonicalize(record)).length },
    {
      name: "JSON.stringify (not canonical)",
      isOurs: false,
      units,
      run: () => records.map((record) => JSON.stringify(record)).length,
    },
  ];
  return await race(about, workers, options, []);
}

interface OpenAttestation {
  wrapDocuments(documents: readonly object[]): readonly object[];
}

/** Records hidden member by member, put into a tree, each with its proof. */
function wrapOurs(records: readonly JsonValue[]): number {
  const leaves = records.map((record, at) => {
    const input = decodeSubmission(parseJson(utf8(JSON.stringify(record))));
    if (!("body" in input)) throw new TypeError("a record came prepared");
    const seed = quickSha256(Buffer.from(`seed ${at}`));
    const commitments = commitmentsOf(prepareRecord(input, seed, quickSha256).disclosures, quickSha256);
    return sha256(Buffer.concat([Buffer.of(0), Buffer.from(canonicalJson([...commitments]))]));
  });
  const prover = ours.build(leaves);
  const all = leaves.map((_, at) => at);
  return proveAll(prover, all).length;
}

/** Making evidence of many records at once. */
export async function benchWrapping(options: BenchOptions): Promise<Group> {
  const records = Array.from({ length: options.isQuick ? 50 : 10_000 }, (_, at) => tradeRecord(at));
  const library = peer("@govtechsg/open-attestation") as OpenAttestation | undefined;
  const issuer = {
    name: "Bench",
    documentStore: `0x${"11".repeat(20)}`,
    identityProof: { type: "DNS-TXT", location: "bench.example" },
  };
  const documents = records.map((record) => ({ ...(record as object), issuers: [issuer] }));
  const units = records.length;
  const mine = { name: "Lianzheng sdk", isOurs: true, units, run: () => wrapOurs(records) };
  const theirs = library && {
    name: "OpenAttestation wrapDocuments",
    isOurs: false,
    units,
    run: () => library.wrapDocuments(documents).length,
  };
  const about = {
    id: "wrapping",
    title: `Wrapping ${units.toLocaleString("en")} records`,
    unit: "records/s",
    method:
      "From JSON to records whose members can be disclosed one by one, each with a proof to one root: salts, commitments, tree, all proofs.",
  };
  const workers = theirs === undefined ? [mine] : [mine, theirs];
  return await race(
    about,
    workers,
    { ...options, isQuick: true },
    theirs === undefined ? ["@govtechsg/open-attestation"] : [],
  );
}
