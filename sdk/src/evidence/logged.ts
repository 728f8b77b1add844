import { EvidenceError, equalBytes, fromHex } from "@lianzheng/sdk/encoding";
import {
  decodeProof,
  openCosigned,
  parseVerifierKey,
  verifyInclusion,
  type Checkpoint,
  type LogProof,
} from "@lianzheng/sdk/log";
import type { Policy, TrustedLog } from "./policy.ts";
import { ask, pass, unknown, type Answered } from "./question.ts";
import type { WholeRecord } from "./unaltered.ts";
import { cosignedBy, witnessVerifiers } from "./witnesses.ts";

/** Records that are in a trusted log: the checkpoint that holds them all, and whose log it is. */
export interface LoggedRecords {
  readonly records: readonly WholeRecord[];
  readonly checkpoint: Checkpoint;
  readonly log: TrustedLog;
  /** The checkpoint's signed note, the bytes that timestamps are of. */
  readonly note: string;
}

interface TrustedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly log: TrustedLog;
  /** How many of the policy's witnesses cosigned it. */
  readonly cosigned: number;
}

/** Was each entry in the tree of a checkpoint that the key of a trusted log signed? */
export function askLogged(records: readonly WholeRecord[] | undefined, policy: Policy): Answered<LoggedRecords> {
  return ask("logged", "log-key", () => {
    if (records === undefined) return unknown("The records are not whole, so there is nothing to look for in a log.");
    const proofs = records.map(({ proof }) => decodeProof(proof));
    const { checkpoint, log, cosigned } = commonCheckpoint(proofs, policy);
    for (const [at, { id }] of records.entries()) assertIncluded(id, proofs[at], checkpoint, at);
    const reason = `The log ${log.origin} of member ${log.owner} signed a checkpoint of ${checkpoint.size} entries that holds every record.`;
    const note = proofs[0]?.checkpoint ?? "";
    const { witnesses } = policy;
    if (witnesses === undefined) return pass(reason, { records, checkpoint, log, note });
    const count = `${cosigned} of the ${witnesses.keys.length} witnesses that the policy names cosigned it`;
    if (cosigned < witnesses.quorum) return unknown(`${reason} Only ${count}; ${witnesses.quorum} are due.`);
    return pass(
      `${reason} And ${count}; ${witnesses.quorum} are due.`,
      { records, checkpoint, log, note },
      "witnesses",
    );
  });
}

/** The one checkpoint in which all proofs end, as one text: so its signature is verified once, whatever a file brings. */
function commonCheckpoint(proofs: readonly LogProof[], policy: Policy): TrustedCheckpoint {
  const [first = "", other] = new Set(proofs.map(({ checkpoint }) => checkpoint));
  const opened = openTrusted(first, policy);
  if (other !== undefined) throw contradiction(opened.checkpoint, openTrusted(other, policy).checkpoint);
  return opened;
}

function openTrusted(note: string, policy: Policy): TrustedCheckpoint {
  const [origin = ""] = note.split("\n", 1);
  const log = policy.logs.find((trusted) => trusted.origin === origin);
  if (log === undefined)
    throw new EvidenceError("V_UNTRUSTED_ANCHOR", "The checkpoint is of a log that the policy does not name.");
  const witnesses = witnessVerifiers(policy.witnesses);
  const { checkpoint, signatures } = openCosigned(note, [parseVerifierKey(log.key), ...witnesses]);
  return { checkpoint, log, cosigned: cosignedBy(signatures, witnesses) };
}

function contradiction(one: Checkpoint, other: Checkpoint): EvidenceError {
  const isOneSize = one.origin === other.origin && one.size === other.size;
  if (isOneSize && !equalBytes(one.root, other.root))
    return new EvidenceError("V_EQUIVOCATION", `The log signed two different trees of ${one.size} entries.`);
  const what = isOneSize ? "different notes of one checkpoint" : "different checkpoints";
  return new EvidenceError("V_BINDING", `The proofs of this bundle end in ${what}.`);
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
