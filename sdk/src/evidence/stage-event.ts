import { decodeStageRecorded, type Header, type StageRecorded } from "@lianzheng/sdk/chain";
import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import type { ChainEvent } from "./bundle.ts";
import { proveEvent } from "./chain-event.ts";
import type { FinalBlock } from "./final.ts";
import type { Policy } from "./policy.ts";
import type { Finding } from "./question.ts";

/** Whether a block of the bundle, by its header, is final under the policy's rule. */
export type JudgeBlock = (header: Hex) => Finding<FinalBlock>;

/** A stage of a trade and the header of the final block that recorded it. */
export interface ProvenStage {
  readonly header: Header;
  readonly stage: StageRecorded;
}

/**
 * The stage that an event of the bundle shows, of this trade, in a final block not after the anchor's; undefined where
 * the bundle leaves open whether its block is final, for then it shows nothing.
 *
 * @param block - the anchor's block, final
 * @param judge - under the policy's rule
 * @throws EvidenceError V_BINDING for another trade or a later block, V_EQUIVOCATION for another block of the anchor's
 *   number, V_TIME for one that is earlier by its number and later by its clock, and those of `proveEvent` and `judge`
 */
export function proveStage(
  event: ChainEvent,
  tradeId: Hex,
  block: FinalBlock,
  judge: JudgeBlock,
  policy: Policy,
): ProvenStage | undefined {
  const { header, log } = proveEvent(event, policy.contracts.trades.address);
  const own = judge(event.header).proved;
  const stage = decodeStageRecorded(log);
  if (stage.tradeId !== tradeId)
    throw new EvidenceError("V_BINDING", "The stage on the chain is of another trade than the records.");
  assertNotAfter(header, block.header);
  if (own === undefined) return undefined;
  if (header.number === block.header.number && own.hash !== block.hash)
    throw new EvidenceError("V_EQUIVOCATION", `Two different blocks of number ${header.number} were sealed.`);
  return { header, stage };
}

function assertNotAfter(header: Header, anchor: Header): void {
  if (header.number > anchor.number)
    throw new EvidenceError("V_BINDING", "The stage on the chain is later than the block of the anchor.");
  if (header.timestamp > anchor.timestamp)
    throw new EvidenceError("V_TIME", `Block ${header.number} is later by its clock than block ${anchor.number}.`);
}
