// `node scripts/bench/sdk.ts [--json]`: the sdk's hot paths, each beside a peer in the same run.
//
// Method: all candidates of a group take turns within each round, after one round that does not count; what is quoted is
// the median over the rounds, and ratios of medians. Every candidate's answer is checked against the others' before it is
// timed. Figures of different groups, runs or machines do not compare.
import { createHash, hash } from "node:crypto";
import canonicalize from "canonicalize";
import { equalBytes, utf8 } from "@lianzheng/sdk/encoding";
import type { Sha256 } from "@lianzheng/sdk/encoding";
import {
  edgeRoot,
  emptyEdge,
  inclusionProof,
  leafDigest,
  nodeDigest,
  tilePath,
  tilesOf,
  verifyInclusion,
} from "@lianzheng/sdk/log";
import type { NodeHash } from "@lianzheng/sdk/log";
import { canonicalJson, commitmentsOf, decodeSubmission, parseJson, prepareRecord } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { machineOf, spreadOf } from "./measuring.ts";

const rounds = 9;

interface Candidate {
  readonly name: string;
  /** Does the work once and returns something to compare with the other candidates. */
  readonly run: () => unknown;
}

interface Group {
  readonly title: string;
  /** Units of work in one run, for the rate. */
  readonly units: number;
  readonly unit: string;
  /** The first is ours; ratios are against each of the others. */
  readonly candidates: readonly Candidate[];
}

interface Result {
  readonly name: string;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly unitsPerSecond: number;
  /** How many times as fast as this one the group's first is. */
  readonly ratioOfFirst: number;
}

function timed(run: () => unknown): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function checkAnswers({ title, candidates }: Group): void {
  const answers = candidates.map(({ run }) => JSON.stringify(run()));
  if (new Set(answers).size !== 1) throw new Error(`the candidates of "${title}" do not agree`);
}

function measure(group: Group): readonly Result[] {
  checkAnswers(group);
  const times = group.candidates.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [at, { run }] of group.candidates.entries()) {
      const ms = timed(run);
      if (round > 0) times[at]?.push(ms);
    }
  }
  const first = spreadOf(times[0] ?? []).median;
  return group.candidates.map(({ name }, at) => {
    const { median: medianMs, min: minMs, max: maxMs } = spreadOf(times[at] ?? []);
    return {
      name,
      medianMs,
      minMs,
      maxMs,
      unitsPerSecond: (group.units / medianMs) * 1000,
      ratioOfFirst: medianMs / first,
    };
  });
}

/** A trade record of about 1 KB: nested, Chinese text, numbers. */
function makeRecord(at: number): JsonValue {
  return {
    type: "trade.contract",
    subject: `trade:0x${at.toString(16).padStart(64, "0")}`,
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
    parties: [
      { member: "91350100M000100Y43", role: "seller" },
      { member: "9144030071526726XG", role: "buyer" },
    ],
  };
}

const records = Array.from({ length: 1000 }, (_, at) => makeRecord(at));
const texts = records.map((record) => utf8(JSON.stringify(record)));
const total = (values: readonly string[]): number => values.reduce((sum, value) => sum + value.length, 0);

const canonical: Group = {
  title: "canonical JSON (RFC 8785) of a trade record",
  units: records.length,
  unit: "records",
  candidates: [
    { name: "canonicalJson", run: () => total(records.map(canonicalJson)) },
    { name: "canonicalize 5.1.0", run: () => total(records.map((record) => canonicalize(record) ?? "")) },
    { name: "JSON.stringify (not canonical)", run: () => total(records.map((record) => JSON.stringify(record))) },
  ],
};

const decoder = new TextDecoder();
const reading: Group = {
  title: "reading a trade record from bytes",
  units: texts.length,
  unit: "records",
  candidates: [
    { name: "parseJson, strict", run: () => texts.map((text) => parseJson(text)).length },
    { name: "JSON.parse, lax", run: () => texts.map((text): unknown => JSON.parse(decoder.decode(text))).length },
  ],
};

/** The same node hash by Node's OpenSSL, as a node may pass it in. */
const nativeNode: NodeHash = (left, right) =>
  createHash("sha256").update(Uint8Array.of(1)).update(left).update(right).digest();

const scratch = Buffer.alloc(65, 1);
/** The fastest way without an addon: one-shot hash of a scratch buffer, read as latin1 text. */
const oneShotNode: NodeHash = (left, right) => {
  scratch.set(left, 1);
  scratch.set(right, 33);
  return Buffer.from(hash("sha256", scratch, "binary"), "binary");
};

const nativeSha256: Sha256 = (bytes) => Buffer.from(hash("sha256", bytes, "binary"), "binary");
const inputs = texts.map((text) => decodeSubmission(parseJson(text))).filter((input) => "body" in input);
const seed = new Uint8Array(32).fill(7);
const commitAll = (sha: Sha256 | undefined): number =>
  inputs.map((input) => commitmentsOf(prepareRecord(input, seed, sha).disclosures, sha)).length;

const committing: Group = {
  title: "hiding a trade record: salts, disclosures, commitments",
  units: inputs.length,
  unit: "records",
  candidates: [
    { name: "the sdk's own SHA-256", run: () => commitAll(undefined) },
    { name: "one-shot hash passed in", run: () => commitAll(nativeSha256) },
  ],
};

const leaves = Array.from({ length: 20_000 }, (_, at) => leafDigest(utf8(`leaf ${at}`)));
const rootBy = (nodeHash: NodeHash): string =>
  Buffer.from(edgeRoot(tilesOf(emptyEdge, leaves, nodeHash).edge, nodeHash)).toString("hex");

const hashing: Group = {
  title: "tree and tiles of 20,000 leaves",
  units: leaves.length,
  unit: "leaves",
  candidates: [
    { name: "tilesOf, the sdk's own SHA-256", run: () => rootBy(nodeDigest) },
    { name: "tilesOf, createHash passed in", run: () => rootBy(nativeNode) },
    { name: "tilesOf, one-shot hash passed in", run: () => rootBy(oneShotNode) },
  ],
};

async function proofs(): Promise<Group> {
  const { edge, tiles } = tilesOf(emptyEdge, leaves, oneShotNode);
  const store = new Map(tiles.map(({ coordinate, bytes }) => [tilePath(coordinate), bytes]));
  const root = edgeRoot(edge);
  const read = (tile: Parameters<typeof tilePath>[0]): Uint8Array => store.get(tilePath(tile)) ?? new Uint8Array();
  const indexes = Array.from({ length: 500 }, (_, at) => at * 40 + 1);
  const paths = await Promise.all(indexes.map((index) => inclusionProof(index, edge.size, read, oneShotNode)));
  const verifyAll = (nodeHash: NodeHash): number => {
    for (const [at, index] of indexes.entries()) {
      verifyInclusion(leaves[index] ?? root, index, edge.size, paths[at] ?? [], root, nodeHash);
    }
    return indexes.length;
  };
  return {
    title: "verifying an inclusion proof among 20,000 leaves (RFC 9162)",
    units: indexes.length,
    unit: "proofs",
    candidates: [
      { name: "verifyInclusion, the sdk's own SHA-256", run: () => verifyAll(nodeDigest) },
      { name: "verifyInclusion, createHash passed in", run: () => verifyAll(nativeNode) },
    ],
  };
}

function machine(): Readonly<Record<string, unknown>> {
  return { ...machineOf("."), method: `${rounds} rounds in turn, medians; other work may share the cores` };
}

function print(title: string, unit: string, results: readonly Result[]): void {
  process.stdout.write(`\n${title}\n`);
  for (const { name, medianMs, minMs, maxMs, unitsPerSecond, ratioOfFirst } of results) {
    const spread = `${medianMs.toFixed(1)} ms (${minMs.toFixed(1)}..${maxMs.toFixed(1)})`;
    const rate = `${Math.round(unitsPerSecond)} ${unit}/s`;
    process.stdout.write(`  ${name.padEnd(42)} ${spread.padEnd(28)} ${rate.padEnd(20)} ${ratioOfFirst.toFixed(2)}x\n`);
  }
}

async function main(json: boolean): Promise<void> {
  if (!equalBytes(nativeNode(leaves[0]!, leaves[1]!), nodeDigest(leaves[0]!, leaves[1]!)))
    throw new Error("another hash");
  if (records.some((record) => canonicalJson(record) !== canonicalize(record)))
    throw new Error("another canonical form");
  const groups = [canonical, reading, committing, hashing, await proofs()];
  const measured = groups.map((group) => ({ title: group.title, unit: group.unit, results: measure(group) }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ machine: machine(), groups: measured }, undefined, 2)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(machine())) process.stdout.write(`${name.padEnd(10)} ${String(value)}\n`);
  process.stdout.write("ratio      how many times as fast the first of a group is\n");
  for (const { title, unit, results } of measured) print(title, unit, results);
}

await main(process.argv.includes("--json"));
