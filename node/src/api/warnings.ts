import type { JsonValue } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { requireJson } from "./json-body.ts";
import { cursorOf, pageOf, pageParameters, PageQuery } from "./page.ts";
import { idempotencyKey } from "./records.ts";
import { IdParams, NoQuery, problemAnswers, Receipt } from "./schemas.ts";
import type { WarningFacts, WarningsPort } from "./warnings-port.ts";
import { exactly, wrongField } from "./webhooks.ts";

const Warning = Type.Object({
  id: Type.String(),
  record: Type.String(),
  index: Type.Integer(),
  rule: Type.Object({ id: Type.String(), kind: Type.String(), version: Type.String() }),
  severity: Type.String(),
  title: Type.Object({ en: Type.String(), zh: Type.String() }),
  subject: Type.String(),
  member: Type.String(),
  records: Type.Array(Type.String()),
  facts: Type.Unknown(),
  raisedAt: Type.String(),
  state: Type.String(),
  handlings: Type.Array(Type.String()),
});
const Warnings = Type.Object({ items: Type.Array(Warning), next: Type.Union([Type.String(), Type.Null()]) });
const WarningsQuery = Type.Object(
  {
    state: Type.Optional(Type.String()),
    severity: Type.Optional(Type.String()),
    rule: Type.Optional(Type.String()),
    subject: Type.Optional(Type.String()),
    ...PageQuery,
  },
  { additionalProperties: false },
);

const tags = ["warnings"];
const decisions = ["acknowledge", "dismiss", "resolve", "reopen"] as const;

/** `GET /v1/warnings`, `GET /v1/warnings/:id`, `POST /v1/warnings/:id/handling`. */
export function warningRoutes(app: App, { warnings }: AppServices): void {
  if (warnings === undefined) return;
  readRoutes(app, warnings);
  app.route({
    method: "POST",
    url: "/v1/warnings/:id/handling",
    config: { access: "monitor" },
    schema: {
      ...{ operationId: "handleWarning", summary: "Record what is decided about a warning", tags },
      ...{ querystring: NoQuery, params: IdParams, body: Type.Unknown() },
      response: { 200: Receipt, 201: Receipt, ...problemAnswers },
    },
    onRequest: (request, _reply, done) => {
      requireJson(request);
      idempotencyKey(request);
      done();
    },
    handler: async (request, reply) => {
      const handling = handlingIn(request.body as JsonValue);
      const viewer = principalOfRequest(request);
      const { receipt, replayed } = await warnings.handle(request.params.id, handling, viewer, idempotencyKey(request));
      if (replayed) void reply.header("idempotent-replay", "true");
      return reply.code(replayed ? 200 : 201).send({ ...receipt, records: [...receipt.records] });
    },
  });
}

function readRoutes(app: App, warnings: WarningsPort): void {
  app.route({
    method: "GET",
    url: "/v1/warnings",
    config: { access: ["monitor", "read"], docs: { parameters: pageParameters, refusals: ["E_PAGE", "E_CURSOR"] } },
    schema: {
      ...{ operationId: "listWarnings", summary: "Warnings in the log's order", tags },
      ...{ querystring: WarningsQuery, response: { 200: Warnings, ...problemAnswers } },
    },
    handler: async (request) => {
      const viewer = principalOfRequest(request);
      const { state = "", severity = "", rule = "", subject = "" } = request.query;
      const list = ["warnings", viewer.member, state, severity, rule, subject];
      const { after, limit } = pageOf(request.query, list);
      const query = { ...request.query, from: Number(after ?? 0), limit };
      const { items, next } = await warnings.list(query, viewer);
      return { items: items.map(answerOf), next: cursorOf(next === null ? null : String(next), list) };
    },
  });
  app.route({
    method: "GET",
    url: "/v1/warnings/:id",
    config: { access: ["monitor", "read"] },
    schema: {
      ...{ operationId: "getWarning", summary: "One warning and what became of it", tags },
      ...{ querystring: NoQuery, params: IdParams, response: { 200: Warning, ...problemAnswers } },
    },
    handler: async (request) => answerOf(await warnings.find(request.params.id, principalOfRequest(request))),
  });
}

/** The schemas' types know no read-only lists. */
function answerOf({ records, handlings, ...facts }: WarningFacts) {
  return { ...facts, records: [...records], handlings: [...handlings] };
}

function handlingIn(body: JsonValue): Parameters<WarningsPort["handle"]>[1] {
  const { decision, note } = exactly(body, ["decision", "note"], []);
  const known = decisions.find((one) => one === decision);
  if (known === undefined) throw wrongField("/decision", `one of ${decisions.join(", ")}`);
  if (typeof note !== "string" || note.length < 1 || note.length > 2000)
    throw wrongField("/note", "1 to 2,000 characters");
  return { decision: known, note };
}
