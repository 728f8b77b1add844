import { createHash } from "node:crypto";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { maySee, principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { cursorOf, PageQuery, pageOf } from "./page.ts";
import { readErasureWish } from "./erasure-body.ts";
import { dueDocs, erasureDocs } from "./erasure-docs.ts";
import type { DueRecord } from "./erasure-port.ts";
import type { WorkGate } from "./gate.ts";
import { requireJson } from "./json-body.ts";
import { bodyDigest, bodyLength, idempotencyKey, visibleRecord } from "./records.ts";
import { refusingBy } from "./refusing.ts";
import { IdParams, problemAnswers, Receipt } from "./schemas.ts";

/** `POST /v1/records/:id/erasure`, `GET /v1/retention`. */
export function erasureRoutes(app: App, services: AppServices, gate: WorkGate): void {
  erasureRoute(app, services, gate);
  dueRoute(app, services);
}

function erasureRoute(app: App, { log, erasures, settings, policies }: AppServices, gate: WorkGate): void {
  app.route({
    method: "POST",
    url: "/v1/records/:id/erasure",
    config: { access: "erase", docs: erasureDocs },
    schema: {
      ...{
        operationId: "eraseRecord",
        summary: "Destroy the key under which a record's body is kept",
        tags: ["records"],
      },
      querystring: Type.Object({}, { additionalProperties: false }),
      ...{ params: IdParams, body: Type.Unknown(), response: { 200: Receipt, 201: Receipt, ...problemAnswers } },
    },
    onRequest: (request, reply, done) => {
      requireJson(request);
      idempotencyKey(request);
      gate.enter(reply, { member: principalOfRequest(request).member, bytes: bodyLength(request, settings.bodyBytes) });
      done();
    },
    handler: async (request, reply) => {
      const caller = principalOfRequest(request);
      const record = await visibleRecord(log, request.params.id, caller);
      const wish = readErasureWish(request.body as JsonValue);
      const requestDigest = digestOf(record.id, bodyDigest(request));
      const identity = { member: caller.member, key: idempotencyKey(request), requestDigest };
      const signing = refusingBy(policies, caller, requestDigest);
      const { receipt, replayed } = await erasures.erase(record, wish, identity).catch(signing);
      if (replayed) void reply.header("idempotent-replay", "true");
      return reply.code(replayed ? 200 : 201).send({ ...receipt, records: [...receipt.records] });
    },
  });
}

/** One body may ask for the erasure of two records: they are two requests. */
function digestOf(id: Hex, body: Hex): Hex {
  return toHex(createHash("sha256").update(`erasure\n${id}\n${body}`).digest());
}

const DueQuery = Type.Object(
  {
    ...PageQuery,
  },
  { additionalProperties: false },
);

const DueAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      index: Type.Integer(),
      type: Type.String(),
      subject: Type.String(),
      until: Type.String(),
    }),
  ),
  next: Type.Union([Type.String(), Type.Null()]),
});

function dueRoute(app: App, { erasures }: AppServices): void {
  app.route({
    method: "GET",
    url: "/v1/retention",
    config: { access: "read", docs: dueDocs },
    schema: {
      ...{ operationId: "listRetentionEnded", summary: "Records whose time to be kept is over", tags: ["records"] },
      ...{ querystring: DueQuery, response: { 200: DueAnswer, ...problemAnswers } },
    },
    handler: async (request) => {
      const caller = principalOfRequest(request);
      const list = ["retention", caller.member];
      const { limit, after = "0" } = pageOf(request.query, list);
      const { items, next } = await erasures.due(Number(after), limit);
      const visible = items.filter((item) => maySee(caller, item));
      return { items: visible.map(shown), next: cursorOf(next === null ? null : String(next), list) };
    },
  });
}

function shown({ id, index, type, subject, until }: DueRecord): Omit<DueRecord, "issuer" | "submitter"> {
  return { id, index, type, subject, until };
}
