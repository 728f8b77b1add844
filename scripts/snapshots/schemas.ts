// Writes test/snapshots/record-schemas.json: the digest of each built-in schema. A new digest is another document: say so in the commit.
//   node scripts/snapshots/schemas.ts
import { writeFileSync } from "node:fs";
import { documentDigest, recordSchemas } from "@lianzheng/sdk/schemas";

const digests = Object.fromEntries([...recordSchemas].map(([type, schema]) => [type, documentDigest(schema)]));
const file = new URL("../../test/snapshots/record-schemas.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(digests, null, 2)}\n`);
