import { common, count, matching, text } from "./fields.ts";
import type { RecordForm } from "./schema.ts";

/** What members say about records. */
export const upkeepForms: Readonly<Record<string, RecordForm>> = {
  "record.correction": {
    title: "Correction 更正",
    description: "What was wrong in an earlier record; the earlier one stays. 更正在先记录，原记录保留。",
    body: { record: matching("digest", "Record that is corrected 被更正的记录"), reason: common.reason },
    required: ["record", "reason"],
  },
};

/**
 * What a node writes about its own acts: nobody submits records of these types, or a member could put a refusal or a warning into the
 * node's mouth. Their schemas tell readers what they hold.
 */
export const nodeForms: Readonly<Record<string, RecordForm>> = {
  "record.erasure": {
    title: "Erasure 删除",
    description: "That a record's disclosures were destroyed, and on what ground. 披露内容的销毁及其依据。",
    body: {},
  },
  "record.refusal": {
    title: "Refusal 拒绝",
    description:
      "That a submission was refused, under which rule and version; or how many were. Nothing of what was refused. 拒绝的规则与版本，不含被拒内容。",
    body: {
      code: matching("code", "Code 代码"),
      field: text("Field, JSON pointer 字段", 500),
      member: matching("member", "Who submitted 提交成员"),
      recordType: matching("recordType", "Type of the record 记录类型"),
      request: matching("digest", "SHA-256 of the request's body 请求摘要"),
      refusedAt: matching("instant", "When 时间"),
      policy: matching("policy", "Policy 规则名称"),
      version: count("Version, 0 for built in 版本"),
      policyDigest: matching("digest", "Digest of the policy's document 规则文本摘要"),
      note: text("The signed note 签名回执", 10_000),
      refusals: count("Refusals in this record 合计次数"),
      from: matching("instant", "First 起"),
      until: matching("instant", "Last 止"),
    },
    required: ["member"],
  },
  "monitor.warning": {
    title: "Warning 预警",
    description: "What the node's monitor noticed. 监测预警。",
    body: {},
  },
  "monitor.handling": {
    title: "Handling of a warning 预警处置",
    description: "What became of a warning. 预警处置。",
    body: {},
  },
};
