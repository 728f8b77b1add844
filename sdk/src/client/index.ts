/** Typed client of a node's API. */
export type { AnchorPlace, DuePage, NodeStatus, StoredRecord, SubmissionReceipt } from "./answers.ts";
export { ClientError, type ClientFaultCode, type Problem } from "./error.ts";
export type { LawBlock, LawItem, LawList, LawPage, LawWish, Lineage, Page, TradeDossier } from "./law.ts";
export { NodeClient, type Health, type Submittable } from "./node-client.ts";
export type { ConsistencyAnswer, ListedRecord, ListWish, RecordPage } from "./reads.ts";
export type { Pause } from "./retry.ts";
export { Transport } from "./transport.ts";
export type { TransportOptions } from "./transport.ts";
