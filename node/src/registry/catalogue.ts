import { EvidenceError } from "@lianzheng/sdk/encoding";
import { decodeDisclosure, type JsonValue } from "@lianzheng/sdk/record";
import { wordsIn } from "./tokens.ts";

/** Type of record whose body is searched, and the fields of the body that are. */
export const cataloguedType = "product.registration";
const catalogueFields: ReadonlySet<string> = new Set([
  "title",
  "name",
  "nameZh",
  "description",
  "category",
  "keywords",
]);

/** Words of one record; more of a long description is not found. */
const mostWords = 2_000;

/** Words of the catalogue that a record of {@link cataloguedType} discloses. */
export function catalogueWords(disclosures: readonly string[]): readonly string[] {
  return wordsIn(disclosures.flatMap(catalogueText).join(" ")).slice(0, mostWords);
}

/** Texts of a catalogue field; what is no text, or no longer readable, says nothing. */
function catalogueText(disclosure: string): readonly string[] {
  try {
    const { name, value } = decodeDisclosure(disclosure);
    return catalogueFields.has(name) ? textsIn(value) : [];
  } catch (error) {
    if (error instanceof EvidenceError) return [];
    throw error;
  }
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
