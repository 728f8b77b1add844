import { common, count, exactly, flag, listOf, matching, oneOf, text } from "./fields.ts";
import type { RecordForm } from "./schema.ts";

const money = { price: common.price, currency: common.currency };
const paid = { amount: common.amount, currency: common.currency };

/** The steps of a trade (formats.md section 11), and what follows them. */
export const tradeForms: Readonly<Record<string, RecordForm>> = {
  "trade.listing": {
    title: "Listing 挂牌",
    description: "What is put up for trade, and at what price. 挂牌标的与价格。",
    body: {
      product: common.product,
      resource: common.resource,
      ...money,
      amount: common.amount,
      grade: common.grade,
      territories: common.territories,
    },
  },
  "trade.offer": {
    title: "Offer 要约",
    description: "A price that one side offers. 一方提出的价格与条件。",
    body: { ...money, rows: count("Rows asked for 条数"), until: matching("instant", "Open until 有效期至") },
    required: ["price"],
  },
  "trade.contract": {
    title: "Contract 签约",
    description: "What both sides agreed. 双方约定。",
    body: {
      ...money,
      purpose: text("Purpose 使用目的", 200),
      resale: flag("May be resold 可否转售"),
      arbitration: text("Seat of arbitration 仲裁地", 200),
      deliverBefore: matching("date", "Delivery before 交付期限"),
      territories: common.territories,
      grade: common.grade,
    },
    required: ["price", "currency"],
  },
  "trade.delivery": {
    title: "Delivery 交付",
    description: "What was handed over, by its digest. 交付内容及其摘要。",
    body: {
      digest: common.digest,
      rows: count("Rows 条数"),
      bytes: count("Bytes 字节数"),
      file: text("File 文件", 255),
      receipts: matching("id", "Subject of the single receipts 交付回执"),
    },
    required: ["digest"],
  },
  "trade.acceptance": {
    title: "Acceptance 验收",
    description: "What the buyer says of what it got. 买方验收结论。",
    body: {
      result: oneOf(["accepted", "accepted-in-part", "rejected"], "Result 结论"),
      digest: common.digest,
      rows: count("Rows 条数"),
      reason: common.reason,
    },
    required: ["result"],
  },
  "trade.settlement": {
    title: "Settlement 清结算",
    description: "What was paid. 清算与结算。",
    body: { ...paid, paid: flag("Paid 已支付") },
    required: ["amount", "currency"],
  },
  "trade.certificate": {
    title: "Certificate 凭证",
    description: "The certificate of the trade. 交易凭证。",
    body: { number: common.number, rows: count("Rows 条数") },
    required: ["number"],
  },
  "trade.amendment": {
    title: "Amendment 变更",
    description: "What both sides changed in their contract. 合同变更。",
    body: { ...money, reason: common.reason },
    required: ["reason"],
  },
  "trade.filing": {
    title: "Filing 备案",
    description: "A trade off the floor, reported to a venue. 场外交易备案。",
    body: { number: common.number },
    required: ["number"],
  },
  "trade.termination": {
    title: "Termination 终止",
    description: "Both sides end the trade. 双方终止交易。",
    body: { reason: common.reason },
    required: ["reason"],
  },
  "trade.distribution": {
    title: "Distribution of income 收益分配",
    description: "Who gets how much of the income; amounts are whole numbers of the unit. 收益分配，金额为单位的整数。",
    body: {
      whole: matching("integer", "Whole income 全部收益"),
      unit: text("Unit 单位", 16),
      shares: listOf(
        exactly({ member: matching("member", "Member 成员"), amount: matching("integer", "Share 份额") }, "Share 份额"),
        "Shares 各方份额",
      ),
    },
    required: ["whole", "unit", "shares"],
  },
  "trade.archive": {
    title: "Archive 归档",
    description: "Closes the file: how many steps the chain has, and their head. 归档：链上步骤数与链头。",
    body: { stages: count("Steps 步骤数"), head: common.digest },
    required: ["stages", "head"],
  },
  "delivery.receipt": {
    title: "Receipt of one delivery 交付回执",
    description: "One row, file or call that went through, by its digest. 单次交付的摘要。",
    body: {
      trade: common.trade,
      product: common.product,
      row: count("Row 序号"),
      "sha-256": common.digest,
      sm3: common.digest,
      bytes: count("Bytes 字节数"),
    },
    required: ["sha-256"],
  },
  "settlement.split": {
    title: "Split of a settlement 清分",
    description: "How a payment was divided. 清分明细。",
    body: {
      ...paid,
      shares: listOf(
        exactly({ member: matching("member", "Member 成员"), amount: common.amount }, "Share 份额"),
        "Shares 各方份额",
      ),
    },
    required: ["amount", "currency", "shares"],
  },
};
