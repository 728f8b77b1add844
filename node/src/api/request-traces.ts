import type { FastifyReply, FastifyRequest } from "fastify";
import { endRequestSpan, startRequestSpan, within } from "../tracing.ts";
import type { RequestSpan } from "../tracing.ts";
import type { App } from "./app-services.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Its span; null where nobody keeps spans, and before the caller is known. */
    trace: RequestSpan | null;
  }
}

/**
 * A span for each request, in whose context its handler runs. To be added after the hooks that say who calls.
 *
 * `traceparent` (W3C Trace Context) counts only from callers with a valid token: whoever may choose the trace and its
 * sampling may also fill the operator's tracing, and mix his requests into other members' traces.
 */
export function traceRequests(app: App): void {
  app.decorateRequest("trace", null);
  app.addHook("onRequest", (request, _reply, done) => {
    const { traceparent } = request.headers;
    const parent = request.principal !== null && typeof traceparent === "string" ? traceparent : undefined;
    request.trace = startRequestSpan({ method: request.method, route: routeOf(request), parent }) ?? null;
    inTrace(request, done);
  });
  // The body comes as events of the connection, which know of no request.
  app.addHook("preHandler", (request, _reply, done) => inTrace(request, done));
  app.addHook("onResponse", (request, reply, done) => {
    const span = request.trace ?? lateSpan(request, reply);
    if (span !== undefined) endRequestSpan(span, reply.statusCode, request.refusedWith);
    done();
  });
}

function inTrace({ trace }: FastifyRequest, done: () => void): void {
  if (trace === null) done();
  else within(trace, done);
}

/** Of a request that was refused before anybody knew who calls. */
function lateSpan(request: FastifyRequest, { elapsedTime }: FastifyReply): RequestSpan | undefined {
  const startedAt = Date.now() - elapsedTime;
  return startRequestSpan({ method: request.method, route: routeOf(request), startedAt });
}

function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? "unknown";
}
