// Types of the sdk's client, made from the node's OpenAPI document.
//   node scripts/openapi/client.ts          writes sdk/src/client/api-types.ts
//   node scripts/openapi/client.ts --check  fails if it is another
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { wholeDocument } from "./document.ts";
import { typesOf } from "./types.ts";

const file = resolve(import.meta.dirname, "../../sdk/src/client/api-types.ts");
const made = await format(typesOf(await wholeDocument()), { ...(await resolveConfig(file)), parser: "typescript" });

if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== made) {
    console.error("The client's types are not those of the API's description: run node scripts/openapi/client.ts");
    process.exitCode = 1;
  }
} else writeFileSync(file, made);
