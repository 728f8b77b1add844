import type { ApiDocument, Operation, Schema } from "./document.ts";

const head = `/* eslint-disable @typescript-eslint/consistent-type-definitions, @typescript-eslint/consistent-indexed-object-style --
   an interface would not fit where a JSON object is wanted */
/* Made by \`node scripts/openapi/client.ts\` from the node's OpenAPI document; a test fails if it is another. */
import type { JsonValue } from "@lianzheng/sdk/record";
`;

/** TypeScript of every named schema, and of every operation's successful JSON answer. */
export function typesOf({ components, paths }: ApiDocument): string {
  const named = Object.entries(components.schemas).map(([name, schema]) => declaration(name, schema));
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  return [head, ...named, ...operations.flatMap(answerOf)].join("\n");
}

/** Ids of all operations. */
export function operationsOf({ paths }: ApiDocument): readonly string[] {
  return Object.values(paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId }) => operationId);
}

function answerOf({ operationId, summary, responses }: Operation): readonly string[] {
  const schema = (responses["200"] ?? responses["201"])?.content?.["application/json"]?.schema;
  if (schema === undefined) return [];
  return [declaration(`${capital(operationId)}Answer`, { description: summary, ...schema })];
}

function declaration(name: string, schema: Schema): string {
  const { description } = schema;
  const said = description === undefined ? "" : `/** ${description}. */\n`;
  return `${said}export type ${name} = ${typeOf(schema)};\n`;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.type === "array") return `readonly (${typeOf(schema.items ?? {})})[]`;
  if (schema.type === "object") return objectType(schema);
  return plainTypes[schema.type ?? ""] ?? "JsonValue";
}

const plainTypes: Readonly<Record<string, string>> = {
  string: "string",
  boolean: "boolean",
  null: "null",
  integer: "number",
  number: "number",
};

function objectType({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined) return "{ readonly [name: string]: JsonValue }";
  const members = Object.entries(properties).map(([name, schema]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
    return `readonly ${key}${required.includes(name) ? "" : "?"}: ${typeOf(schema)};`;
  });
  const more = additionalProperties === true ? ["readonly [name: string]: JsonValue;"] : [];
  return `{ ${[...members, ...more].join(" ")} }`;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
