import { decodeStageRecorded, type Header, type StageRecorded } from "@lianzheng/sdk/chain";
import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import type { BundleAnchor, ChainEvent } from "./bundle.ts";
import { assertSealed, proveEvent } from "./chain-event.ts";
import type { FinalBlock } from "./final.ts";
import type { Policy } from "./policy.ts";

/** A stage of a trade and the sealed header of the block that recorded it. */
export interface ProvenStage {
  readonly header: Header;
  readonly stage: StageRecorded;
}

/**
 * The stage that an event of the bundle shows, of this trade, in a sealed block not after the anchor's.
 *
 * @param block - the anchor's block, final
 * @throws EvidenceError V_BINDING for another trade or a later block, V_EQUIVOCATION for another block of the anchor's
 *   number, V_TIME for one that is earlier by its number and later by its clock, and those of `proveEvent` and `assertSealed`
 */
export function proveStage(
  event: ChainEvent,
  tradeId: Hex,
  anchor: BundleAnchor,
  block: FinalBlock,
  policy: Policy,
): ProvenStage {
  const { header, log } = proveEvent(event, policy.contracts.trades.address);
  assertSealed(header, policy);
  const stage = decodeStageRecorded(log);
  if (stage.tradeId !== tradeId)
    throw new EvidenceError("V_BINDING", "The stage on the chain is of another trade than the records.");
  assertNotAfter(header, block.header);
  if (header.number === block.header.number && event.header !== anchor.event.header)
    throw new EvidenceError("V_EQUIVOCATION", `Two different blocks of number ${header.number} were sealed.`);
  return { header, stage };
}

function assertNotAfter(header: Header, anchor: Header): void {
  if (header.number > anchor.number)
    throw new EvidenceError("V_BINDING", "The stage on the chain is later than the block of the anchor.");
  if (header.timestamp > anchor.timestamp)
    throw new EvidenceError("V_TIME", `Block ${header.number} is later by its clock than block ${anchor.number}.`);
}
