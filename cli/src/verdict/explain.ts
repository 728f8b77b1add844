import type { Question, Trust, Verdict } from "@lianzheng/sdk/evidence";
import { wrap } from "../output/wrap.ts";
import type { VerdictStyle } from "./style.ts";
import { questionWords, wordFor, type Bilingual } from "./words.ts";

type Answer = Verdict["verdicts"][number]["answer"];

/** What each answer means to somebody who is no engineer: what one may say in front of a court, and what not. */
const meanings: Readonly<Record<Question, Readonly<Record<Answer, Bilingual>>>> = {
  unaltered: {
    pass: {
      en: "What you read here is, to the letter, what was recorded. A changed comma would show.",
      zh: "您看到的内容与当初存证时逐字一致；哪怕改动一个标点也会被发现。",
    },
    fail: {
      en: "What stands in this file is not what was recorded. Do not rely on it; ask for the file again.",
      zh: "文件内容与当初存证的不一致。请勿采信，并重新索取证据文件。",
    },
    unknown: { en: "Whether anything was changed can't be told.", zh: "无法判断内容是否被改动。" },
  },
  logged: {
    pass: {
      en: "The record stands in the exchange's log, in a place that the log has signed and can't give to another record.",
      zh: "该记录确已写入交易场所的日志，其位置由日志签名固定，不能再换成别的记录。",
    },
    fail: {
      en: "The file claims a place in the log that it does not have.",
      zh: "文件声称记录在日志中，但证明不成立。",
    },
    unknown: { en: "It is not shown that the record is in a log you trust.", zh: "未能证明记录在您所信任的日志中。" },
  },
  signed: {
    pass: {
      en: "It is clear who stands behind the record: its issuer signed, or the log's owner answers for its own statement.",
      zh: "可以确认由谁对该记录负责：签发者已签名，或日志所有者为其自身的陈述负责。",
    },
    fail: { en: "The signature is not that of whom the record names.", zh: "签名不是记录所称的签发者所作。" },
    unknown: {
      en: "Nobody whose key you know has signed: the log's owner alone says who issued it.",
      zh: "没有您所知的密钥签名：签发者身份仅为日志所有者所述。",
    },
  },
  anchored: {
    pass: {
      en: "The block that is named holds the acceptance of the log with this record in it. What that block is worth the next answer says.",
      zh: "所示区块中确有合约接受该日志（含本记录）的记载；该区块本身可信到何种程度，见下一项。",
    },
    fail: { en: "What the file says of the chain is not so.", zh: "文件所述的上链情况不属实。" },
    unknown: { en: "It is not shown that the chain knows of it.", zh: "未能证明已上链。" },
  },
  final: {
    pass: {
      en: "The block is sealed as your policy asks. Without those who seal, the exchange can no longer rewrite what came before it.",
      zh: "该区块具有您的策略所要求的封印；没有封印者配合，交易场所无法再改写此前的历史。",
    },
    fail: { en: "The block was not sealed by those whom your policy trusts.", zh: "区块不是由您所信任的各方封印的。" },
    unknown: { en: "Whether the block will stay is not shown.", zh: "无法确认该区块是否不可撤回。" },
  },
  time: {
    pass: {
      en: "The record existed no later than the time that is given. When what it tells of happened is its issuer's own word.",
      zh: "该记录不晚于所示时间即已存在；所述事项何时发生，仍以签发者自述为准。",
    },
    fail: { en: "The times contradict each other.", zh: "各时间相互矛盾。" },
    unknown: { en: "By when it existed is not shown.", zh: "无法确认记录存在的时间。" },
  },
  entitled: {
    pass: {
      en: "Whoever issued it was allowed to: a member in good standing, with the right that it takes.",
      zh: "签发者当时有权这样做：是资格有效的成员并具有相应权利。",
    },
    fail: { en: "Whoever issued it was not allowed to at that time.", zh: "签发者当时无权这样做。" },
    unknown: {
      en: "Whether its issuer was allowed to is not shown by this file; ask the registry.",
      zh: "本文件未能证明签发者当时有权这样做，请查询登记。",
    },
  },
  complete: {
    pass: {
      en: "No step of the trade is missing: the chain counted them, and all of them are here.",
      zh: "交易环节无一缺失：链上所计的环节均在此。",
    },
    fail: { en: "Something of the matter is missing or was told in two ways.", zh: "该事项的记录有缺失或自相矛盾。" },
    unknown: {
      en: "There may be more records of this matter than this file shows.",
      zh: "该事项可能还有本文件未包含的记录。",
    },
  },
};

/** How far an answer can be trusted: whom it takes to lie. */
const whoMustLie: Readonly<Record<Trust, Bilingual>> = {
  mathematics: { en: "Nobody can fake this: it is arithmetic.", zh: "这是数学结论，任何人都无法伪造。" },
  "log-key": { en: "Only whoever holds the log's key could fake it.", zh: "只有持有日志密钥者才可能伪造。" },
  "member-key": { en: "Only whoever holds the member's key could fake it.", zh: "只有持有该成员密钥者才可能伪造。" },
  "single-operator": {
    en: "One operator alone witnesses this chain and could fake it; no other party does.",
    zh: "该链仅由一个运营者见证，该运营者有能力伪造；没有其他见证方。",
  },
  validators: {
    en: "Most of the consortium's validators together would have to fake it.",
    zh: "须联盟多数验证者合谋才能伪造。",
  },
  witnesses: {
    en: "The log and its witnesses together would have to fake it.",
    zh: "须日志与其见证方合谋才能伪造。",
  },
  rpc: {
    en: "It is the word of the endpoint that your policy names.",
    zh: "以您的策略所指定的接口所述为准。",
  },
  timestamp: {
    en: "Only the time-stamping authority could fake it.",
    zh: "只有时间戳机构才可能伪造。",
  },
  chain: { en: "It is what the chain's contracts say.", zh: "以链上合约所载为准。" },
};

/** A paragraph for each question, in plain words. */
export function explanationLines({ verdicts }: Verdict, style: VerdictStyle): readonly string[] {
  const { language } = style;
  return verdicts.flatMap(({ question, answer, trust }) => {
    const says = meanings[question][answer][language];
    const lie = answer === "unknown" ? "" : whoMustLie[trust][language];
    const joint = language === "zh" || lie === "" ? "" : " ";
    return paragraphLines(wordFor(questionWords, question, language), says + joint + lie, style);
  });
}

/** What is explained, and its explanation, folded. */
export function paragraphLines(name: string, text: string, { language, columns }: VerdictStyle): readonly string[] {
  const room = columns === undefined ? undefined : Math.max(20, columns - 4);
  const [head, ...rest] = wrap(`${name}${{ en: ": ", zh: "：" }[language]}${text}`, room);
  return [`  ${head ?? ""}`, ...rest.map((line) => `    ${line}`)];
}
