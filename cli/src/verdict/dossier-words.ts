import type { DossierAnswer, DossierQuestion, DossierRole } from "@lianzheng/sdk/dossier";
import type { Bilingual } from "./words.ts";

/** What each question about a dossier asks. */
export const dossierQuestionWords: Readonly<Record<DossierQuestion, Bilingual>> = {
  bundles: { en: "bundles", zh: "各证据包" },
  listed: { en: "listed", zh: "目录所列" },
  steps: { en: "steps", zh: "交易环节" },
  lineage: { en: "lineage", zh: "来源与权利" },
};

/** What an answer about a dossier leans on. */
export const dossierTrustWords: Readonly<Record<DossierAnswer["trust"], Bilingual>> = {
  bundles: { en: "as each bundle", zh: "依各证据包" },
  maker: { en: "whoever made it", zh: "制作者自述" },
  chain: { en: "chain", zh: "链上状态" },
};

/** As what a subject belongs to a dossier. */
export const roleWords: Readonly<Record<DossierRole, Bilingual>> = {
  subject: { en: "subject", zh: "本事项" },
  product: { en: "product", zh: "数据产品" },
  source: { en: "source", zh: "来源" },
  right: { en: "right", zh: "权利" },
  attestation: { en: "attestation", zh: "第三方证明" },
};

/** What each answer means to somebody who is no engineer. */
export const dossierMeanings: Readonly<Record<DossierQuestion, Readonly<Record<DossierAnswer["answer"], Bilingual>>>> =
  {
    bundles: {
      pass: {
        en: "Each piece of evidence in the dossier holds by itself, by your policy.",
        zh: "卷宗中的每份证据均依您的策略核验通过。",
      },
      fail: {
        en: "A piece of evidence in the dossier does not hold. Do not rely on it.",
        zh: "卷宗中有证据核验不通过，请勿采信。",
      },
      unknown: {
        en: "Of a piece of evidence not all that your policy asks for is shown.",
        zh: "卷宗中有证据未能证明您的策略所要求的全部事项。",
      },
    },
    listed: {
      pass: {
        en: "All that the dossier's index names is here. Whoever made the dossier wrote the index.",
        zh: "目录所列内容全部在卷；目录由制作者自行编写。",
      },
      fail: {
        en: "Index and content of the dossier contradict each other, or something of a matter is missing.",
        zh: "目录与卷内证据不符，或某一事项的记录有缺失。",
      },
      unknown: {
        en: "Something that belongs here is not here; the index says why.",
        zh: "应当在卷的内容有所欠缺，原因见目录。",
      },
    },
    steps: {
      pass: {
        en: "No step of the trade is missing: the chain counted them, and all of them are here.",
        zh: "交易环节无一缺失：链上所计的环节均在卷。",
      },
      fail: {
        en: "A step of the trade is missing or was told in two ways.",
        zh: "交易环节有缺失或自相矛盾。",
      },
      unknown: {
        en: "Nothing shows whether there are more steps or records than these.",
        zh: "无法判断是否还有其他环节或记录。",
      },
    },
    lineage: {
      pass: { en: "Sources and rights are all here.", zh: "来源与权利齐全。" },
      fail: {
        en: "The dossier names a source or a right that it does not hold.",
        zh: "卷宗提到的来源或权利不在目录中。",
      },
      unknown: {
        en: "Which sources and rights there are is the word of the node that made the dossier; ask the registry.",
        zh: "有哪些来源与权利仅为制作卷宗的节点所述，请查询登记。",
      },
    },
  };
