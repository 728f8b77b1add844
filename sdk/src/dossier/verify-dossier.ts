import { EvidenceError, utf8, type EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { verify, type Policy, type TimestampFindings, type Verdict, type VerifyOptions } from "@lianzheng/sdk/evidence";
import { decodeDossier, type Dossier, type DossierItem } from "./dossier.ts";

/**
 * What is asked of a dossier as a whole:
 *
 * - `bundles`: does every bundle verify by the policy
 * - `listed`: is all here that the index lists, each record in its subject's sequence from the first on
 * - `steps`: of a trade, are all steps here that the chain counted, as of which block
 * - `lineage`: are sources and rights all here; that is the word of the node that made the dossier, so it is never more than open
 */
export type DossierQuestion = "bundles" | "listed" | "steps" | "lineage";

export interface DossierAnswer {
  readonly question: DossierQuestion;
  readonly answer: "pass" | "fail" | "unknown";
  readonly code?: EvidenceErrorCode;
  readonly reason: string;
  /** On what the answer rests: the verdicts of the bundles, or whoever made the index. */
  readonly trust: "bundles" | "maker" | "chain";
}

/** The verdict on one subject's bundle; undefined if the dossier has none. */
export interface ItemVerdict {
  readonly item: DossierItem;
  readonly verdict: Verdict | undefined;
  /** Ids that the index lists and the bundle does not show. */
  readonly missing: readonly string[];
}

/** What a verification may be told beside the policy. */
export interface DossierOptions extends Pick<VerifyOptions, "now" | "confirmed"> {
  /** What `proveTimestamps` found of each bundle, in the places of `bundles`; without it timestamps are not examined. */
  readonly timestamps?: readonly TimestampFindings[];
}

/** What a dossier is worth by a policy. */
export interface DossierVerdict {
  readonly result: Verdict["result"];
  readonly reason: string;
  readonly code?: EvidenceErrorCode;
  readonly kind?: Dossier["kind"];
  readonly subject?: string;
  readonly answers: readonly DossierAnswer[];
  readonly items: readonly ItemVerdict[];
  /** The block as of which no step of the trade is missing; absent unless `steps` passed. */
  readonly asOf?: { readonly block: number; readonly at: string };
}

/**
 * Verifies a dossier with no network: each bundle as `verify` does, then the whole. Never throws on account of the bytes.
 *
 * The index is the word of whoever made the file, so it can show that something is missing, and not that nothing is: that, of a trade, the
 * chain's count of its steps shows.
 *
 * @param policy - from `decodePolicy`, the verifier's own
 */
export function verifyDossier(bytes: Uint8Array, policy: Policy, options: DossierOptions = {}): DossierVerdict {
  const dossier = readDossier(bytes);
  if (dossier instanceof EvidenceError) {
    return { result: "failed", code: dossier.code, reason: dossier.message, answers: [], items: [] };
  }
  const items = dossier.index.map((item) => examined(dossier, item, policy, options));
  const steps = askSteps(dossier, items);
  const answers = [askBundles(items), askListed(items), steps, askLineage(dossier)];
  const trade = steps.answer === "pass" ? items[0]?.verdict?.facts.trade : undefined;
  return {
    ...concluded(dossier.kind, answers),
    ...{ kind: dossier.kind, subject: dossier.subject, answers, items },
    ...(trade === undefined ? {} : { asOf: { block: trade.block, at: trade.at } }),
  };
}

function readDossier(bytes: Uint8Array): Dossier | EvidenceError {
  try {
    return decodeDossier(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    return new EvidenceError("V_FORMAT", "the dossier can't be read", {}, error);
  }
}

function examined(
  { bundles }: Dossier,
  item: DossierItem,
  policy: Policy,
  { timestamps = [], ...options }: DossierOptions,
): ItemVerdict {
  const place = item.bundle ?? bundles.length;
  const [text, stamps] = [bundles[place], timestamps[place]];
  if (text === undefined) return { item, verdict: undefined, missing: item.records };
  const verdict = verifyText(text, policy, { ...options, ...(stamps === undefined ? {} : { timestamps: stamps }) });
  const shown = new Set<string>(verdict.facts.records.map(({ id }) => id));
  return { item, verdict, missing: item.records.filter((id) => !shown.has(id)) };
}

/** A text with a lone surrogate has no bytes; such a bundle is none. */
function verifyText(text: string, policy: Policy, options: VerifyOptions): Verdict {
  try {
    return verify(utf8(text), policy, options);
  } catch (error) {
    if (error instanceof EvidenceError) return verify(new Uint8Array(), policy, options);
    throw error;
  }
}

function askBundles(items: readonly ItemVerdict[]): DossierAnswer {
  const about = { question: "bundles", trust: "bundles" } as const;
  const judged = items.flatMap(({ item, verdict }) => (verdict === undefined ? [] : [{ item, verdict }]));
  const failed = judged.find(({ verdict }) => verdict.result === "failed");
  if (failed !== undefined) {
    const { item, verdict } = failed;
    const code = verdict.code ?? "V_FORMAT";
    return { ...about, answer: "fail", code, reason: `${item.subject}: ${verdict.reason}` };
  }
  const forked = forkIn(judged.map(({ verdict }) => verdict));
  if (forked !== undefined) {
    const reason = `The bundles show two different blocks of number ${forked}, both as final.`;
    return { ...about, answer: "fail", code: "V_EQUIVOCATION", reason };
  }
  const open = judged.filter(({ verdict }) => verdict.result === "undetermined");
  if (open.length > 0 || judged.length === 0) {
    const named = open.map(({ item, verdict }) => `${item.subject}: ${verdict.reason}`).slice(0, 3);
    const reason = judged.length === 0 ? "The dossier holds no bundle." : named.join(" ");
    return { ...about, answer: "unknown", reason };
  }
  const records = judged.reduce((sum, { verdict }) => sum + verdict.facts.records.length, 0);
  return { ...about, answer: "pass", reason: `${judged.length} bundles with ${records} records verify by the policy.` };
}

/** Number of a block of which the bundles show two: each verifies alone, and together they show that the chain was forked. */
function forkIn(verdicts: readonly Verdict[]): number | undefined {
  const hashes = new Map<number, string>();
  for (const { facts } of verdicts) {
    if (facts.block === undefined) continue;
    const { number, hash } = facts.block;
    if ((hashes.get(number) ?? hash) !== hash) return number;
    hashes.set(number, hash);
  }
  return undefined;
}

function askListed(items: readonly ItemVerdict[]): DossierAnswer {
  const about = { question: "listed", trust: "maker" } as const;
  for (const { item, verdict, missing } of items) {
    const fault = faultOf(item, verdict, missing);
    if (fault !== undefined) return { ...about, answer: "fail", ...fault };
  }
  const absent = items.filter(({ item }) => item.reason !== null);
  if (absent.length > 0) {
    const named = absent.map(({ item }) => `${item.subject}: ${item.reason ?? ""}`).slice(0, 3);
    return { ...about, answer: "unknown", reason: `Not all that belongs here is here. ${named.join(" ")}` };
  }
  return { ...about, answer: "pass", reason: `All that the index lists is here: ${items.length} subjects.` };
}

type Fault = Pick<DossierAnswer, "reason"> & { readonly code: EvidenceErrorCode };

function faultOf(
  { subject, bundle, reason, records }: DossierItem,
  verdict: Verdict | undefined,
  missing: readonly string[],
): Fault | undefined {
  // What a bundle that failed shows is nothing; the first question has said so.
  const facts = verdict?.facts.records ?? [];
  if (facts.some((record) => record.subject !== subject)) {
    return { code: "V_BINDING", reason: `The bundle listed for ${subject} is of another subject.` };
  }
  const first = facts[0]?.sequence ?? 0;
  if (first > 0)
    return { code: "V_INCOMPLETE", reason: `${subject}: the records before number ${first} are not here.` };
  const extra = facts.length - (records.length - missing.length);
  if (extra > 0)
    return { code: "V_BINDING", reason: `${subject}: ${extra} records are here that the index does not list.` };
  if (reason !== null) return undefined;
  if (bundle === null)
    return { code: "V_INCOMPLETE", reason: `${subject}: its bundle is not here, and nothing says why.` };
  if (missing.length === 0) return undefined;
  return {
    code: "V_INCOMPLETE",
    reason: `${subject}: ${missing.length} of ${records.length} listed records are not here.`,
  };
}

function askSteps({ kind }: Dossier, items: readonly ItemVerdict[]): DossierAnswer {
  const about = { question: "steps", trust: "chain" } as const;
  const question = items[0]?.verdict?.verdicts.find((asked) => asked.question === "complete");
  if (kind !== "trade")
    return { ...about, answer: "unknown", reason: "Only of trades does the chain count the steps." };
  if (question === undefined)
    return { ...about, answer: "unknown", reason: "The dossier holds no bundle of the trade." };
  const { answer, reason, code } = question;
  return { ...about, answer, reason, ...(code === undefined ? {} : { code }) };
}

function askLineage({ lineage, law, index }: Dossier): DossierAnswer {
  const about = { question: "lineage", trust: "maker" } as const;
  const named = new Set(index.map(({ subject }) => subject.slice(subject.indexOf(":") + 1)));
  const unlisted = lineage.flatMap(({ from, to }) => [from, to]).find((id) => !named.has(id));
  if (unlisted !== undefined) {
    const reason = `The lineage names ${unlisted.slice(0, 100)}, which the index does not list.`;
    return { ...about, answer: "fail", code: "V_INCOMPLETE", reason };
  }
  const sources = index.filter(({ role }) => role === "source").length;
  const rights = index.filter(({ role }) => role === "right").length;
  const reason =
    law === ""
      ? "The node's registry knew nothing of it, so no source and no right is listed."
      : `${sources} sources and ${rights} rights, by the word of the node's registry; no proof of it is here.`;
  return { ...about, answer: "unknown", reason };
}

/** Failed if anything contradicts; verified if bundles and index are right and, of a trade, no step is missing. */
function concluded(
  kind: Dossier["kind"],
  answers: readonly DossierAnswer[],
): Pick<DossierVerdict, "result" | "reason" | "code"> {
  const failed = answers.find(({ answer }) => answer === "fail");
  if (failed !== undefined) {
    const { question, reason, code } = failed;
    return { result: "failed", reason: `${question}: ${reason}`, ...(code === undefined ? {} : { code }) };
  }
  const open = answers.filter(({ answer }) => answer === "unknown");
  const required: readonly DossierQuestion[] =
    kind === "trade" ? ["bundles", "listed", "steps"] : ["bundles", "listed"];
  const needed = open.find(({ question }) => required.includes(question));
  if (needed !== undefined) return { result: "undetermined", reason: `${needed.question}: ${needed.reason}` };
  const left = open.length === 0 ? "" : ` Left open: ${open.map(({ question }) => question).join(", ")}.`;
  return { result: "verified", reason: `All bundles verify, and all that the index lists is here.${left}` };
}
