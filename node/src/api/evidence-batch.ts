import { Readable } from "node:stream";
import { canonicalJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import type { WorkGate } from "./gate.ts";
import { requireJson } from "./json-body.ts";
import { jsonRefusals, readingRefusals, RecordId } from "./record-docs.ts";
import { lineMediaType } from "./record-stream.ts";
import { evidenceOf } from "./records.ts";
import { toKnownError, toProblem } from "./problems.ts";
import type { RouteDocs } from "./route-docs.ts";
import { NoQuery, problemAnswers, Raw } from "./schemas.ts";

/** Most records of one request. */
const mostIds = 100;

const Request = Type.Object(
  { ids: Type.Array(Type.String(), { minItems: 1, maxItems: mostIds }) },
  { additionalProperties: false },
);

const docs: RouteDocs = {
  description:
    "Evidence of up to 100 records, as a stream with a line for each id in the order in which they were asked for: " +
    "`{ id, bundle }`, or `{ id, error }` with the problem that the record's own route would answer with.",
  refusals: [
    ...(["E_BODY_TOO_LARGE", "E_BODY_EMPTY", "E_MEDIA_TYPE", "E_ENCODING_UNSUPPORTED", "E_EXPECTATION"] as const),
    ...readingRefusals,
  ],
  decoderRefusals: [...jsonRefusals, "E_TYPE", "E_RANGE", "E_MISSING_FIELD", "E_UNKNOWN_FIELD"],
  body: {
    "application/json": {
      schema: Type.Object(
        { ids: Type.Array(RecordId, { minItems: 1, maxItems: mostIds }) },
        { additionalProperties: false },
      ),
    },
  },
  answers: { 200: { [lineMediaType]: { schema: Type.String({ description: "One record a line" }) } } },
};

/** `POST /v1/evidence`. */
export function evidenceBatchRoutes(app: App, services: AppServices, gate: WorkGate): void {
  app.route({
    method: "POST",
    url: "/v1/evidence",
    config: { access: "read", docs },
    schema: {
      ...{ operationId: "readEvidenceBatch", summary: "Evidence bundles of several records", tags: ["records"] },
      ...{ querystring: NoQuery, body: Request, response: { 200: Raw, ...problemAnswers } },
    },
    onRequest: (request, reply, done) => {
      requireJson(request);
      gate.enter(reply, { member: principalOfRequest(request).member, bytes: 64 * 1024 });
      done();
    },
    handler: (request, reply) => {
      const lines = linesOf(request.body.ids, request, services);
      // Bytes, not objects: a bundle is made when the one before it was read.
      return reply.type(lineMediaType).send(Readable.from(lines, { objectMode: false }));
    },
  });
}

async function* linesOf(
  ids: readonly string[],
  request: FastifyRequest,
  services: AppServices,
): AsyncGenerator<string, undefined, undefined> {
  for (const id of ids) yield `${await lineOf(id, request, services)}\n`;
  return undefined;
}

async function lineOf(id: string, request: FastifyRequest, services: AppServices): Promise<string> {
  try {
    const bundle = await evidenceOf(id, principalOfRequest(request), services);
    return canonicalJson({ id, bundle } as unknown as JsonValue);
  } catch (error) {
    const known = toKnownError(error);
    const problem = toProblem(known, request.id);
    if (problem.status >= 500) request.log.error({ code: known.code, err: known.cause ?? known }, "evidence failed");
    return JSON.stringify({ id, error: problem });
  }
}
