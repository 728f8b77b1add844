/** Compliance proofs and registration certificates as W3C Verifiable Credentials 2.0, and their verification. No I/O. */
export { didKeyOf, fromMultikey, toMultikey } from "./multikey.ts";
export { withProof, type CredentialSigner } from "./integrity.ts";
export {
  issueCompliance,
  issueRegistration,
  issueStatusList,
  type ComplianceClaim,
  type CredentialFrame,
  type CredentialIssuer,
  type RegistrationClaim,
  type StatusListFrame,
  type StatusPlace,
} from "./issue.ts";
export { issueRequested } from "./request.ts";
export { decodeIssuers, type TrustedIssuer, type TrustedIssuers } from "./issuers.ts";
export { StatusBits, maxEntries, minEntries } from "./status-list.ts";
export { credentialQuestions, type CredentialAnswer, type CredentialVerdict } from "./answer.ts";
export { verifyCredential, type CredentialTrust } from "./verify.ts";
