/** The enumerations of the contracts of members, council and emergency. Their numbers are part of the ABI; `test/contracts/barrel.test.ts` compares them with the sources. */

/** What an organisation does in the consortium. A member may have several kinds. Contract: `Kind` of IMembers.sol. */
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

/** What a key may do for its member; a key has one or several of these. Contract: `KeyRole` of IMembers.sol. */
export const KeyRole = { manage: 0, govern: 1, act: 2, publish: 3 } as const;

export type KeyRoleName = keyof typeof KeyRole;

/** Where a member stands. Only `Active` may act. Contract: `Standing` of IMembers.sol. */
export const Standing = { none: 0, active: 1, suspended: 2, expelled: 3, applied: 4, left: 5 } as const;

/** Level of a member's node in the consortium of one province-level platform, N nodes and X sectors (1+N+X). Contract: `Tier` of IMembers.sol. */
export const Tier = { none: 0, province: 1, node: 2, sector: 3 } as const;

/** What became of an application. One that nobody decided ends by its time without changing this. Contract: `ApplicationStatus` of IMembers.sol. */
export const ApplicationStatus = { none: 0, open: 1, admitted: 2, refused: 3, withdrawn: 4 } as const;

/** How weighty a decision is. The numbers are part of the ABI. Contract: `ActClass` of ICouncil.sol. */
export const ActClass = { ordinary: 0, constitutional: 1 } as const;

/** How the council judged an order. Whatever it is but `None`, the order counts as reviewed. Contract: `Review` of IEmergency.sol. */
export const Review = { none: 0, confirmed: 1, lifted: 2 } as const;

/** Where an order stands. Contract: `OrderState` of IEmergency.sol. */
export const OrderState = { none: 0, open: 1, lapsed: 2, inForce: 3, ended: 4, lifted: 5 } as const;

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
