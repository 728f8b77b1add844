/** What an audit of a log asks, in the order in which its papers answer. */
export const auditQuestions = ["signed", "roots", "kept", "anchored", "entries", "sequences", "sampled"] as const;
export type AuditQuestion = (typeof auditQuestions)[number];
