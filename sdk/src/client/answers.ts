import { utf8, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { leafDigest } from "@lianzheng/sdk/log";
import type { AnswerReader } from "./answer.ts";

/** What a node gives for records, at once. @see docs/formats.md section 7 */
export interface SubmissionReceipt {
  readonly records: readonly {
    readonly id: Hex;
    readonly index: number;
    readonly subject: string;
    readonly sequence: number;
    readonly receivedAt: string;
  }[];
  /** Signed note that already covers them all. Not verified here: `openCheckpoint` with the log's key does that. */
  readonly checkpoint: string;
  /** True if the node had taken these records before, under the same idempotency key. */
  readonly replayed: boolean;
}

/** Where the chain accepted a checkpoint. Size in leaves. */
export interface AnchorPlace {
  readonly size: number;
  readonly transaction: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

/** A record as its node keeps it. */
export interface StoredRecord {
  readonly id: Hex;
  readonly index: number;
  /** The entry's text; its leaf hash is `id`. */
  readonly entry: string;
  readonly disclosures: readonly string[];
  readonly submitter: string;
  readonly anchor: AnchorPlace | null;
}

/** Records whose time to be kept is over, and where the list goes on. */
export interface DuePage {
  readonly items: readonly {
    readonly id: Hex;
    readonly index: number;
    readonly type: string;
    readonly subject: string;
    /** Until when it had to be kept. */
    readonly until: string;
  }[];
  /** Null at the end. */
  readonly next: string | null;
}

/** What a node says of itself. Nothing of it is proof. */
export interface NodeStatus {
  readonly origin: string;
  readonly owner: string;
  readonly logId: Hex;
  /** The log's key, as a vkey. */
  readonly key: string;
  readonly size: number;
  readonly chain: {
    readonly chainId: number;
    readonly genesis: Hex;
    readonly engine: string;
    /** Null while the chain can't be reached. */
    readonly blockNumber: number | null;
    /** A sentence for people, where this chain's word is worth less than a consortium's. */
    readonly notice: string;
  };
  readonly contracts: Readonly<Record<string, { readonly address: Hex; readonly codeHash: Hex }>>;
  readonly anchored: (AnchorPlace & { readonly pending: number }) | null;
  readonly anchoring: {
    readonly healthy: boolean;
    readonly code: string | null;
    /** Instant from which on `code` holds. */
    readonly since: string | null;
    /** What an operator should know although anchoring goes on. */
    readonly alarms: readonly { readonly code: string; readonly since: string }[];
  };
  /** The witnesses that the log asks: size of the newest tree that each cosigned, and why the last request brought nothing. */
  readonly witnesses: readonly { readonly name: string; readonly size: number; readonly reason: string | null }[];
  /** The views of the chain's law: the block that they are true at, the newest that was seen, and why they stand still, or differ. */
  readonly registry: {
    readonly block: { readonly number: number; readonly hash: Hex; readonly time: number } | null;
    readonly tip: number | null;
    readonly code: string | null;
  };
  /** The consortium's rules: why they are stale or not usable, and the names of those in force whose document the node lacks. */
  readonly policies: { readonly code: string | null; readonly missing: readonly string[] };
}

export function readReceipt(answer: AnswerReader, replayed: boolean): SubmissionReceipt {
  const records = answer.list("records", (record) => ({
    id: record.hex("id", 32),
    index: record.count("index"),
    subject: record.text("subject"),
    sequence: record.count("sequence"),
    receivedAt: record.text("receivedAt"),
  }));
  return { records, checkpoint: answer.text("checkpoint"), replayed };
}

export function readDuePage(answer: AnswerReader): DuePage {
  const items = answer.list("items", (item) => ({
    id: item.hex("id", 32),
    index: item.count("index"),
    type: item.text("type"),
    subject: item.text("subject"),
    until: item.text("until"),
  }));
  return { items, next: answer.orNull("next", () => answer.text("next")) };
}

/** @throws ClientError CLIENT_ANSWER also if the entry is not the record that was asked for */
export function readRecord(answer: AnswerReader, asked: Hex): StoredRecord {
  const entry = answer.text("entry");
  if (answer.hex("id", 32) !== asked || toHex(leafDigest(utf8(entry))) !== asked) {
    throw answer.refusal("entry", "is not of the record that was asked for");
  }
  return {
    id: asked,
    index: answer.count("index"),
    entry,
    disclosures: answer.texts("disclosures"),
    submitter: answer.text("submitter"),
    anchor: answer.orNull("anchor", () => answer.within("anchor", anchorPlace)),
  };
}

export function readStatus(answer: AnswerReader): NodeStatus {
  return {
    origin: answer.text("origin"),
    owner: answer.text("owner"),
    logId: answer.hex("logId", 32),
    key: answer.text("key"),
    size: answer.count("size"),
    chain: answer.within("chain", chainStatus),
    contracts: answer.each("contracts", (contract) => ({
      address: contract.hex("address", 20),
      codeHash: contract.hex("codeHash", 32),
    })),
    anchored: answer.orNull("anchored", () =>
      answer.within("anchored", (anchored) => ({ ...anchorPlace(anchored), pending: anchored.count("pending") })),
    ),
    anchoring: answer.within("anchoring", (anchoring) => ({
      healthy: anchoring.flag("healthy"),
      code: anchoring.orNull("code", () => anchoring.text("code")),
      since: anchoring.orNull("since", () => anchoring.text("since")),
      alarms: anchoring.list("alarms", (alarm) => ({ code: alarm.text("code"), since: alarm.text("since") })),
    })),
    witnesses: answer.list("witnesses", (witness) => ({
      name: witness.text("name"),
      size: witness.count("size"),
      reason: witness.orNull("reason", () => witness.text("reason")),
    })),
    registry: answer.within("registry", registryStatus),
    policies: answer.within("policies", (policies) => ({
      code: policies.orNull("code", () => policies.text("code")),
      missing: policies.texts("missing"),
    })),
  };
}

function registryStatus(registry: AnswerReader): NodeStatus["registry"] {
  const block = (at: AnswerReader): NodeStatus["registry"]["block"] => ({
    number: at.count("number"),
    hash: at.hex("hash", 32),
    time: at.count("time"),
  });
  return {
    block: registry.orNull("block", () => registry.within("block", block)),
    tip: registry.orNull("tip", () => registry.count("tip")),
    code: registry.orNull("code", () => registry.text("code")),
  };
}

function chainStatus(chain: AnswerReader): NodeStatus["chain"] {
  return {
    chainId: chain.count("chainId"),
    genesis: chain.hex("genesis", 32),
    engine: chain.text("engine"),
    blockNumber: chain.orNull("blockNumber", () => chain.count("blockNumber")),
    notice: chain.text("notice"),
  };
}

function anchorPlace(anchor: AnswerReader): AnchorPlace {
  return {
    size: anchor.count("size"),
    transaction: anchor.hex("transaction", 32),
    blockNumber: anchor.count("blockNumber"),
    blockHash: anchor.hex("blockHash", 32),
  };
}
