import type { StorageProof } from "@lianzheng/sdk/chain";
import { EvidenceError, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson, isJsonObject, type JsonValue } from "@lianzheng/sdk/record";
import { lawContracts } from "./law/layout.ts";
import { count, hex, items, members, readJson, text, type Place } from "./reader.ts";

/** A record with the proof that it is in the log. */
export interface BundleRecord {
  /** The entry's text, the leaf's bytes. */
  readonly entry: string;
  /** All, some or none of the disclosures whose commitments the entry holds. */
  readonly disclosures: readonly string[];
  /** C2SP tlog-proof text; all proofs of a bundle end in the same checkpoint. */
  readonly proof: string;
}

/** One event on the chain and the way to it from a block header. */
export interface ChainEvent {
  /** Address of the contract that emitted it. */
  readonly contract: Hex;
  /** Transaction hash, for whoever wants to look it up: nothing in the proof depends on it. */
  readonly transaction: Hex;
  /** RLP of the block header. */
  readonly header: Hex;
  readonly receiptIndex: number;
  /** Trie nodes from the header's receipts root to the receipt, root first. */
  readonly receiptProof: readonly Hex[];
  /** Place of the event among the logs of its receipt, from 0. */
  readonly logIndex: number;
}

/** Where and how the chain accepted the checkpoint. */
export interface BundleAnchor {
  readonly chainId: number;
  /** Hash of block 0. */
  readonly genesis: Hex;
  readonly logId: Hex;
  /** `CheckpointPublished`. */
  readonly event: ChainEvent;
  /** Trie nodes from the header's state root to the account of `EvidenceLogs`; left out where the chain no longer gives them. */
  readonly account?: readonly Hex[];
  /**
   * RLP of headers that the policy's rule may need: of a QBFT chain those in which the validators changed, before the block
   * and in their order; of a Clique chain those that follow it, one on the other.
   */
  readonly headers?: readonly Hex[];
}

/** A step of a trade, as the trade's head chains it. */
export interface ChainedStep {
  /** 1 listing to 11 distribution. */
  readonly stage: number;
  /** Leaf hash of the step's record. */
  readonly evidence: Hex;
}

/** Law that the records lean on. */
export interface BundleLaw {
  /** The newest `StageRecorded` in or before the block of the anchor. */
  readonly trade?: ChainEvent;
  /** Proof of the trade's head in the state of the anchor's block; left out where the chain no longer gives it. */
  readonly state?: StorageProof;
  /** All steps of the trade that the chain counted by the anchor's block, in order: where the records are not all of them. */
  readonly steps?: readonly ChainedStep[];
  /** The contracts in the state of the anchor's block: each account, and nodes of its storage in any order. */
  readonly members?: StorageProof;
  readonly trades?: StorageProof;
  readonly rights?: StorageProof;
  readonly registry?: StorageProof;
  readonly emergency?: StorageProof;
  readonly consents?: StorageProof;
  readonly attestations?: StorageProof;
}

/** An evidence bundle, version 1. @see docs/formats.md section 8 */
export interface Bundle {
  readonly format: "lianzheng-evidence";
  readonly version: 1;
  readonly records: readonly BundleRecord[];
  readonly anchor: BundleAnchor;
  readonly law: BundleLaw;
  /** RFC 3161 tokens over SHA-256 of the signed note in which all proofs end, DER in base64. */
  readonly timestamps?: readonly string[];
}

/** A bundle has at most 16 MiB. */
export const maxBundleBytes = 16 * 1024 * 1024;

/** More records than that are several bundles. */
export const maxBundleRecords = 3000;

/** An entry holds no more commitments. */
const maxDisclosures = 258;

/** A key of 32 bytes is 64 nibbles: a branch for each, and a leaf. */
const maxTrieNodes = 65;

/** More authorities than anyone asks. */
const maxTimestamps = 16;

/** Changes of validators, or blocks on top: each header costs as many signatures as a chain has validators. */
const maxHeaders = 64;
/** Nodes for all slots of one contract: a trade of 3,000 steps has fewer than three for each. */
const maxLawNodes = 10_000;

/**
 * Reads a bundle strictly: I-JSON, exactly the members of version 1, every text in its form. What the texts hold is
 * looked at by `verify`; nothing here means that any of it is true.
 * @throws EvidenceError V_VERSION for a bundle of another version, V_FORMAT for anything else that is no bundle; details.field
 */
export function decodeBundle(bytes: Uint8Array): Bundle {
  const whole = readJson(bytes, maxBundleBytes, "V_FORMAT");
  assertVersion(whole);
  const top = members(whole, ["format", "version", "records", "anchor", "law"], ["timestamps"]);
  return {
    format: "lianzheng-evidence",
    version: 1,
    records: items(top.records, 1, maxBundleRecords).map(bundleRecord),
    anchor: bundleAnchor(top.anchor),
    law: bundleLaw(top.law),
    ...(top.timestamps === undefined ? {} : { timestamps: items(top.timestamps, 1, maxTimestamps).map(text) }),
  };
}

/**
 * The bundle's text: canonical JSON, so that the same bundle is the same file.
 * @throws EvidenceError V_FORMAT, V_VERSION for what {@link decodeBundle} would not take
 */
export function encodeBundle(bundle: Bundle): string {
  const json = canonicalJson(bundle as unknown as JsonValue);
  decodeBundle(utf8(json));
  return json;
}

/** Before all other members: those of a newer version are not this version's to judge. */
function assertVersion(whole: Place): void {
  if (!isJsonObject(whole.value) || whole.value["format"] !== "lianzheng-evidence") {
    throw new EvidenceError("V_FORMAT", "this is no evidence bundle", { field: "/format" });
  }
  if (whole.value["version"] !== 1)
    throw new EvidenceError("V_VERSION", "only version 1 of evidence bundles is known", { field: "/version" });
}

function bundleRecord(place: Place): BundleRecord {
  const { entry, disclosures, proof } = members(place, ["entry", "disclosures", "proof"]);
  return { entry: text(entry), disclosures: items(disclosures, 0, maxDisclosures).map(text), proof: text(proof) };
}

function bundleAnchor(place: Place): BundleAnchor {
  const { chainId, genesis, logId, event, account, headers } = members(
    place,
    ["chainId", "genesis", "logId", "event"],
    ["account", "headers"],
  );
  return {
    chainId: count(chainId, 1),
    genesis: hex(genesis, 32),
    logId: hex(logId, 32),
    event: chainEvent(event),
    ...(account === undefined ? {} : { account: trieNodes(account, 1) }),
    ...(headers === undefined ? {} : { headers: items(headers, 1, maxHeaders).map((header) => hex(header)) }),
  };
}

function bundleLaw(place: Place): BundleLaw {
  const { trade, state, steps, ...rest } = members(place, [], ["trade", "state", "steps", ...lawContracts]);
  const contracts = Object.entries<Place>(rest).map(
    ([name, proof]) => [name, storageProof(proof, maxLawNodes)] as const,
  );
  return {
    ...(trade === undefined ? {} : { trade: chainEvent(trade) }),
    ...(state === undefined ? {} : { state: storageProof(state, maxTrieNodes) }),
    ...(steps === undefined ? {} : { steps: items(steps, 1, maxBundleRecords).map(chainedStep) }),
    ...Object.fromEntries(contracts),
  };
}

function chainedStep(place: Place): ChainedStep {
  const { stage, evidence } = members(place, ["stage", "evidence"]);
  return { stage: count(stage, 1, 11), evidence: hex(evidence, 32) };
}

function storageProof(place: Place, most: number): StorageProof {
  const { account, storage } = members(place, ["account", "storage"]);
  return {
    account: trieNodes(account, 1),
    storage: items(storage, 0, most).map((node) => hex(node)),
  };
}

function chainEvent(place: Place): ChainEvent {
  const event = members(place, ["contract", "transaction", "header", "receiptIndex", "receiptProof", "logIndex"]);
  return {
    contract: hex(event.contract, 20),
    transaction: hex(event.transaction, 32),
    header: hex(event.header),
    receiptIndex: count(event.receiptIndex, 0),
    receiptProof: trieNodes(event.receiptProof, 1),
    logIndex: count(event.logIndex, 0),
  };
}

function trieNodes(place: Place, least: number): readonly Hex[] {
  return items(place, least, maxTrieNodes).map((node) => hex(node));
}
