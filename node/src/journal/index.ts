export { failpoints, noFailpoint } from "./failpoint.ts";
export type { Failpoint, FailpointName } from "./failpoint.ts";
export { diskFiles, errnoOf, openAfresh, readFully, writeFully } from "./files.ts";
export type { Files, OpenMode, StoredFile } from "./files.ts";
export { checksumBytes, frameOverheadBytes, headerBytes, maxPayloadBytes } from "./frame.ts";
export type { Frame, FrameType } from "./frame.ts";
export { GroupQueue } from "./group.ts";
export type { GroupLimits, Waiting } from "./group.ts";
export { inspectJournal, journalFaults, requireJournal } from "./inspection.ts";
export type { Inspected, InspectionOptions, JournalFault, JournalFaultCode } from "./inspection.ts";
export { Journal } from "./journal.ts";
export type { JournalOptions } from "./journal.ts";
export { JournalLock } from "./lock.ts";
export {
  decodeCheckpoint,
  decodePayloadHeader,
  decodePlace,
  decodeRecord,
  decodeRecords,
  encodeRecords,
  payloadHeaderBytes,
  placeBytes,
} from "./records.ts";
export type { PlainRecord, RecordPlace, RecordsPayload, StoredBatch, StoredRecord } from "./records.ts";
export { Patrol } from "./patrol.ts";
export type { PatrolOptions } from "./patrol.ts";
export type { CutTail, FrameLocation, FrameVisitor, RecordCounter } from "./recovery.ts";
export { decodeIdentity, journalFormat } from "./seal.ts";
export type { SealedSegment, SegmentIdentity } from "./seal.ts";
export { segmentName } from "./segment.ts";
