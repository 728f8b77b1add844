import { sha256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { rightForms } from "./rights.ts";
import { recordSchema } from "./schema.ts";
import type { RecordSchema } from "./schema.ts";
import { statementForms } from "./statements.ts";
import { tradeForms } from "./trade.ts";
import { nodeForms, upkeepForms } from "./upkeep.ts";

const forms = { ...tradeForms, ...rightForms, ...statementForms, ...upkeepForms, ...nodeForms };

/** The schema of each registered record type, as this release has it: version 0, before a council publishes another. */
export const recordSchemas: ReadonlyMap<string, RecordSchema> = new Map(
  Object.entries(forms)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([type, form]) => [type, recordSchema(type, form)]),
);

/** Record types that only the node itself writes. */
export const nodeRecordTypes: ReadonlySet<string> = new Set(Object.keys(nodeForms));

/** SHA-256 of a document's canonical form (RFC 8785): by it a document is known on the chain. */
export function documentDigest(document: JsonValue): Hex {
  return toHex(sha256(utf8(canonicalJson(document))));
}

/** Whether a type is free: nothing is registered for it, and nothing checked. */
export function isFreeType(type: string): boolean {
  return type.startsWith("x-");
}
