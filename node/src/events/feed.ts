import { createHash } from "node:crypto";
import type { FramePlace, LogFrames } from "@lianzheng/node/log";
import type { Audience } from "./audience.ts";
import { isFor } from "./audience.ts";
import type { LogPosition, Position } from "./cursor.ts";
import { decodeCursor, encodeCursor, unknownCursor } from "./cursor.ts";
import type { FeedEvent } from "./event.ts";
import { eventsOf } from "./event.ts";
import type { LawEventSource } from "./law-events.ts";
import { noLawEvents } from "./law-events.ts";

/** What the feed reads from; an EvidenceLog is one. */
export interface FeedLog {
  readonly origin: string;
  readonly frames: Pick<LogFrames, "placesFrom" | "newest" | "read">;
}

/** An event, and the cursor of a reader that has had it. */
export interface ToldEvent {
  readonly event: FeedEvent;
  readonly cursor: string;
}

/** Some events in their order. `next` goes on after them; `more` says that there may be others already. */
export interface EventPage {
  readonly events: readonly ToldEvent[];
  readonly next: string;
  readonly more: boolean;
}

/** Most frames that one page looks at: none of them may hold an event. */
const framesPerPage = 32;
/** Events of frames that are kept for the next reader: followers are usually at the same place, the end. */
const maxKeptEvents = 16_384;

/**
 * The one feed of events, over what is durable anyway: nothing is written for it.
 *
 * A reader pulls pages from a cursor and is only ever told that there is more, so a slow one costs no memory, and one
 * that was away reads on where it was. Each event is told at least once, in order, under the same id.
 */
export class EventFeed {
  readonly #log: FeedLog;
  readonly #law: LawEventSource;
  readonly #operator: string;
  readonly #name: string;
  readonly #kept = new Map<number, readonly FeedEvent[]>();
  readonly #waiting = new Set<() => void>();
  readonly #unwatch: () => void;
  #keptEvents = 0;
  #generation = 0;

  /** @param operator - USCC of the node's member */
  constructor(log: FeedLog, operator: string, law: LawEventSource = noLawEvents) {
    this.#log = log;
    this.#operator = operator;
    this.#name = createHash("sha256").update(log.origin).digest("hex").slice(0, 8);
    this.#law = law;
    this.#unwatch = law.watch(() => this.grown());
  }

  /** Grows with the log. Taken before a page is read, it tells {@link changed} what the reader cannot have seen. */
  get generation(): number {
    return this.#generation;
  }

  /** To be called after each commit. Costs an addition while nobody waits. */
  grown(): void {
    this.#generation += 1;
    if (this.#waiting.size === 0) return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Resolves when there is more than at `generation`, after `withinMs`, or when `signal` ends; never rejects. */
  async changed(generation: number, signal: AbortSignal, withinMs: number): Promise<void> {
    if (this.#generation !== generation || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      timer.unref();
      signal.addEventListener("abort", wake, { once: true });
      this.#waiting.add(wake);
    });
  }

  /** The cursor to begin with: `cursor` itself if it is one of this log, without one the end. @throws NodeError E_CURSOR */
  async start(cursor?: string): Promise<string> {
    if (cursor === undefined) return await this.end();
    const { log } = decodeCursor(cursor, this.#log.origin);
    const newest = await this.#log.frames.newest();
    if (isWithin(log, newest)) return cursor;
    throw unknownCursor();
  }

  /** The cursor after everything. */
  async end(): Promise<string> {
    const [newest, law] = await Promise.all([this.#log.frames.newest(), this.#law.end()]);
    return this.#cursor({ log: newest === undefined ? logStart : after(newest), law });
  }

  /** At most `limit` events after `cursor`, of them those for the audience. @throws NodeError E_CURSOR, JOURNAL_CORRUPT, INDEX_CORRUPT */
  async page(cursor: string, limit: number, audience?: Audience): Promise<EventPage> {
    const page = await this.#page(cursor, limit);
    return audience === undefined
      ? page
      : { ...page, events: page.events.filter(({ event }) => isFor(audience, event)) };
  }

  close(): void {
    this.#unwatch();
    this.grown();
  }

  async #page(cursor: string, limit: number): Promise<EventPage> {
    const from = decodeCursor(cursor, this.#log.origin);
    const ofLog = await this.#logPage(from, limit);
    const room = limit - ofLog.events.length;
    if (room <= 0) return ofLog;
    const { events, next } = await this.#law.after(from.law, room);
    const position = { log: decodeCursor(ofLog.next, this.#log.origin).log, law: next };
    const told = events.map((event) => ({ event, cursor: this.#cursor(position) }));
    // A law event's cursor is that of all of them: who is cut off among them is told them again, under the same ids.
    const safe = told.map((one, at) => (at === told.length - 1 ? one : { ...one, cursor: ofLog.next }));
    return {
      events: [...ofLog.events, ...safe],
      next: this.#cursor(position),
      more: ofLog.more || events.length === room,
    };
  }

  async #logPage(from: Position, limit: number): Promise<EventPage> {
    const events: ToldEvent[] = [];
    let log = from.log;
    const places = await this.#log.frames.placesFrom(log, framesPerPage);
    for (const place of places) {
      const all = await this.#eventsAt(place);
      const first = isAt(log, place) ? log.item : 0;
      const some = all.slice(first, first + limit - events.length);
      for (const [at, event] of some.entries()) {
        log = { ...frameOf(place), item: first + at + 1 };
        events.push({ event, cursor: this.#cursor({ ...from, log }) });
      }
      if (first + some.length < all.length) return { events, next: this.#cursor({ ...from, log }), more: true };
      log = { ...frameOf(place), item: all.length };
    }
    return { events, next: this.#cursor({ ...from, log }), more: places.length === framesPerPage };
  }

  async #eventsAt(place: Parameters<LogFrames["read"]>[0]): Promise<readonly FeedEvent[]> {
    const known = this.#kept.get(place.sequence);
    if (known !== undefined) return known;
    const events = eventsOf(await this.#log.frames.read(place), this.#operator, this.#name);
    this.#keep(place.sequence, events);
    return events;
  }

  #keep(sequence: number, events: readonly FeedEvent[]): void {
    if (this.#kept.has(sequence)) return;
    this.#kept.set(sequence, events);
    this.#keptEvents += events.length;
    for (const [oldest, dropped] of this.#kept) {
      if (this.#keptEvents <= maxKeptEvents || oldest === sequence) break;
      this.#kept.delete(oldest);
      this.#keptEvents -= dropped.length;
    }
  }

  #cursor(position: Position): string {
    return encodeCursor(position, this.#log.origin);
  }
}

const logStart: LogPosition = { firstIndex: 0, sequence: 0, item: 0 };
/** Past the last event of any frame. */
const pastAll = 999_999_999;

function after(place: FramePlace): LogPosition {
  return { ...frameOf(place), item: pastAll };
}

function frameOf({ firstIndex, sequence }: FramePlace): FramePlace {
  return { firstIndex, sequence };
}

function isAt(position: LogPosition, place: FramePlace): boolean {
  return position.firstIndex === place.firstIndex && position.sequence === place.sequence;
}

/** A cursor beyond the end is one of a newer copy of this log: going on from there would skip what comes next here. */
function isWithin(position: LogPosition, newest: FramePlace | undefined): boolean {
  if (newest === undefined) return position.firstIndex === 0 && position.sequence === 0;
  return position.sequence <= newest.sequence && position.firstIndex <= newest.firstIndex;
}
