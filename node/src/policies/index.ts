/** Versions of policies and record schemas as the council published them, records judged by them, refusals signed. */
export { schemaName } from "./book.ts";
export type { PolicyVersionName } from "./book.ts";
export { readPolicies } from "./chain-source.ts";
export { DocumentFolder } from "./documents.ts";
export { createPolicyDesk } from "./desk.ts";
export type { PolicyDeskParts } from "./desk.ts";
export { PolicyFollower } from "./policies.ts";
export type { PolicyOptions } from "./policies.ts";
export { builtInRedLines, redLinesName } from "./red-lines.ts";
export { viewOf } from "./record-view.ts";
export type { RecordView } from "./record-view.ts";
export { RefusalDesk, refusalsSubject } from "./refusal-desk.ts";
export type { RefusalDeskOptions, SignedRefusal } from "./refusal-desk.ts";
export { openPolicies } from "./opening.ts";
export type { PolicyRoom, PolicyRoomOptions } from "./opening.ts";
