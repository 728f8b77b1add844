import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Starts in a row that ended early before the index is blamed for it. */
const mostEarlyEnds = 5;
/** An index that was open for so long, ms, is not what ends the process at its start. */
const settledAfterMs = 60_000;

/**
 * Counts the starts in a row that neither closed the index nor kept it open for a minute.
 *
 * LevelDB ends the whole process by an assertion when it meets certain damaged blocks, which nobody can catch: each start
 * would end as the one before. After some such starts the index is the likely reason, and it can always be made again from
 * the journal. The count stands beside LevelDB's files and goes with them. It is not synced: it is about processes that
 * ended, and one that a power cut takes back is counted again.
 */
export class Starts {
  readonly #path: string;
  #settling: NodeJS.Timeout | undefined;
  #settled: Promise<void> | undefined;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Counts this start of the index in `directory`. `areHopeless` if too many before it ended early. */
  static async count(directory: string): Promise<{ readonly starts: Starts; readonly areHopeless: boolean }> {
    const starts = new Starts(join(directory, "starts"));
    const before = await starts.#early();
    await mkdir(directory, { recursive: true });
    await starts.#write(before + 1);
    return { starts, areHopeless: before >= mostEarlyEnds };
  }

  /** Begins to wait until the index has been open for long enough. */
  watch(): void {
    this.#settling = setTimeout(() => {
      // A count that could not be put back makes the index again too early, which loses nothing.
      this.#settled = this.#write(0).catch(() => undefined);
    }, settledAfterMs).unref();
  }

  /** To be called when the index is closed in order. */
  async end(): Promise<void> {
    clearTimeout(this.#settling);
    await this.#settled;
    await this.#write(0).catch(() => undefined);
  }

  async #early(): Promise<number> {
    const text = await readFile(this.#path, "utf8").catch(() => "");
    return /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  }

  async #write(count: number): Promise<void> {
    await writeFile(this.#path, String(count));
  }
}
