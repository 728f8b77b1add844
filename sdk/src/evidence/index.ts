/** Evidence bundles, trust policies, and the verdict of one against the other. No I/O. */
export {
  decodeBundle,
  encodeBundle,
  maxBundleBytes,
  maxBundleRecords,
  type Bundle,
  type BundleAnchor,
  type BundleLaw,
  type BundleRecord,
  type ChainedStep,
  type ChainEvent,
} from "./bundle.ts";
export type { TrustedAuthorities } from "./authorities.ts";
export { missingLaw, type MissingSlots } from "./law/missing.ts";
export { lawContracts, type LawContract } from "./law/layout.ts";
export {
  decodePolicy,
  encodePolicy,
  type Policy,
  type TrustedContract,
  type TrustedKey,
  type TrustedLog,
  type TrustedMember,
  type TrustedSm2Key,
} from "./policy.ts";
export { majorityOf } from "./finality/clique.ts";
export { quorumOf } from "./finality/qbft.ts";
export type {
  CliqueRule,
  FinalityRule,
  QbftRule,
  RpcRule,
  SingleOperatorRule,
  ValidatorEpoch,
} from "./finality/rule.ts";
export { questions, type Answer, type Question, type QuestionVerdict, type Trust } from "./question.ts";
export type { Stamp, TimestampFindings } from "./stamps.ts";
export { stepNumberOf } from "./stages.ts";
export { clockSkewMs } from "./time.ts";
export type { Facts, RecordErased, RecordFacts, Result, Verdict } from "./verdict.ts";
export { verify, type VerifyOptions } from "./verify.ts";
export type { TrustedWitnesses } from "./witnesses.ts";
