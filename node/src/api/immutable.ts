import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

/** A part of a representation: first and last byte, both counted. */
interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Sends bytes with an entity tag, and answers conditional and range requests on them (RFC 9110 sections 13 and 14).
 *
 * The tag is a hash of the bytes, so it is strong, the same on every node and after every restart. Several ranges in one
 * request are answered with the whole, as section 14.2 allows.
 */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, type, cacheControl }: { bytes: Uint8Array; type: string; cacheControl: string },
): FastifyReply {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url")}"`;
  void reply.headers({ etag, "cache-control": cacheControl, "accept-ranges": "bytes" });
  if (matchesTag(request.headers["if-none-match"], etag)) return reply.code(304).send();
  const range = rangeOf(request, etag, bytes.length);
  if (range === "unsatisfiable") return reply.code(416).header("content-range", `bytes */${bytes.length}`).send();
  void reply.type(type);
  if (range === undefined) return reply.send(Buffer.from(bytes));
  const part = Buffer.from(bytes.subarray(range.first, range.last + 1));
  return reply.code(206).header("content-range", `bytes ${range.first}-${range.last}/${bytes.length}`).send(part);
}

/** Weak comparison (RFC 9110 section 13.1.2). */
function matchesTag(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false;
  const tags = condition.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

/** The one range asked for; undefined for the whole. Only GET has ranges (RFC 9110 section 14.2). */
function rangeOf(
  { method, headers }: FastifyRequest,
  etag: string,
  length: number,
): ByteRange | "unsatisfiable" | undefined {
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? "");
  const condition = headers["if-range"];
  if (method !== "GET" || asked === null || (condition !== undefined && condition !== etag)) return undefined;
  const [, from = "", to = ""] = asked;
  if (from === "") return suffixRange(to, length);
  const first = Number(from);
  const last = to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (to !== "" && Number(to) < first) return undefined;
  return first >= length ? "unsatisfiable" : { first, last };
}

function suffixRange(suffix: string, length: number): ByteRange | "unsatisfiable" | undefined {
  if (suffix === "") return undefined;
  if (Number(suffix) === 0 || length === 0) return "unsatisfiable";
  return { first: Math.max(0, length - Number(suffix)), last: length - 1 };
}
