import { EvidenceError, fromHex, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { encodeBundle } from "@lianzheng/sdk/evidence";
import type { Bundle } from "@lianzheng/sdk/evidence";
import { decodeEntry } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import type { FastifyRequest } from "fastify";
import { NodeError } from "../errors.ts";
import { maySee, principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { refuseErased } from "./erased.ts";
import type { WorkGate } from "./gate.ts";
import { requireJson } from "./json-body.ts";
import type { Principal, StoredRecord } from "./ports.ts";
import { IdParams, NoQuery, problemAnswers, Raw, Receipt, RecordAnswer, SubmissionBody } from "./schemas.ts";
import { aboutOneRecord, readingRefusals, submissionDocs } from "./record-docs.ts";
import { answerStream, isLineStream, requireLines } from "./record-stream.ts";
import { refusingBy } from "./refusing.ts";
import { readSubmissions } from "./submission.ts";

/** `POST /v1/records`, `GET /v1/records/:id`, `GET /v1/records/:id/evidence`. */
export function recordRoutes(app: App, services: AppServices, gate: WorkGate): void {
  submissionRoute(app, services, gate);
  readRoute(app, services);
  evidenceRoute(app, services);
}

function submissionRoute(app: App, services: AppServices, gate: WorkGate): void {
  const { log, keys, settings, now, policies } = services;
  const rules = { keys, now, policies, batchRecords: settings.batchRecords };
  app.route({
    method: "POST",
    url: "/v1/records",
    config: { access: "submit", docs: submissionDocs },
    schema: {
      ...{ operationId: "submitRecords", summary: "Submit one record, or several together", tags: ["records"] },
      ...{ querystring: NoQuery, body: SubmissionBody, response: { 200: Receipt, 201: Receipt, ...problemAnswers } },
    },
    onRequest: (request, reply, done) => {
      if (isLineStream(request)) requireLines(request);
      else requireJson(request);
      idempotencyKey(request);
      gate.enter(reply, { member: principalOfRequest(request).member, bytes: bodyLength(request, settings.bodyBytes) });
      done();
    },
    handler: async (request, reply) => {
      if (isLineStream(request)) return answerStream(request, reply, services, idempotencyKey(request));
      const caller = principalOfRequest(request);
      const signing = refusingBy(policies, caller, bodyDigest(request));
      const submissions = await readSubmissions(request.body as JsonValue, caller, rules).catch(signing);
      const identity = { member: caller.member, key: idempotencyKey(request), requestDigest: bodyDigest(request) };
      const { receipt, replayed } = await log.submit(submissions, identity);
      if (replayed) void reply.header("idempotent-replay", "true");
      return reply.code(replayed ? 200 : 201).send({ ...receipt, records: [...receipt.records] });
    },
  });
}

function readRoute(app: App, { log, evidence, erasures }: AppServices): void {
  app.route({
    method: "GET",
    url: "/v1/records/:id",
    config: { access: "read", docs: { ...aboutOneRecord, refusals: [...readingRefusals, "E_ERASED"] } },
    schema: {
      ...{ operationId: "readRecord", summary: "A record, and where it is anchored", tags: ["records"] },
      ...{ querystring: NoQuery, params: IdParams, response: { 200: RecordAnswer, ...problemAnswers } },
    },
    handler: async (request) => {
      const record = await visibleRecord(log, request.params.id, principalOfRequest(request));
      await refuseErased(erasures, record);
      const anchor = (await evidence.anchorOf(record.index)) ?? null;
      const { id, index, entry, disclosures, submitter } = record;
      return { id, index, entry, disclosures: [...disclosures], submitter, anchor };
    },
  });
}

function evidenceRoute(app: App, services: AppServices): void {
  app.route({
    method: "GET",
    url: "/v1/records/:id/evidence",
    config: {
      access: "read",
      docs: { ...aboutOneRecord, refusals: [...readingRefusals, "E_NOT_ANCHORED", "E_ERASED"] },
    },
    schema: {
      ...{ operationId: "readRecordEvidence", summary: "The evidence bundle of a record", tags: ["records"] },
      ...{ querystring: NoQuery, params: IdParams, response: { 200: Raw, ...problemAnswers } },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const text = encodeBundle(await evidenceOf(id, principalOfRequest(request), services));
      void reply.header("content-disposition", `attachment; filename="${id}.evidence.json"`);
      return reply.type("application/json").send(text);
    },
  });
}

/**
 * Evidence of one record.
 *
 * @throws NodeError E_NOT_FOUND for what is not there or not the caller's to see, E_ERASED, E_NOT_ANCHORED; EvidenceError
 *   E_HEX_FORM, E_HASH_FORM, E_HASH_ZERO
 */
export async function evidenceOf(
  id: string,
  caller: Principal,
  { log, evidence, erasures }: AppServices,
): Promise<Bundle> {
  const record = await visibleRecord(log, id, caller);
  await refuseErased(erasures, record);
  await requireAnchor(evidence, record.index);
  return evidence.bundleOf([record.index]);
}

/**
 * Refuses while no accepted checkpoint covers the record at `index`.
 *
 * @throws NodeError E_NOT_ANCHORED
 */
export async function requireAnchor(evidence: AppServices["evidence"], index: number): Promise<void> {
  if ((await evidence.anchorOf(index)) !== undefined) return;
  const { expectedWaitSeconds: retryAfterSeconds } = evidence;
  const detail = `The record is stored but not anchored yet: ask again in ${retryAfterSeconds} s.`;
  throw new NodeError("E_NOT_ANCHORED", detail, { retryAfterSeconds });
}

/** The record, if the caller may see it. One that it may not see is answered exactly like one that does not exist. */
export async function visibleRecord(log: AppServices["log"], id: string, caller: Principal): Promise<StoredRecord> {
  const record = await log.recordById(recordId(id));
  if (
    record === undefined ||
    !maySee(caller, { issuer: decodeEntry(record.entry).issuer, submitter: record.submitter })
  ) {
    throw new NodeError("E_NOT_FOUND", "There is no such record.");
  }
  return record;
}

function recordId(text: string): Hex {
  const digest = fromHex32(text);
  if (digest.every((byte) => byte === 0)) {
    throw new EvidenceError("E_HASH_ZERO", "A record's id is never zero.", { field: "/id" });
  }
  return toHex(digest);
}

function fromHex32(text: string): Uint8Array {
  try {
    return fromHex(text, 32);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new EvidenceError(error.code, error.message, { ...error.details, field: "/id" }, error);
  }
}

/** 1 to 256 visible ASCII characters. A field sent twice arrives joined by a comma and a blank, and is refused. */
export function idempotencyKey({ headers }: FastifyRequest): string {
  const key = headers["idempotency-key"];
  if (typeof key === "string" && /^[\x21-\x7e]{1,256}$/.test(key)) return key;
  const detail = "Send Idempotency-Key: 1 to 256 visible ASCII characters, the same for a repetition of this request.";
  throw new NodeError("E_IDEMPOTENCY_KEY", detail);
}

/** Length of the body as far as it is known before it is read. */
export function bodyLength({ headers }: FastifyRequest, most: number): number {
  const length = headers["content-length"];
  return length === undefined ? most : Math.min(Number(length), most);
}

export function bodyDigest({ bodyDigest: digest }: FastifyRequest): Hex {
  if (digest === null) throw new NodeError("E_BODY_EMPTY", "Send a record, or an array of records, as the body.");
  return digest;
}
