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
  /** The list's own word for where to go on; none at the beginning. */
  readonly after?: string;
}

const defaultLimit = 100;
const tagBytes = 9;

/**
 * The page that a query asks for.
 *
 * @param list - everything that makes this list another than others: resource, caller, filters. A cursor is good for its own list only.
 * @throws NodeError E_PAGE, E_CURSOR
 */
export function pageOf(
  { limit: asked, cursor }: { readonly limit?: string; readonly cursor?: string },
  list: readonly string[],
): Page {
  if (asked !== undefined && !/^(?:[1-9]\d{0,2}|1000)$/.test(asked)) {
    throw new NodeError("E_PAGE", "limit is a number from 1 to 1000.", { field: "/limit" });
  }
  const limit = Number(asked ?? defaultLimit);
  return cursor === undefined ? { limit } : { limit, after: placeIn(cursor, list) };
}

/**
 * The cursor of the page that goes on at `next`; null at the end.
 *
 * It is no secret and no permission: what a page may show is decided for each item. Its tag only tells a cursor of
 * this list from one that was cut, mixed up or made up.
 */
export function cursorOf(next: string | null, list: readonly string[]): string | null {
  return next === null ? null : Buffer.concat([tagOf(next, list), Buffer.from(next, "utf8")]).toString("base64url");
}

function placeIn(cursor: string, list: readonly string[]): string {
  const place = Buffer.from(cursor, "base64url").subarray(tagBytes).toString("utf8");
  if (cursorOf(place, list) === cursor) return place;
  throw new NodeError("E_CURSOR", "Send `next` of the page before, with the same query.", { field: "/cursor" });
}

function tagOf(place: string, list: readonly string[]): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([place, ...list]))
    .digest()
    .subarray(0, tagBytes);
}
