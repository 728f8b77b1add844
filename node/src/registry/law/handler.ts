import type { Draft } from "../draft.ts";
import type { LawEvent } from "../event.ts";

/** Takes one kind of event into the rows. */
export type Handler = (event: LawEvent, draft: Draft) => Promise<void>;

/** Handlers of one contract's events, by the event's name. */
export type Handlers = Readonly<Record<string, Handler>>;

/** For events that change nothing that the registry shows. */
export const nothing: Handler = () => Promise.resolve();
