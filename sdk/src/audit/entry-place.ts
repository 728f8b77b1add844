import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import { decodeEntry, fromInstant, isRecordType, isSignatureForm, isUscc } from "@lianzheng/sdk/record";

/** Where an entry stands in the sequence of its subject. */
export interface EntryPlace {
  readonly subject: string;
  readonly sequence: number;
  readonly previous: Hex | null;
}

const commitment = '"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"';
const instant = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";
const statement = '"statement":\\{"key":"0x[0-9a-f]{40}","signature":"(0x[0-9a-f]{130})"\\},';

/** The JCS form of an entry's members, which have one order and no blanks. */
const form = new RegExp(
  `^\\{"commitments":\\[(${commitment}(?:,${commitment}){0,257})\\],"issuer":"([0-9A-Z]{18})","occurredAt":"(${instant})",` +
    `"previous":(null|"0x[0-9a-f]{64}"),"receivedAt":"(${instant})","sequence":(0|[1-9][0-9]{0,15}),(?:${statement})?` +
    `"subject":"([A-Za-z0-9][A-Za-z0-9._:/-]{0,199})","type":"([a-z][a-z0-9.-]{0,63})","version":1\\}$`,
);
const zeroDigest = `"0x${"0".repeat(64)}"`;

/** A log has few issuers; what was found of them is kept, up to a bound that a hostile log can't lift. */
const issuers = new Map<string, boolean>();
const mostIssuers = 4096;

/**
 * Where the entry of `text` stands, its whole form checked as `decodeEntry` checks it; undefined if it is no entry.
 *
 * Takes what it can by its one form (JCS leaves no choice), several times as fast as parsing it; what does not fit is left to `decodeEntry`,
 * which has the last word.
 *
 * @param text - the entry's bytes as Latin-1: an entry is ASCII, and nothing else passes
 */
export function placeOfEntry(text: string): EntryPlace | undefined {
  const [, commitments = "", issuer = "", occurredAt, previous, receivedAt, sequence, signature, subject = "", type] =
    form.exec(text) ?? [];
  const place = { subject, sequence: Number(sequence), previous: previous === "null" ? null : unquoted(previous) };
  const fits =
    previous !== undefined &&
    previous !== zeroDigest &&
    Number.isSafeInteger(place.sequence) &&
    (place.sequence === 0) === (place.previous === null) &&
    isRecordType(type) &&
    isIssuer(issuer) &&
    isAscending(commitments) &&
    (signature === undefined || isSignatureForm(signature)) &&
    isInstant(occurredAt) &&
    isInstant(receivedAt);
  return fits ? place : decoded(text);
}

function unquoted(text = ""): Hex {
  return text.slice(1, -1) as Hex;
}

function decoded(text: string): EntryPlace | undefined {
  try {
    const { subject, sequence, previous } = decodeEntry(text);
    return { subject, sequence, previous };
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

function isIssuer(uscc: string): boolean {
  const known = issuers.get(uscc);
  if (known !== undefined) return known;
  if (issuers.size >= mostIssuers) issuers.clear();
  const is = isUscc(uscc);
  issuers.set(uscc, is);
  return is;
}

/** Each commitment is 43 characters between quotes, with a comma behind it. */
const stride = 46;

function isAscending(list: string): boolean {
  for (let at = stride; at < list.length; at += stride) if (!isBefore(list, at - stride + 1, at + 1)) return false;
  return true;
}

/** Whether the 43 characters at `first` come before those at `second`: nearly always the first one tells, so nothing is cut out. */
function isBefore(list: string, first: number, second: number): boolean {
  for (let at = 0; at < 43; at++) {
    const step = list.charCodeAt(second + at) - list.charCodeAt(first + at);
    if (step !== 0) return step > 0;
  }
  return false;
}

/** Nearly every instant is seen to be one by its digits; of the ends of months `fromInstant` knows the lengths. */
function isInstant(text = ""): boolean {
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const isTime = twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60;
  if (isTime && month >= 1 && month <= 12 && day >= 1 && day <= 28) return true;
  try {
    fromInstant(text);
    return true;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}
