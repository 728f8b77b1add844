import { randomUUID } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { LogController } from "fastify";
import type { FastifyRequest } from "fastify";
import { NodeError } from "../errors.ts";
import { authorize } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { docsRoutes } from "./docs.ts";
import { browserSafetyFields } from "./browser-safety.ts";
import { eventRoutes } from "./events.ts";
import { erasureRoutes } from "./erasures.ts";
import { evidenceBatchRoutes } from "./evidence-batch.ts";
import { WorkGate } from "./gate.ts";
import { readJsonBodies } from "./json-body.ts";
import { logRoutes } from "./log-tiles.ts";
import { metricsRoutes } from "./metrics.ts";
import { describeRoutes } from "./openapi.ts";
import { policyRoutes } from "./policies.ts";
import { answerError } from "./problems.ts";
import { readLineBodies } from "./record-stream.ts";
import { proofRoutes } from "./proofs.ts";
import { recordListRoutes } from "./record-lists.ts";
import { recordRoutes } from "./records.ts";
import { registryRoutes } from "./registry/index.ts";
import { traceRequests } from "./request-traces.ts";
import { RouteTable } from "./routes.ts";
import { statusRoutes } from "./status.ts";
import { subjectRoutes } from "./subjects.ts";
import { warningRoutes } from "./warnings.ts";
import { webhookRoutes } from "./webhooks.ts";
import { verificationRoutes } from "./verification.ts";
import { witnessRoutes } from "./witness.ts";
import { answerClientError, refuseExpectations, refuseOddRequests, unusedConnections } from "./wire.ts";

/** Longest path parameter: a subject of 200 characters with each one percent-encoded. */
const maxParamLength = 600;

/**
 * Connections at once; those over it are closed. Each takes one of the process's file handles, and a journal or an index
 * that cannot open a file stops writing: strangers must not get that far.
 */
const maxConnections = 1024;

/** Requests with a token that read, at once: an answer may be megabytes, and evidence asks the chain. */
const readsAtOnce = 256;

/** How long a connection may be without a byte either way, ms: who does not read his answer gives it up. */
const silenceMs = 120_000;

/** Bodies of the largest size that may be in work at once; of smaller ones as many more. What is made of one is larger. */
const bodiesAtOnce = 8;

/**
 * The node's HTTP API, apart from any process: it listens nowhere yet.
 *
 * `close()` is the graceful stop: requests in work are answered, new ones are told E_SHUTTING_DOWN, then it resolves.
 * Validation only says yes or no: nothing is coerced, defaulted or removed.
 */
export async function createApp(services: AppServices): Promise<App> {
  const app = newServer(services);
  const routes = new RouteTable();
  app.decorateRequest("principal", null);
  app.decorateRequest("refusedWith", null);
  readJsonBodies(app);
  readLineBodies(app);
  app.setErrorHandler(answerError);
  app.addHook("onRoute", (route) => {
    if (route.config?.access === undefined) throw new TypeError(`route ${route.url} does not say who may use it`);
    routes.add(route);
    services.onRoute?.(route);
  });
  addRequestHooks(app, services, routes, await browserSafetyFields());
  traceRequests(app);
  await describeRoutes(app);
  app.setNotFoundHandler((request, reply) => {
    routes.answer(request, reply);
  });
  const { concurrentSubmissions, bodyBytes } = services.settings;
  const gate = new WorkGate({ places: concurrentSubmissions, bytes: bodiesAtOnce * bodyBytes });
  const resources = [
    ...[
      recordRoutes,
      erasureRoutes,
      recordListRoutes,
      evidenceBatchRoutes,
      subjectRoutes,
      logRoutes,
      proofRoutes,
      verificationRoutes,
    ],
    ...[statusRoutes, docsRoutes],
    eventRoutes,
    webhookRoutes,
    policyRoutes,
    metricsRoutes,
    warningRoutes,
    registryRoutes,
    witnessRoutes,
  ];
  for (const addRoutes of resources) {
    await app.register((plugin, _options, done) => {
      addRoutes(plugin, services, gate);
      done();
    });
  }
  await app.ready();
  return app;
}

function newServer({ settings, logger }: AppServices): App {
  const app = Fastify({
    loggerInstance: logger,
    // Requests are logged by the app's own hook, which knows what must not stand there.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: settings.bodyBytes,
    requestTimeout: settings.requestTimeoutMs,
    connectionTimeout: silenceMs,
    http: {
      maxHeaderSize: 16 * 1024,
      headersTimeout: Math.min(settings.requestTimeoutMs, 15_000),
      // How often Node looks for requests that are late; its own 30 s would double the timeout.
      connectionsCheckingInterval: 1_000,
    },
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // The app's own hook answers while it closes, in the form of every other refusal.
    return503OnClosing: false,
    forceCloseConnections: "idle",
    clientErrorHandler: answerClientError,
    frameworkErrors: answerError,
    routerOptions: { maxParamLength },
    ajv: { customOptions: { coerceTypes: false, useDefaults: false, removeAdditional: false, allErrors: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = maxConnections;
  refuseExpectations(app.server);
  return app;
}

function addRequestHooks(
  app: App,
  { access, now, logger, metrics }: AppServices,
  routes: RouteTable,
  fields: Readonly<Record<string, string>>,
): void {
  let closing = false;
  const reading = new WorkGate({ places: readsAtOnce, bytes: 0 });
  const closeUnused = unusedConnections(app.server);
  app.addHook("preClose", (done) => {
    closing = true;
    closeUnused();
    done();
  });
  app.addHook("onRequest", (request, reply, done) => {
    void reply.headers(fields).header("x-request-id", request.id);
    if (closing) refuseWhileClosing(request);
    refuseOddRequests(request);
    if (request.is404 || hasEmptyParameter(request)) {
      routes.answer(request, reply);
      return;
    }
    authorize(request, access, now());
    const { principal, method } = request;
    // A stream is bounded by its own route: it would hold its place for days.
    const isBounded = method === "POST" || request.routeOptions.config.isStream === true;
    if (principal !== null && !isBounded) reading.enter(reply, { member: principal.member, bytes: 0 });
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    // A connection that stays open after its last answer would hold up the stop.
    if (closing) void reply.header("connection", "close");
    if (!reply.hasHeader("cache-control")) void reply.header("cache-control", "no-store");
    done(null, payload);
  });
  app.addHook("onResponse", (request, reply, done) => {
    // The route's pattern, not the path: a path may hold what a log must not.
    const { url: route = "unknown" } = request.routeOptions;
    const { method, id: requestId, principal, refusedWith } = request;
    const token = principal?.tokenId;
    const answered = { method, route, status: reply.statusCode, ms: reply.elapsedTime };
    metrics?.answered(refusedWith === null ? answered : { ...answered, code: refusedWith });
    logger.info({ requestId, method, route, token, status: reply.statusCode, ms: reply.elapsedTime }, "request");
    done();
  });
}

function refuseWhileClosing(request: FastifyRequest): void {
  if (request.routeOptions.url === "/healthz") return;
  throw new NodeError(
    "E_SHUTTING_DOWN",
    "The node is shutting down: nothing was stored. Send the request again later.",
  );
}

/** The router lets `:id` and `*` stand for nothing: a slash too many is another path, not an empty name. */
function hasEmptyParameter({ params }: FastifyRequest): boolean {
  return Object.values(params as Record<string, string>).includes("");
}
