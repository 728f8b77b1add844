import { EMPTY_STAGE_HEAD, stageHead } from "@lianzheng/sdk/chain";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import { decodeEntry, isJsonObject, type JsonObject, type JsonValue } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { maySee, principalOfRequest } from "../access.ts";
import type { App, AppServices } from "../app-services.ts";
import type { Principal, StoredRecord } from "../ports.ts";
import type { RegistryPort } from "../registry-port.ts";
import { NoQuery, problemAnswers } from "../schemas.ts";
import { answeredWith, Block, required, Row, Rows } from "./law-routes.ts";
import { DossierDocs } from "./rows/index.ts";

/** Records of one dossier; of a subject with more, the evidence of single records is to be asked for. */
const mostRecords = 1_000;

const DossierAnswer = Type.Object({
  block: Block,
  trade: Row,
  steps: Rows,
  records: Rows,
  attestations: Rows,
  cases: Rows,
  orders: Rows,
  completeness: Row,
});

/** `GET /v1/trades/:id/dossier`: all that this node knows of a trade, and what shows that none of its steps is missing. */
export function dossierRoute(app: App, registry: RegistryPort, log: AppServices["log"]): void {
  app.route({
    method: "GET",
    url: "/v1/trades/:id/dossier",
    config: { access: "read", docs: { refusals: ["E_NOT_FOUND", "E_NOT_READY"], ...answeredWith(DossierDocs) } },
    schema: {
      ...{
        operationId: "readTradeDossier",
        summary: "Everything about a trade, and whether it is complete",
        tags: ["trades"],
      },
      querystring: NoQuery,
      params: Type.Object({ id: Type.String() }),
      response: { 200: DossierAnswer, ...problemAnswers },
    },
    handler: async (request) => {
      const { id } = request.params;
      const { block, item, attestations, cases, orders } = required(await registry.dossier(id), "trade");
      const { steps: taken, ...trade } = item;
      const steps = Array.isArray(taken) ? (taken as readonly JsonValue[]).filter(isJsonObject) : [];
      const { records, all } = await visibleRecords(log, `trade:${id}`, principalOfRequest(request));
      return {
        block: { ...block },
        trade,
        steps: steps.map((step) => withRecord(step, records)),
        records: records.map(summaryOf),
        attestations: attestations.map((each) => ({ ...each })),
        cases: cases.map((each) => ({ ...each })),
        orders: orders.map((each) => ({ ...each })),
        completeness: completenessOf(trade, steps, records, all),
      };
    },
  });
}

async function visibleRecords(
  log: AppServices["log"],
  subject: string,
  caller: Principal,
): Promise<{ readonly records: readonly StoredRecord[]; readonly all: boolean }> {
  const indexes = await log.indexesOf(subject, mostRecords + 1);
  const found: StoredRecord[] = [];
  for (const index of indexes.slice(0, mostRecords)) {
    const record = await log.recordAt(index);
    if (
      record !== undefined &&
      maySee(caller, { issuer: decodeEntry(record.entry).issuer, submitter: record.submitter })
    )
      found.push(record);
  }
  return { records: found, all: indexes.length <= mostRecords };
}

function summaryOf({ id, index, entry }: StoredRecord): JsonObject {
  const { type, subject, sequence, issuer, occurredAt, receivedAt } = decodeEntry(entry);
  return { id, index, type, subject, sequence, issuer, occurredAt, receivedAt, evidence: `/v1/records/${id}/evidence` };
}

/** A step with the caller's record of it; a foreign record is like none. */
function withRecord(step: JsonObject, records: readonly StoredRecord[]): JsonObject {
  const record = records.find(({ id }) => id === step["evidence"]);
  return {
    ...step,
    record: record === undefined ? null : { id: record.id, evidence: `/v1/records/${record.id}/evidence` },
  };
}

/**
 * What shows that no step is missing: the steps, chained by their hashes, come to the head and the count that the contract keeps (docs/formats.md
 * section 11). `records` says whether every step's record is one that the caller sees here.
 */
function completenessOf(
  trade: JsonObject,
  steps: readonly JsonObject[],
  records: readonly StoredRecord[],
  all: boolean,
): JsonObject {
  const computed = steps.reduce(headAfter, EMPTY_STAGE_HEAD);
  const head = trade["head"] ?? EMPTY_STAGE_HEAD;
  const known = new Set<unknown>(records.map(({ id }) => id));
  const missing = steps.filter(({ evidence }) => !known.has(evidence)).map(({ count }) => Number(count));
  const numbered = steps.every(({ count }, at) => count === at + 1);
  return {
    head,
    count: trade["count"] ?? 0,
    computedHead: computed,
    steps: steps.length,
    complete: computed === head && steps.length === trade["count"] && numbered,
    recordsComplete: missing.length === 0,
    stepsWithoutRecord: missing,
    recordsCut: !all,
  };
}

const stages = [
  ...["none", "listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"],
  ...["amendment", "filing", "termination", "distribution"],
];

function headAfter(head: Hex, { stage, evidence }: JsonObject): Hex {
  return isHex(evidence, 32) && typeof stage === "string" ? stageHead(head, stages.indexOf(stage), evidence) : head;
}
