import type { JsonObject } from "@lianzheng/sdk/record";

/** JSON Schema dialect of every record schema. */
export const dialect = "https://json-schema.org/draft/2020-12/schema";

/** A JSON Schema of the subset that `assertRecordSchema` takes: an object, as canonical JSON has it. */
export type RecordSchema = JsonObject;

/** What is known of a member of a body. `title` is "English 中文". */
export type Field = JsonObject;

/** A schema of a record type before it is put together. */
export interface RecordForm {
  /** "English 中文". */
  readonly title: string;
  /** What the record says, in English, then in Chinese. */
  readonly description: string;
  /** Known members of the body. Others are allowed: a consortium that wants fewer publishes a version of its own. */
  readonly body: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  /** Whether the record must name its parties. */
  readonly parties?: boolean;
}

/** The document of a record type: what `type`, `body` and `parties` of a record of it must be. */
export function recordSchema(
  type: string,
  { title, description, body, required = [], parties }: RecordForm,
): RecordSchema {
  return {
    $schema: dialect,
    $id: `urn:lianzheng:schema:${type}`,
    title,
    description,
    type: "object",
    required: ["type", "body", ...(parties === true ? ["parties"] : [])],
    properties: {
      type: { const: type },
      body: { type: "object", required: [...required], properties: { ...body } },
    },
  };
}
