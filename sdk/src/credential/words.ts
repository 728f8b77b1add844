/** The terms of credentials. The second context lets any reader of JSON-LD take the words that no published context has. */
export const contexts = [
  "https://www.w3.org/ns/credentials/v2",
  "https://www.w3.org/ns/credentials/undefined-terms/v2",
] as const;

export const credential = "VerifiableCredential";
/** 合规公证 */
export const compliance = "DataComplianceProof";
/** 登记证书 */
export const registration = "DataRegistrationCertificate";

/** @see Bitstring Status List v1.0 sections 2.1 and 2.2 */
export const listEntry = "BitstringStatusListEntry";
export const statusListType = "BitstringStatusListCredential";
export const statusList = "BitstringStatusList";
