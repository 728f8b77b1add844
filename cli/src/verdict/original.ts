import type { Hex } from "@lianzheng/sdk/encoding";
import type { RecordFacts, Verdict } from "@lianzheng/sdk/evidence";
import { isJsonObject, type JsonValue } from "@lianzheng/sdk/record";
import { printable } from "../output/width.ts";
import type { VerdictStyle } from "./style.ts";

/** The file that evidence is said to be of. */
export interface Original {
  readonly file: string;
  readonly "sha-256": Hex;
}

/** The file, and the record that discloses its digest; null if none does. */
export interface OriginalFound extends Original {
  readonly record: Hex | null;
}

/**
 * A verdict that also asks whether the evidence is of a file: a record must disclose its SHA-256, as an attachment's or under that name in
 * its body. Without one the verdict fails, whatever the evidence proves of something else.
 */
export function judgedWithFile<Judged extends Verdict>(
  verdict: Judged,
  original: Original | undefined,
): { readonly verdict: Judged; readonly original?: OriginalFound } {
  if (original === undefined) return { verdict };
  const { file, "sha-256": digest } = original;
  const record = verdict.facts.records.find((facts) => discloses(facts, digest))?.id ?? null;
  const found = { file, "sha-256": digest, record };
  if (record !== null || verdict.result === "failed") return { verdict, original: found };
  const reason = `no record of the evidence discloses the SHA-256 of ${file}, which is ${digest}`;
  return { verdict: { ...verdict, result: "failed", code: "V_BINDING", reason }, original: found };
}

function discloses({ disclosed }: RecordFacts, digest: Hex): boolean {
  if (disclosed["sha-256"] === digest) return true;
  const attachments: JsonValue = disclosed["attachments"] ?? null;
  if (!isJsonObject(attachments)) return false;
  return Object.values(attachments).some((one) => isJsonObject(one) && one["sha-256"] === digest);
}

/** Whether the file is the one, for a person. */
export function originalLine({ file, record }: OriginalFound, { language, colors }: VerdictStyle): string {
  const name = printable(file);
  if (record === null) return colors.red({ en: `  ✘ not of ${name}`, zh: `  ✘ 与 ${name} 不符` }[language]);
  return {
    en: `  ✔ of ${name}: record ${record} holds its SHA-256`,
    zh: `  ✔ 与 ${name} 相符：记录 ${record} 含其 SHA-256`,
  }[language];
}
