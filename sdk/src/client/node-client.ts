import { EvidenceError, fromUtf8, isHex, type Hex } from "@lianzheng/sdk/encoding";
import { decodeBundle, maxBundleBytes, type Bundle } from "@lianzheng/sdk/evidence";
import {
  canonicalJson,
  isSubject,
  type ErasureGround,
  type JsonValue,
  type PreparedRecord,
  type RecordInput,
} from "@lianzheng/sdk/record";
import { AnswerReader } from "./answer.ts";
import {
  readDuePage,
  readReceipt,
  readRecord,
  readStatus,
  type DuePage,
  type NodeStatus,
  type StoredRecord,
  type SubmissionReceipt,
} from "./answers.ts";
import { ClientError, clientFault } from "./error.ts";
import { readJsonAnswer, Transport, type Answer, type TransportOptions } from "./transport.ts";

/** A record as it is submitted, open or prepared. */
export type Submittable = RecordInput | PreparedRecord;

/** Whether a node answers, and whether it can do its work. */
export interface Health {
  readonly ready: boolean;
  /** Why not, in the node's words. */
  readonly reason?: string;
}

const maxAnswerBytes = 8 * 1024 * 1024;
const maxCheckpointBytes = 64 * 1024;

/**
 * A node's API, typed. Answers are read strictly and bounded in time and size; what they say is the node's word, and what
 * proves it is in the bundles.
 *
 * Every method throws ClientError: the node's own code (`E_NOT_FOUND`, `E_NOT_ANCHORED`, …) with its problem, or
 * CLIENT_UNREACHABLE, CLIENT_TIMEOUT, CLIENT_ANSWER, CLIENT_TOO_LARGE, CLIENT_OPTIONS.
 */
export class NodeClient {
  private readonly transport: Transport;

  constructor(options: TransportOptions) {
    this.transport = new Transport(options);
  }

  /**
   * Submits one record or up to 1,000 together; all are taken or none. Resolves when they are on the node's disk.
   *
   * Repeating a call with the same key and the same records is safe at any time, also after an error: the node stores them
   * once and answers with the first receipt.
   *
   * @param idempotencyKey - 1 to 256 visible ASCII characters, a new one for each submission
   */
  async submit(
    records: Submittable | readonly Submittable[],
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): Promise<SubmissionReceipt> {
    assertIdempotencyKey(idempotencyKey);
    const answer = await this.transport.send({
      method: "POST",
      path: "/v1/records",
      headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
      // The canonical form: the same records are the same bytes, which the node compares under one key.
      body: canonicalJson(records as unknown as JsonValue),
      maxBytes: maxAnswerBytes,
    });
    const receipt = readReceipt(readAnswer(answer), answer.headers.get("idempotent-replay") === "true");
    assertReceiptOf(records, receipt, answer.status);
    return receipt;
  }

  /** One record, as its issuer, its submitter and the node's operator may see it. */
  async record(id: Hex): Promise<StoredRecord> {
    return readRecord(readAnswer(await this.get(`/v1/records/${recordId(id)}`)), id);
  }

  /**
   * Erases a record: from the answer on nobody can read what it disclosed, and its entry stands as before. Resolves with the
   * receipt of the record that says so; for a record that is erased already with the first one's, `replayed`.
   *
   * Repeating a call is safe at any time. Refused with E_RETENTION where `retention-ended` is not true yet.
   *
   * @param idempotencyKey - as of {@link submit}
   */
  async erase(
    id: Hex,
    wish: { readonly ground: ErasureGround; readonly reference?: string },
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): Promise<SubmissionReceipt> {
    assertIdempotencyKey(idempotencyKey);
    const answer = await this.transport.send({
      method: "POST",
      path: `/v1/records/${recordId(id)}/erasure`,
      headers: { "content-type": "application/json", "idempotency-key": idempotencyKey },
      body: canonicalJson({ ...wish }),
      maxBytes: maxAnswerBytes,
    });
    return readReceipt(readAnswer(answer), answer.headers.get("idempotent-replay") === "true");
  }

  /** A page of the records whose time to be kept is over. @param cursor - `next` of the page before; null for the first */
  async retentionEnded(cursor: string | null = null): Promise<DuePage> {
    const from = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    return readDuePage(readAnswer(await this.get(`/v1/retention?limit=1000${from}`)));
  }

  /** Evidence of one record; refused with E_NOT_ANCHORED until the chain has accepted a checkpoint that holds it. */
  async evidence(id: Hex): Promise<Bundle> {
    return readBundle(await this.get(`/v1/records/${recordId(id)}/evidence`, maxBundleBytes));
  }

  /** Evidence of all records of a subject. */
  async subjectEvidence(subject: string): Promise<Bundle> {
    if (!isSubject(subject)) {
      throw clientFault(
        "CLIENT_OPTIONS",
        "A subject is 1 to 200 of A-Z a-z 0-9 . _ : / - and begins with a letter or digit.",
      );
    }
    return readBundle(await this.get(`/v1/subjects/${encodeURIComponent(subject)}/evidence`, maxBundleBytes));
  }

  /** The log's newest checkpoint, a signed note. Not verified here: `openCheckpoint` with the log's key does that. */
  async checkpoint(): Promise<string> {
    const { bytes, status } = await this.get("/log/checkpoint", maxCheckpointBytes);
    try {
      return fromUtf8(bytes);
    } catch (cause) {
      throw clientFault("CLIENT_ANSWER", "The checkpoint is no text.", { status, cause });
    }
  }

  /** What the node says of itself. */
  async status(): Promise<NodeStatus> {
    return readStatus(readAnswer(await this.get("/v1/status")));
  }

  /** Whether the node can do its work now; asks once and does not wait for it to become so. */
  async health(): Promise<Health> {
    try {
      await this.transport.send({ method: "GET", path: "/readyz", maxBytes: maxCheckpointBytes, once: true });
      return { ready: true };
    } catch (error) {
      if (error instanceof ClientError && error.problem?.status === 503) return { ready: false, reason: error.message };
      throw error;
    }
  }

  private get(path: string, maxBytes = maxAnswerBytes): Promise<Answer> {
    return this.transport.send({ method: "GET", path, maxBytes });
  }
}

function assertIdempotencyKey(key: string): void {
  if (/^[\x21-\x7e]{1,256}$/.test(key)) return;
  throw clientFault("CLIENT_OPTIONS", "An idempotency key is 1 to 256 visible ASCII characters.");
}

function recordId(id: Hex): Hex {
  if (isHex(id, 32)) return id;
  throw clientFault("CLIENT_OPTIONS", "A record's id is 0x and 64 lower-case hex digits.");
}

function readAnswer({ bytes, status }: Answer): AnswerReader {
  return new AnswerReader(readJsonAnswer(bytes, status, maxAnswerBytes), status);
}

function readBundle({ bytes, status }: Answer): Bundle {
  try {
    return decodeBundle(bytes);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw clientFault("CLIENT_ANSWER", `The node's answer is no evidence bundle: ${cause.message}.`, { status, cause });
  }
}

/** A receipt for other records than those that were sent is none. */
function assertReceiptOf(
  sent: Submittable | readonly Submittable[],
  { records }: SubmissionReceipt,
  status: number,
): void {
  const subjects = (isMany(sent) ? sent : [sent]).map(({ subject }) => subject);
  const same = subjects.length === records.length && records.every(({ subject }, at) => subject === subjects[at]);
  if (!same)
    throw clientFault("CLIENT_ANSWER", "The node's receipt is not for the records that were sent.", { status });
}

function isMany(sent: Submittable | readonly Submittable[]): sent is readonly Submittable[] {
  return Array.isArray(sent);
}
