/** What lists of records need of the node's log beside reading records; an EvidenceLog has it. */
export interface ListingPort {
  /** Leaves of the newest checkpoint. */
  readonly size: number;
  /** Indexes of the first `most` records that `member` submitted, from the index `from` on, in their order. */
  indexesBy(member: string, most: number, from: number): Promise<readonly number[]>;
  /** Indexes of the first `most` entries of a subject from the sequence `from` on, in their order. */
  indexesOf(subject: string, most: number, from: number): Promise<readonly number[]>;
}
