import type { Frame, FrameLocation, FrameVisitor } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { FrameEntry } from "./layout.ts";
import type { RecordIndex } from "./record-index.ts";
import { indexedFrame } from "./view.ts";

/**
 * Brings an index up to its journal: visits every frame once and compares it with what the index knows.
 *
 * A batch of the index is there as a whole or not at all, so the presence of a frame's key shows the presence of all
 * its views. What is missing at the end is added; a hole or a difference before the end makes the whole index void.
 */
export class Reconciliation {
  readonly #index: RecordIndex;
  readonly #known: AsyncGenerator<FrameEntry, undefined, undefined>;
  #state: "comparing" | "adding" | "void" = "comparing";
  #size = 0;
  #added = 0;
  #sequence = 0;

  constructor(index: RecordIndex) {
    this.#index = index;
    this.#known = index.frames();
  }

  /** The visitor to hand to the journal. */
  readonly visit: FrameVisitor = async (frame, location) => {
    this.#sequence = frame.sequence;
    if (frame.type === "identity") return;
    if (this.#state === "comparing") await this.#compare(frame, location);
    if (this.#state === "adding") await this.#add(frame, location);
  };

  /** Frames that were added so far. */
  get added(): number {
    return this.#added;
  }

  /**
   * After the last frame. Resolves to false if the index is void and must be made again.
   * Throws JOURNAL_CORRUPT if the index knows frames that the journal has lost.
   */
  async finish(): Promise<boolean> {
    const surplus = this.#state === "comparing" ? await this.#next() : undefined;
    await this.#known.return(undefined);
    if (surplus !== undefined && surplus !== "damaged" && surplus.sequence > this.#sequence) throw lost(surplus);
    return this.#state !== "void" && surplus === undefined;
  }

  async #compare(frame: Frame, location: FrameLocation): Promise<void> {
    const known = await this.#next();
    if (known === undefined) {
      this.#state = "adding";
    } else if (known !== "damaged" && isSame(known, frame, location, this.#size)) {
      this.#size += known.count;
    } else {
      this.#state = "void";
    }
  }

  async #next(): Promise<FrameEntry | "damaged" | undefined> {
    try {
      const next = await this.#known.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      if (error instanceof NodeError) return "damaged";
      throw error;
    }
  }

  async #add(frame: Frame, location: FrameLocation): Promise<void> {
    const view = indexedFrame(frame, location, this.#size);
    if (view === undefined) return;
    await this.#index.apply(view);
    this.#size += view.records.length;
    this.#added += 1;
  }
}

function isSame(known: FrameEntry, frame: Frame, location: FrameLocation, size: number): boolean {
  return (
    known.sequence === frame.sequence &&
    known.firstIndex === size &&
    known.location.segment === location.segment &&
    known.location.offset === location.offset &&
    known.location.length === location.length
  );
}

function lost(known: FrameEntry): NodeError {
  return new NodeError(
    "JOURNAL_CORRUPT",
    `the index knows frame ${known.sequence}, which the journal has lost: it was cut or replaced by an older copy`,
    { sequence: known.sequence },
  );
}
