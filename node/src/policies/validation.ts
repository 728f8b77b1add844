import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";
import { assertRecordSchema } from "@lianzheng/sdk/schemas";
import type { RecordView } from "./record-view.ts";

/** What does not fit: where, and what is due there. Neither says what stood there. */
export interface Misfit {
  /** JSON pointer in the view of a record. */
  readonly pointer: string;
  readonly due: string;
}

/** Says where a record does not fit; undefined if it does. */
export type RecordCheck = (view: RecordView) => Misfit | undefined;

const ascii = /^[\u0020-\u007e]*$/;

/**
 * One for all: it says yes or no, changes nothing, and stops at the first misfit. A member may be required of which nothing else is said.
 */
const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: false,
  validateFormats: true,
  addUsedSchema: false,
});
ajv.addFormat("nfc", { type: "string", validate: (text) => ascii.test(text) || text === text.normalize("NFC") });

/**
 * Compiles the schema of a record type. What it costs to check a record by it grows with the record and nothing else, because the schema is
 * of the subset that `assertRecordSchema` takes.
 *
 * @throws EvidenceError E_SCHEMA_DOCUMENT: of another type, or no schema of that subset
 */
export function compileSchema(document: JsonValue, type: string): RecordCheck {
  assertRecordSchema(document, type);
  const { $id: _id, ...anonymous } = document;
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(anonymous);
  } catch (cause) {
    throw new EvidenceError("E_SCHEMA_DOCUMENT", "the schema contradicts itself", { field: "" }, cause);
  }
  return (view) => (validate(view) ? undefined : misfitOf(validate.errors?.[0]));
}

function misfitOf(error: ErrorObject | undefined): Misfit {
  const { instancePath: at = "", keyword = "", params = {}, message = "" } = error ?? {};
  const missing: unknown = params["missingProperty"];
  if (keyword === "required" && typeof missing === "string")
    return { pointer: `${at}/${escaped(missing)}`, due: "is missing" };
  // The name of a member that nobody knows is the submitter's own: the place where it stands says enough.
  if (keyword === "additionalProperties") return { pointer: at, due: "holds a member that the schema does not know" };
  if (keyword === "enum")
    return { pointer: at, due: `must be one of ${(params["allowedValues"] as unknown[]).join(", ")}` };
  if (keyword === "format") return { pointer: at, due: "must be in Unicode's form NFC" };
  return { pointer: at, due: message };
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
