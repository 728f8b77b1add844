import type { OnlineAnswer, OnlineSubject } from "@lianzheng/sdk/online";
import type { Bilingual } from "./words.ts";

/** How something stands when it is asked again. */
export const onlineAnswerWords: Readonly<Record<string, Bilingual>> = {
  stands: { en: "✔ stands", zh: "✔ 仍然成立" },
  changed: { en: "! changed", zh: "! 已有变化" },
  contradicted: { en: "✘ DENIED", zh: "✘ 被否认" },
  unknown: { en: "? unknown", zh: "? 未知" },
};

/** Words around what was asked again. */
export const onlineWords = {
  now: {
    en: "asked again now; it adds to the verdict and mends nothing:",
    zh: "当前在线复核（只作补充，不改变未通过的结论）：",
  },
  subjects: {
    chain: { en: "chain", zh: "链" },
    block: { en: "block", zh: "区块" },
    member: { en: "member", zh: "成员" },
    key: { en: "key", zh: "密钥" },
    trade: { en: "trade", zh: "交易" },
    right: { en: "right", zh: "权利" },
    record: { en: "record", zh: "记录" },
  },
} as const satisfies { readonly now: Bilingual; readonly subjects: Readonly<Record<string, Bilingual>> };

/** What was found when it was asked again, in Chinese; the exact reason follows in English. */
export const onlineFindings: Readonly<Record<OnlineSubject, Readonly<Partial<Record<OnlineAnswer, string>>>>> = {
  chain: { unknown: "未能向该链查询" },
  block: {
    stands: "证据所依据的区块仍在该链上",
    contradicted: "该链上没有证据所依据的区块",
    unknown: "未能查询该区块",
  },
  member: { stands: "成员资格现仍有效", changed: "成员资格已有变化，此前的行为不受影响", unknown: "未能查询成员资格" },
  key: { stands: "密钥现仍有效", changed: "密钥已不再有效，此前的签名不受影响", unknown: "未能查询密钥" },
  trade: {
    stands: "链上所计的交易环节与证据一致",
    changed: "链上的交易状态已超出证据所示",
    contradicted: "链上所计的交易环节少于证据所示",
    unknown: "未能查询该交易",
  },
  right: { stands: "交易所依据的权利现仍有效", changed: "交易所依据的权利现已无效", unknown: "未能查询该权利" },
  record: {
    stands: "日志节点未列出后续的更正或删除",
    changed: "该记录后来已被更正或删除",
    unknown: "未能确认是否有后续的更正或删除",
  },
};
