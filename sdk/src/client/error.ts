/** What the client itself finds wrong. Everything else comes from the node, with the node's own code. */
export type ClientFaultCode =
  /** An address, token or key that no request can be made of. */
  | "CLIENT_OPTIONS"
  /** No answer: no connection, or it broke. */
  | "CLIENT_UNREACHABLE"
  /** No whole answer in time. */
  | "CLIENT_TIMEOUT"
  /** An answer that is not what this resource answers. */
  | "CLIENT_ANSWER"
  /** An answer beyond the limit for this resource. */
  | "CLIENT_TOO_LARGE";

/** A refusal as the node sends it (RFC 9457), with what this client reads of it. */
export interface Problem {
  /** Stable, see the node's table of errors. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** RFC 6901 pointer to what is wrong in the request. */
  readonly field?: string;
  /** Line of a stream of records that is wrong, from 1. */
  readonly line?: number;
  /** Under this id the node's log has more. */
  readonly requestId?: string;
  /** A refusal by rule: the signed note, for `verifyRefusal`, and the record that keeps it, if one does. */
  readonly refusal?: { readonly note: string; readonly record?: string };
}

/**
 * A request that did not end as it should.
 *
 * `code` is a {@link ClientFaultCode}, or the code of the node's problem. `status` is that of the HTTP answer, where there
 * was one; `problem` is there when the node refused. Never holds the token.
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: string;
  readonly status: number | undefined;
  readonly problem: Problem | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    { status, problem, cause }: { status?: number; problem?: Problem; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.problem = problem;
    this.details = problem === undefined ? {} : { ...problem };
  }
}

/** A fault that the client found itself. */
export function clientFault(
  code: ClientFaultCode,
  message: string,
  rest: { status?: number; cause?: unknown } = {},
): ClientError {
  return new ClientError(code, message, rest);
}
