import type { AuditQuestion, AuditResult } from "@lianzheng/sdk/audit";
import type { SampledRecord } from "./sampling.ts";
import { resultWords, type Bilingual } from "../verdict/words.ts";

export const resultNames: Readonly<Record<AuditResult, Bilingual>> = {
  sound: { en: "✔ SOUND", zh: "✔ 未见异常" },
  failed: { en: "✘ NOT SOUND", zh: "✘ 发现问题" },
  undetermined: { en: "? UNDETERMINED", zh: "? 无法判定" },
};

/** What became of a record that was sampled. */
export const sampleWords: Readonly<Record<SampledRecord["result"], Bilingual>> = {
  ...resultWords,
  "not shown": { en: "? not shown", zh: "? 未出示" },
};

/** What each question of an audit asks. */
export const questionNames: Readonly<Record<AuditQuestion, Bilingual>> = {
  signed: { en: "signed", zh: "检查点签名" },
  roots: { en: "roots", zh: "逐片重算根" },
  kept: { en: "kept", zh: "历史未改" },
  anchored: { en: "anchored", zh: "与链一致" },
  entries: { en: "entries", zh: "条目与树一致" },
  sequences: { en: "sequences", zh: "事项序列连续" },
  sampled: { en: "sampled", zh: "抽样核验" },
};

/** The words of the papers around the facts. */
export const paperWords = {
  title: { en: "Audit of an evidence log", zh: "存证日志审计报告" },
  item: { en: "item", zh: "项目" },
  value: { en: "value", zh: "内容" },
  log: { en: "log", zh: "日志" },
  unknownLog: { en: "not known to the policy", zh: "策略未列" },
  size: { en: "records", zh: "记录数" },
  root: { en: "root", zh: "根" },
  source: { en: "read from", zh: "读取自" },
  chain: { en: "compared with", zh: "核对的链" },
  notCompared: { en: "not compared with any chain", zh: "未与任何链核对" },
  block: { en: "by block", zh: "截至区块" },
  policy: { en: "trust policy", zh: "信任策略" },
  from: { en: "begun", zh: "开始" },
  until: { en: "ended", zh: "结束" },
  continued: { en: "records walked in earlier runs", zh: "先前运行已核对的记录" },
  checked: { en: "What was checked", zh: "核对内容" },
  question: { en: "question", zh: "问题" },
  answer: { en: "answer", zh: "结论" },
  count: { en: "checked", zh: "核对数" },
  found: { en: "found", zh: "发现数" },
  reason: { en: "in words", zh: "说明" },
  findings: { en: "What was found", zh: "发现的问题" },
  noFindings: { en: "Nothing that contradicts.", zh: "未发现矛盾。" },
  beginWithFirst: {
    en: "Read from the top: one changed tile makes every later root differ.",
    zh: "请自上而下阅读：一个分片被改动，其后的根都会不同。",
  },
  shownOf: { en: "shown:", zh: "所列：" },
  code: { en: "code", zh: "代码" },
  place: { en: "place", zh: "位置" },
  meaning: { en: "meaning", zh: "含义" },
  detail: { en: "detail", zh: "详情" },
  sampled: { en: "What was sampled", zh: "抽样" },
  noSample: { en: "Nothing.", zh: "无。" },
  sampleRule: {
    en: "Drawn by SHA-256 from the root of the checkpoint: whoever repeats the audit draws the same records.",
    zh: "以检查点的根经 SHA-256 抽取：重复审计者将抽到相同的记录。",
  },
  limits: { en: "What this does not say", zh: "本报告未说明的事项" },
  limitsText: {
    en: "That a record is true, or that all that happened was recorded. What the chain says is the word of the endpoint that is named above. The checkpoint to which all of this refers:",
    zh: "本报告不说明记录内容属实，也不说明所有事项均已记录。链上内容以上述接口所述为准。以上结论所依据的检查点：",
  },
} as const satisfies Readonly<Record<string, Bilingual>>;
