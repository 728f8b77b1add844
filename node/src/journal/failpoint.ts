/** The steps of a write at which a test may end the process, throw or wait. In production there is no failpoint. */
export const failpoints = [
  "journal.beforeWrite",
  "journal.afterWrite",
  "journal.afterSync",
  "journal.afterMark",
  "segment.created",
  "segment.synced",
  "index.beforeWrite",
  "index.afterWrite",
  "tile.beforeWrite",
  "tile.beforeRename",
  "log.beforeAcknowledge",
] as const;

/** Closed union of the names in {@link failpoints}. */
export type FailpointName = (typeof failpoints)[number];

/** Called at each step; what it throws is taken as that step's failure. */
export type Failpoint = (name: FailpointName) => void | Promise<void>;

/** The failpoint of production: nothing happens. */
export const noFailpoint: Failpoint = () => undefined;
