import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { Policy, TrustedLog } from "@lianzheng/sdk/evidence";
import { createNoteVerifier, openNote, parseVerifierKey, signNote } from "@lianzheng/sdk/log";
import type { NoteSigner } from "@lianzheng/sdk/log";
import { parseRefusalText, refusalKeyName, refusalText } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

/** A refusal that may be believed, and whose node it is. */
export interface VerifiedRefusal {
  readonly refusal: Refusal;
  /** The trusted log whose key signed it. */
  readonly log: TrustedLog;
}

/**
 * The signed note of a refusal.
 *
 * @param signer - the log's key under the name of {@link refusalKeyName}
 * @throws EvidenceError V_FORMAT, E_NOTE_NAME (the signer has another name)
 */
export function signRefusal(refusal: Refusal, signer: NoteSigner): string {
  if (signer.name !== refusalKeyName(refusal.origin))
    throw new EvidenceError("E_NOTE_NAME", "refusals are signed under their own name");
  return signNote(refusalText(refusal), signer);
}

/**
 * What a signed refusal says, once a log of the policy has signed it: that this node refused this request, when, by which rule in which
 * version. It does not say that the refusal was right.
 *
 * @param note - as a node's answer has it in `refusal.note`
 * @throws EvidenceError V_NOTE (no log of the policy signed it, or the signature is of another text), V_FORMAT, V_VERSION
 */
export function verifyRefusal(note: string, { logs }: Pick<Policy, "logs">): VerifiedRefusal {
  const origin = note.split("\n", 1)[0] ?? "";
  const log = logs.find((one) => refusalKeyName(one.origin) === origin);
  if (log === undefined) throw new EvidenceError("V_NOTE", "the refusal is of no log that the policy trusts");
  const { publicKey } = parseVerifierKey(log.key);
  const { text } = openNote(note, [createNoteVerifier(refusalKeyName(log.origin), publicKey)]);
  return { refusal: parseRefusalText(text), log };
}
