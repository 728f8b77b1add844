import type { NodeClient } from "@lianzheng/sdk/client";
import type { Dossier, DossierItem, DossierKind, DossierRole } from "@lianzheng/sdk/dossier";
import { toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle } from "@lianzheng/sdk/evidence";
import { leafDigest } from "@lianzheng/sdk/log";
import { canonicalJson, toInstant, type JsonValue } from "@lianzheng/sdk/record";
import { CliError } from "../errors.ts";
import { lawOfProduct, lawOfTrade, type LawSubject } from "./law.ts";

/** What to gather. */
export interface DossierRequest {
  readonly client: NodeClient;
  /** `trade:…`, `product:…` or `resource:…`. */
  readonly subject: string;
  /** For a move to another venue: of a product or resource only. */
  readonly portability: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a node answers where there is nothing to show, which is not the same as not answering. */
const absences = new Set(["E_NOT_FOUND", "E_NOT_ANCHORED", "E_FORBIDDEN"]);

/**
 * Gathers evidence of a trade or registration, and of all that it leans on by the word of the node's registry.
 *
 * What the node does not show is listed all the same, with the node's own reason.
 *
 * @throws CliError E_USAGE for another subject; ClientError
 */
export async function collectDossier({ client, subject, portability, now }: DossierRequest): Promise<Dossier> {
  const kind = kindOf(subject, portability);
  const id = subject.slice(subject.indexOf(":") + 1);
  const law = await (kind === "trade" ? lawOfTrade(client, id) : lawOfProduct(client, id));
  const listed: readonly LawSubject[] = [{ subject, role: "subject" }, ...(law?.subjects ?? [])];
  const index: DossierItem[] = [];
  const bundles: string[] = [];
  for (const one of unique(listed)) {
    const expected = one.subject === subject ? (law?.steps ?? []) : (one.records ?? []);
    const { item, bundle } = await gather(client, one, expected, bundles.length);
    index.push(item);
    if (bundle !== undefined) bundles.push(canonicalJson(bundle as unknown as JsonValue));
  }
  if (bundles.length === 0) throw nothing(subject, index[0]?.reason ?? "");
  return {
    format: "lianzheng-dossier",
    version: 1,
    ...{ kind, subject, madeAt: toInstant(now), index, bundles },
    lineage: law?.lineage ?? [],
    law: law === undefined ? "" : canonicalJson(law.facts),
  };
}

function kindOf(subject: string, portability: boolean): DossierKind {
  const isProduct = subject.startsWith("product:") || subject.startsWith("resource:");
  if (portability && isProduct) return "portability";
  if (isProduct) return "product";
  if (subject.startsWith("trade:") && !portability) return "trade";
  const due = portability ? "product:… or resource:…" : "trade:…, product:… or resource:…";
  throw new CliError("E_USAGE", `${subject} is none of the subjects that this is made of: ${due}`);
}

/** The law may name one thing in two parts; what it is first called, it is. */
function unique(subjects: readonly LawSubject[]): readonly LawSubject[] {
  const first = subjects.filter(({ subject }, at) => subjects.findIndex((one) => one.subject === subject) === at);
  return first.map(({ subject, role }) => {
    const records = subjects.flatMap((one) => (one.subject === subject ? (one.records ?? []) : []));
    return { subject, role, records: [...new Set(records)] };
  });
}

interface Gathered {
  readonly item: DossierItem;
  readonly bundle: Bundle | undefined;
}

async function gather(
  client: NodeClient,
  { subject, role }: LawSubject,
  expected: readonly Hex[],
  place: number,
): Promise<Gathered> {
  const { ClientError } = await import("@lianzheng/sdk/client");
  try {
    const bundle = await client.subjectEvidence(subject);
    const shown = bundle.records.map(({ entry }) => toHex(leafDigest(utf8(entry))));
    const missing = expected.filter((id) => !shown.includes(id));
    const reason =
      missing.length === 0
        ? null
        : "records that the chain names and this node does not have, or does not show to the caller";
    return { item: { subject, role, records: [...shown, ...missing], bundle: place, reason }, bundle };
  } catch (error) {
    if (!(error instanceof ClientError) || !absences.has(error.code)) throw error;
    return { item: absent(subject, role, expected, error.code), bundle: undefined };
  }
}

function absent(subject: string, role: DossierRole, records: readonly Hex[], code: string): DossierItem {
  return { subject, role, records, bundle: null, reason: `the node shows no evidence of it to the caller (${code})` };
}

function nothing(subject: string, reason: string): CliError {
  return new CliError("E_DOSSIER_EMPTY", `there is no evidence of ${subject} to put into a dossier: ${reason}`);
}
