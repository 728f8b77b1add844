import { text } from "./facts.ts";
import { wordsIn } from "./tokens.ts";
import type { TableName, Tables } from "./rows.ts";

type Field = readonly [field: string, value: string];

/** Fields by which the rows of a table are found and listed. `all` lists the whole table. */
const fields: { readonly [Name in TableName]?: (row: Tables[Name]) => readonly Field[] } = {
  members: ({ standing, kinds, parent }) => [
    ["standing", standing],
    ...kinds.map((kind): Field => ["kind", kind]),
    ...some("parent", parent),
  ],
  applications: ({ member, status }) => [
    ["member", member],
    ["status", status],
  ],
  proposals: ({ state, by }) => [
    ["state", state],
    ["member", by],
  ],
  orders: ({ subject }) => [["subject", subject]],
  subjects: ({ owner, isProduct, status, grade }) => [
    ["member", owner],
    ["kind", isProduct ? "product" : "resource"],
    ["status", status],
    ["grade", grade],
  ],
  rights: ({ subject, holder, granter, kind, basis }) => [
    ["subject", subject],
    ...distinct([holder, granter]).map((member): Field => ["member", member]),
    ["kind", kind],
    ...distinct(basis).map((base): Field => ["base", base]),
  ],
  consents: ({ terms }) => [
    ["subject", text(terms, "subject")],
    ["member", text(terms, "recipient")],
  ],
  mandates: ({ terms }) => [["member", text(terms, "trustee")]],
  trades: ({ seller, buyer, venue, filedBy, subject, right, stage, terminated }) => [
    ...distinct([seller, buyer, venue, filedBy]).map((member): Field => ["member", member]),
    ["subject", subject],
    ["right", right],
    ["state", terminated ? "terminated" : stage],
  ],
  attestations: ({ attester, statement }) => [
    ["member", attester],
    ["subject", text(statement, "subject")],
    ["kind", text(statement, "kind")],
  ],
  cases: ({ opener, respondent, subject, kind, state }) => [
    ...distinct([opener, respondent]).map((member): Field => ["member", member]),
    ["subject", subject],
    ["kind", kind],
    ["state", state],
  ],
  logs: ({ owner }) => [["member", owner]],
  validators: ({ member }) => [["member", member]],
  rules: ({ rule }) => [["rule", rule]],
  versions: ({ name }) => [["name", name]],
};

/** What a row is found by: its fields, and `all`. */
export function fieldsOf<Name extends TableName>(table: Name, row: Tables[Name]): readonly Field[] {
  const own = (fields[table] as ((row: Tables[Name]) => readonly Field[]) | undefined)?.(row);
  return own === undefined ? [] : [["all", ""], ...own];
}

/** Heavier words come first among what is found: a name or number before what a row merely has to do with. */
const heavy = 4;
const light = 1;

/** Words of the consortium's own facts, which every member may see. */
const texts: { readonly [Name in TableName]?: (row: Tables[Name]) => readonly (readonly [string, number])[] } = {
  members: ({ member, standing, kinds, tier, metadata }) => [
    [member, heavy],
    [[standing, tier, ...kinds, metadata].join(" "), light],
  ],
  subjects: ({ id, number, owner, isProduct, grade, source, status, versions }) => [
    [`${id} ${number === 0 ? "" : number}`, heavy],
    [versions.map(({ digest }) => digest).join(" "), light],
    [[owner, isProduct ? "product" : "resource", grade, source, status].join(" "), light],
  ],
  rights: ({ right, kind, holder, granter, subject }) => [
    [right, heavy],
    [[kind, holder, granter, subject].join(" "), light],
  ],
  trades: ({ trade, seller, buyer, venue, stage, subject }) => [
    [trade, heavy],
    [[seller, buyer, venue, stage, subject].join(" "), light],
  ],
  attestations: ({ id, number, attester, statement }) => [
    [`${id} ${number}`, heavy],
    [[attester, statement["kind"], statement["result"], statement["subject"]].map(String).join(" "), light],
  ],
  cases: ({ id, opener, respondent, kind, state, subject }) => [
    [id, heavy],
    [[opener, respondent, kind, state, subject].join(" "), light],
  ],
  logs: ({ logId, owner, origin }) => [
    [`${logId} ${origin}`, heavy],
    [owner, light],
  ],
};

/** Words of a row with their weights. */
export function wordsOf<Name extends TableName>(table: Name, row: Tables[Name]): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  const weighted = (texts[table] as ((row: Tables[Name]) => readonly (readonly [string, number])[]) | undefined)?.(row);
  for (const [shown, weight] of weighted ?? [])
    for (const word of wordsIn(shown)) words.set(word, Math.max(words.get(word) ?? 0, weight));
  return words;
}

function some(field: string, value: string | null): readonly Field[] {
  return value === null ? [] : [[field, value]];
}

function distinct(values: readonly (string | null)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
