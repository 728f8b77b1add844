import { refusal, tags, type DerValue } from "./der.ts";

const utcForm = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const generalizedForm = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{0,8}[1-9]))?Z$/;

/**
 * A time as milliseconds since 1970, a fraction of one rounded up: what existed by the time existed by the next millisecond.
 *
 * @throws EvidenceError V_TIMESTAMP
 * @see RFC 5280 section 4.1.2.5, RFC 3161 section 2.4.2
 */
export function derTime(value: DerValue | undefined): number {
  const text = value === undefined ? "" : String.fromCharCode(...value.content.subarray(0, 32));
  const isUtc = value?.tag === tags.utcTime;
  const match = isUtc ? utcForm.exec(text) : value?.tag === tags.generalizedTime ? generalizedForm.exec(text) : null;
  if (match === null) throw refusal("a time is in UTC and to the second");
  const [years = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const year = isUtc ? years + (years < 50 ? 2000 : 1900) : years;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  const isReal =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!isReal || year < 1950) throw refusal("a time that no calendar has");
  return ms + Math.ceil(Number(`0.${match[7] ?? "0"}`) * 1000);
}
