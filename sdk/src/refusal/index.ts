/** What a node signs when it refuses a submission by rule, and how that is checked. */
export { looksLikeRefusal, parseRefusalText, refusalKeyName, refusalText } from "./refusal.ts";
export type { Refusal, RefusingPolicy } from "./refusal.ts";
export { signRefusal, verifyRefusal } from "./verify.ts";
export type { VerifiedRefusal } from "./verify.ts";
