import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";

const form = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$/;

/** XML Schema's dateTimeStamp in UTC, to the second as other programs write it. @param ms - integer milliseconds since 1970 */
export function toDateTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * Milliseconds since 1970 of a dateTimeStamp: credentials of others come with and without fractions, and in any zone.
 *
 * @throws EvidenceError V_TIME: another form, no zone, a day or an hour that does not exist
 * @see XML Schema 1.1 part 2 section 3.4.28; W3C Verifiable Credentials Data Model v2.0 section 4.9
 */
export function fromDateTime(value: JsonValue | undefined, field: string): number {
  const [, local = "", fraction = "", zone = ""] = (typeof value === "string" ? form.exec(value) : null) ?? [];
  const wall = Date.parse(`${local}Z`);
  // Date.parse takes 30 February and 24:00:00 on some engines: only what comes back the same exists.
  if (Number.isNaN(wall) || toDateTime(wall) !== `${local}Z`) throw refused(field);
  const ms = Date.parse(`${local}${zone}`);
  if (Number.isNaN(ms)) throw refused(field);
  return ms + Math.trunc(Number(`0${fraction}`) * 1000);
}

function refused(field: string): EvidenceError {
  return new EvidenceError("V_TIME", `${field}: must be a time with its zone, like 2026-11-22T09:14:05Z`, { field });
}
