import type { ContractName } from "@lianzheng/sdk/chain";
import { fromHex, isHex, keccak256, toHex } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";
import { AbiCoder } from "ethers";
import { caseNow, orderStateAt, procedureOf } from "./at-time.ts";
import { memberBytes } from "./law-facts.ts";
import type { BlockPoint } from "./point.ts";
import type { Reading } from "./reading.ts";
import type { ReviewRow, TableName, Tables } from "./rows.ts";

/** A question to a contract, and the answer that a row makes us expect; of an object only the members that the contract answers count. */
export interface Question {
  readonly contract: ContractName;
  readonly view: string;
  readonly args: readonly unknown[];
  readonly expected: JsonValue;
}

type Asking<Name extends TableName> = (
  row: Tables[Name],
  reading: Reading,
  block: BlockPoint,
) => readonly Question[] | Promise<readonly Question[]>;

/** What is asked of the contracts about each row, and what they must answer. */
const questions: { readonly [Name in TableName]?: Asking<Name> } = {
  members: (row) => [
    ask("members", "entryOf", [memberBytes(row.member)], row),
    ask("council", "isSeat", [memberBytes(row.member)], row.seat),
    ...row.keys.map((key) => ask("members", "keyLife", [key.key], { ...key, member: row.member })),
  ],
  applications: (row) => [ask("members", "applicationOf", [row.application], row)],
  orders: (row, _reading, block) => {
    const { subjectKind, subject, reason, asked: until } = row;
    const content = { subjectKind, subject, reason, until };
    return [ask("emergency", "orderOf", [row.order], { ...row, content, state: orderStateAt(row, block.time) })];
  },
  subjects: (row) => [
    ask("registry", "recordOf", [row.id], { ...row, versions: row.versions.length }),
    ask("registry", "parentsOf", [row.id], row.parents),
    ...row.versions.map((version) => ask("registry", "versionOf", [row.id, version.version], version)),
    ...row.venues.map((venue, place) => ask("registry", "venueEntryAt", [row.id, place], venue)),
    ...row.reviews.flatMap((review) => aboutReview(row.id, review)),
  ],
  rights: (row) => [ask("rights", "rightOf", [row.right], row), ask("rights", "basisOf", [row.right], row.basis)],
  consents: (row) => [ask("consents", "consentOf", [row.consent], row)],
  mandates: (row) => [ask("consents", "mandateOf", [row.mandate], row)],
  trades: (row) => [
    ask("trades", "tradeOf", [row.trade], row),
    // What the law said at a step is null where the chain had forgotten it: then there is nothing to compare.
    ...row.steps.flatMap(({ count, law }) => (law === null ? [] : [ask("trades", "stepOf", [row.trade, count], law)])),
  ],
  attestations: (row) => [ask("attestations", "attestationOf", [row.id], row)],
  cases: async (row, reading, block) => {
    const now = caseNow(row, await procedureOf(reading, row), block.time);
    return [ask("cases", "caseOf", [row.id], { ...row, ...now, evidence: listDigest(row.evidence) })];
  },
  logs: (row) => [
    ask("evidenceLogs", "log", [row.logId], { ...row, closed: row.closedAt !== 0 }),
    ask("evidenceLogs", "latest", [row.logId], row),
  ],
  policies: (row) => [ask("policies", "policyOf", [row.policy, row.version], row)],
  validators: (row) => [ask("validators", "memberOf", [row.validator], row.removedIn === 0 ? row.member : null)],
};

/** Tables whose rows can be held against a contract's view. */
export const checkedTables = Object.keys(questions) as readonly TableName[];

/** What to ask of the contracts about a row; nothing if there is no such row. */
export async function questionsAbout(
  table: TableName,
  id: string,
  reading: Reading,
  block: BlockPoint,
): Promise<readonly Question[]> {
  const row = await reading.row(table, id);
  const asking = questions[table] as Asking<TableName> | undefined;
  return row === undefined || asking === undefined ? [] : await asking(row, reading, block);
}

function aboutReview(id: string, review: ReviewRow): readonly Question[] {
  const { objections, round } = review;
  const openObjections = objections.filter(({ state }) => state === "open").length;
  return [
    ask("registry", "reviewOf", [id, round], { ...review, objections: objections.length, openObjections }),
    ask("registry", "objectionsOf", [id, round], objections),
  ];
}

/** Rows are JSON as they stand: they are written and read as such. */
function ask(
  contract: ContractName,
  view: string,
  args: readonly unknown[],
  expected: object | boolean | string | null,
): Question {
  return { contract, view, args, expected: expected as JsonValue };
}

/** What `Cases` keeps of a list of digests: keccak256(abi.encode(bytes32[])). */
function listDigest(list: readonly string[]): string {
  const encoded = AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [list]);
  if (!isHex(encoded)) throw new TypeError("an encoding is hex");
  return toHex(keccak256(fromHex(encoded)));
}
