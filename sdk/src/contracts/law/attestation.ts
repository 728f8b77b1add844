/** The enumerations of the contracts of attestations. Their numbers are part of the ABI; `test/contracts/barrel.test.ts` compares them with the sources. */

/** What a third party states: 合规公证, 安全审查, 算法审查, 认证, 评估, 保险, 托管, 跨境评估, 安全风险评估. Contract: `AttestationKind` of IAttestations.sol. */
export const AttestationKind = {
  none: 0,
  compliance: 1,
  security: 2,
  algorithm: 3,
  certification: 4,
  valuation: 5,
  insurance: 6,
  custody: 7,
  crossBorder: 8,
  riskAssessment: 9,
} as const;

/** What the attester found. The conditions of `Conditional` stand in the opinion. Contract: `Result` of IAttestations.sol. */
export const Result = { none: 0, pass: 1, conditional: 2, fail: 3 } as const;

/** Why an attestation is valid or is not. `Valid` says that it counts, whatever its result. Contract: `Status` of IAttestations.sol. */
export const Status = { valid: 0, unknown: 1, notYet: 2, expired: 3, superseded: 4, revoked: 5 } as const;
export type AttestationKindName = keyof typeof AttestationKind;

/** Mask with the bit of each of `kinds`. */
export function maskOfAttestations(kinds: readonly AttestationKindName[]): number {
  return kinds.reduce((mask, kind) => mask | (1 << AttestationKind[kind]), 0);
}
