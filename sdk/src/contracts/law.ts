/** The enumerations of the contracts. Their numbers are part of the ABI; `test/contracts/barrel.test.ts` compares them with the source. */

/** What an organisation does; value n is bit n of a mask of kinds. Contract: `Kind` of IMembers.sol. */
export const Kind = {
  venue: 0,
  supplier: 1,
  processor: 2,
  operator: 3,
  broker: 4,
  notary: 5,
  auditor: 6,
  certifier: 7,
  insurer: 8,
  custodian: 9,
  regulator: 10,
  trustee: 11,
  arbitrator: 12,
} as const;
export type KindName = keyof typeof Kind;

/** What a key may do; value n is bit n of a mask of roles. Contract: `KeyRole` of IMembers.sol. */
export const KeyRole = { manage: 0, govern: 1, act: 2, publish: 3 } as const;
export type KeyRoleName = keyof typeof KeyRole;

/** Where a member stands. Contract: `Standing` of IMembers.sol. */
export const Standing = { none: 0, active: 1, suspended: 2, expelled: 3, applied: 4, left: 5 } as const;

/** Level of a member's node, 1+N+X. Contract: `Tier` of IMembers.sol. */
export const Tier = { none: 0, province: 1, node: 2, sector: 3 } as const;

/** What became of an application. Contract: `ApplicationStatus` of IMembers.sol. */
export const ApplicationStatus = { none: 0, open: 1, admitted: 2, refused: 3, withdrawn: 4 } as const;

/** How weighty a decision of the council is. Contract: `ActClass` of ICouncil.sol. */
export const ActClass = { ordinary: 0, constitutional: 1 } as const;

/** Grade of data, GB/T 43697-2024. Contract: `Grade` of IRights.sol. */
export const Grade = { general: 0, important: 1, core: 2 } as const;

/** The three separated rights. Contract: `RightKind` of IRights.sol. */
export const RightKind = { none: 0, holding: 1, processing: 2, operating: 3 } as const;

/** Why a right is valid or is not. Contract: `Validity` of IRights.sol. */
export const Validity = { valid: 0, unknown: 1, notYet: 2, expired: 3, revoked: 4, holderNotActive: 5 } as const;

/** Why something may be listed or may not. Contract: `Listing` of IRights.sol. */
export const Listing = {
  allowed: 0,
  unknownSubject: 1,
  coreGrade: 2,
  wrongSubject: 3,
  wrongKind: 4,
  wrongHolder: 5,
  rightNotValid: 6,
} as const;

/** Stages of a trade (docs/formats.md section 11). Contract: `Stage` of ITrades.sol. */
export const Stage = {
  none: 0,
  listing: 1,
  offer: 2,
  contract: 3,
  delivery: 4,
  acceptance: 5,
  settlement: 6,
  certificate: 7,
} as const;
export type StageName = keyof typeof Stage;

/** Most times that a right may be sub-licensed in a row. Contract: `MAX_DEPTH` of Rights.sol. */
export const MAX_DEPTH = 8;

const KIND_NAMES = Object.keys(Kind) as readonly KindName[];

/** Mask with the bit of each of `kinds`. */
export function maskOfKinds(kinds: readonly KindName[]): number {
  return kinds.reduce((mask, kind) => mask | (1 << Kind[kind]), 0);
}

/** Mask with the bit of each of `roles`. */
export function maskOfRoles(roles: readonly KeyRoleName[]): number {
  return roles.reduce((mask, role) => mask | (1 << KeyRole[role]), 0);
}

/** Kinds whose bits stand in `mask`, in the order of their numbers. */
export function kindsOf(mask: number | bigint): readonly KindName[] {
  return KIND_NAMES.filter((kind) => (Number(mask) & (1 << Kind[kind])) !== 0);
}
