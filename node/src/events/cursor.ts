import { createHash } from "node:crypto";
import { NodeError } from "../errors.ts";

/** The next event of the log's own: the frame it is in, and its number among that frame's events. */
export interface LogPosition {
  readonly firstIndex: number;
  readonly sequence: number;
  readonly item: number;
}

/** What a reader has had: a place in the log, and one in the law where the node follows it. */
export interface Position {
  readonly log: LogPosition;
  /** As the {@link LawEventSource} gave it; null before its first event. */
  readonly law: string | null;
}

/** Before everything. */
export const firstPosition: Position = { log: { firstIndex: 0, sequence: 0, item: 0 }, law: null };

/** The word for {@link firstPosition} where a cursor is asked for. */
export const startWord = "start";

const form = /^1\|([0-9a-f]{8})\|(\d{1,15})\.(\d{1,15})\.(\d{1,9})\|([\x21-\x7e]{0,200})$/;

/** Position as opaque text: base64url of its parts and of a tag that binds it to the log `origin`. */
export function encodeCursor({ log, law }: Position, origin: string): string {
  const place = `${log.firstIndex}.${log.sequence}.${log.item}|${law ?? ""}`;
  return Buffer.from(`1|${tagOf(origin, place)}|${place}`, "latin1").toString("base64url");
}

/**
 * The position that {@link encodeCursor} wrote, or {@link firstPosition} for the word `start`.
 *
 * @throws NodeError E_CURSOR: not a cursor of this log; whether the log came that far is for the feed to say
 */
export function decodeCursor(text: string, origin: string): Position {
  if (text === startWord) return firstPosition;
  const plain = text.length <= 400 ? Buffer.from(text, "base64url").toString("latin1") : "";
  const [, tag, first = "", sequence = "", item = "", law = ""] = form.exec(plain) ?? [];
  const log = { firstIndex: Number(first), sequence: Number(sequence), item: Number(item) };
  const position = { log, law: law === "" ? null : law };
  if (tag !== undefined && encodeCursor(position, origin) === text) return position;
  throw unknownCursor();
}

/** The refusal of a cursor that no feed of this node gave out. */
export function unknownCursor(): NodeError {
  const detail = `The cursor is none that this node gave out. Begin with cursor=${startWord}, or without one for what is new.`;
  return new NodeError("E_CURSOR", detail, { field: "/cursor" });
}

/** Finds a cursor of another log, and one that was cut; whoever makes one up on purpose sees no more than his own. */
function tagOf(origin: string, place: string): string {
  return createHash("sha256").update(`${origin}\n${place}`).digest("hex").slice(0, 8);
}
