import type { ChainError } from "./chain-error.ts";
import { NodeError } from "./errors.ts";

/**
 * Why a log takes nothing more when the chain holds of it what this node did not write.
 *
 * Either the node was restored from an older copy, so that the indexes it would give out next have been given out already;
 * or another program runs with the same key. Receipts for such indexes would contradict receipts that others hold.
 */
export function fencedFailure(refusal: ChainError): NodeError {
  const { details } = refusal;
  if (details["ours"] !== undefined) {
    const message = `${refusal.message} (${String(details["size"])} leaves): another program publishes this log with its key`;
    return new NodeError("LOG_FENCED", message, details, refusal);
  }
  const message = `${refusal.message}: put back the newer copy of the node's folder`;
  return new NodeError("LOG_BEHIND_CHAIN", message, details, refusal);
}
