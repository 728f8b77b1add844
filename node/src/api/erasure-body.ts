import { EvidenceError } from "@lianzheng/sdk/encoding";
import { erasureGrounds, isErasureGround, isJsonObject } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import type { ErasureWish } from "./erasure-port.ts";

const known: readonly string[] = ["ground", "reference"];
// It is shown to people: no control, bidirectional or zero-width character may make it look like another.
const referenceForm = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,200}$/u;

/**
 * The body of a request to erase: `{ ground, reference? }`.
 *
 * @throws EvidenceError E_TYPE, E_UNKNOWN_FIELD, E_MISSING_FIELD, E_RANGE, E_UNICODE_FORM with `details.field`
 */
export function readErasureWish(body: JsonValue): ErasureWish {
  if (!isJsonObject(body)) throw refusal("E_TYPE", "", "must be an object with ground and reference");
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) throw refusal("E_UNKNOWN_FIELD", `/${unknown.slice(0, 100)}`, "is not known here");
  const { ground, reference } = body;
  if (ground === undefined) throw refusal("E_MISSING_FIELD", "/ground", `must be one of ${erasureGrounds.join(", ")}`);
  if (!isErasureGround(ground)) throw refusal("E_RANGE", "/ground", `must be one of ${erasureGrounds.join(", ")}`);
  if (reference !== undefined) return { ground, reference: referenceAt(reference) };
  if (ground === "retention-ended") return { ground };
  throw refusal("E_MISSING_FIELD", "/reference", `must say what the ground ${ground} rests on`);
}

function referenceAt(value: JsonValue): string {
  if (typeof value !== "string") throw refusal("E_TYPE", "/reference", "must be a text");
  if (value === value.normalize("NFC") && referenceForm.test(value)) return value;
  throw refusal("E_UNICODE_FORM", "/reference", "must be 1 to 200 visible characters in Unicode's form NFC");
}

function refusal(code: EvidenceError["code"], field: string, what: string): EvidenceError {
  return new EvidenceError(code, `${field === "" ? "the body" : field} ${what}`, { field });
}
