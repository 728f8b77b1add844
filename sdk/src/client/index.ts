/** Typed client of a node's API. */
export type { AnchorPlace, DuePage, NodeStatus, StoredRecord, SubmissionReceipt } from "./answers.ts";
export type * as api from "./api-types.ts";
export type { BatchEvidence, GroupOutcome } from "./batches.ts";
export { ClientError, type ClientFaultCode, type Problem } from "./error.ts";
export type { EventWish, NodeEvent } from "./follow.ts";
export type { LawBlock, LawItem, LawList, LawPage, LawRows, LawWish, Lineage, Page, TradeDossier } from "./law.ts";
export { NodeClient, type Health, type Submittable } from "./node-client.ts";
export type { PolicyDocument } from "./policies.ts";
export type { ConsistencyAnswer, ListedRecord, ListWish, RecordPage } from "./reads.ts";
export type { Pause } from "./retry.ts";
export { Transport } from "./transport.ts";
export type { TransportOptions } from "./transport.ts";
export type { Handling, Warning, WarningWish } from "./warnings.ts";
export type { Delivery, Webhook, WebhookWish } from "./webhooks.ts";
