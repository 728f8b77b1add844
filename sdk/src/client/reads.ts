import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import { decodeProof, type LogProof } from "@lianzheng/sdk/log";
import type { AnswerReader } from "./answer.ts";
import { clientFault } from "./error.ts";

/** Which of the caller's records are asked for, and where the list goes on. */
export interface ListWish {
  readonly subject?: string;
  readonly type?: string;
  /** 1 to 1,000, 100 if left out. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** A record as a list has it: what its entry says, and who sent it. */
export interface ListedRecord {
  readonly id: Hex;
  readonly index: number;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
  readonly issuer: string;
  readonly submitter: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
}

/** A page of a list. It may be short, or empty, although there is a next one. */
export interface RecordPage {
  readonly items: readonly ListedRecord[];
  /** Null at the end. */
  readonly next: string | null;
}

/** A proof that the tree of `to` leaves begins with that of `from` leaves. Not verified here: see `verifyConsistency`. */
export interface ConsistencyAnswer {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly Hex[];
  readonly fromRoot: Hex;
  readonly toRoot: Hex;
  /** The checkpoint that was signed at `to`; null where none was. */
  readonly checkpoint: string | null;
}

/** The query of a list, without what was left out. */
export function queryOf({ subject, type, limit, cursor }: ListWish): string {
  const query = new URLSearchParams();
  if (subject !== undefined) query.set("subject", subject);
  if (type !== undefined) query.set("type", type);
  if (limit !== undefined) query.set("limit", String(limit));
  if (cursor !== undefined) query.set("cursor", cursor);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

export function readRecordPage(answer: AnswerReader): RecordPage {
  const items = answer.list("items", (item) => ({
    id: item.hex("id", 32),
    index: item.count("index"),
    type: item.text("type"),
    subject: item.text("subject"),
    sequence: item.count("sequence"),
    issuer: item.text("issuer"),
    submitter: item.text("submitter"),
    occurredAt: item.text("occurredAt"),
    receivedAt: item.text("receivedAt"),
  }));
  return { items, next: answer.orNull("next", () => answer.text("next")) };
}

export function readConsistency(answer: AnswerReader): ConsistencyAnswer {
  return {
    from: answer.count("from"),
    to: answer.count("to"),
    hashes: answer.hexes("hashes", 32),
    fromRoot: answer.hex("fromRoot", 32),
    toRoot: answer.hex("toRoot", 32),
    checkpoint: answer.orNull("checkpoint", () => answer.text("checkpoint")),
  };
}

/** A C2SP tlog-proof. @throws ClientError CLIENT_ANSWER */
export function readProof(text: string, status: number): LogProof {
  try {
    return decodeProof(text);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw clientFault("CLIENT_ANSWER", `The node's answer is no proof: ${cause.message}.`, { status, cause });
  }
}
