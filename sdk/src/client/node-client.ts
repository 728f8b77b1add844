import { fromUtf8, isHex, type Hex } from "@lianzheng/sdk/encoding";
import { maxBundleBytes, type Bundle } from "@lianzheng/sdk/evidence";
import {
  canonicalJson,
  isSubject,
  type ErasureGround,
  type JsonObject,
  type JsonValue,
  type PreparedRecord,
  type RecordInput,
} from "@lianzheng/sdk/record";
import type { LogProof } from "@lianzheng/sdk/log";
import type { AnswerReader } from "./answer.ts";
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
import type * as api from "./api-types.ts";
import { evidenceBatch, submitGroups, type BatchEvidence, type GroupOutcome } from "./batches.ts";
import { bundleIn } from "./bundle-answer.ts";
import { ClientError, clientFault } from "./error.ts";
import { follow, type EventWish, type NodeEvent } from "./follow.ts";
import {
  lawQuery,
  readDossier,
  readLawItem,
  readLawPage,
  readLineage,
  readPage,
  type LawItem,
  type LawList,
  type LawPage,
  type LawRows,
  type LawWish,
  type Lineage,
  type Page,
  type TradeDossier,
} from "./law.ts";
import { PolicyRoom } from "./policies.ts";
import {
  queryOf,
  readConsistency,
  readProof,
  readRecordPage,
  type ConsistencyAnswer,
  type ListWish,
  type RecordPage,
} from "./reads.ts";
import { answerOf, assertIdempotencyKey, Transport, type Answer, type TransportOptions } from "./transport.ts";
import { WarningRoom } from "./warnings.ts";
import { WebhookRoom } from "./webhooks.ts";

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
  readonly webhooks: WebhookRoom;
  readonly warnings: WarningRoom;
  readonly policies: PolicyRoom;
  private readonly transport: Transport;

  constructor(options: TransportOptions) {
    this.transport = new Transport(options);
    this.webhooks = new WebhookRoom(this.transport);
    this.warnings = new WarningRoom(this.transport);
    this.policies = new PolicyRoom(this.transport);
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

  /**
   * Submits any number of records in their order, in groups of up to 500; holds one group at a time. Each group is stored as a
   * whole or not at all, and told when it is on the node's disk. The first refused group is told as well, and is the last.
   *
   * Repeating the whole with the same key and the same records is safe at any time: what is stored is answered `replayed`, and the
   * rest is stored.
   *
   * @param idempotencyKey - 1 to 180 visible ASCII characters, a new one for each such stream
   */
  submitAll(
    records: AsyncIterable<Submittable> | Iterable<Submittable>,
    { idempotencyKey }: { readonly idempotencyKey: string },
  ): AsyncGenerator<GroupOutcome, void, undefined> {
    assertIdempotencyKey(idempotencyKey, 180);
    return submitGroups(this.transport, records, idempotencyKey);
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

  /** Evidence of many records in the order of their ids, each as it comes: a bundle, or why there is none. */
  evidenceOf(ids: readonly Hex[]): AsyncGenerator<BatchEvidence, void, undefined> {
    return evidenceBatch(this.transport, ids);
  }

  /**
   * What happens at the node, without end, in the order of its log: `for await (const event of client.events({ cursor }))`.
   * A lost connection is opened again where it broke. Needs a token with `subscribe`.
   *
   * Keep the `cursor` of each event that is dealt with, and none is missed.
   */
  events(wish: EventWish = {}): AsyncGenerator<NodeEvent, void, undefined> {
    return follow(this.transport, this.transport.pause, wish);
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

  /** The caller's own records, page by page; to the node's operator all. */
  async records(wish: ListWish = {}): Promise<RecordPage> {
    return readRecordPage(readAnswer(await this.get(`/v1/records${queryOf(wish)}`)));
  }

  /** Proof that a record is in the log, under the newest checkpoint. Not verified here: see `verifyInclusion`. */
  async inclusionProof(id: Hex): Promise<LogProof> {
    const { bytes, status } = await this.get(`/v1/proofs/inclusion?id=${recordId(id)}&format=tlog-proof`);
    return readProof(textOf(bytes, status), status);
  }

  /** Proof that the log only grew between two sizes, in leaves; `to` is the newest if left out. */
  async consistencyProof(from: number, to?: number): Promise<ConsistencyAnswer> {
    const end = to === undefined ? "" : `&to=${to}`;
    return readConsistency(readAnswer(await this.get(`/v1/proofs/consistency?from=${from}${end}`)));
  }

  /** A page of what the chain's law holds, in the order in which it came into being. */
  async law<List extends LawList>(list: List, wish: LawWish = {}): Promise<LawPage<LawRows[List]["listed"]>> {
    return readLawPage(readAnswer(await this.get(`/v1/${list}${lawQuery(wish)}`)));
  }

  /** One row of the law with its history, at an instant if one is given: a right, say, and whether it was valid then. */
  async lawItem<List extends LawList>(list: List, id: string, at?: string): Promise<LawItem<LawRows[List]["whole"]>> {
    const then = at === undefined ? "" : `?at=${encodeURIComponent(at)}`;
    return readLawItem(readAnswer(await this.get(`/v1/${list}/${encodeURIComponent(id)}${then}`)));
  }

  /** The rights on a product, each with whether it was valid at an instant. */
  async productRights(
    product: string,
    at?: string,
    wish: Omit<LawWish, "filters"> = {},
  ): Promise<LawPage<api.RightSummary>> {
    const query = lawQuery({ ...wish, filters: at === undefined ? {} : { at } });
    return readLawPage(readAnswer(await this.get(`/v1/products/${encodeURIComponent(product)}/rights${query}`)));
  }

  /** From what a product was made and what was made from it. @param depth - generations each way, 8 if left out, 16 at most */
  async lineage(product: string, depth: { readonly up?: number; readonly down?: number } = {}): Promise<Lineage> {
    const filters = Object.fromEntries(Object.entries(depth).map(([way, count]) => [way, String(count)]));
    const path = `/v1/products/${encodeURIComponent(product)}/lineage${lawQuery({ filters })}`;
    return readLineage(readAnswer(await this.get(path)));
  }

  /** Everything that the node knows of a trade, and what shows that no step of it is missing. */
  async dossier(trade: string): Promise<TradeDossier> {
    return readDossier(readAnswer(await this.get(`/v1/trades/${encodeURIComponent(trade)}/dossier`)));
  }

  /** Facts of the consortium and the caller's own records in which all terms are found. */
  async search(q: string, wish: Omit<LawWish, "filters"> = {}): Promise<LawPage & { readonly complete: boolean }> {
    const answer = readAnswer(await this.get(`/v1/search${lawQuery({ ...wish, filters: { q } })}`));
    return { ...readLawPage(answer), complete: answer.flag("complete") };
  }

  /** Entries of a subject in which the caller has a part, with the disclosures of the caller's own. */
  async subjectEntries(subject: string, wish: Omit<LawWish, "filters"> = {}): Promise<Page> {
    return readPage(readAnswer(await this.get(`/v1/subjects/${encodeURIComponent(subject)}${lawQuery(wish)}`)));
  }

  /** A page of policies, schemas or refusals by rule; or of warnings, with their filters. */
  async page(list: "policies" | "schemas" | "refusals" | "warnings", wish: LawWish = {}): Promise<Page> {
    return readPage(readAnswer(await this.get(`/v1/${list}${lawQuery(wish)}`)));
  }

  /**
   * What the node says of a bundle: by the caller's trust policy, or by what it knows of its own chain, which proves nothing to who does
   * not trust that node. To rely on nobody call `verify` of `@lianzheng/sdk/evidence`.
   */
  async verifyThere(bundle: Bundle, policy?: JsonObject): Promise<JsonObject> {
    const answer = await this.transport.send({
      method: "POST",
      path: "/v1/verify",
      headers: { "content-type": "application/json" },
      body: canonicalJson({ bundle, ...(policy === undefined ? {} : { policy }) } as unknown as JsonValue),
      maxBytes: maxAnswerBytes,
    });
    return readAnswer(answer).facts("verdict");
  }

  /** The log's newest checkpoint, a signed note. Not verified here: `openCheckpoint` with the log's key does that. */
  async checkpoint(): Promise<string> {
    const { bytes, status } = await this.get("/log/checkpoint", maxCheckpointBytes);
    return textOf(bytes, status);
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

function recordId(id: Hex): Hex {
  if (isHex(id, 32)) return id;
  throw clientFault("CLIENT_OPTIONS", "A record's id is 0x and 64 lower-case hex digits.");
}

function textOf(bytes: Uint8Array, status: number): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw clientFault("CLIENT_ANSWER", "The node's answer is no text.", { status, cause });
  }
}

function readAnswer(answer: Answer): AnswerReader {
  return answerOf(answer, maxAnswerBytes);
}

function readBundle({ bytes, status }: Answer): Bundle {
  return bundleIn(bytes, status);
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
