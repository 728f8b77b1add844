export { createAccess } from "./access.ts";
export type { TokenRecord } from "./access.ts";
export { createApp } from "./app.ts";
export type { DueRecord, ErasureDesk, ErasureWish, Tombstone } from "./erasure-port.ts";
export { createMemberKeys } from "./member-keys.ts";
export type { ChainReader, MemberKeyOptions } from "./member-keys.ts";
export type { App, AppServices } from "./app-services.ts";
export type {
  DeliveryFacts,
  EventAudience,
  EventFilter,
  EventsPort,
  EventSourcePort,
  StreamLimits,
  TellableEvent,
  WebhookDesk,
  WebhookFacts,
  WebhookRequest,
} from "./events-port.ts";
export type { MetricsPort } from "./metrics-port.ts";
export { defaultApiSettings } from "./ports.ts";
export type {
  Access,
  AnchorFacts,
  ApiSettings,
  Condition,
  EvidenceDesk,
  LogReceipt,
  LogSubmission,
  MemberKeys,
  NodeStatus,
  Principal,
  Readiness,
  RecordLog,
  RequestIdentity,
  Scope,
  StoredRecord,
} from "./ports.ts";
export type { RegistryPort } from "./registry-port.ts";
