import {
  context,
  INVALID_SPAN_CONTEXT,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { Attributes, Context, Link, Span, SpanContext, Tracer } from "@opentelemetry/api";

/**
 * Traces of the node (OpenTelemetry API 1). The product has the API only: without an SDK, which an operator loads by
 * `node --import`, no span is kept and nothing of this costs anything to speak of.
 *
 * Attributes are counts, codes, routes' patterns and methods' names; never what a record says, a subject, a member, an id, a
 * path, a host or the text of an error.
 */
const scope = "lianzheng";

/** What work is given that runs in no span. */
const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/** Undefined where no SDK is loaded. Asked each time: one may be loaded late. */
function loadedTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer(scope) : provider.getTracer(scope);
}

/** What a span is begun with. */
export interface SpanStart {
  readonly kind?: "internal" | "server" | "client";
  readonly attributes?: Attributes;
  /** Begins a trace of its own; the spans that caused it are links. */
  readonly causes?: readonly SpanContext[];
}

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;
/** Links of one span: a group may hold a thousand requests. */
const maxLinks = 32;

/** Runs `work` in a span; what it throws ends the span with its code and is thrown on. */
export function inSpan<T>(name: string, start: SpanStart, work: (span: Span) => Promise<T>): Promise<T> {
  const tracer = loadedTracer();
  return tracer === undefined ? work(noSpan) : inSpanOf(tracer, name, start, work);
}

async function inSpanOf<T>(
  tracer: Tracer,
  name: string,
  { kind = "internal", attributes = {}, causes }: SpanStart,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = causes === undefined ? context.active() : ROOT_CONTEXT;
  const links = (causes ?? []).slice(0, maxLinks).map((cause): Link => ({ context: cause }));
  const span = tracer.startSpan(name, { kind: kinds[kind], attributes, links }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    failSpan(span, codeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** The span that is at work here, for whoever goes on with its work later; undefined without one. */
export function presentCause(): SpanContext | undefined {
  return loadedTracer() === undefined ? undefined : trace.getActiveSpan()?.spanContext();
}

/** Marks a span as failed, with a stable code. */
export function failSpan(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: code }).setAttribute("error.type", code);
}

/** A request's span, and the context in which its work belongs to it. */
export interface RequestSpan {
  readonly span: Span;
  readonly context: Context;
}

/** What is known of a request when its span begins. */
export interface RequestStart {
  readonly method: string;
  /** The route's pattern. */
  readonly route: string;
  /** `traceparent` of a caller who may continue a trace. */
  readonly parent?: string | undefined;
  /** When it came, where that was before now: ms since 1970. */
  readonly startedAt?: number;
}

/** Begins the span of a request; undefined where nobody keeps spans. */
export function startRequestSpan({ method, route, parent, startedAt }: RequestStart): RequestSpan | undefined {
  const tracer = loadedTracer();
  if (tracer === undefined) return undefined;
  const from = parent === undefined ? ROOT_CONTEXT : remoteContext(parent);
  const attributes = { "http.request.method": method, "http.route": route };
  const times = startedAt === undefined ? {} : { startTime: startedAt };
  const span = tracer.startSpan(`http ${method} ${route}`, { kind: SpanKind.SERVER, attributes, ...times }, from);
  return { span, context: trace.setSpan(from, span) };
}

/** Runs `work`, and what it begins, as part of a request. */
export function within({ context: of }: RequestSpan, work: () => void): void {
  context.with(of, work);
}

/** Ends the span of a request. A refusal has its code; only a fault of the node's is an error of its span. */
export function endRequestSpan({ span }: RequestSpan, status: number, code: string | null): void {
  span.setAttribute("http.response.status_code", status);
  if (code !== null) span.setAttribute("error.type", code);
  if (status >= 500) failSpan(span, code ?? String(status));
  span.end();
}

/** W3C Trace Context 1, section 3.2.2: of later versions only what this one has. */
const traceparentForm =
  /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(?:-.{0,200})?$/;

function remoteContext(traceparent: string): Context {
  const [, traceId, spanId, flags] = traceparentForm.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || (traceparent.startsWith("00") && traceparent.length !== 55))
    return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number(`0x${flags}`) & 1, isRemote: true });
}

/** Stable codes only: the text of an error may name what a trace must not hold. */
function codeOf(error: unknown): string {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : "E_INTERNAL";
}

/** The one door to a chain, as this file sees it. */
interface Rpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** `rpc`, each call of which is a span of a client. */
export function tracedRpc(rpc: Rpc): Rpc {
  return {
    send: (method, params) =>
      inSpan(`rpc ${method}`, { kind: "client", attributes: { "rpc.system": "jsonrpc", "rpc.method": method } }, () =>
        rpc.send(method, params),
      ),
  };
}
