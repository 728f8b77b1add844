import { Type, type TSchema } from "typebox";
import { Count, Digest, Facts, Flag, refTo, Seconds, Uscc } from "./parts.ts";
import { LineageNode } from "./rights.ts";
import { step } from "./trades.ts";

/** Answers about the law as the description of the API shows them; they name the schemas of the rows. */

export const LawBlock = Type.Object({ number: Count, hash: Digest, time: Seconds });

/** An event in the history of a row. */
export const HistoryEntry = Type.Object({
  ...{ event: Type.String(), facts: Facts, at: Seconds, block: Count, transaction: Digest },
});

const Next = Type.Union([Type.String(), Type.Null()]);
const block = refTo("LawBlock");

/** A page of rows. */
export function pageOfRows(row: string): TSchema {
  return Type.Object({ block, items: Type.Array(refTo(row)), next: Next });
}

/** A row with its history. */
export function itemOfRow(row: string): TSchema {
  return Type.Object({ block, item: refTo(row), history: Type.Array(refTo("HistoryEntry")), events: Count });
}

export const LineageDocs = Type.Object({
  ...{ block, nodes: Type.Array(LineageNode), complete: Flag },
  edges: Type.Array(Type.Object({ from: Digest, to: Digest })),
});

const OwnRecord = Type.Object({ id: Digest, evidence: Type.String() });
const DossierRecord = Type.Object({
  ...{ id: Digest, index: Count, type: Type.String(), subject: Type.String(), sequence: Count, issuer: Uscc },
  ...{ occurredAt: Type.String(), receivedAt: Type.String(), evidence: Type.String() },
});
const Completeness = Type.Object({
  ...{ head: Digest, count: Count, computedHead: Digest, steps: Count, complete: Flag, recordsComplete: Flag },
  ...{ stepsWithoutRecord: Type.Array(Count), recordsCut: Flag },
});

export const DossierDocs = Type.Object({
  ...{ block, trade: refTo("TradeSummary"), records: Type.Array(DossierRecord), completeness: Completeness },
  steps: Type.Array(Type.Object({ ...step, record: Type.Union([OwnRecord, Type.Null()]) })),
  attestations: Type.Array(refTo("Attestation")),
  cases: Type.Array(refTo("CaseSummary")),
  orders: Type.Array(refTo("Order")),
});

const FoundFact = Type.Object({
  kind: Type.Unsafe<string>({
    ...{ type: "string", enum: ["member", "product", "right", "trade", "attestation", "case", "log"] },
  }),
  ...{ id: Type.String(), weight: Count },
});
const FoundRecord = Type.Object({
  ...{ kind: Type.Literal("record"), id: Digest, index: Count, type: Type.String(), subject: Type.String() },
  weight: Count,
});

export const SearchDocs = Type.Object({
  ...{ block, items: Type.Array(Type.Union([FoundFact, FoundRecord])), next: Next, complete: Flag },
});
