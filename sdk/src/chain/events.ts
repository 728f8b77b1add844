import { EvidenceError, keccak256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { uintOf, wordsOf } from "./abi.ts";
import type { ChainLog } from "./receipt.ts";

/** `EvidenceLogs` accepted a checkpoint of a log. Sizes in leaves. */
export interface CheckpointPublished {
  readonly logId: Hex;
  readonly size: number;
  readonly root: Hex;
  readonly previousSize: number;
}

/** `Trades` recorded a stage of a trade; `count` stages are recorded now and `head` chains them. */
export interface StageRecorded {
  readonly tradeId: Hex;
  readonly count: number;
  readonly stage: number;
  readonly evidence: Hex;
  readonly head: Hex;
}

/** First topic of the events, by name: Keccak-256 of their signature. */
export const eventTopics: Readonly<Record<"CheckpointPublished" | "StageRecorded", Hex>> = {
  CheckpointPublished: toHex(keccak256(utf8("CheckpointPublished(bytes32,uint64,bytes32,uint64)"))),
  StageRecorded: toHex(keccak256(utf8("StageRecorded(bytes32,uint64,uint8,bytes32,bytes32)"))),
};

/**
 * Reads `CheckpointPublished(bytes32 indexed logId, uint64 indexed size, bytes32 root, uint64 previousSize)`.
 * Does not look at the emitter: the caller knows whose word it takes.
 * @throws EvidenceError V_EVENT for another event, a wrong length, or bits above a uint64
 */
export function decodeCheckpointPublished(log: ChainLog): CheckpointPublished {
  const [logId, size] = indexedOf(log, "CheckpointPublished");
  const word = wordsOf(log.data, 2);
  return { logId, size: countOf(size), root: word(0), previousSize: countOf(word(1)) };
}

/**
 * Reads `StageRecorded(bytes32 indexed tradeId, uint64 indexed count, uint8 stage, bytes32 evidence, bytes32 head)`.
 * Does not look at the emitter.
 * @throws EvidenceError V_EVENT for another event, a wrong length, or bits above a uint64 or uint8
 */
export function decodeStageRecorded(log: ChainLog): StageRecorded {
  const [tradeId, count] = indexedOf(log, "StageRecorded");
  const word = wordsOf(log.data, 3);
  return { tradeId, count: countOf(count), stage: Number(uintOf(word(0), 8)), evidence: word(1), head: word(2) };
}

/** The two indexed parameters that both events have. */
function indexedOf({ topics }: ChainLog, name: keyof typeof eventTopics): readonly [Hex, Hex] {
  const [topic, first, second, ...more] = topics;
  if (topic !== eventTopics[name] || first === undefined || second === undefined || more.length > 0) {
    throw new EvidenceError("V_EVENT", `the log is no ${name}`);
  }
  return [first, second];
}

/** A `uint64` that counts; beyond 2^53 no log and no trade goes. */
function countOf(word: Hex): number {
  const value = uintOf(word, 64);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new EvidenceError("V_EVENT", "the event counts beyond 2^53");
  return Number(value);
}
