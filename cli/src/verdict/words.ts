import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import type { Verdict } from "@lianzheng/sdk/evidence";
import { printable } from "../output/width.ts";

/** Languages in which verdicts are explained. */
export const languages = ["en", "zh"] as const;

/** A language of explanations. */
export type Language = (typeof languages)[number];

/** A text in every language. */
export type Bilingual = Readonly<Record<Language, string>>;

type Result = Verdict["result"];
type Answer = Verdict["verdicts"][number]["answer"];

/** The first words about a file. */
export const resultWords: Readonly<Record<Result, Bilingual>> = {
  verified: { en: "✔ VERIFIED", zh: "✔ 核验通过" },
  failed: { en: "✘ NOT VERIFIED", zh: "✘ 核验不通过" },
  undetermined: { en: "? UNDETERMINED", zh: "? 无法判定" },
};

/** One mark for each answer; an unknown never looks like a pass. */
export const answerWords: Readonly<Record<Answer, Bilingual>> = {
  pass: { en: "✔ pass", zh: "✔ 通过" },
  fail: { en: "✘ FAIL", zh: "✘ 不通过" },
  unknown: { en: "? unknown", zh: "? 未知" },
};

/** What each question asks (docs/formats.md section 10). */
export const questionWords: Readonly<Record<string, Bilingual>> = {
  unaltered: { en: "unaltered", zh: "未被篡改" },
  logged: { en: "logged", zh: "已入日志" },
  signed: { en: "signed", zh: "签名有效" },
  anchored: { en: "anchored", zh: "已上链" },
  final: { en: "final", zh: "区块终局" },
  time: { en: "time", zh: "存证时间" },
  entitled: { en: "entitled", zh: "有权行为" },
  complete: { en: "complete", zh: "记录完整" },
};

/** What an answer leans on. */
export const trustWords: Readonly<Record<string, Bilingual>> = {
  mathematics: { en: "mathematics", zh: "数学证明" },
  "log-key": { en: "log key", zh: "日志密钥" },
  witnesses: { en: "witnesses", zh: "独立见证人" },
  "member-key": { en: "member key", zh: "成员密钥" },
  "single-operator": { en: "one operator alone", zh: "仅单一运营者" },
  validators: { en: "validators", zh: "链上验证者" },
  rpc: { en: "an endpoint's word", zh: "指定节点的答复" },
  timestamp: { en: "time-stamping authority", zh: "时间戳服务机构" },
  chain: { en: "chain", zh: "链上状态" },
};

/** Chinese for the reasons that people meet most; the others are given in English, with their code. */
const reasonsByCode: Readonly<Partial<Record<EvidenceErrorCode, string>>> = {
  V_FORMAT: "文件不是有效的证据包",
  V_VERSION: "证据包的版本未知",
  V_ALGORITHM: "使用了未知的算法",
  V_LEAF: "记录与日志中的叶子不一致",
  V_ROOT: "证明推算出的根与检查点不一致",
  V_PROOF_LENGTH: "证明的长度与位置不符",
  V_INDEX: "记录的位置超出日志的大小",
  V_BINDING: "证据的各部分不属于同一事项",
  V_UNTRUSTED_ANCHOR: "信任策略不认可证据所依据的链、合约或日志",
  V_EMITTER: "事件不是由受信任的合约发出的",
  V_TX_FAILED: "存证交易执行失败",
  V_RECEIPT: "交易收据与区块不一致",
  V_TRIE: "状态树或收据树的证明不成立",
  V_EVENT: "链上事件与记录不一致",
  V_HEADER: "区块头不一致",
  V_SEAL: "区块封印无效",
  V_SEAL_SIGNER: "区块封印不是由受信任的一方签署的",
  V_QUORUM: "区块封印的验证者人数不足",
  V_TIMESTAMP: "时间戳无效",
  V_MEMBER_SIGNATURE: "成员的签名无效",
  V_NOTE: "检查点的签名无效",
  V_TIME: "时间不合理",
  V_CONSISTENCY: "日志的历史被改写",
  V_EQUIVOCATION: "同一日志出现了两个相互矛盾的检查点",
  V_DISCLOSURE: "披露的内容与存证时的承诺不一致",
  V_INCOMPLETE: "该事项的记录有缺失",
  V_NOT_ENTITLED: "链上状态表明签发者当时无权作出该记录",
};

/** What a question found, in Chinese: for the answers that carry no code. The exact reason follows in English. */
export const findings: Readonly<Record<string, Readonly<Record<"pass" | "unknown", string>>>> = {
  unaltered: { pass: "披露内容与存证时的承诺一致", unknown: "无法判断内容是否被篡改" },
  logged: { pass: "每条记录都在日志密钥所签检查点的树中", unknown: "未能证明记录在日志中" },
  signed: { pass: "签发者已签名，或由日志所有者以其密钥担保", unknown: "无法确认签发者的签名" },
  anchored: { pass: "受信任的合约已接受该检查点", unknown: "未能证明检查点已上链" },
  final: { pass: "区块已按策略的规则由其信任的封印者封印", unknown: "无法确认区块是否终局" },
  time: { pass: "记录在该时刻之前已经存在", unknown: "无法确认记录存在的时间" },
  entitled: { pass: "签发者当时拥有相应权利", unknown: "未能证明签发者当时拥有相应权利" },
  complete: { pass: "链上所计的环节全部在此", unknown: "无法判断该事项是否还有其他记录" },
};

/** Words around the records of a bundle; what they say of themselves is no proof of it. */
export const recordWords = {
  says: { en: "what its records say", zh: "记录内容（自述）" },
  at: { en: "at", zh: "时间" },
  by: { en: "by", zh: "签发者" },
  cut: { en: "cut; --json has it whole", zh: "已截断；--json 输出全文" },
  nothing: { en: "nothing disclosed", zh: "未披露内容" },
  erased: { en: "erased", zh: "已删除" },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** Beside the result, where the answer leans on a chain that one operator runs. */
export const aloneWords: Bilingual = {
  en: "(one operator alone witnesses the chain)",
  zh: "（该链仅由单一运营者见证）",
};

/** Whose measure the verdict was taken by. */
export const policyWords = {
  policy: { en: "policy", zh: "信任策略" },
  asks: { en: "asks for", zh: "要求" },
  comma: { en: ", ", zh: "、" },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** A word in the language, or the word itself where it is not known. */
export function wordFor(words: Readonly<Record<string, Bilingual>>, key: string, language: Language): string {
  return words[key]?.[language] ?? key;
}

/** A reason in the language, as far as its code has a translation; the exact reason follows in English. */
export function reasonIn(language: Language, reason: string, code: EvidenceErrorCode | undefined): string {
  const translated = language === "zh" && code !== undefined ? reasonsByCode[code] : undefined;
  return printable(translated === undefined ? reason : `${translated} (${reason})`);
}
