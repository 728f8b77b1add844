import { decodeStageRecorded, eventTopics, type Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { isHex, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { stepNumberOf, type ChainedStep, type ChainEvent } from "@lianzheng/sdk/evidence";
import { leafDigest } from "@lianzheng/sdk/log";
import type { Entry } from "@lianzheng/sdk/record";
import { ChainError } from "../chain-error.ts";
import { AnswerTo } from "./answer.ts";
import { at, word, type ChainView } from "./chain-view.ts";
import { proveEvent } from "./event-proof.ts";
import { refusalIn } from "./refusal.ts";

/** Id of the trade that a subject names: `trade:<32 bytes of hex>`; undefined for another subject. */
export function tradeIdOf(subject: string): Hex | undefined {
  const id = subject.startsWith("trade:") ? subject.slice("trade:".length) : undefined;
  return isHex(id, 32) ? id : undefined;
}

/**
 * The newest stage of a trade that the chain recorded in or before a block, with its proof; undefined if there is none.
 *
 * @throws ChainError C_REORGANISED, C_INCONSISTENT, C_UNREACHABLE, C_RPC_*
 */
export async function newestStage(
  view: ChainView,
  deployment: Deployment,
  tradeId: Hex,
  block: number,
): Promise<ChainEvent | undefined> {
  const { trades } = deployment.contracts;
  const count = await stageCount(view, trades.address, tradeId, block);
  if (count === 0) return undefined;
  const topics = [eventTopics.StageRecorded, tradeId, ...(count === undefined ? [] : [word(count)])];
  const log = await view.newestLog({ address: trades.address, topics, from: trades.block, to: block });
  if (log !== undefined) return await proveEvent(view, { contract: trades.address, ...(await view.locate(log)) });
  if (count === undefined) return undefined;
  throw new ChainError("C_INCONSISTENT", "the chain counts stages of the trade but shows none", { tradeId, count });
}

/** Stages up to a block; undefined where the chain no longer holds that block's state, and events must tell. */
async function stageCount(view: ChainView, trades: Hex, tradeId: Hex, block: number): Promise<number | undefined> {
  const data = contractInterfaces.trades.encodeFunctionData("headOf", [tradeId]);
  try {
    const answer = await view.ask("eth_call", [{ to: trades, data }, at(block)]);
    return new AnswerTo("eth_call").count(new AnswerTo("eth_call").data(answer, "", 64).slice(0, 66));
  } catch (error) {
    if (refusalIn(error)?.name === "TradesUnknownTrade") return 0;
    if (error instanceof ChainError && error.code.startsWith("C_RPC_")) return undefined;
    throw error;
  }
}

/** A record of a bundle, as far as it matters which step of a trade it is of. */
interface LoggedStep {
  readonly text: string;
  readonly entry: Entry;
}

/**
 * All steps that the chain counted of a trade in or before a block, where one of the records is of a step and the records are
 * not all of them; undefined where they are, or none is. Nothing of them is proved but by the head that they chain to.
 *
 * @throws ChainError C_INCONSISTENT, C_UNREACHABLE, C_RPC_*
 */
export async function stepsBeside(
  view: ChainView,
  { contracts }: Deployment,
  tradeId: Hex,
  records: readonly LoggedStep[],
  block: number,
): Promise<readonly ChainedStep[] | undefined> {
  const shown = records.filter(({ entry }) => stepNumberOf(entry.type) > 0);
  if (shown.length === 0) return undefined;
  const { address, block: from } = contracts.trades;
  const topics = [eventTopics.StageRecorded, tradeId];
  const steps: ChainedStep[] = [];
  for await (const log of view.logsBackwards({ address, topics, from, to: block })) {
    const { count, stage, evidence } = decodeStageRecorded(log);
    steps.unshift({ stage, evidence });
    if (count === 1) break;
  }
  const isAll = steps.every(({ evidence }, at) => shown[at] !== undefined && idOf(shown[at].text) === evidence);
  return isAll ? undefined : steps;
}

function idOf(entry: string): Hex {
  return toHex(leafDigest(utf8(entry)));
}
