export { WarningDesk } from "./desk.ts";
export type { Handling, WarningQuery, WarningViewer } from "./desk.ts";
export type { ListedWarning, WarningState } from "./list.ts";
export type { LawAt } from "./looking.ts";
export { Monitor } from "./monitor.ts";
export type { MonitorParts } from "./monitor.ts";
export { decodeRules, ruleKinds, severities } from "./rules.ts";
export type { Rule } from "./rules.ts";
