import type { FrameVisitor } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { RecordIndex } from "./record-index.ts";
import { asIndexDamage } from "./record-index.ts";
import { indexedFrame } from "./view.ts";

/**
 * Holds the views of the frames that the journal's patrol reads against the index: of closed segments a start compares nothing
 * but two notes, of the last one only the frames' places, and LevelDB does not check its files as it reads them.
 *
 * One for each round, from the journal's first frame on.
 */
export class IndexPatrol {
  readonly #index: RecordIndex;
  readonly #hasEnded: () => boolean;
  readonly #found: (damage: NodeError) => Promise<void>;
  #size = 0;

  /**
   * @param hasEnded - whether writing has ended: then a view that was never written is no damage, and the next start adds it
   * @param found - awaited before the damage is thrown
   */
  constructor(index: RecordIndex, hasEnded: () => boolean, found: (damage: NodeError) => Promise<void>) {
    this.#index = index;
    this.#hasEnded = hasEnded;
    this.#found = found;
  }

  /** Throws INDEX_CORRUPT; JOURNAL_CORRUPT for a frame that does not continue the one before. */
  readonly visit: FrameVisitor = async (frame, location) => {
    const view = indexedFrame(frame, location, this.#size);
    if (view === undefined) return;
    this.#size += view.records.length;
    const range = await this.#wrongView(view);
    if (range === undefined || this.#hasEnded()) return;
    const damage = new NodeError(
      "INDEX_CORRUPT",
      `the index does not agree with frame ${frame.sequence} of the journal; start again, which makes it again, or run rebuild`,
      { range, frame: frame.sequence },
    );
    await this.#found(damage);
    throw damage;
  };

  async #wrongView(view: Parameters<RecordIndex["wrongView"]>[0]): Promise<string | undefined> {
    try {
      return await this.#index.wrongView(view);
    } catch (thrown) {
      const error = asIndexDamage(thrown);
      if (!(error instanceof NodeError) || error.code !== "INDEX_CORRUPT") throw error;
      const { range } = error.details;
      return typeof range === "string" ? range : "";
    }
  }
}
