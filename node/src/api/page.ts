import { createHash } from "node:crypto";
import { NodeError } from "../errors.ts";

/** Items of a page unless the caller says otherwise, and at most. */
const usualLimit = 100;
const mostLimit = 1_000;

/** Which part of a list is asked for. */
export interface PageRequest {
  readonly limit: number;
  /** The list's own word for where to go on. */
  readonly after?: string;
}

/**
 * The page that a query asks for.
 *
 * A cursor holds where to go on and a digest of the list that it came from, so that one of another list, or one that was written by hand, is
 * refused. It opens nothing: it can only name another place in a list that its holder may read anyway.
 *
 * @param list - what names the list: its resource and filters
 * @throws NodeError E_PAGE, E_CURSOR
 */
export function pageOf(query: { readonly limit?: string; readonly cursor?: string }, list: string): PageRequest {
  const limit = limitOf(query.limit);
  return query.cursor === undefined ? { limit } : { limit, after: placeIn(query.cursor, list) };
}

/** The cursor with which the next page is asked for; null at the end. */
export function cursorOf(next: string | null, list: string): string | null {
  if (next === null) return null;
  return Buffer.concat([sealOf(next, list), Buffer.from(next, "utf8")]).toString("base64url");
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? usualLimit : Number(text);
  if (/^\d{1,4}$/.test(text ?? "1") && limit >= 1 && limit <= mostLimit) return limit;
  throw new NodeError("E_PAGE", `limit is a whole number from 1 to ${mostLimit}.`, { field: "/limit" });
}

const sealBytes = 8;

function placeIn(cursor: string, list: string): string {
  const bytes = Buffer.from(cursor, "base64url");
  const place = bytes.subarray(sealBytes).toString("utf8");
  if (bytes.toString("base64url") === cursor && sealOf(place, list).equals(bytes.subarray(0, sealBytes))) return place;
  throw new NodeError("E_CURSOR", "The cursor is none of this list's: begin without one.", { field: "/cursor" });
}

function sealOf(place: string, list: string): Buffer {
  return createHash("sha256").update(`${list}\n${place}`).digest().subarray(0, sealBytes);
}
