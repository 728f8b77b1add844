export { Health } from "./health.ts";
export type { HealthParts, HealthReason } from "./health.ts";
export { measuredRpc } from "./measured-rpc.ts";
export { NodeMetrics } from "./metrics.ts";
export type { AnsweredRequest, CommittedGroup, Gauges } from "./metrics.ts";
