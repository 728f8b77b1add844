import type { AuditQuestion } from "./questions.ts";

interface Fault {
  /** Which question it answers with "fail". */
  readonly question: AuditQuestion;
  readonly en: string;
  readonly zh: string;
}

/** All that an audit can find, with what it means to somebody who does not know the log's formats. */
export const auditFaults = {
  AUDIT_CHECKPOINT: {
    question: "signed",
    en: "the checkpoint is not signed by the key that the policy names for this log",
    zh: "检查点不是由策略所列的日志密钥签署的",
  },
  AUDIT_LOG_UNKNOWN: {
    question: "signed",
    en: "the policy trusts no log of this origin",
    zh: "策略不认可该来源的日志",
  },
  AUDIT_TILE_MISSING: {
    question: "roots",
    en: "the log does not give a part of the tree that its checkpoint promises",
    zh: "日志缺少其检查点所承诺的部分",
  },
  AUDIT_TILE_FORM: {
    question: "roots",
    en: "a part of the tree has another length than its place asks for",
    zh: "哈希分片的长度与其位置不符",
  },
  AUDIT_TILE: {
    question: "roots",
    en: "an upper part of the tree is not the hash of what stands below it: one of the two was changed",
    zh: "上层哈希与下层内容不符：其中之一被改动",
  },
  AUDIT_ROOT: {
    question: "roots",
    en: "the records do not lead to the root that the log signed",
    zh: "由记录推算出的根与日志所签的根不一致",
  },
  AUDIT_REWRITTEN: {
    question: "kept",
    en: "a checkpoint that the log signed before has another root than the log has now: its past was rewritten",
    zh: "日志先前所签检查点的根与现状不符：历史被改写",
  },
  AUDIT_CUT: {
    question: "kept",
    en: "the log is shorter than one that it signed before",
    zh: "日志比其先前所签的更短：记录被删除",
  },
  AUDIT_FORK: {
    question: "anchored",
    en: "the chain accepted another root at this size than the log shows: the log has two histories",
    zh: "链上接受的根与日志在该大小时的根不一致：日志存在两套历史",
  },
  AUDIT_CUT_ANCHORED: {
    question: "anchored",
    en: "the chain accepted a longer log than the one that is shown: records were taken away",
    zh: "链上接受的日志比所出示的更长：记录被删除",
  },
  AUDIT_CHAIN_GAP: {
    question: "anchored",
    en: "the checkpoints that the chain's endpoint gives do not follow on one another: it leaves some out",
    zh: "链节点给出的检查点前后不相接：有遗漏",
  },
  AUDIT_ENTRY_MISSING: {
    question: "entries",
    en: "the log does not give entries that its checkpoint promises, though it gave others",
    zh: "日志未提供其检查点所承诺的条目",
  },
  AUDIT_ENTRY_LEAF: {
    question: "entries",
    en: "an entry is not the one whose hash stands in the tree",
    zh: "记录条目与树中的哈希不一致",
  },
  AUDIT_ENTRY_FORM: {
    question: "entries",
    en: "what stands in the log is no entry in its one form",
    zh: "日志中的内容不是规范的记录条目",
  },
  AUDIT_SEQUENCE_GAP: {
    question: "sequences",
    en: "records of a subject are missing: its numbers leave some out",
    zh: "某一事项的记录序号有缺失",
  },
  AUDIT_SEQUENCE_TWICE: {
    question: "sequences",
    en: "two records of a subject stand in one place of its sequence",
    zh: "某一事项在同一序号上有两条记录",
  },
  AUDIT_SEQUENCE_PREVIOUS: {
    question: "sequences",
    en: "a record names another record before it than the one that stands there",
    zh: "记录所指的前一条记录与实际不符",
  },
  AUDIT_SAMPLE: {
    question: "sampled",
    en: "the evidence of a sampled record does not verify",
    zh: "抽样记录的证据核验不通过",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** Codes of findings; stable. */
export type AuditCode = keyof typeof auditFaults;

/** Something that contradicts what the log or the chain says, and where. */
export interface AuditFinding {
  readonly code: AuditCode;
  /** Leaf index of the record, where it is about one. */
  readonly index?: number;
  /** Size of the tree, where it is about a checkpoint. */
  readonly size?: number;
  /** Path of the tile, where it is about one. */
  readonly tile?: string;
  /** What was found there, in words; digests as hex. */
  readonly detail: string;
}
