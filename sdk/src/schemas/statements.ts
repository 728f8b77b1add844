import { common, matching, oneOf, text, words } from "./fields.ts";
import type { RecordForm } from "./schema.ts";

const titles: Readonly<Record<(typeof words.attestations)[number], string>> = {
  compliance: "Compliance 合规公证",
  security: "Security review 安全审查",
  algorithm: "Review of an algorithm 算法审查",
  certification: "Certification 认证",
  valuation: "Valuation 评估",
  insurance: "Insurance 保险",
  custody: "Custody 托管",
  "cross-border": "Assessment of a transfer abroad 跨境评估",
  "risk-assessment": "Risk assessment 安全风险评估",
};

function attestation(title: string): RecordForm {
  return {
    title,
    description: "What a third party found after examining something. 第三方审查结论。",
    body: {
      result: oneOf(words.results, "Result 结论"),
      valid: text("Period 有效期", 200),
      until: matching("instant", "Ends 截止"),
      conditions: text("Conditions 条件"),
      opinion: matching("digest", "Digest of the opinion 意见书摘要"),
      amount: common.amount,
      currency: common.currency,
    },
    required: ["result"],
  };
}

/** What third parties state, and what becomes of cases. */
export const statementForms: Readonly<Record<string, RecordForm>> = {
  ...Object.fromEntries(words.attestations.map((kind) => [`attestation.${kind}`, attestation(titles[kind])])),
  "attestation.revocation": {
    title: "Revocation of a statement 声明撤销",
    description: "Why a statement does not count any more. 撤销理由。",
    body: { attestation: matching("digest", "Statement 声明编号"), reason: common.reason },
    required: ["attestation", "reason"],
  },
  "case.opening": {
    title: "Opening of a case 案件受理申请",
    description: "A complaint, dispute, arbitration or finding. 投诉、争议、仲裁或失信认定。",
    body: {
      kind: oneOf(words.cases, "Kind 类别"),
      grounds: text("Grounds 事由"),
      case: matching("digest", "Case 案件编号"),
    },
    required: ["kind"],
  },
  "case.plea": {
    title: "Plea 答辩与申请",
    description: "What a side pleads. 当事方的答辩、异议、撤回或信用修复申请。",
    body: {
      kind: oneOf(words.pleas, "Kind 类别"),
      case: matching("digest", "Case 案件编号"),
      grounds: text("Grounds 事由"),
    },
    required: ["kind", "case"],
  },
  "case.ruling": {
    title: "Ruling 裁决",
    description: "What those who decide ruled. 裁决。",
    body: {
      act: oneOf(words.rulings, "Act 事项"),
      case: matching("digest", "Case 案件编号"),
      outcome: oneOf(words.outcomes, "Outcome 结果"),
      grounds: text("Grounds 事由"),
    },
    required: ["act", "case"],
  },
};
