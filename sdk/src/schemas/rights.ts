import { common, count, flag, listOf, matching, oneOf, text, words } from "./fields.ts";
import type { RecordForm } from "./schema.ts";

const registered = {
  name: text("Name 名称", 200),
  nameZh: text("Chinese name 中文名称", 200),
  file: text("File 文件", 255),
  bytes: count("Bytes 字节数"),
  source: text("Where it comes from 数据来源", 500),
  sourceClass: oneOf(words.sources, "Class of the source 来源类别"),
  grade: common.grade,
  digest: common.digest,
};

const subject = { registered: matching("id", "What is registered 登记对象"), reason: common.reason };

/** Registrations (首次、许可、转移、变更、注销、异议、携带), authorizations, consents. */
export const rightForms: Readonly<Record<string, RecordForm>> = {
  "resource.registration": {
    title: "Registration of a resource 数据资源登记",
    description: "A raw holding, as its holder describes it. 数据资源的登记描述。",
    body: registered,
    required: ["name"],
  },
  "product.registration": {
    title: "Registration of a product 数据产品登记",
    description: "What is to be traded, and what it is made from. 数据产品及其来源。",
    body: { ...registered, parents: listOf(matching("id", "Parent 上游"), "What it is made from 上游资源或产品", 0) },
    required: ["name"],
  },
  "registration.review": {
    title: "Review of a registration 登记审核",
    description: "What a reviewer found. 审核意见。",
    body: { result: oneOf(words.results, "Result 结论"), reason: common.reason },
    required: ["result"],
  },
  "registration.alteration": {
    title: "Alteration 变更登记",
    description: "What was changed in a registration. 登记变更。",
    body: { ...subject, digest: common.digest },
    required: ["reason"],
  },
  "registration.transfer": {
    title: "Transfer 转移登记",
    description: "To whom a registration went. 登记转移。",
    body: { ...subject, to: matching("member", "New owner 受让方") },
    required: ["to"],
  },
  "registration.cancellation": {
    title: "Cancellation 注销登记",
    description: "Why a registration ended. 登记注销。",
    body: subject,
    required: ["reason"],
  },
  "registration.objection": {
    title: "Objection 异议登记",
    description: "What somebody has against a registration. 对登记的异议。",
    body: subject,
    required: ["reason"],
  },
  "registration.move": {
    title: "Move between venues 携带",
    description: "A registration goes to another venue with its history. 登记携带至其他交易场所。",
    body: { ...subject, to: matching("member", "New venue 转入场所"), head: common.digest },
    required: ["to"],
  },
  "authorization.grant": {
    title: "Grant of a right 授权",
    description: "Which right is granted, for which purposes, where and how long. 授予的权利、目的、地域与期限。",
    body: {
      right: oneOf(words.rights, "Right 权利"),
      purposes: common.purposes,
      territories: common.territories,
      days: count("Days 天数"),
      until: matching("instant", "Ends 截止"),
      uses: count("Uses, 0 for not counted 次数"),
      subLicensing: flag("May be handed on 可否转授权"),
      file: text("File 文件", 255),
    },
    required: ["right", "purposes"],
    parties: true,
  },
  "authorization.acceptance": {
    title: "Acceptance of a right 授权接受",
    description: "Who gets the right accepts it (双向授权). 被授权方接受授权。",
    body: { right: matching("id", "Right 权利") },
    required: ["right"],
  },
  "authorization.revocation": {
    title: "Revocation of a right 授权撤销",
    description: "Why a right ended before its time. 提前撤销授权。",
    body: { right: matching("id", "Right 权利"), reason: common.reason },
    required: ["right", "reason"],
  },
  "authorization.use": {
    title: "Use of a right 授权使用",
    description: "That a right was made use of. 使用记录。",
    body: { right: matching("id", "Right 权利"), purpose: text("Purpose 使用目的", 200), uses: count("Uses 次数") },
    required: ["right"],
  },
  "consent.decision": {
    title: "Decision of a person 个人决定",
    description:
      "That a person allowed or denied something, by commitment only: nobody is named. 个人的同意或拒绝，仅记承诺值，不具名。",
    body: {
      consent: matching("digest", "Consent 同意编号"),
      decision: oneOf(["allowed", "denied"], "Decision 决定"),
      purposes: common.purposes,
      channel: oneOf(words.channels, "How the person was told 告知方式"),
      until: matching("instant", "Ends 截止"),
    },
    required: ["consent", "decision"],
  },
  "consent.withdrawal": {
    title: "Withdrawal of a consent 撤回同意",
    description: "That a person withdrew it. 个人撤回同意。",
    body: { consent: matching("digest", "Consent 同意编号") },
    required: ["consent"],
  },
  "consent.mandate": {
    title: "Mandate of a trustee 受托",
    description: "What a trustee may decide for persons. 受托者的授权范围。",
    body: {
      mandate: matching("digest", "Mandate 委托编号"),
      purposes: common.purposes,
      until: matching("instant", "Ends 截止"),
    },
    required: ["mandate"],
  },
};
