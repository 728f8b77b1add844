import { canonicalJson } from "@lianzheng/sdk/record";
import type { JsonValue, PreparedRecord, RecordInput } from "@lianzheng/sdk/record";

/**
 * What the sdk's `prepareRecord` gives, with Node's own base64: most of the work of taking a record is to make its
 * disclosures. A test holds the two against each other.
 *
 * @param saltOf - the salt of the member with this name, at least 22 letters of base64url
 * @see docs/formats.md section 4
 */
export function prepareQuickly(record: RecordInput, saltOf: (name: string) => string): PreparedRecord {
  const { type, subject, occurredAt, body, parties, attachments } = record;
  const members = Object.entries(body);
  if (parties !== undefined) members.push(["parties", parties as unknown as JsonValue]);
  if (attachments !== undefined) members.push(["attachments", attachments as unknown as JsonValue]);
  // A salt's letters are their own JSON. An array would be made only to be looked through again.
  const disclosures = members.map(([name, value]) =>
    base64UrlOf(`["${saltOf(name)}",${canonicalJson(name)},${canonicalJson(value)}]`),
  );
  return { type, subject, occurredAt, disclosures };
}

/** Longest text, in UTF-16 units, that the scratch buffer holds: a unit takes at most three bytes of UTF-8. */
const maxScratchText = 8192;
const scratch = Buffer.allocUnsafe(3 * maxScratchText);

/** base64url of a text's UTF-8. Nothing is awaited between filling and reading the scratch buffer. */
function base64UrlOf(text: string): string {
  if (text.length > maxScratchText) return Buffer.from(text, "utf8").toString("base64url");
  return scratch.toString("base64url", 0, scratch.write(text, 0, "utf8"));
}
