/** Publishing to the chain, confirming, evidence of it. The only room that sends a node's transactions. */
export { Anchor, usualFeeCap, type AnchorLogger, type AnchorOptions, type AnchorPolicy } from "./anchor.ts";
export type { AlarmCode, AnchorAlarm } from "./alarms.ts";
export type { AnchorFault, AnchorPhase, AnchorStatus } from "./condition.ts";
export { AnswerTo, type BlockAnswer, type LogAnswer, type ReceiptAnswer } from "./answer.ts";
export { provenHeader, provenReceipts } from "./block-receipts.ts";
export { at, ChainView, type ChainViewOptions } from "./chain-view.ts";
export { buildEvidence, type EvidenceParts } from "./evidence.ts";
export type { AnchoredLog, Anchors, EvidenceSource } from "./log-port.ts";
export { publishCheckpoint } from "./publish.ts";
export type { Publication, TransactionSigner } from "./publication.ts";
export type { AnchorFailpoint, Finality } from "./publisher.ts";
export { decodeRefusal, describeRefusal, refusalIn, type ContractRefusal } from "./refusal.ts";
export { httpRpc, type ChainRpc, type RpcLimits } from "./rpc.ts";
export { usualTimings, type AnchorTimings } from "./timings.ts";
