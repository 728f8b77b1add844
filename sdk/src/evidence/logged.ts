import { EvidenceError, equalBytes, fromHex } from "@lianzheng/sdk/encoding";
import {
  decodeProof,
  openCheckpoint,
  parseVerifierKey,
  verifyInclusion,
  type Checkpoint,
  type LogProof,
} from "@lianzheng/sdk/log";
import type { Policy, TrustedLog } from "./policy.ts";
import { ask, pass, unknown, type Answered } from "./question.ts";
import type { WholeRecord } from "./unaltered.ts";

/** Records that are in a trusted log: the checkpoint that holds them all, and whose log it is. */
export interface LoggedRecords {
  readonly records: readonly WholeRecord[];
  readonly checkpoint: Checkpoint;
  readonly log: TrustedLog;
}

/** Was each entry in the tree of a checkpoint that the key of a trusted log signed? */
export function askLogged(records: readonly WholeRecord[] | undefined, policy: Policy): Answered<LoggedRecords> {
  return ask("logged", "log-key", () => {
    if (records === undefined) return unknown("The records are not whole, so there is nothing to look for in a log.");
    const proofs = records.map(({ proof }) => decodeProof(proof));
    const { checkpoint, log } = commonCheckpoint(proofs, policy);
    for (const [at, { id }] of records.entries()) assertIncluded(id, proofs[at], checkpoint, at);
    const reason = `The log ${log.origin} of member ${log.owner} signed a checkpoint of ${checkpoint.size} entries that holds every record.`;
    return pass(reason, { records, checkpoint, log });
  });
}

/** The one checkpoint in which all proofs end. Its signature is verified once, whatever the number of records. */
function commonCheckpoint(
  proofs: readonly LogProof[],
  policy: Policy,
): { readonly checkpoint: Checkpoint; readonly log: TrustedLog } {
  const [first, ...others] = [...new Set(proofs.map(({ checkpoint }) => checkpoint))];
  const opened = openTrusted(first ?? "", policy);
  for (const other of others) assertSameCheckpoint(opened.checkpoint, openTrusted(other, policy).checkpoint);
  return opened;
}

function openTrusted(note: string, policy: Policy): { readonly checkpoint: Checkpoint; readonly log: TrustedLog } {
  const [origin = ""] = note.split("\n", 1);
  const log = policy.logs.find((trusted) => trusted.origin === origin);
  if (log === undefined)
    throw new EvidenceError("V_UNTRUSTED_ANCHOR", "The checkpoint is of a log that the policy does not name.");
  return { checkpoint: openCheckpoint(note, [parseVerifierKey(log.key)]), log };
}

function assertSameCheckpoint(one: Checkpoint, other: Checkpoint): void {
  const sameRoot = equalBytes(one.root, other.root);
  if (one.origin === other.origin && one.size === other.size) {
    if (sameRoot) return;
    throw new EvidenceError("V_EQUIVOCATION", `The log signed two different trees of ${one.size} entries.`);
  }
  throw new EvidenceError("V_BINDING", "The proofs of this bundle end in different checkpoints.");
}

function assertIncluded(id: string, proof: LogProof | undefined, { size, root }: Checkpoint, at: number): void {
  try {
    verifyInclusion(fromHex(id, 32), proof?.index ?? -1, size, proof?.hashes ?? [], root);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError(
      cause.code,
      `Record ${at} is not shown to be in the log: ${cause.message}`,
      cause.details,
      cause,
    );
  }
}
