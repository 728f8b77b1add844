import type { Frame, FrameLocation, FrameVisitor, SealedSegment } from "@lianzheng/node/journal";
import { decodeIdentity } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { FrameEntry } from "./layout.ts";
import type { RecordIndex } from "./record-index.ts";
import { indexedFrame } from "./view.ts";

/**
 * Brings an index up to its journal: visits every frame that is read once and compares it with what the index knows. Of
 * closed segments that the index has sealed, the numbers in the seal are compared, and no frame need be read.
 *
 * A batch of the index is there as a whole or not at all, so the presence of a frame's key shows the presence of all
 * its views. What is missing at the end is added; a hole or a difference before the end makes the whole index void.
 */
export class Reconciliation {
  readonly #index: RecordIndex;
  #known: AsyncGenerator<FrameEntry, undefined, undefined> | undefined;
  /** Sequence of the first frame that is read. */
  #from = 0;
  #state: "comparing" | "adding" | "void" = "comparing";
  #size = 0;
  #added = 0;
  #sequence = 0;

  constructor(index: RecordIndex) {
    this.#index = index;
  }

  /** Whether the index has everything of this closed segment, the next one in order. */
  readonly isKnown = async (seal: SealedSegment): Promise<boolean> => {
    if (!(await this.#index.isSealed(seal))) return false;
    this.#size = seal.firstIndex + seal.records;
    this.#from = seal.segment + seal.frames;
    this.#sequence = this.#from - 1;
    return true;
  };

  /** The visitor to hand to the journal. */
  readonly visit: FrameVisitor = async (frame, location) => {
    this.#sequence = frame.sequence;
    if (frame.type === "identity") {
      await this.#seal(frame);
      return;
    }
    if (this.#state === "comparing") await this.#compare(frame, location);
    if (this.#state === "adding") await this.#add(frame, location);
  };

  /** Records in the frames that were passed over or visited, while the index is not void. */
  get size(): number {
    return this.#size;
  }

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
    await this.#known?.return(undefined);
    if (surplus !== undefined && surplus !== "damaged" && surplus.sequence > this.#sequence) throw lost(surplus);
    return this.#state !== "void" && surplus === undefined;
  }

  /** Behind a segment all of whose frames were found or added. */
  async #seal({ payload }: Frame): Promise<void> {
    const { seal } = decodeIdentity(payload);
    if (seal === undefined || this.#state === "void" || (await this.#index.isSealed(seal))) return;
    await this.#index.seal(seal);
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
      this.#known ??= this.#index.frames(this.#size, this.#from);
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
