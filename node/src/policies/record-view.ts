import { decodeDisclosure } from "@lianzheng/sdk/record";
import type { Attachment, JsonObject, JsonValue, Party, PreparedRecord, RecordInput } from "@lianzheng/sdk/record";

/** A record as rules look at it, whether it came with a body or as disclosures. */
export interface RecordView {
  readonly type: string;
  readonly body: JsonObject;
  readonly parties?: readonly Party[];
  readonly attachments?: Readonly<Record<string, Attachment>>;
  /** Where in what was submitted a member of the view stands; JSON pointers, both empty for the whole. */
  readonly placeOf: (pointer: string) => string;
}

/** The view of a decoded submission, so of which every disclosure is known to be one. */
export function viewOf(record: RecordInput | PreparedRecord): RecordView {
  if (!("disclosures" in record)) return { ...record, placeOf: (pointer) => pointer };
  const disclosed = record.disclosures.map((text) => decodeDisclosure(text));
  const places = new Map(disclosed.map(({ name }, at) => [name, `/disclosures/${at}/2`]));
  const valueOf = (name: string): JsonValue | undefined => disclosed.find((one) => one.name === name)?.value;
  const body = disclosed.filter(({ name }) => name !== "parties" && name !== "attachments");
  const [parties, attachments] = [valueOf("parties"), valueOf("attachments")];
  return {
    type: record.type,
    body: Object.fromEntries(body.map(({ name, value }) => [name, value])),
    ...(parties === undefined ? {} : { parties: parties as unknown as readonly Party[] }),
    ...(attachments === undefined
      ? {}
      : { attachments: attachments as unknown as Readonly<Record<string, Attachment>> }),
    placeOf: (pointer) => placeIn(places, pointer),
  };
}

/** `/body/price/0` as `/disclosures/3/2/0`. */
function placeIn(places: ReadonlyMap<string, string>, pointer: string): string {
  const [, first = "", ...rest] = pointer.split("/");
  const [name, inside] = first === "body" ? [rest[0] ?? "", rest.slice(1)] : [first, rest];
  const place = places.get(name.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (place !== undefined) return [place, ...inside].join("/");
  return first === "type" ? pointer : "/disclosures";
}
