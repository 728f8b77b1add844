/**
 * Real evidence without a node: a small log with a key of its own, blocks sealed by a test operator, records of one trade.
 * Everything is deterministic, so that a test can make the same bundle again with one thing changed.
 */
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import {
  buildTrie,
  encodeHeaderFields,
  eventTopics,
  logIdOf,
  proveReceipt,
  sealedExtraData,
  sealHash,
  stageHead,
  tradeHeadSlot,
  EMPTY_STAGE_HEAD,
  EMPTY_TRIE_ROOT,
  type Header,
  type RpcReceipt,
  type StorageProof,
} from "@lianzheng/sdk/chain";
import { concatBytes, fromHex, keccak256, sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { encodeBundle, type Bundle, type BundleRecord, type ChainEvent, type Policy } from "@lianzheng/sdk/evidence";
import {
  checkpointText,
  createNoteSigner,
  edgeRoot,
  emptyEdge,
  encodeProof,
  encodeVerifierKey,
  inclusionProof,
  leafDigest,
  signNote,
  tilePath,
  tilesOf,
} from "@lianzheng/sdk/log";
import {
  commitmentsOf,
  encodeEntry,
  prepareRecord,
  statementDigest,
  toInstant,
  usccCheckCharacter,
  type Entry,
  type JsonObject,
} from "@lianzheng/sdk/record";
import { computeAddress, encodeRlp, SigningKey, toBeHex } from "ethers";

const seedOf = (name: string): Uint8Array => sha256(utf8(name));
const hash = (name: string): Hex => toHex(seedOf(name));

export const secondMs = 1000;
export const startMs = Date.parse("2026-03-01T08:00:00.000Z");
export const nowMs = startMs + 30 * 24 * 3600 * secondMs;

const withCheck = (first: string): string => `${first}${usccCheckCharacter(first)}`;
export const owner = withCheck("91460000MA5T00016");
export const supplier = withCheck("91110000MA0000012");
export const origin = "log.exchange.example/2026";
export const subject = `trade:${hash("trade")}`;
export const tradeId = hash("trade");
export const chainId = 20260;

export const operator = new SigningKey(hash("operator"));
export const supplierKey = new SigningKey(hash("supplier"));
export const addressOf = (key: SigningKey): Hex => computeAddress(key.publicKey).toLowerCase() as Hex;

/** Ed25519 key of a log, from Node's own cryptography: another program than the one under test. */
export function logKey(name: string): { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array } {
  const der = concatBytes(fromHex("0x302e020100300506032b657004220420"), seedOf(name));
  const key = createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: new Uint8Array(spki.subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

export const contracts = {
  members: { address: `0x${"a1".repeat(20)}`, codeHash: hash("members") },
  evidenceLogs: { address: `0x${"a2".repeat(20)}`, codeHash: hash("evidence logs") },
  trades: { address: `0x${"a3".repeat(20)}`, codeHash: hash("trades") },
} as const satisfies Policy["contracts"];

export const policy: Policy = {
  format: "lianzheng-policy",
  version: 1,
  name: "auditor 2026",
  chain: {
    chainId,
    genesis: hash("genesis"),
    finality: { engine: "single-operator", sealers: [addressOf(operator)] },
  },
  contracts,
  logs: [{ origin, key: encodeVerifierKey(origin, logKey("log").publicKey), logId: logIdOf(owner, origin), owner }],
  members: [
    {
      uscc: supplier,
      keys: [{ address: addressOf(supplierKey), from: "2026-01-01T00:00:00.000Z", until: "2027-01-01T00:00:00.000Z" }],
    },
  ],
  required: ["unaltered", "logged", "signed", "anchored", "final", "time", "complete"],
};

export const stages = ["listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"];
/** All steps of a trade: its stages, and those beside them. */
export const steps = [...stages, "amendment", "filing", "termination", "distribution"];

/** A record as it goes into the log. */
export interface Made {
  readonly entry: Entry;
  readonly text: string;
  readonly id: Hex;
  readonly disclosures: readonly string[];
}

export interface RecordSpec {
  readonly type: string;
  readonly subject?: string;
  readonly body?: JsonObject;
  readonly issuer?: string;
  /** Signs the statement; nobody signs if left out. */
  readonly key?: SigningKey;
  readonly occurredAt?: string;
  readonly receivedAt?: string;
}

/** Records one after the other in the sequence of their subject. */
export function makeRecords(specs: readonly RecordSpec[]): readonly Made[] {
  const made: Made[] = [];
  for (const [sequence, spec] of specs.entries()) made.push(makeRecord(spec, sequence, made.at(-1)?.id ?? null));
  return made;
}

export function makeRecord(spec: RecordSpec, sequence: number, previous: Hex | null): Made {
  const occurredAt = spec.occurredAt ?? toInstant(startMs + sequence * 3600 * secondMs);
  const about = { type: spec.type, subject: spec.subject ?? subject, issuer: spec.issuer ?? owner, occurredAt };
  const body = spec.body ?? { price: "128000.00", currency: "CNY", note: `record ${sequence}` };
  const { disclosures } = prepareRecord({ ...about, body }, seedOf(`${about.subject} ${spec.type} ${sequence}`));
  const commitments = commitmentsOf(disclosures);
  const unsigned: Entry = {
    version: 1,
    ...about,
    receivedAt: spec.receivedAt ?? toInstant(startMs + sequence * 3600 * secondMs + 2 * secondMs),
    sequence,
    previous,
    commitments,
  };
  const statement = spec.key === undefined ? {} : { statement: sign712(spec.key, unsigned) };
  const entry = { ...unsigned, ...statement };
  const text = encodeEntry(entry);
  return { entry, text, id: toHex(leafDigest(utf8(text))), disclosures };
}

export function sign712(key: SigningKey, entry: Entry): { key: Hex; signature: Hex } {
  const domain = { chainId, members: contracts.members.address };
  const signature = key.sign(statementDigest(domain, entry)).serialized as Hex;
  return { key: addressOf(key), signature };
}

/** A tree over leaves, with a checkpoint signed by the log's key. */
export interface MadeLog {
  readonly size: number;
  readonly root: Uint8Array;
  readonly checkpoint: string;
  proof(id: Hex): Promise<string>;
}

export interface LogSpec {
  readonly key?: ReturnType<typeof logKey>;
  readonly origin?: string;
}

export function makeLog(ids: readonly Hex[], spec: LogSpec = {}): MadeLog {
  const leaves = ids.map((id) => fromHex(id, 32));
  const { edge, tiles } = tilesOf(emptyEdge, leaves);
  const byPath = new Map(tiles.map(({ coordinate, bytes }) => [tilePath(coordinate), bytes]));
  const root = edgeRoot(edge);
  const key = spec.key ?? logKey("log");
  const name = spec.origin ?? origin;
  const signer = createNoteSigner(name, key.publicKey, (message) => key.sign(message));
  const checkpoint = signNote(checkpointText({ origin: name, size: leaves.length, root }), signer);
  const proof = async (id: Hex): Promise<string> => {
    const index = ids.indexOf(id);
    const hashes = await inclusionProof(index, leaves.length, (at) => byPath.get(tilePath(at))!);
    return encodeProof({ index, hashes, checkpoint });
  };
  return { size: leaves.length, root, checkpoint, proof };
}

/** Leaves of other people's records. */
export const strangers = (count: number): readonly Hex[] =>
  Array.from({ length: count }, (_, at) => hash(`stranger ${at}`));

export interface BlockSpec {
  readonly number: number;
  readonly timeMs?: number;
  readonly receipts: readonly RpcReceipt[];
  readonly stateRoot?: Hex;
  readonly key?: SigningKey;
  readonly parentHash?: Hex;
  /** Another engine's seal, in place of the operator's. */
  readonly seal?: (header: Header) => Header;
}

const word = (value: bigint | number): string => BigInt(value).toString(16).padStart(64, "0");

export function receipt(logs: RpcReceipt["logs"], status = "0x1"): RpcReceipt {
  return { type: "0x2", status, cumulativeGasUsed: "0x5208", logs };
}

export function published(
  log: MadeLog,
  spec: { address?: string; logId?: Hex; size?: number; root?: Hex } = {},
): RpcReceipt["logs"][number] {
  const logId = spec.logId ?? logIdOf(owner, origin);
  return {
    address: spec.address ?? contracts.evidenceLogs.address,
    topics: [eventTopics.CheckpointPublished, logId, `0x${word(spec.size ?? log.size)}`],
    data: `${spec.root ?? toHex(log.root)}${word(0)}`,
  };
}

export function headOf(records: readonly Made[]): Hex {
  return records.reduce(
    (head, { entry, id }) => stageHead(head, steps.indexOf(entry.type.slice("trade.".length)) + 1, id),
    EMPTY_STAGE_HEAD,
  );
}

export function stageRecorded(
  records: readonly Made[],
  spec: { address?: string; tradeId?: Hex; head?: Hex } = {},
): RpcReceipt["logs"][number] {
  const newest = records.at(-1)!;
  const stage = steps.indexOf(newest.entry.type.slice("trade.".length)) + 1;
  return {
    address: spec.address ?? contracts.trades.address,
    topics: [eventTopics.StageRecorded, spec.tradeId ?? tradeId, `0x${word(records.length)}`],
    data: `0x${word(stage)}${newest.id.slice(2)}${(spec.head ?? headOf(records)).slice(2)}`,
  };
}

export interface StateSpec {
  /** Code hash of `EvidenceLogs`. */
  readonly codeHash?: Hex;
  readonly tradesCodeHash?: Hex;
  /** Heads by trade; there are always some of other trades. */
  readonly heads?: readonly (readonly [tradeId: Hex, head: Hex])[];
  /** No trade at all. */
  readonly isEmpty?: boolean;
}

export interface MadeState {
  readonly root: Hex;
  /** Proof of the account of `EvidenceLogs`. */
  readonly account: readonly Hex[];
  /** Proof of a trade's head, or that it has none. */
  head(tradeId: Hex): StorageProof;
}

/** Accounts of a state, the contracts among some others, and the heads of trades in the storage of `Trades`. */
export function makeState(spec: StateSpec = {}): MadeState {
  const storage = makeStorage(spec);
  const account = (code: Hex, root = toHex(EMPTY_TRIE_ROOT)): Uint8Array =>
    fromHex(encodeRlp(["0x01", "0x", root, code]));
  const others = Array.from(
    { length: 40 },
    (_, at) => [keccak256(utf8(`account ${at}`)), account(hash("code"))] as const,
  );
  const [logsKey, tradesKey] = [contracts.evidenceLogs, contracts.trades].map(({ address }) =>
    keccak256(fromHex(address)),
  );
  const trie = buildTrie([
    ...others,
    [logsKey!, account(spec.codeHash ?? contracts.evidenceLogs.codeHash)],
    [tradesKey!, account(spec.tradesCodeHash ?? contracts.trades.codeHash, storage.root)],
  ]);
  return {
    root: toHex(trie.root),
    account: trie.prove(logsKey!).map(toHex),
    head: (of) => ({ account: trie.prove(tradesKey!).map(toHex), storage: storage.prove(of) }),
  };
}

function makeStorage({ heads = [], isEmpty = false }: StateSpec): { root: Hex; prove(tradeId: Hex): readonly Hex[] } {
  if (isEmpty) return { root: toHex(EMPTY_TRIE_ROOT), prove: () => [] };
  const others = Array.from({ length: 30 }, (_, at) => [hash(`other trade ${at}`), hash(`head ${at}`)] as const);
  const key = (of: Hex): Uint8Array => keccak256(fromHex(tradeHeadSlot(of)));
  const trie = buildTrie(
    [...others, ...heads]
      .filter(([, head]) => BigInt(head) > 0n)
      .map(([of, head]) => [key(of), fromHex(encodeRlp(toBeHex(BigInt(head))))]),
  );
  return { root: toHex(trie.root), prove: (of) => trie.prove(key(of)).map(toHex) };
}

/** RLP of a sealed header over these receipts, and events in it. */
export function makeBlock({ number, timeMs, receipts, stateRoot, key, parentHash, seal }: BlockSpec): {
  readonly header: Hex;
  event(receiptIndex: number, logIndex: number, contract?: string): ChainEvent;
} {
  const zero: Hex = `0x${"00".repeat(32)}`;
  const receiptsRoot = receipts.length === 0 ? toHex(EMPTY_TRIE_ROOT) : proveReceipt(receipts, 0).root;
  const unsealed: Header = {
    parentHash: parentHash ?? hash(`block ${number - 1}`),
    ommersHash: hash("no ommers"),
    beneficiary: `0x${"00".repeat(20)}`,
    stateRoot: stateRoot ?? makeState().root,
    transactionsRoot: hash(`transactions ${number}`),
    receiptsRoot,
    logsBloom: `0x${"00".repeat(256)}`,
    difficulty: 0n,
    number: BigInt(number),
    gasLimit: 30_000_000n,
    gasUsed: 21_000n,
    timestamp: BigInt(Math.floor((timeMs ?? startMs + 24 * 3600 * secondMs) / secondMs)),
    extraData: toHex(sealedExtraData()),
    mixHash: zero,
    nonce: "0x0000000000000000",
    baseFeePerGas: 0n,
    withdrawalsRoot: toHex(EMPTY_TRIE_ROOT),
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: zero,
  };
  const sealed = seal === undefined ? sealBy(key ?? operator, unsealed) : seal(unsealed);
  const header = toHex(encodeHeaderFields(sealed));
  const event = (receiptIndex: number, logIndex: number, contract?: string): ChainEvent => ({
    contract: (contract ?? receipts[receiptIndex]!.logs[logIndex]!.address) as Hex,
    transaction: hash(`transaction ${number} ${receiptIndex}`),
    header,
    receiptIndex,
    receiptProof: proveReceipt(receipts, receiptIndex).nodes,
    logIndex,
  });
  return { header, event };
}

export function sealBy(key: SigningKey, header: Header): Header {
  const { r, s, yParity } = key.sign(sealHash(header));
  const seal = concatBytes(fromHex(r), fromHex(s), Uint8Array.of(yParity));
  return { ...header, extraData: toHex(sealedExtraData(seal)) };
}

export interface Scenario {
  readonly records?: readonly Made[];
  /** Of the records, by place, those in the bundle; all if left out. */
  readonly shown?: readonly number[];
  /** Of the records' stages, how many the chain counted by the event; none means that the bundle has no law. */
  readonly counted?: number;
  /** What the chain recorded as stages, where it is something else than the records. */
  readonly onChain?: readonly Made[];
  readonly log?: LogSpec;
  readonly anchorBlock?: Partial<BlockSpec>;
  readonly lawBlock?: Partial<BlockSpec>;
  readonly published?: Parameters<typeof published>[1];
  readonly stageRecorded?: Parameters<typeof stageRecorded>[1];
  /** The state at the anchor's block, where it is another than that of the counted stages. */
  readonly state?: StateSpec;
  /** The bundle proves nothing of the trade in that state. */
  readonly isForgetful?: boolean;
}

export interface Evidence {
  readonly bundle: Bundle;
  readonly records: readonly Made[];
  readonly log: MadeLog;
}

/** Three stages of a trade; the supplier signs the first, the exchange vouches for the others. */
export const threeStages: readonly Made[] = makeRecords([
  { type: "trade.listing", issuer: supplier, key: supplierKey },
  { type: "trade.offer" },
  { type: "trade.contract" },
]);

/** A bundle as a node would make it, with whatever the scenario has different. */
export async function makeEvidence(scenario: Scenario = {}): Promise<Evidence> {
  const records = scenario.records ?? threeStages;
  const log = makeLog([...strangers(5), ...records.map(({ id }) => id), ...strangers(9).slice(5)], scenario.log);
  const shown = (scenario.shown ?? [...records.keys()]).map((at) => records[at]!);
  const counted = countedStages(records, scenario);
  const state = makeState({ heads: [[tradeId, headOf(counted)]], ...scenario.state });
  const bundle: Bundle = {
    format: "lianzheng-evidence",
    version: 1,
    records: await Promise.all(shown.map((record) => bundleRecord(record, log))),
    anchor: makeAnchor(log, state, scenario),
    law: makeLaw(counted, state, scenario),
  };
  return { bundle, records, log };
}

export async function bundleRecord(record: Made, log: MadeLog): Promise<BundleRecord> {
  return { entry: record.text, disclosures: record.disclosures, proof: await log.proof(record.id) };
}

function makeAnchor(log: MadeLog, state: MadeState, scenario: Scenario): Bundle["anchor"] {
  const block = makeBlock({
    number: 12,
    stateRoot: state.root,
    receipts: [
      receipt([]),
      receipt([published(log, { address: `0x${"dd".repeat(20)}` }), published(log, scenario.published)]),
    ],
    ...scenario.anchorBlock,
  });
  const { chainId, genesis } = policy.chain;
  return { chainId, genesis, logId: logIdOf(owner, origin), event: block.event(1, 1), account: state.account };
}

function countedStages(records: readonly Made[], { counted, onChain }: Scenario): readonly Made[] {
  const stagesAmong = (onChain ?? records).filter(({ entry }) => entry.type.startsWith("trade."));
  return stagesAmong.slice(0, counted);
}

function makeLaw(counted: readonly Made[], made: MadeState, scenario: Scenario): Bundle["law"] {
  if (counted.length === 0) return {};
  const state = scenario.isForgetful === true ? {} : { state: made.head(tradeId) };
  const stage = stageRecorded(counted, scenario.stageRecorded);
  const block = makeBlock({
    number: 10,
    timeMs: startMs + 20 * 3600 * secondMs,
    receipts: [receipt([stage])],
    ...scenario.lawBlock,
  });
  return { trade: block.event(0, 0), ...state };
}

export const bytesOf = (bundle: unknown): Uint8Array =>
  utf8(typeof bundle === "string" ? bundle : JSON.stringify(bundle));

export const encoded = (bundle: Bundle): Uint8Array => utf8(encodeBundle(bundle));
