import { canonicalJson } from "@lianzheng/sdk/record";
import type { AnswerReader } from "./answer.ts";
import { readReceipt, type SubmissionReceipt } from "./answers.ts";
import type * as api from "./api-types.ts";
import { lawQuery } from "./law.ts";
import { answerOf, assertIdempotencyKey, type Transport } from "./transport.ts";

/** Which warnings are asked for; all that the caller may see if left out. */
export interface WarningWish {
  readonly state?: string;
  readonly severity?: string;
  readonly rule?: string;
  readonly subject?: string;
  /** 1 to 1,000, 100 if left out. */
  readonly limit?: number;
  readonly cursor?: string;
}

/** A warning of the node's monitor, and what became of it. */
export type Warning = api.GetWarningAnswer;

/** What is decided about a warning; it becomes a record. */
export interface Handling {
  readonly decision: "acknowledge" | "dismiss" | "resolve" | "reopen";
  readonly note: string;
}

const maxBytes = 8 * 1024 * 1024;

/** Warnings of a node's monitor (docs/monitoring.md). Throws ClientError as NodeClient does. */
export class WarningRoom {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A page of warnings, in the log's order. */
  async list(wish: WarningWish = {}): Promise<api.ListWarningsAnswer> {
    const { limit, cursor, ...filters } = wish;
    const page = { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
    const answer = await this.#get(`/v1/warnings${lawQuery({ filters, ...page })}`);
    return { items: answer.list("items", readWarning), next: answer.orNull("next", () => answer.text("next")) };
  }

  async get(id: string): Promise<Warning> {
    return readWarning(await this.#get(`/v1/warnings/${encodeURIComponent(id)}`));
  }

  /**
   * Records what is decided about a warning. Repeating a call with the same key is safe at any time.
   *
   * @param idempotencyKey - 1 to 256 visible ASCII characters, a new one for each decision
   */
  async handle(
    id: string,
    handling: Handling,
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): Promise<SubmissionReceipt> {
    assertIdempotencyKey(idempotencyKey);
    const answer = await this.#transport.send({
      ...{ method: "POST", path: `/v1/warnings/${encodeURIComponent(id)}/handling`, maxBytes },
      headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
      body: canonicalJson({ ...handling }),
    });
    return readReceipt(answerOf(answer, maxBytes), answer.headers.get("idempotent-replay") === "true");
  }

  async #get(path: string): Promise<AnswerReader> {
    return answerOf(await this.#transport.send({ method: "GET", path, maxBytes }), maxBytes);
  }
}

function readWarning(warning: AnswerReader): Warning {
  return {
    ...{ id: warning.text("id"), record: warning.text("record"), index: warning.count("index") },
    rule: warning.within("rule", (rule) => ({
      ...{ id: rule.text("id"), kind: rule.text("kind"), version: rule.text("version") },
    })),
    severity: warning.text("severity"),
    title: warning.within("title", (title) => ({ en: title.text("en"), zh: title.text("zh") })),
    ...{ subject: warning.text("subject"), member: warning.text("member"), records: warning.texts("records") },
    ...{ facts: warning.facts("facts"), raisedAt: warning.text("raisedAt"), state: warning.text("state") },
    handlings: warning.texts("handlings"),
  };
}
