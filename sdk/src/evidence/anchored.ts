import { decodeCheckpointPublished, logIdOf, verifyAccountProof, type Header } from "@lianzheng/sdk/chain";
import { EvidenceError, toHex } from "@lianzheng/sdk/encoding";
import type { Bundle, BundleAnchor } from "./bundle.ts";
import { assertSameChain, proveEvent } from "./chain-event.ts";
import type { LoggedRecords } from "./logged.ts";
import type { Policy } from "./policy.ts";
import { ask, pass, unknown, type Answered } from "./question.ts";

/**
 * Did the trusted contract accept that checkpoint? The answer says what the block holds; whether the block is the chain's
 * is asked next.
 *
 * @param logged - the records' log and checkpoint, if they are shown
 */
export function askAnchored({ anchor }: Bundle, logged: LoggedRecords | undefined, policy: Policy): Answered<Header> {
  return ask("anchored", "mathematics", () => {
    assertSameChain(anchor, policy);
    const contract = policy.contracts.evidenceLogs;
    const { header, log } = proveEvent(anchor.event, contract.address);
    const event = decodeCheckpointPublished(log);
    if (anchor.account !== undefined) assertCode(header, anchor.account, policy);
    if (logged === undefined) return unknown("A checkpoint was published, but none is shown to hold the records.");
    assertSameLog(anchor, event.logId, logged);
    assertSameTree(event, logged);
    const code =
      anchor.account === undefined
        ? "; the bundle does not show the contract's code"
        : ", whose code is the one that the policy names";
    const reason = `Block ${header.number} holds the acceptance of this checkpoint (${event.size} entries) by the trusted contract${code}.`;
    return pass(reason, header);
  });
}

/** @throws EvidenceError V_EMITTER if another program stands at the contract's address, or the proof shows none */
function assertCode(header: Header, nodes: NonNullable<BundleAnchor["account"]>, { contracts }: Policy): void {
  const { address, codeHash } = contracts.evidenceLogs;
  const account = verifyAccountProof(header.stateRoot, address, nodes, "V_EMITTER");
  if (account.codeHash === codeHash) return;
  throw new EvidenceError("V_EMITTER", `The code at ${address} is another than the one that the policy trusts.`);
}

function assertSameLog(anchor: BundleAnchor, eventLogId: string, { log }: LoggedRecords): void {
  if (anchor.logId !== log.logId || log.logId !== logIdOf(log.owner, log.origin)) {
    throw new EvidenceError(
      "V_UNTRUSTED_ANCHOR",
      "The bundle is anchored for another log than the one that the policy names.",
    );
  }
  if (eventLogId !== log.logId) throw new EvidenceError("V_BINDING", "The checkpoint on the chain is of another log.");
}

function assertSameTree(event: { readonly size: number; readonly root: string }, { checkpoint }: LoggedRecords): void {
  if (event.size === checkpoint.size && event.root === toHex(checkpoint.root)) return;
  throw new EvidenceError("V_BINDING", "The chain accepted another checkpoint than the one that the records are in.");
}
