import { isJsonObject, isRecordType, isSubject } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { NodeError } from "../errors.ts";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { isEventType } from "./events.ts";
import type { EventFilter, WebhookDesk, WebhookFacts, WebhookRequest } from "./events-port.ts";
import { requireJson } from "./json-body.ts";
import { IdParams, NoQuery, problemAnswers } from "./schemas.ts";

const Webhook = Type.Object({
  id: Type.String(),
  url: Type.String(),
  member: Type.String(),
  createdAt: Type.String(),
  types: Type.Optional(Type.Array(Type.String())),
  recordTypes: Type.Optional(Type.Array(Type.String())),
  subject: Type.Optional(Type.String()),
  state: Type.Union([Type.Literal("active"), Type.Literal("parked")]),
  parkedBecause: Type.Union([Type.String(), Type.Null()]),
  cursor: Type.String(),
  failures: Type.Integer(),
  nextAttemptAt: Type.Union([Type.String(), Type.Null()]),
});
const NewWebhook = Type.Object({ webhook: Webhook, secret: Type.String() });
const Webhooks = Type.Object({ items: Type.Array(Webhook), next: Type.Null() });
const Delivery = Type.Object({
  event: Type.String(),
  at: Type.String(),
  outcome: Type.String(),
  status: Type.Union([Type.Integer(), Type.Null()]),
  ms: Type.Number(),
});
const Deliveries = Type.Object({ items: Type.Array(Delivery), next: Type.Null() });
/** Read by {@link requestOf}, which says what is wrong with it. */
const Body = Type.Unknown();

const tags = ["webhooks"];
const config = { access: "subscribe" } as const;

/** `/v1/webhooks`: events delivered by the node, signed (Standard Webhooks 1.0). */
export function webhookRoutes(app: App, { events }: AppServices): void {
  if (events === undefined) return;
  collectionRoutes(app, events.webhooks);
  oneRoutes(app, events.webhooks);
  actionRoutes(app, events.webhooks);
}

function collectionRoutes(app: App, desk: WebhookDesk): void {
  app.route({
    method: "POST",
    url: "/v1/webhooks",
    config,
    schema: {
      ...{ operationId: "createWebhook", summary: "Have events delivered to a URL; the secret is shown once", tags },
      ...{ querystring: NoQuery, body: Body, response: { 201: NewWebhook, ...problemAnswers } },
    },
    onRequest: (request, _reply, done) => {
      requireJson(request);
      done();
    },
    handler: async (request, reply) => {
      const made = await desk.create(requestOf(request.body as JsonValue), principalOfRequest(request));
      return reply.code(201).send({ webhook: answerOf(made.webhook), secret: made.secret });
    },
  });
  app.route({
    method: "GET",
    url: "/v1/webhooks",
    config,
    schema: {
      ...{ operationId: "listWebhooks", summary: "The caller's webhooks", tags },
      ...{ querystring: NoQuery, response: { 200: Webhooks, ...problemAnswers } },
    },
    handler: (request) => ({ items: desk.list(principalOfRequest(request)).map(answerOf), next: null }),
  });
}

function oneRoutes(app: App, desk: WebhookDesk): void {
  const params = IdParams;
  app.route({
    method: "GET",
    url: "/v1/webhooks/:id",
    config,
    schema: {
      ...{ operationId: "getWebhook", summary: "One webhook and where it stands", tags },
      ...{ querystring: NoQuery, params, response: { 200: Webhook, ...problemAnswers } },
    },
    handler: (request) => answerOf(desk.find(request.params.id, principalOfRequest(request))),
  });
  app.route({
    method: "DELETE",
    url: "/v1/webhooks/:id",
    config,
    schema: {
      ...{ operationId: "deleteWebhook", summary: "End a webhook and forget its secret", tags },
      ...{ querystring: NoQuery, params, response: { 204: Type.Null(), ...problemAnswers } },
    },
    handler: async (request, reply) => {
      await desk.remove(request.params.id, principalOfRequest(request));
      return reply.code(204).send(null);
    },
  });
  app.route({
    method: "GET",
    url: "/v1/webhooks/:id/deliveries",
    config,
    schema: {
      ...{ operationId: "listDeliveries", summary: "The newest attempts of a webhook, newest first", tags },
      ...{ querystring: NoQuery, params, response: { 200: Deliveries, ...problemAnswers } },
    },
    handler: (request) => ({
      items: [...desk.deliveries(request.params.id, principalOfRequest(request))],
      next: null,
    }),
  });
}

function actionRoutes(app: App, desk: WebhookDesk): void {
  const schema = { querystring: NoQuery, params: IdParams, response: { 200: Webhook, ...problemAnswers } };
  app.route({
    method: "POST",
    url: "/v1/webhooks/:id/resume",
    config,
    schema: { ...schema, operationId: "resumeWebhook", summary: "Go on with a parked webhook where it stopped", tags },
    handler: async (request) => answerOf(await desk.resume(request.params.id, principalOfRequest(request))),
  });
  app.route({
    method: "POST",
    url: "/v1/webhooks/:id/replay",
    config,
    schema: {
      ...schema,
      body: Body,
      operationId: "replayWebhook",
      summary: "Deliver again from a cursor on",
      tags,
    },
    onRequest: (request, _reply, done) => {
      requireJson(request);
      done();
    },
    handler: async (request) => {
      const { cursor } = exactly(request.body as JsonValue, ["cursor"], []);
      if (typeof cursor !== "string") throw wrongField("/cursor", 'a cursor, or "start"');
      return answerOf(await desk.replay(request.params.id, cursor, principalOfRequest(request)));
    },
  });
}

/** The schemas' types know no read-only lists. */
function answerOf({ types, recordTypes, ...facts }: WebhookFacts) {
  return {
    ...facts,
    ...(types === undefined ? {} : { types: [...types] }),
    ...(recordTypes === undefined ? {} : { recordTypes: [...recordTypes] }),
  };
}

/** @throws NodeError E_FIELD */
function requestOf(body: JsonValue): WebhookRequest {
  const { url, cursor, ...filter } = exactly(body, ["url"], ["types", "recordTypes", "subject", "cursor"]);
  if (typeof url !== "string" || url.length > 2048) throw wrongField("/url", "a URL of at most 2,048 characters");
  if (cursor !== undefined && typeof cursor !== "string") throw wrongField("/cursor", 'a cursor, or "start"');
  return { url, ...filterIn(filter), ...(cursor === undefined ? {} : { cursor }) };
}

function filterIn({ types, recordTypes, subject }: JsonObject): EventFilter {
  if (subject !== undefined && (typeof subject !== "string" || !isSubject(subject)))
    throw wrongField("/subject", "a subject");
  return {
    ...(types === undefined ? {} : { types: namesAt(types, "/types", isEventType) }),
    ...(recordTypes === undefined ? {} : { recordTypes: namesAt(recordTypes, "/recordTypes", isRecordType) }),
    ...(subject === undefined ? {} : { subject }),
  };
}

function namesAt(value: JsonValue, field: string, isName: (name: string) => boolean): readonly string[] {
  const isList = Array.isArray(value) && value.length >= 1 && value.length <= 32;
  if (isList && value.every((name: unknown) => typeof name === "string" && isName(name))) return value as string[];
  throw wrongField(field, "an array of 1 to 32 names");
}

/** The members of a body that has all of `required`, some of `optional`, and no other. @throws NodeError E_FIELD */
export function exactly(body: JsonValue, required: readonly string[], optional: readonly string[]): JsonObject {
  if (!isJsonObject(body)) throw wrongField("", "an object");
  const known = [...required, ...optional];
  const stranger = Object.keys(body).find((name) => !known.includes(name));
  if (stranger !== undefined) throw wrongField(`/${stranger}`, `left out: the members are ${known.join(", ")}`);
  const missing = required.find((name) => !Object.hasOwn(body, name));
  if (missing !== undefined) throw wrongField(`/${missing}`, "there");
  return body;
}

/** The refusal of one member of a body. */
export function wrongField(field: string, wanted: string): NodeError {
  return new NodeError("E_FIELD", `${field === "" ? "The body" : field} must be ${wanted}.`, { field });
}
