/** Checks of a whole log, as pure functions over what an auditor's program reads. No I/O. */
export { findingsOfTile, growTo, type Growth } from "./growth.ts";
export { auditResult, type AuditAnswer, type AuditResult, type Bilingual, type Inquiry } from "./answer.ts";
export { auditFaults, type AuditCode, type AuditFinding } from "./finding.ts";
export { placeOfEntry, type EntryPlace } from "./entry-place.ts";
export { findingsOfOrder, type Published } from "./published.ts";
export { auditQuestions, type AuditQuestion } from "./questions.ts";
export { sampleOf } from "./sample.ts";
export { SequenceBook, type SequenceFault } from "./sequence-book.ts";
