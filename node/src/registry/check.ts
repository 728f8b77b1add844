import type { ContractName } from "@lianzheng/sdk/chain";
import type { JsonValue } from "@lianzheng/sdk/record";
import { caseNow, orderStateAt, procedureOf } from "./at-time.ts";
import { ChainError } from "../chain-error.ts";
import type { Facts } from "./facts.ts";
import { memberBytes, type LawReader } from "./law-facts.ts";
import type { Reading } from "./reading.ts";
import type { TableName, Tables } from "./rows.ts";
import type { BlockPoint } from "./store.ts";
import { keccak256, fromHex, toHex } from "@lianzheng/sdk/encoding";
import { AbiCoder } from "ethers";

/** A row that says something else than the contract does. */
export interface Difference {
  readonly table: TableName;
  readonly id: string;
  /** View of the contract. */
  readonly view: string;
  readonly field: string;
  readonly registry: JsonValue;
  readonly contract: JsonValue;
}

/** A question to a contract, and the answer that the row makes us expect. */
interface Question {
  readonly contract: ContractName;
  readonly view: string;
  readonly args: readonly unknown[];
  readonly expected: JsonValue;
}

type Asking<Name extends TableName> = (
  row: Tables[Name],
  reading: Reading,
  block: BlockPoint,
) => Promise<readonly Question[]>;

/** What is asked of the contracts about each row, and what they must answer. */
const questions: { readonly [Name in TableName]?: Asking<Name> } = {
  members: (row) => {
    const { standing, kinds, tier, frozenUntil, parent, children, metadata } = row;
    const entry = { standing, kinds: [...kinds], tier, frozenUntil, parent, children, metadata };
    const about: Question[] = [
      { contract: "members", view: "entryOf", args: [memberBytes(row.member)], expected: entry },
      { contract: "council", view: "isSeat", args: [memberBytes(row.member)], expected: row.seat },
    ];
    for (const { key, roles, from, until } of row.keys)
      about.push({
        contract: "members",
        view: "keyLife",
        args: [key],
        expected: { member: row.member, roles: [...roles], from, until },
      });
    return Promise.resolve(about);
  },
  applications: ({ application, ...row }) =>
    ask("members", "applicationOf", [application], { ...row, kinds: [...row.kinds] }),
  orders: (row, _reading, block) => {
    const { subjectKind, subject, reason, asked, opener, version, lapsesAt, effectiveAt, until, liftedAt, reviewedAt } =
      row;
    const content = { subjectKind, subject, reason, until: asked };
    const state = orderStateAt(row, block.time);
    const rest = { review: row.review, reviewReason: row.reviewReason, state };
    const record = { content, opener, version, lapsesAt, effectiveAt, until, liftedAt, reviewedAt, ...rest };
    return ask("emergency", "orderOf", [row.order], record);
  },
  subjects: (row) => {
    const {
      owner,
      grade,
      source,
      isProduct,
      status,
      registeredAt,
      cancelledAt,
      number,
      historyCount,
      round,
      head,
      right,
    } = row;
    const record = {
      owner,
      grade,
      source,
      isProduct,
      status,
      registeredAt,
      versions: row.versions.length,
      cancelledAt,
      number,
      historyCount,
      round,
      head,
      right,
    };
    const about: Question[] = [
      { contract: "registry", view: "recordOf", args: [row.id], expected: record },
      { contract: "registry", view: "parentsOf", args: [row.id], expected: [...row.parents] },
    ];
    for (const { version, digest, metadata, link, from, contents } of row.versions)
      about.push({
        contract: "registry",
        view: "versionOf",
        args: [row.id, version],
        expected: { digest, metadata, link, from, contents: [...contents] },
      });
    for (const { signedOff: _signed, draft: _draft, round: number_, objections, ...review } of row.reviews) {
      const openObjections = objections.filter(({ state }) => state === "open").length;
      const expected = { ...review, reviewers: [...review.reviewers], objections: objections.length, openObjections };
      about.push({ contract: "registry", view: "reviewOf", args: [row.id, number_], expected });
      about.push({
        contract: "registry",
        view: "objectionsOf",
        args: [row.id, number_],
        expected: objections.map((made) => ({ ...made })),
      });
    }
    for (const [place, venue] of row.venues.entries())
      about.push({ contract: "registry", view: "venueEntryAt", args: [row.id, place], expected: { ...venue } });
    return Promise.resolve(about);
  },
  rights: ({ right, holders: _holders, document: _document, revokedBy: _by, basis, ...row }) =>
    Promise.resolve([
      {
        contract: "rights",
        view: "rightOf",
        args: [right],
        expected: { ...row, purposes: [...row.purposes], territories: [...row.territories] },
      },
      { contract: "rights", view: "basisOf", args: [right], expected: [...basis] },
    ]),
  consents: ({ consent, ...row }) => ask("consents", "consentOf", [consent], row),
  mandates: ({ mandate, left: _left, ...row }) => ask("consents", "mandateOf", [mandate], row),
  trades: ({ trade, steps, openedAt: _openedAt, ...row }) =>
    Promise.resolve([
      { contract: "trades", view: "tradeOf", args: [trade], expected: row },
      ...steps.map(({ count, law }): Question => ({
        contract: "trades",
        view: "stepOf",
        args: [trade, count],
        expected: law,
      })),
    ]),
  attestations: ({ id, key: _key, successor: _successor, ...row }) => ask("attestations", "attestationOf", [id], row),
  cases: async (row, reading, block) => {
    const { id, evidence, terms: _terms, effects: _effects, steps: _steps, ...rest } = row;
    const now = caseNow(row, await procedureOf(reading, row), block.time);
    const expected = { ...rest, ...now, restrictions: [...rest.restrictions], evidence: listDigest(evidence) };
    return ask("cases", "caseOf", [id], expected);
  },
  logs: ({ logId, owner, key, origin, size, root, at, closedAt }) =>
    Promise.resolve([
      {
        contract: "evidenceLogs",
        view: "log",
        args: [logId],
        expected: { owner, key, origin, size, closed: closedAt !== 0 },
      },
      { contract: "evidenceLogs", view: "latest", args: [logId], expected: { size, root, at } },
    ]),
  validators: ({ validator, member, removedIn }) =>
    ask("validators", "memberOf", [validator], removedIn === 0 ? member : null),
};

function ask(
  contract: ContractName,
  view: string,
  args: readonly unknown[],
  expected: JsonValue,
): Promise<readonly Question[]> {
  return Promise.resolve([{ contract, view, args, expected }]);
}

/** What `Cases` keeps of a list of digests. */
function listDigest(list: readonly string[]): string {
  return toHex(keccak256(fromHex(AbiCoder.defaultAbiCoder().encode(["bytes32[]"], [list]) as `0x${string}`)));
}

/** Tables whose rows can be held against a contract's view. */
export const checkedTables = Object.keys(questions) as readonly TableName[];

/**
 * Compares a row with what the contracts say in the state after the views' block.
 *
 * @throws ChainError C_RPC_* where the chain no longer holds that state, C_UNREACHABLE, C_INCONSISTENT
 */
export async function differencesOf<Name extends TableName>(
  table: Name,
  id: string,
  reading: Reading,
  law: LawReader,
): Promise<readonly Difference[]> {
  const [row, { block }] = [await reading.row(table, id), reading];
  const asking = questions[table] as Asking<Name> | undefined;
  if (row === undefined || block === undefined || asking === undefined) return [];
  const found: Difference[] = [];
  for (const { contract, view, args, expected } of await asking(row, reading, block)) {
    const answer = await answerOf(law, contract, view, args, block);
    found.push(...compare(expected, answer, "").map((difference) => ({ table, id, view, ...difference })));
  }
  return found;
}

/** A contract that knows no such thing says so by refusing: then the row is what differs. */
async function answerOf(
  law: LawReader,
  contract: ContractName,
  view: string,
  args: readonly unknown[],
  block: BlockPoint,
): Promise<JsonValue> {
  try {
    return await law.call(contract, view, args, block);
  } catch (error) {
    if (error instanceof ChainError && error.code === "C_RPC_REVERT") return null;
    throw error;
  }
}

type FieldDifference = Pick<Difference, "field" | "registry" | "contract">;

/** Fields that the contract answers and that the registry has otherwise. */
function compare(registry: JsonValue, contract: JsonValue, field: string): readonly FieldDifference[] {
  if (isRecord(registry) && isRecord(contract))
    return Object.keys(contract).flatMap((name) =>
      compare(registry[name] ?? null, contract[name] ?? null, `${field}/${name}`),
    );
  if (Array.isArray(registry) && Array.isArray(contract) && registry.length === contract.length)
    return contract.flatMap((value: JsonValue, at: number) =>
      compare(registry[at] as JsonValue, value, `${field}/${at}`),
    );
  return JSON.stringify(registry) === JSON.stringify(contract) ? [] : [{ field, registry, contract }];
}

function isRecord(value: JsonValue): value is Facts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
