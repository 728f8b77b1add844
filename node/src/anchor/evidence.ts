import type { Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, BundleAnchor, BundleLaw, BundleRecord } from "@lianzheng/sdk/evidence";
import { encodeProof } from "@lianzheng/sdk/log";
import { decodeEntry, type Entry } from "@lianzheng/sdk/record";
import type { AnchoredCheckpoint } from "@lianzheng/node/log";
import { ChainError } from "../chain-error.ts";
import { NodeError } from "../errors.ts";
import { ChainView } from "./chain-view.ts";
import { engineHeaders } from "./engine-headers.ts";
import { proveEvent } from "./event-proof.ts";
import type { EvidenceSource } from "./log-port.ts";
import { withLaw } from "./law-proofs.ts";
import type { ChainRpc } from "./rpc.ts";
import { BlockState } from "./state-proof.ts";
import { usualTimings } from "./timings.ts";
import { newestStage, stepsBeside, tradeIdOf } from "./trade-law.ts";

/** From what evidence is made. */
export interface EvidenceParts {
  readonly log: EvidenceSource;
  readonly chain: ChainRpc;
  readonly deployment: Deployment;
  readonly logId: Hex;
  /** Longest wait for one answer of the chain, milliseconds. */
  readonly answerMs?: number;
}

interface LoggedRecord {
  readonly index: number;
  readonly text: string;
  readonly disclosures: readonly string[];
  readonly entry: Entry;
}

/**
 * The evidence of some records of one subject: each with its disclosures and the way to one anchored checkpoint that holds
 * them all, the way from a block's header to the event by which the chain accepted that checkpoint, and of a trade the
 * newest stage and its head in the state at that block.
 *
 * Everything in it that the chain answered was recomputed from the block's hash; whether that block is the chain's the
 * verifier decides.
 *
 * @param indexes - at least one, none twice, all of records of one subject; in any order
 * @throws ChainError C_NOT_ANCHORED if no anchored checkpoint holds all of them yet, C_REORGANISED if the block of that
 *   checkpoint is gone, C_INCONSISTENT, C_CONTRACT_MISMATCH, C_UNREACHABLE, C_RPC_*; NodeError LOG_RANGE for an index beyond the log; TypeError
 *   for no index or records of several subjects
 */
export async function buildEvidence(parts: EvidenceParts, indexes: readonly number[]): Promise<Bundle> {
  const { log, deployment, logId } = parts;
  const view = viewOf(parts);
  const records = await recordsAt(log, indexes);
  const anchored = await anchorOf(log, indexes);
  const { address } = deployment.contracts.evidenceLogs;
  const event = await proveEvent(view, { ...anchored, contract: address });
  const state = new BlockState(view, deployment, event);
  const account = await state.evidenceLogs();
  const { chainId, genesis } = deployment;
  const headers = await engineHeaders(view, event.header);
  const anchor: BundleAnchor = {
    ...{ chainId, genesis, logId, event },
    ...(account === undefined ? {} : { account }),
    ...(headers.length === 0 ? {} : { headers }),
  };
  const bundle: Bundle = {
    format: "lianzheng-evidence",
    version: 1,
    records: await Promise.all(records.map((record) => bundleRecord(log, record, anchored))),
    anchor,
    law: await lawOf(view, deployment, records, state, anchored.blockNumber),
  };
  return await withLaw(bundle, state, deployment);
}

/** Of a trade the newest stage and its head in the state at the anchor's block, each where the chain has it. */
async function lawOf(
  view: ChainView,
  deployment: Deployment,
  records: readonly LoggedRecord[],
  blockState: BlockState,
  block: number,
): Promise<BundleLaw> {
  const tradeId = tradeIdOf(records[0]?.entry.subject ?? "");
  if (tradeId === undefined) return {};
  const trade = await newestStage(view, deployment, tradeId, block);
  const state = await blockState.trade(tradeId);
  const others = state === undefined ? undefined : await stepsBeside(view, deployment, tradeId, records, block);
  return {
    ...(trade === undefined ? {} : { trade }),
    ...(state === undefined ? {} : { state }),
    ...(others === undefined ? {} : { steps: others }),
  };
}

function viewOf({ chain, deployment, answerMs = usualTimings.answerMs }: EvidenceParts): ChainView {
  return new ChainView({ rpc: chain, deployment, timeoutMs: answerMs });
}

/** The records in the order of their sequence. */
async function recordsAt(log: EvidenceSource, indexes: readonly number[]): Promise<readonly LoggedRecord[]> {
  if (indexes.length === 0 || new Set(indexes).size !== indexes.length)
    throw new TypeError("indexes: one or more, none twice");
  const records = await Promise.all(indexes.map((index) => recordAt(log, index)));
  if (new Set(records.map(({ entry }) => entry.subject)).size > 1) throw new TypeError("records of several subjects");
  return records.toSorted((a, b) => a.entry.sequence - b.entry.sequence);
}

async function recordAt(log: EvidenceSource, index: number): Promise<LoggedRecord> {
  const record = await log.recordAt(index);
  if (record === undefined) throw new NodeError("LOG_RANGE", `the log has no record ${index}`, { index });
  return { index, text: record.entry, disclosures: record.disclosures, entry: decodeEntry(record.entry) };
}

async function anchorOf(log: EvidenceSource, indexes: readonly number[]): Promise<AnchoredCheckpoint> {
  const newest = Math.max(...indexes);
  const anchored = await log.anchors.covering(newest);
  if (anchored !== undefined) return anchored;
  throw new ChainError("C_NOT_ANCHORED", `no anchored checkpoint holds record ${newest} yet`, { index: newest });
}

async function bundleRecord(
  log: EvidenceSource,
  { index, text, disclosures }: LoggedRecord,
  { size, checkpoint }: AnchoredCheckpoint,
): Promise<BundleRecord> {
  const hashes = await log.inclusionProof(index, size);
  return { entry: text, disclosures, proof: encodeProof({ index, hashes, checkpoint }) };
}
