/** The enumerations of the contracts of cases. Their numbers are part of the ABI; `test/contracts/barrel.test.ts` compares them with the sources. */

/** What a case is: 投诉, 争议, 仲裁, 失信认定. The kind names who decides and how many of them, see {ICases}. Contract: `CaseKind` of ICases.sol. */
export const CaseKind = { none: 0, complaint: 1, dispute: 2, arbitration: 3, finding: 4 } as const;

/** Where a case stands. `Rejected`, `Final`, `Repaired`, `Withdrawn` and `Lapsed` are ends; only a `Final` finding moves again, and only by repair. Contract: `CaseState` of ICases.sol. */
export const CaseState = {
  none: 0,
  opened: 1,
  rejected: 2,
  admitted: 3,
  answered: 4,
  unanswered: 5,
  decided: 6,
  objected: 7,
  final: 8,
  repairSought: 9,
  repaired: 10,
  withdrawn: 11,
  lapsed: 12,
} as const;

/** What a case came to. `Annulled`: an objection was granted and the decision fell. Contract: `Outcome` of ICases.sol. */
export const Outcome = { none: 0, upheld: 1, dismissed: 2, settled: 3, annulled: 4 } as const;

/** What those who decide can rule. Contract: `RulingAct` of ICases.sol. */
export const RulingAct = {
  none: 0,
  admit: 1,
  reject: 2,
  hold: 3,
  release: 4,
  uphold: 5,
  dismiss: 6,
  confirm: 7,
  annul: 8,
  repair: 9,
  refuseRepair: 10,
} as const;

/** What a side can plead: 答辩, 异议, 撤回, 信用修复申请. Contract: `PleaKind` of ICases.sol. */
export const PleaKind = { none: 0, answer: 1, objection: 2, withdrawal: 3, repairApplication: 4 } as const;

/** What a sanction restricts. Position n is bit n of a mask; the order is part of the ABI, new ones go to the end. Contract: `Restriction` of ICases.sol. */
export const Restriction = {
  listing: 0,
  trading: 1,
  venueService: 2,
  attesting: 3,
  granting: 4,
  suspensionAdvised: 5,
} as const;
