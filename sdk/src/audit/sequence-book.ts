import type { AuditCode } from "./finding.ts";

/** What is wrong with the place of an entry in its subject's sequence. */
export interface SequenceFault {
  readonly code: Extract<AuditCode, "AUDIT_SEQUENCE_GAP" | "AUDIT_SEQUENCE_TWICE" | "AUDIT_SEQUENCE_PREVIOUS">;
  /** The number that was due. */
  readonly due: number;
}

interface Last {
  sequence: number;
  id: string;
}

/**
 * Follows the sequences of subjects: each begins with 0, counts on by one, and names the entry before it. Entries come in the order of the
 * log. Keeps one line a subject; who has more subjects than memory takes them in parts, all entries of a subject in one part.
 */
export class SequenceBook {
  readonly #last = new Map<string, Last>();

  /** Subjects seen. */
  get subjects(): number {
    return this.#last.size;
  }

  /**
   * Takes the next entry.
   *
   * @param subject  - a name of the subject that no other has, such as its digest
   * @param id       - of the entry, in any form that `previous` has too
   * @param previous - null for the first
   * @returns what is wrong with its place, if anything; the sequence goes on from this entry all the same
   */
  add(subject: string, sequence: number, id: string, previous: string | null): SequenceFault | undefined {
    const last = this.#last.get(subject);
    const due = last === undefined ? 0 : last.sequence + 1;
    const fault = faultOf(sequence, due, previous, last?.id ?? null);
    if (last === undefined) this.#last.set(subject, { sequence, id });
    else if (sequence >= last.sequence) {
      last.sequence = sequence;
      last.id = id;
    }
    return fault === undefined ? undefined : { code: fault, due };
  }
}

function faultOf(
  sequence: number,
  due: number,
  previous: string | null,
  before: string | null,
): SequenceFault["code"] | undefined {
  if (sequence > due) return "AUDIT_SEQUENCE_GAP";
  if (sequence < due) return "AUDIT_SEQUENCE_TWICE";
  return previous === before ? undefined : "AUDIT_SEQUENCE_PREVIOUS";
}
