import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { NodeError, nodeFaults } from "../errors.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { Tombstone } from "./erasure-port.ts";
import type { RefusalNote } from "./policies-port.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Code of the problem that it was answered with; null while it was not refused. */
    refusedWith: string | null;
  }
}

/** An RFC 9457 problem: `code` is API, `title` and `detail` are for people. */
export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** JSON pointer (RFC 6901) to what is wrong, where that is known. */
  readonly field?: string;
  /** Byte offset into the body, or into the line, for syntax errors. */
  readonly offset?: number;
  /** Codes of what a node lacks that is not ready. */
  readonly reasons?: readonly string[];
  /** Which record says that what was asked for is erased, with E_ERASED. */
  readonly erasure?: Tombstone;
  /** Until when it must be kept, with E_RETENTION. */
  readonly until?: string;
  /** Line of a stream, counted from 1. */
  readonly line?: number;
  /** A refusal by rule, signed. */
  readonly refusal?: RefusalNote;
  readonly requestId: string;
}

/** Media type of a {@link Problem} (RFC 9457 section 3). */
export const problemMediaType = "application/problem+json";

/** The sdk's codes for what is not even JSON: 400. Every other fault of a record is 422, well-formed but not acceptable. */
const malformed: ReadonlySet<EvidenceErrorCode> = new Set<EvidenceErrorCode>([
  "E_BODY_EMPTY",
  "E_JSON_SYNTAX",
  "E_JSON_DUPLICATE_KEY",
  "E_ENCODING",
  "E_FORBIDDEN_KEY",
]);

/** Fastify's own refusals in the node's words. A code that is not listed and has a 4xx status is E_REQUEST. */
const fastifyFaults: Readonly<Record<string, NodeErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "E_BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "E_MEDIA_TYPE",
  FST_ERR_CTP_EMPTY_JSON_BODY: "E_BODY_EMPTY",
  FST_ERR_BAD_URL: "E_NOT_FOUND",
  FST_ERR_HANDLER_TIMEOUT: "E_OVERLOADED",
};

/** Codes after which the same request may work later, with the seconds to wait (RFC 9110 section 10.2.3). */
export const retryAfterSeconds: Readonly<Partial<Record<NodeErrorCode, number>>> = {
  E_OVERLOADED: 1,
  E_IN_PROGRESS: 1,
  E_NOT_ANCHORED: 5,
  E_NOT_READY: 5,
  E_SHUTTING_DOWN: 10,
};

/**
 * The error as the node's own: whatever arises below the API becomes one of the table's codes or an sdk code.
 *
 * An error that nobody foresaw becomes E_INTERNAL and keeps its cause for the log; the caller learns nothing of it.
 */
export function toKnownError(error: unknown): NodeError | EvidenceError {
  if (error instanceof NodeError) return error;
  if (error instanceof EvidenceError) return ofEvidence(error);
  if (error instanceof ChainError) return ofChain(error);
  if (isDamageOfLevel(error))
    return new NodeError("INDEX_CORRUPT", "A file of an index is damaged. Start again, or run rebuild.", {}, error);
  return ofFastify(error as Partial<FastifyError>);
}

/** LevelDB met bytes that it did not write, in the middle of reading: its iterators say so in their own words. */
function isDamageOfLevel(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "LEVEL_CORRUPTION";
}

/** The answer to `error`. */
export function toProblem(error: NodeError | EvidenceError, requestId: string): Problem {
  const { field, offset, line, until, erasure, reasons, refusal } = error.details;
  return {
    code: error.code,
    ...summaryOf(error),
    ...(typeof field === "string" ? { field } : {}),
    ...(typeof offset === "number" ? { offset } : {}),
    ...(Array.isArray(reasons) ? { reasons: reasons.map(String) } : {}),
    ...(erasure === undefined ? {} : { erasure: erasure as Tombstone }),
    ...(typeof until === "string" ? { until } : {}),
    ...(typeof line === "number" ? { line } : {}),
    ...(refusal === undefined ? {} : { refusal: refusal as RefusalNote }),
    requestId,
  };
}

/** Fastify's error handler: every refusal and every failure leaves the node through here. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = toKnownError(error);
  const problem = toProblem(known, request.id);
  request.refusedWith = known.code;
  if (problem.status >= 500) request.log.error({ code: known.code, err: known.cause ?? known }, "request failed");
  const wait = waitOf(known);
  if (wait !== undefined) void reply.header("retry-after", String(wait));
  if (known.code === "E_AUTH") void reply.header("www-authenticate", 'Bearer realm="lianzheng"');
  void reply.code(problem.status).type(problemMediaType).header("cache-control", "no-store").send(problem);
}

function summaryOf(error: NodeError | EvidenceError): Pick<Problem, "status" | "title" | "detail"> {
  if (error instanceof NodeError) {
    // The messages of the rooms below name files and folders: those are for the operator's log.
    const { status, title } = error;
    return { status, title, detail: error.code.startsWith("E_") || status < 500 ? error.message : title };
  }
  return { status: evidenceStatus(error.code), title: "The submission is not acceptable", detail: error.message };
}

/** Status of an sdk code. */
export function evidenceStatus(code: EvidenceErrorCode): number {
  return malformed.has(code) ? 400 : 422;
}

function ofEvidence(error: EvidenceError): NodeError | EvidenceError {
  if (error.code === "E_TOO_LARGE" && error.details["field"] === undefined) {
    return new NodeError("E_BODY_TOO_LARGE", error.message, {}, error);
  }
  // V_ codes judge proofs. In a submission only a statement's signature is judged; elsewhere the node failed its own proof.
  if (!error.code.startsWith("V_") || error.code === "V_MEMBER_SIGNATURE") return error;
  return internal(error);
}

function ofChain(error: ChainError): NodeError {
  if (error.code === "C_NOT_ANCHORED") {
    const detail = "No accepted checkpoint covers the record yet: ask again after the time in Retry-After.";
    return new NodeError("E_NOT_ANCHORED", detail, error.details, error);
  }
  return new NodeError("E_NOT_READY", "The node cannot get what it needs from the chain: try again.", {}, error);
}

function ofFastify(error: Partial<FastifyError>): NodeError | EvidenceError {
  const code = fastifyFaults[error.code ?? ""];
  if (code !== undefined) return new NodeError(code, `${nodeFaults[code].title}.`);
  if (error.code === "FST_ERR_VALIDATION") return ofValidation(error);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return new NodeError("E_REQUEST", "The request is not well-formed HTTP.");
  return internal(error);
}

function ofValidation(error: Partial<FastifyError>): NodeError | EvidenceError {
  const first = error.validation?.[0];
  const field = first?.instancePath ?? "";
  if (error.validationContext === "body") return ofBody(first?.keyword ?? "", field, first?.params ?? {});
  if (error.validationContext === "querystring") {
    const named = first?.params["additionalProperty"] ?? first?.params["missingProperty"];
    const where = typeof named === "string" ? `/${named}` : field;
    return new NodeError("E_QUERY", "This resource takes no such query parameter, or needs this one.", {
      field: where,
    });
  }
  return new NodeError("E_NOT_FOUND", "There is no such resource.");
}

/** A body of another shape, in the words with which the sdk refuses records. */
function ofBody(keyword: string, field: string, params: Readonly<Record<string, unknown>>): EvidenceError {
  const named = params["additionalProperty"] ?? params["missingProperty"];
  const where = typeof named === "string" ? `${field}/${named}` : field;
  const [code, detail] = bodyFaults[keyword] ?? ["E_RANGE", "is not what this resource takes"];
  return new EvidenceError(code, `${where === "" ? "The body" : where} ${detail}.`, { field: where });
}

const bodyFaults: Readonly<Record<string, readonly [EvidenceErrorCode, string]>> = {
  additionalProperties: ["E_UNKNOWN_FIELD", "is not known here"],
  required: ["E_MISSING_FIELD", "is missing"],
  type: ["E_TYPE", "is of another type"],
};

function internal(cause: unknown): NodeError {
  return new NodeError("E_INTERNAL", "The node failed. Its log names the cause under this request id.", {}, cause);
}

function waitOf(error: NodeError | EvidenceError): number | undefined {
  const { retryAfterSeconds: given } = error.details;
  if (typeof given === "number") return given;
  return error instanceof NodeError ? retryAfterSeconds[error.code] : undefined;
}
