import { verifyReceiptProof, type ChainLog, type Header } from "@lianzheng/sdk/chain";
import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import { toInstant } from "@lianzheng/sdk/record";
import type { BundleAnchor, ChainEvent } from "./bundle.ts";
import { shownHeader } from "./finality/block.ts";
import type { Policy } from "./policy.ts";

/** An event that stands in the block of this header. Whether the header is of the chain is another question. */
export interface ProvenEvent {
  readonly header: Header;
  readonly log: ChainLog;
}

/**
 * The event that a receipt proof leads to, of a transaction that succeeded, emitted by the contract that the policy names.
 * @throws EvidenceError V_UNTRUSTED_ANCHOR, V_HEADER, V_RECEIPT, V_TX_FAILED, V_EMITTER
 */
export function proveEvent(event: ChainEvent, contract: Hex): ProvenEvent {
  if (event.contract !== contract) {
    throw new EvidenceError(
      "V_UNTRUSTED_ANCHOR",
      `the policy trusts the contract ${contract}, the bundle names ${event.contract}`,
    );
  }
  const { header } = shownHeader(event.header);
  const receipt = verifyReceiptProof(header.receiptsRoot, event.receiptIndex, event.receiptProof);
  if (!receipt.succeeded)
    throw new EvidenceError("V_TX_FAILED", "the transaction failed, so what it would have emitted does not count");
  const log = receipt.logs[event.logIndex];
  if (log === undefined) throw new EvidenceError("V_RECEIPT", `the receipt has no log ${event.logIndex}`);
  if (log.address !== contract)
    throw new EvidenceError(
      "V_EMITTER",
      `the event was emitted by ${log.address}, a contract that the policy does not trust`,
    );
  return { header, log };
}

/** @throws EvidenceError V_UNTRUSTED_ANCHOR if the bundle is of another chain than the policy's */
export function assertSameChain({ chainId, genesis }: BundleAnchor, { chain }: Policy): void {
  if (chainId !== chain.chainId) {
    throw new EvidenceError(
      "V_UNTRUSTED_ANCHOR",
      `the policy trusts chain ${chain.chainId}, the bundle is of chain ${chainId}`,
    );
  }
  if (genesis !== chain.genesis) {
    throw new EvidenceError(
      "V_UNTRUSTED_ANCHOR",
      "the bundle is of a chain with another first block than the policy's",
    );
  }
}

/** The block's time as an instant. @throws EvidenceError V_TIME if it is none that a calendar has */
export function blockTime({ timestamp }: Header): string {
  if (timestamp > 253_402_300_799n) throw new EvidenceError("V_TIME", "the block's time is beyond the year 9999");
  return toInstant(Number(timestamp) * 1000);
}
