export { Reconciliation } from "./reconcile.ts";
export { RecordIndex, prepareViews } from "./record-index.ts";
export type { FrameEntry, IndexOptions, KnownRequest, PreparedViews, SubjectHead } from "./record-index.ts";
export { indexedFrame, leafHash } from "./view.ts";
export type { IndexedFrame, IndexedRecord } from "./view.ts";
