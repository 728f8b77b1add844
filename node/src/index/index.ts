export { IndexExpectation } from "./expectation.ts";
export { IndexPatrol } from "./patrol.ts";
export { Reconciliation } from "./reconcile.ts";
export { prepareViews } from "./layout.ts";
export type { FrameEntry, KnownRequest, PreparedViews, SubjectHead } from "./layout.ts";
export { RecordIndex, asIndexDamage } from "./record-index.ts";
export type { IndexOptions } from "./record-index.ts";
export { indexedFrame, leafHash } from "./view.ts";
export type { IndexedFrame, IndexedRecord } from "./view.ts";
