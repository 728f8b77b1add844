export { AnchorStore } from "./anchors.ts";
export type { AnchoredCheckpoint } from "./anchors.ts";
export { EvidenceLog, maxBatchRecords } from "./evidence-log.ts";
export type { EvidenceLogOptions } from "./evidence-log.ts";
export type { LogProgress } from "./opening.ts";
export type { LogRecord, LogResource } from "./reader.ts";
export type { Receipt, ReceiptRecord, SubmitResult } from "./receipt.ts";
export type { Idempotency, Submission } from "./submission.ts";
