import { EvidenceError } from "@lianzheng/sdk/encoding";

const form = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
const firstMs = Date.parse("0000-01-01T00:00:00.000Z");
const lastMs = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * RFC 3339 in UTC with milliseconds, as in `2026-11-22T09:14:05.120Z`.
 *
 * @param ms - integer milliseconds since 1970-01-01T00:00Z, in the years 0 to 9999
 * @throws EvidenceError E_INSTANT
 */
export function toInstant(ms: number): string {
  if (!Number.isInteger(ms) || ms < firstMs || ms > lastMs) {
    throw new EvidenceError("E_INSTANT", "an instant is whole milliseconds in the years 0 to 9999");
  }
  return new Date(ms).toISOString();
}

// A record's instant is looked at several times on its way; the last answer is kept.
let lastText: string | undefined;
let lastAnswer = Number.NaN;

/**
 * Milliseconds since 1970-01-01T00:00Z of an instant in exactly the form of {@link toInstant}.
 *
 * @throws EvidenceError E_INSTANT: another form, a time zone, a day or an hour that does not exist, a leap second
 */
export function fromInstant(text: unknown): number {
  if (typeof text === "string" && text === lastText) return lastAnswer;
  const ms = typeof text === "string" && form.test(text) ? Date.parse(text) : Number.NaN;
  // Date.parse takes 24:00:00 and, on some engines, 30 February: only what comes back the same is the instant itself.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== text) {
    throw new EvidenceError("E_INSTANT", "not an instant like 2026-11-22T09:14:05.120Z");
  }
  lastText = text;
  lastAnswer = ms;
  return ms;
}
