/** Where an auditor reads a log: C2SP tlog-tiles over HTTP, or its files in a folder. */
export interface LogSource {
  /** As the auditor named it. */
  readonly name: string;
  /** The newest signed note. */
  checkpoint(): Promise<string>;
  /** A tile of hashes; undefined if the log has none there. */
  tile(path: string): Promise<Uint8Array | undefined>;
  /** An entry bundle; undefined if the log has none there, or shows none to this reader. */
  entries(path: string): Promise<Uint8Array | undefined>;
}

/** A full tile of hashes has 8 KiB; an entry bundle at most 256 entries of 64 KiB. */
export const maxTileBytes = 8 * 1024;
export const maxEntriesBytes = 256 * (2 + 65_535);
export const maxNoteBytes = 1_000_000;
