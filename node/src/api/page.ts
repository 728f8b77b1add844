import { createHash } from "node:crypto";
import { Type } from "typebox";
import { NodeError } from "../errors.ts";

/** Query parameters of a list, as texts: what they mean {@link pageOf} says. */
export const PageQuery = {
  limit: Type.Optional(Type.String()),
  cursor: Type.Optional(Type.String()),
};

/** The same for readers of the API's description. */
export const pageParameters = {
  limit: Type.String({ pattern: "^([1-9]\\d{0,2}|1000)$", description: "Most items of the page, 100 if left out" }),
  cursor: Type.String({ description: "`next` of the page before" }),
};

/** Which part of a list is asked for. */
export interface Page {
  readonly limit: number;
  /** Where it begins; what is counted the list says. */
  readonly from: number;
}

const defaultLimit = 100;

/**
 * The page that a query asks for.
 *
 * @param list - everything that makes this list another than others: caller, filters. A cursor is good for its own list only.
 * @throws NodeError E_PAGE, E_CURSOR
 */
export function pageOf(
  { limit, cursor }: { readonly limit?: string; readonly cursor?: string },
  list: readonly string[],
): Page {
  if (limit !== undefined && !/^(?:[1-9]\d{0,2}|1000)$/.test(limit)) {
    throw new NodeError("E_PAGE", "limit is a number from 1 to 1000.", { field: "/limit" });
  }
  return { limit: Number(limit ?? defaultLimit), from: cursor === undefined ? 0 : placeIn(cursor, list) };
}

/**
 * The cursor of the page that begins at `from`.
 *
 * It is no secret and no permission: what a page may show is decided for each record. Its tag only tells a cursor of
 * this list from one that was cut, mixed up or made up.
 */
export function cursorAt(from: number, list: readonly string[]): string {
  const tag = createHash("sha256")
    .update(JSON.stringify([from, ...list]))
    .digest()
    .subarray(0, 9);
  const place = Buffer.alloc(6);
  place.writeUIntBE(from, 0, 6);
  return Buffer.concat([place, tag]).toString("base64url");
}

function placeIn(cursor: string, list: readonly string[]): number {
  const bytes = /^[A-Za-z0-9_-]{20}$/.test(cursor) ? Buffer.from(cursor, "base64url") : Buffer.alloc(6);
  const from = bytes.readUIntBE(0, 6);
  if (cursorAt(from, list) === cursor) return from;
  throw new NodeError("E_CURSOR", "Send `next` of the page before, with the same query.", { field: "/cursor" });
}
