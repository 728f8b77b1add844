/** Follows the contracts' events into views of its own: members, rights, trades and all else that the law keeps. */
export { Registry, type RegistryEvents, type RegistryOptions, type RegistryStatus } from "./registry.ts";
export { usualFollowTimings, type FollowStatus, type FollowTimings, type RegistryLogger } from "./follower.ts";
export type { CheckReport, CheckStatus } from "./reconciler.ts";
export type { Difference } from "./check.ts";
export type { OwnLog } from "./own-log.ts";
export type { BlockPoint } from "./point.ts";
export type { RegistryFailpoint } from "./store.ts";
export { RegistryDesk } from "./desk.ts";
export { RecordSearch, type SearchedLog } from "./record-search.ts";
export { openNodeRegistry, type NodeRegistry } from "./opening.ts";
export { restartedName, revertedName, toldNames } from "./told-names.ts";
export type { ToldLaw } from "./told.ts";
