import type { RouteOptions } from "fastify";
import { nodeFaults } from "../errors.ts";
import type { NodeErrorCode } from "../errors.ts";
import { evidenceStatus, problemMediaType, retryAfterSeconds } from "./problems.ts";
import type { DecoderCode, MediaDocs, RouteDocs } from "./route-docs.ts";

/** The parts of an OpenAPI 3.1 document that are touched here. */
export interface ApiDocument {
  paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId?: string;
  security?: readonly Readonly<Record<string, readonly string[]>>[];
  description?: string;
  parameters?: readonly Parameter[];
  requestBody?: { readonly required: true; readonly content: Readonly<Record<string, MediaDocs>> };
  responses: Record<string, unknown>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: unknown;
  readonly description?: string;
}

/** What {@link problemAnswers} became; it is said better below. */
const ranges = new Set(["4XX", "5XX"]);

/** Refusals that any route may give, besides E_AUTH where a token is asked for. */
const everywhere: readonly NodeErrorCode[] = [
  ...(["E_REQUEST", "E_QUERY", "E_QUERY_DUPLICATE", "E_NOT_FOUND", "E_TIMEOUT", "E_HEADERS_TOO_LARGE"] as const),
  ...(["E_INTERNAL", "E_SHUTTING_DOWN", "E_OVERLOADED"] as const),
];

const scheme = "token";

/**
 * Completes what the plugin made of the routes: problems with their codes, scopes, and bodies that the sdk checks.
 *
 * Routes are found by their operationId.
 */
export function finishDocument(document: ApiDocument, routes: readonly RouteOptions[]): void {
  const byOperation = new Map(routes.map((route) => [route.schema?.operationId, route]));
  for (const operation of Object.values(document.paths ?? {}).flatMap((path) => Object.values(path))) {
    const route = byOperation.get(operation.operationId);
    if (route !== undefined) finishOperation(operation, route);
  }
  document.paths = Object.fromEntries(
    Object.entries(document.paths ?? {}).map(([path, operations]) => [path.replace("{*}", "{path}"), operations]),
  );
}

function finishOperation(operation: Operation, { config = {} }: RouteOptions): void {
  const { access, docs = {} } = config;
  // Of several scopes one is enough, and so it is with several members of `security`.
  const needed = access === undefined || access === "public" ? [] : [access].flat();
  operation.security = needed.map((scope) => ({ [scheme]: [scope] }));
  if (docs.description !== undefined) operation.description = docs.description;
  operation.parameters = [
    ...(operation.parameters ?? []).map((parameter) => described(parameter, docs)),
    ...headersOf(docs),
  ];
  if (docs.body !== undefined) operation.requestBody = { required: true, content: docs.body };
  const success = Object.entries(operation.responses).filter(([status]) => !ranges.has(status));
  const codes = [...everywhere, ...(access === "public" ? [] : (["E_AUTH"] as const)), ...(docs.refusals ?? [])];
  operation.responses = {
    ...Object.fromEntries(success.map(([status, answer]) => [status, successOf(status, answer, docs)])),
    ...problemsOf([...codes, ...(docs.decoderRefusals ?? [])], docs.refusals !== undefined),
    ...Object.fromEntries([...ranges].map((range) => [range, anyProblem])),
  };
}

function described(parameter: Parameter, { parameters }: RouteDocs): Parameter {
  const schema = parameters?.[parameter.name];
  // The router's wildcard has no name of its own.
  const name = parameter.name === "*" ? "path" : parameter.name;
  if (schema === undefined) return { ...parameter, name };
  const { description } = schema as { description?: string };
  return { ...parameter, name, schema, ...(description === undefined ? {} : { description }) };
}

function headersOf({ headers = {} }: RouteDocs): readonly Parameter[] {
  return Object.entries(headers).map(([name, schema]) => ({ name, in: "header", required: true, schema }));
}

function successOf(status: string, answer: unknown, { answers }: RouteDocs): unknown {
  const content = answers?.[status];
  return {
    ...(answer as object),
    description: nameOfSuccess[status] ?? "Done",
    ...(content === undefined ? {} : { content }),
  };
}

const nameOfSuccess: Readonly<Record<string, string>> = {
  200: "Done",
  201: "Stored: everything is on disk",
  204: "Done; there is nothing to say",
  206: "The part that was asked for",
};

const problem = { $ref: "#/components/schemas/Problem" } as const;
const anyProblem = { description: "Another refusal", content: { [problemMediaType]: { schema: problem } } } as const;

/** One answer for each status, with the codes that it may bear; all of them only where the route says so. */
function problemsOf(codes: readonly (NodeErrorCode | DecoderCode)[], complete: boolean): Record<string, unknown> {
  const statuses = new Set(codes.map(statusOf));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const of = [...new Set(codes)].filter((code) => statusOf(code) === status);
      const schema = complete ? { allOf: [problem, { properties: { code: { enum: of } } }] } : problem;
      return [String(status), { ...answerOf(status, of), content: { [problemMediaType]: { schema } } }];
    }),
  );
}

function answerOf(status: number, codes: readonly (NodeErrorCode | DecoderCode)[]): object {
  const headers = {
    ...(status === 401 ? { "WWW-Authenticate": { schema: { type: "string" } } } : {}),
    ...(codes.some((code) => code in retryAfterSeconds)
      ? { "Retry-After": { description: "Seconds to wait", schema: { type: "integer" } } }
      : {}),
  };
  const description = codes.map((code) => `\`${code}\`: ${titleOf(code)}.`).join("\n\n");
  return { description, ...(Object.keys(headers).length === 0 ? {} : { headers }) };
}

function statusOf(code: NodeErrorCode | DecoderCode): number {
  return isNodeCode(code) ? nodeFaults[code].status : evidenceStatus(code);
}

function titleOf(code: NodeErrorCode | DecoderCode): string {
  return isNodeCode(code) ? nodeFaults[code].title : "The submission is not acceptable";
}

function isNodeCode(code: string): code is NodeErrorCode {
  return code in nodeFaults;
}
