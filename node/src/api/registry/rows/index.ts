import { Type, type TSchema } from "typebox";
import type { LawTable } from "../../registry-port.ts";
import { HistoryEntry, LawBlock } from "./answers.ts";
import * as membership from "./membership.ts";
import type { RowSchema } from "./parts.ts";
import * as rights from "./rights.ts";
import * as trades from "./trades.ts";

export { DossierDocs, itemOfRow, LineageDocs, pageOfRows, SearchDocs } from "./answers.ts";

/** The rows of every table that is answered. */
const rows: Readonly<Record<LawTable, RowSchema>> = {
  members: membership.members,
  applications: membership.applications,
  proposals: membership.proposals,
  rules: membership.rules,
  orders: membership.orders,
  validators: membership.validators,
  versions: membership.versions,
  subjects: rights.subjects,
  rights: rights.rights,
  consents: rights.consents,
  mandates: rights.mandates,
  trades: trades.trades,
  attestations: trades.attestations,
  cases: trades.cases,
  logs: trades.logs,
};

/** Name of the schema of a whole row, and of the same row in a list. */
export function namesOf(table: LawTable): { readonly whole: string; readonly listed: string } {
  const { name, more } = rows[table];
  return { whole: name, listed: Object.keys(more).length === 0 ? name : `${name}Summary` };
}

/**
 * Schemas of the rows by name, for the description of the API. What is answered is not made by them: a row is sent as the
 * registry has it, and tests hold every answer against them.
 */
export const lawComponents: Readonly<Record<string, TSchema>> = {
  LawBlock,
  HistoryEntry,
  ...Object.fromEntries(
    (Object.keys(rows) as LawTable[]).flatMap((table) => {
      const { listed, more } = rows[table];
      const { whole, listed: summary } = namesOf(table);
      return [
        [summary, Type.Object({ ...listed })],
        [whole, Type.Object({ ...listed, ...more })],
      ];
    }),
  ),
};
