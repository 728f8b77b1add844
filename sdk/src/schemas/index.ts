/** Schemas of records: JSON Schema 2020-12, one per record type, with the digest by which the chain knows it. */
export { documentDigest, isFreeType, nodeRecordTypes, recordSchemas } from "./catalogue.ts";
export { words } from "./fields.ts";
export { knownPatterns } from "./patterns.ts";
export { dialect } from "./schema.ts";
export type { RecordSchema } from "./schema.ts";
export { assertRecordSchema } from "./subset.ts";
