import { EvidenceError, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { maxBundleBytes } from "@lianzheng/sdk/evidence";
import {
  arrayAt,
  canonicalJson,
  countAt,
  digestAt,
  exactObject,
  instantAt,
  isJsonObject,
  parseJson,
  refusal,
  stringAt,
  subjectAt,
  type JsonValue,
} from "@lianzheng/sdk/record";

/** What a dossier is about: a trade, a product or resource, or a registration that moves to another venue. */
const dossierKinds = ["trade", "product", "portability"] as const;
export type DossierKind = (typeof dossierKinds)[number];

/** What a subject is to the dossier's own. */
const dossierRoles = ["subject", "product", "source", "right", "attestation"] as const;
export type DossierRole = (typeof dossierRoles)[number];

/** One subject of which there should be evidence. */
export interface DossierItem {
  readonly subject: string;
  readonly role: DossierRole;
  /** Ids of the records that should be there. */
  readonly records: readonly Hex[];
  /** Place of its bundle in `bundles`; null if there is none. */
  readonly bundle: number | null;
  /** Why something of it is not there, in words; null if all is. */
  readonly reason: string | null;
}

/** A dossier, version 1. @see docs/formats.md section 19 */
export interface Dossier {
  readonly format: "lianzheng-dossier";
  readonly version: 1;
  readonly kind: DossierKind;
  readonly subject: string;
  /** By the clock of whoever made it. */
  readonly madeAt: string;
  /** What should be there; the first item is the dossier's own subject. */
  readonly index: readonly DossierItem[];
  /** From a source to what was made of it: ids on the chain. */
  readonly lineage: readonly { readonly from: string; readonly to: string }[];
  /** JSON text of what a node's registry said of it all, with the block at which it was true; empty if it knew nothing. Nobody's proof. */
  readonly law: string;
  /** Texts of evidence bundles, each as its own file would be. */
  readonly bundles: readonly string[];
}

/** A dossier has at most 128 MiB, in 1,000 bundles. */
export const maxDossierBytes = 128 * 1024 * 1024;
export const maxDossierBundles = 1_000;
const maxRecords = 3_000;
/** Elements of all arrays together: as many empty ones as 128 MiB hold would take gigabytes. */
const maxElements = 1_000_000;
const maxEdges = 10_000;
const maxReason = 1_000;

/** Quotes within a text of JSON are escaped, so this can stand only where a member does. */
const formatMember = /"format"\s*:\s*"lianzheng-dossier"/;

/** Whether bytes are meant to be a dossier; that they are one, `decodeDossier` says. */
export function looksLikeDossier(bytes: Uint8Array): boolean {
  return formatMember.test(new TextDecoder().decode(bytes));
}

/**
 * Reads a dossier strictly: I-JSON, exactly the members of version 1. What its bundles hold is looked at by `verifyDossier`.
 *
 * @throws EvidenceError V_FORMAT (no dossier), V_VERSION (of another version), E_* with `details.field` for a member that does not fit
 */
export function decodeDossier(bytes: Uint8Array): Dossier {
  const value = parseJson(bytes, { maxBytes: maxDossierBytes, maxMembers: 50_000, maxElements });
  assertVersion(value);
  const names = ["format", "version", "kind", "subject", "madeAt", "index", "lineage", "law", "bundles"];
  const top = exactObject(value, "", names);
  const bundles = arrayAt(top["bundles"], "/bundles", 0, maxDossierBundles).map((item, at) => bundleText(item, at));
  const index = arrayAt(top["index"], "/index", 1, maxDossierBundles).map((item, at) =>
    itemAt(item, at, bundles.length),
  );
  const subject = subjectAt(top["subject"], "/subject");
  const kind = oneOf(dossierKinds, top["kind"], "/kind");
  assertOwn(kind, subject, index);
  assertEachOnce(index);
  return {
    format: "lianzheng-dossier",
    version: 1,
    kind,
    subject,
    madeAt: instantAt(top["madeAt"], "/madeAt"),
    index,
    lineage: arrayAt(top["lineage"], "/lineage", 0, maxEdges).map(edgeAt),
    law: stringAt(top["law"], "/law"),
    bundles,
  };
}

/**
 * The dossier's text: canonical JSON, so that the same dossier is the same file.
 *
 * @throws EvidenceError for what {@link decodeDossier} would not take
 */
export function encodeDossier(dossier: Dossier): string {
  const json = canonicalJson(dossier as unknown as JsonValue);
  decodeDossier(utf8(json));
  return json;
}

function assertVersion(value: JsonValue): void {
  if (!isJsonObject(value) || value["format"] !== "lianzheng-dossier") {
    throw new EvidenceError("V_FORMAT", "this is no dossier", { field: "/format" });
  }
  if (value["version"] === 1) return;
  throw new EvidenceError("V_VERSION", "only version 1 of dossiers is known", { field: "/version" });
}

function bundleText(value: JsonValue, at: number): string {
  const text = stringAt(value, `/bundles/${at}`);
  if (text.length <= maxBundleBytes) return text;
  throw refusal("E_TOO_LARGE", `/bundles/${at}`, `must have ${maxBundleBytes} bytes or fewer`);
}

function itemAt(value: JsonValue, at: number, bundles: number): DossierItem {
  const field = `/index/${at}`;
  const item = exactObject(value, field, ["subject", "role", "records", "bundle", "reason"]);
  const { bundle, reason } = item;
  const place = bundle === null ? null : countAt(bundle, `${field}/bundle`);
  if (place !== null && place >= bundles) throw refusal("E_RANGE", `${field}/bundle`, "is the place of no bundle");
  const words = reason === null ? null : stringAt(reason, `${field}/reason`);
  if (words !== null && words.length > maxReason) throw refusal("E_TOO_LARGE", `${field}/reason`, "is too long");
  return {
    subject: subjectAt(item["subject"], `${field}/subject`),
    role: oneOf(dossierRoles, item["role"], `${field}/role`),
    records: recordsAt(item["records"], `${field}/records`),
    bundle: place,
    reason: words,
  };
}

/** One that stood there twice would count for another that is not listed. */
function recordsAt(value: JsonValue | undefined, field: string): readonly Hex[] {
  const ids = arrayAt(value, field, 0, maxRecords).map((id, number) => digestAt(id, `${field}/${number}`));
  if (new Set(ids).size < ids.length) throw refusal("E_DUPLICATE", field, "names a record twice");
  return ids;
}

/** Of a trade the chain counts the steps: one that calls itself something else would not be asked for them. */
function assertOwn(kind: DossierKind, subject: string, [own]: readonly DossierItem[]): void {
  if (subject.startsWith("trade:") !== (kind === "trade"))
    throw refusal("E_RANGE", "/kind", 'must be "trade" for the subject of a trade, and for no other');
  if (own?.subject !== subject) throw refusal("E_RANGE", "/index/0/subject", "must be the dossier's own");
  if (own.role !== "subject") throw refusal("E_RANGE", "/index/0/role", 'must be "subject"');
}

/** A subject that stood there twice could be shown twice in different states; a bundle that nobody names, nobody judges. */
function assertEachOnce(index: readonly DossierItem[]): void {
  const subjects = new Set<string>();
  const places = new Set<number>();
  for (const [at, { subject, bundle }] of index.entries()) {
    if (subjects.has(subject)) throw refusal("E_DUPLICATE", `/index/${at}/subject`, "stands there twice");
    if (bundle !== null && places.has(bundle))
      throw refusal("E_DUPLICATE", `/index/${at}/bundle`, "stands there twice");
    subjects.add(subject);
    if (bundle !== null) places.add(bundle);
  }
}

function edgeAt(value: JsonValue, at: number): Dossier["lineage"][number] {
  const field = `/lineage/${at}`;
  const edge = exactObject(value, field, ["from", "to"]);
  return { from: stringAt(edge["from"], `${field}/from`), to: stringAt(edge["to"], `${field}/to`) };
}

function oneOf<Word extends string>(words: readonly Word[], value: JsonValue | undefined, field: string): Word {
  const word = words.find((known) => known === value);
  if (word === undefined) throw refusal("E_RANGE", field, `must be one of ${words.join(", ")}`);
  return word;
}
