import type { Entry } from "@lianzheng/sdk/record";
import { decodeEntry } from "@lianzheng/sdk/record";
import type { IndexExpectation } from "@lianzheng/node/index";
import { indexedFrame, leafHash } from "@lianzheng/node/index";
import type { Frame, FrameLocation, RecordsPayload, StoredRecord } from "@lianzheng/node/journal";
import { decodeRecords, segmentName } from "@lianzheng/node/journal";
import { toHex } from "@lianzheng/sdk/encoding";
import { NodeError } from "../../errors.ts";
import { areCommitted } from "../hashing.ts";
import type { Finding, FsckCode } from "./findings.ts";
import type { TreeCheck } from "./tree-check.ts";

/**
 * Opens what a record discloses; undefined where that cannot be done, `erased` where its key was destroyed on purpose.
 * Throws NodeError if what is sealed is not what was sealed for this record.
 */
export type DisclosureReader = (
  record: StoredRecord,
  place: { readonly index: number; readonly leaf: Uint8Array },
) => readonly string[] | "erased" | undefined;

/** What the records are checked with. */
export interface RecordCheckParts {
  readonly directory: string;
  readonly expectation: IndexExpectation;
  readonly tree: TreeCheck;
  readonly disclosures: DisclosureReader | undefined;
  readonly add: (finding: Finding) => void;
}

/** How many there were. */
export interface RecordCounts {
  records: number;
  subjectsEntries: number;
  requests: number;
  anchors: number;
  checkpoints: number;
  /** Records whose disclosures were held against their entry, and those that could not be. */
  bodiesChecked: number;
  bodiesErased: number;
  bodiesUnchecked: number;
}

interface Head {
  readonly count: number;
  readonly id: string;
}

/**
 * Checks what frames hold: every record against its leaf and its subject's chain, every request once, every checkpoint
 * against the tree that the records give, every anchor against a checkpoint.
 *
 * Behind a gap the chains and the tree cannot be followed any more: what then does not fit is a consequence, and is not
 * told again.
 */
export class RecordCheck {
  readonly #parts: RecordCheckParts;
  readonly counts: RecordCounts = {
    ...{ records: 0, subjectsEntries: 0, requests: 0, anchors: 0, checkpoints: 0 },
    ...{ bodiesChecked: 0, bodiesErased: 0, bodiesUnchecked: 0 },
  };
  /** Index of the next record. */
  #size = 0;
  #broken = false;

  constructor(parts: RecordCheckParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether something is missing, so that what follows cannot be held against what was before. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Told when frames are missing or damaged. */
  lose(): void {
    this.#broken = true;
    this.#parts.tree.lose();
  }

  /** Checks the next whole frame. */
  async check(frame: Frame, location: FrameLocation): Promise<void> {
    const at = { file: `${this.#parts.directory}/${segmentName(location.segment)}`, offset: location.offset };
    const where = { ...at, frame: frame.sequence };
    if (frame.type === "records") await this.#checkRecords(frame, location, where);
    if (frame.type === "anchor") await this.#checkAnchor(frame, location, where);
  }

  async #checkRecords(frame: Frame, location: FrameLocation, where: Where): Promise<void> {
    const payload = payloadOf(frame);
    if (payload === undefined) {
      this.#tell("RECORD_TAMPERED", where, "the frame does not hold records in their form");
      this.lose();
      return;
    }
    this.#checkPlace(payload, where);
    this.#size = payload.firstIndex;
    const leaves = payload.records.map(({ entry }) => leafHash(entry));
    const entries = this.#entriesOf(payload, where);
    await this.#checkSubjects(payload, entries, leaves, where);
    await this.#checkRequests(payload, where);
    this.#checkDisclosures(payload, entries, leaves, where);
    await this.#parts.tree.append(payload, leaves, where);
    this.counts.checkpoints += 1;
    this.counts.records += payload.records.length;
    await this.#expect(frame, location);
    this.#size = payload.firstIndex + payload.records.length;
  }

  #checkPlace({ firstIndex, records, batches }: RecordsPayload, where: Where): void {
    const requested = batches.reduce((sum, { count }) => sum + count, 0);
    if (requested !== records.length) {
      this.#tell("RECORD_TAMPERED", where, `${requested} records were asked for, ${records.length} are there`);
    }
    if (firstIndex === this.#size) return;
    if (!this.#broken) {
      const code = firstIndex > this.#size ? "SEQUENCE_GAP" : "RECORD_MISPLACED";
      this.#tell(code, { ...where, record: firstIndex }, `record ${firstIndex}, where ${this.#size} is due`);
    }
    this.lose();
  }

  /** The entries; undefined for one that is none. */
  #entriesOf({ records, firstIndex }: RecordsPayload, where: Where): readonly (Entry | undefined)[] {
    return records.map(({ entry }, at) => {
      try {
        return decodeEntry(entry);
      } catch (error) {
        const detail = `the entry is not in its form: ${error instanceof Error ? error.message : String(error)}`;
        this.#tell("RECORD_TAMPERED", { ...where, record: firstIndex + at }, detail);
        return undefined;
      }
    });
  }

  async #checkSubjects(
    { firstIndex }: RecordsPayload,
    entries: readonly (Entry | undefined)[],
    leaves: readonly Uint8Array[],
    where: Where,
  ): Promise<void> {
    const subjects = [...new Set(entries.flatMap((entry) => (entry === undefined ? [] : [entry.subject])))];
    const known = await this.#parts.expectation.heads(subjects);
    const heads = new Map<string, Head>();
    for (const [at, subject] of subjects.entries()) {
      const head = known[at];
      if (head !== undefined) heads.set(subject, { count: head.count, id: toHex(head.id) });
    }
    for (const [at, entry] of entries.entries()) {
      if (entry === undefined) continue;
      this.#checkChain(entry, heads.get(entry.subject), { ...where, record: firstIndex + at });
      heads.set(entry.subject, { count: entry.sequence + 1, id: toHex(leaves[at] ?? new Uint8Array()) });
      this.counts.subjectsEntries += 1;
    }
  }

  #checkChain({ sequence, previous, subject }: Entry, head: Head | undefined, where: Where): void {
    const due = head?.count ?? 0;
    if (this.#broken || (sequence === due && previous === (head?.id ?? null))) return;
    const code = sequence > due ? "SEQUENCE_GAP" : "RECORD_MISPLACED";
    const what = sequence === due ? "another predecessor" : `entry ${sequence}`;
    this.#tell(code, where, `${what} of ${subject}, where entry ${due} of its chain is due`);
  }

  async #checkRequests({ batches }: RecordsPayload, where: Where): Promise<void> {
    const known = await this.#parts.expectation.known(batches);
    const here = new Set<string>();
    for (const [at, { member, key }] of batches.entries()) {
      const name = `${member}\0${key}`;
      if (known[at] === true || here.has(name)) {
        this.#tell("REQUEST_TWICE", where, `the idempotency key ${key} of ${member} was accepted before`);
      }
      here.add(name);
      this.counts.requests += 1;
    }
  }

  #checkDisclosures(
    { records, firstIndex }: RecordsPayload,
    entries: readonly (Entry | undefined)[],
    leaves: readonly Uint8Array[],
    where: Where,
  ): void {
    for (const [at, record] of records.entries()) {
      const [entry, leaf] = [entries[at], leaves[at]];
      if (entry === undefined || leaf === undefined) continue;
      const index = firstIndex + at;
      const disclosures = this.#disclosed(record, { index, leaf }, { ...where, record: index });
      if (disclosures === "wrong") continue;
      if (disclosures === undefined) this.counts.bodiesUnchecked += 1;
      else if (disclosures === "erased") this.counts.bodiesErased += 1;
      else this.#checkBody(entry, disclosures, { ...where, record: index });
    }
  }

  #disclosed(record: StoredRecord, place: { index: number; leaf: Uint8Array }, where: Where) {
    try {
      return this.#parts.disclosures?.(record, place);
    } catch (error) {
      if (!(error instanceof NodeError)) throw error;
      this.counts.bodiesChecked += 1;
      this.#tell("DISCLOSURE_MISMATCH", where, error.message);
      return "wrong";
    }
  }

  #checkBody({ commitments }: Entry, disclosures: readonly string[], where: Where): void {
    this.counts.bodiesChecked += 1;
    if (disclosures.length === commitments.length && areCommitted(disclosures, commitments)) return;
    this.#tell("DISCLOSURE_MISMATCH", where, "its disclosures are not those that its entry commits to");
  }

  async #checkAnchor(frame: Frame, location: FrameLocation, where: Where): Promise<void> {
    this.counts.anchors += 1;
    const wrong = await this.#parts.tree.wrongAnchor(frame.payload.toString("utf8"));
    if (wrong !== undefined) this.#tell("ANCHOR_MISMATCH", where, wrong);
    await this.#expect(frame, location);
  }

  /** What the index has to have of it; nothing of what was told to be no record. */
  async #expect(frame: Frame, location: FrameLocation): Promise<void> {
    try {
      const view = indexedFrame(frame, location, this.#size);
      if (view !== undefined) await this.#parts.expectation.add(view);
    } catch (error) {
      if (!(error instanceof NodeError) && !(error instanceof SyntaxError)) throw error;
      this.lose();
    }
  }

  #tell(code: FsckCode, where: Where, detail: string): void {
    this.#parts.add({ code, ...where, detail });
  }
}

type Where = Omit<Finding, "code" | "detail">;

function payloadOf({ payload }: Frame): RecordsPayload | undefined {
  try {
    return decodeRecords(payload);
  } catch (error) {
    if (error instanceof NodeError) return undefined;
    throw error;
  }
}
