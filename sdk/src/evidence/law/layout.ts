import type { PackedField } from "@lianzheng/sdk/chain";

/**
 * Where the contracts of the law keep what is read here: the slots of their mappings, and the fields of their structs, all
 * under the names that they have in Solidity. The code hash that a policy names pins them: a contract with another layout
 * has another code hash, and needs another version of this program. `test/evidence/law/layout.test.ts` compares all of it
 * with what the compiler says.
 * @see Solidity documentation, Layout of State Variables in Storage
 */
export const mappings = {
  members: { _standings: 4, _freezes: 6, _lives: 8 },
  trades: { _trades: 2, _steps: 3 },
  rights: { _rights: 2, _lineage: 3, _holders: 4 },
  registry: { _records: 2 },
  emergency: { _ends: 6 },
  consents: { _consents: 2, _mandates: 3, _left: 4 },
  attestations: { _attestations: 4, _lines: 6 },
} as const;

/** The contracts of the law whose state evidence can lean on. */
export type LawContract = keyof typeof mappings;
export const lawContracts = Object.keys(mappings) as readonly LawContract[];

type Fields = Readonly<Record<string, PackedField>>;

const field = (slot: number, offset: number, bytes: number): PackedField => ({ slot, offset, bytes });

/** `Checkpoints.Trace208`: an array of these, one slot each, by rising key. */
export const checkpointFields = { _key: field(0, 0, 6), _value: field(0, 6, 26) } as const satisfies Fields;

export const keyLifeFields = {
  member: field(0, 0, 18),
  from: field(0, 18, 6),
  until: field(0, 24, 6),
  roles: field(0, 30, 1),
} as const satisfies Fields;

export const tradeFields = {
  seller: field(0, 0, 18),
  buyer: field(1, 0, 18),
  venue: field(2, 0, 18),
  subject: field(3, 0, 32),
  right: field(4, 0, 32),
  head: field(6, 0, 32),
  filedBy: field(7, 0, 18),
} as const satisfies Fields;

export const stepFactsFields = {
  recordedAt: field(0, 0, 6),
  stage: field(0, 6, 1),
  listing: field(0, 7, 1),
  seller: field(0, 8, 1),
  buyer: field(0, 9, 1),
  venue: field(0, 10, 1),
} as const satisfies Fields;

export const rightFields = {
  holder: field(0, 0, 18),
  kind: field(0, 18, 1),
  depth: field(0, 19, 1),
  from: field(0, 20, 6),
  until: field(0, 26, 6),
  revokedAt: field(1, 24, 6),
  reach: field(1, 30, 2),
  granter: field(2, 0, 18),
  grantedAt: field(2, 18, 6),
  acceptedAt: field(2, 24, 6),
  subject: field(3, 0, 32),
  base: field(4, 0, 32),
  consent: field(5, 0, 32),
} as const satisfies Fields;

export const subjectFields = {
  grade: field(0, 18, 1),
  status: field(0, 21, 1),
  registeredAt: field(0, 22, 6),
  cancelledAt: field(1, 0, 6),
  right: field(3, 0, 32),
} as const satisfies Fields;

/** `terms` of a consent stand at its begin. */
export const consentFields = {
  person: field(0, 0, 32),
  from: field(2, 26, 6),
  until: field(3, 0, 6),
  decision: field(5, 7, 1),
  givenAt: field(6, 0, 6),
  withdrawnAt: field(6, 6, 6),
  mandate: field(7, 0, 32),
} as const satisfies Fields;

export const mandateFields = { endedAt: field(5, 6, 6) } as const satisfies Fields;

/** What was stated stands behind the three slots of what became of it. */
export const attestationFields = {
  attester: field(0, 0, 18),
  recordedAt: field(0, 18, 6),
  opinion: field(5, 0, 32),
  supersedes: field(8, 0, 32),
} as const satisfies Fields;

export const lineFields = { head: field(0, 0, 32) } as const satisfies Fields;
