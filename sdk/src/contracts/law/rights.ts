/** The enumerations of the contracts of subjects, registrations, consents and rights. Their numbers are part of the ABI; `test/contracts/barrel.test.ts` compares them with the sources. */

/** What a statement, a case or a freeze is about. The numbers are part of the ABI: new kinds go to the end. Contract: `SubjectKind` of SubjectKind.sol. */
export const SubjectKind = { none: 0, product: 1, resource: 2, right: 3, trade: 4, member: 5, record: 6 } as const;

/** Grade of data, GB/T 43697-2024: 一般, 重要, 核心. Core data can't be listed. Contract: `Grade` of Grade.sol. */
export const Grade = { general: 0, important: 1, core: 2 } as const;

/** Where data comes from: 企业数据, 公共数据, 个人数据. Contract: `SourceClass` of IRegistry.sol. */
export const SourceClass = { enterprise: 0, public: 1, personal: 2 } as const;

/** Types of registration: 首次, 许可, 转移, 变更, 注销, 异议, and 携带 between venues. Contract: `RegistrationType` of IRegistry.sol. */
export const RegistrationType = {
  none: 0,
  first: 1,
  licence: 2,
  transfer: 3,
  alteration: 4,
  cancellation: 5,
  objection: 6,
  move: 7,
} as const;

/** Where the registration of a subject stands. Contract: `RegistrationStatus` of IRegistry.sol. */
export const RegistrationStatus = {
  none: 0,
  pending: 1,
  registered: 2,
  refused: 3,
  withdrawn: 4,
  cancelled: 5,
} as const;

/** Where a review stands. Contract: `ReviewState` of IRegistry.sol. */
export const ReviewState = { none: 0, open: 1, completed: 2, refused: 3, withdrawn: 4 } as const;

/** Where an objection stands. Contract: `ObjectionState` of IRegistry.sol. */
export const ObjectionState = { none: 0, open: 1, upheld: 2, dismissed: 3 } as const;

/** What a person, or a trustee for it, decided (决定权). A denial allows nothing and is kept as well as a consent. Contract: `Decision` of IConsents.sol. */
export const Decision = { none: 0, allowed: 1, denied: 2 } as const;

/** How the person was shown what it decides about (知情权). Contract: `NoticeChannel` of IConsents.sol. */
export const NoticeChannel = { none: 0, screen: 1, paper: 2, speech: 3, trustee: 4 } as const;

/** The three separated rights: 数据资源持有权, 数据加工使用权, 产品经营权. Contract: `RightKind` of IRights.sol. */
export const RightKind = { none: 0, holding: 1, processing: 2, operating: 3 } as const;

/** Why a right is valid or is not. The numbers are part of the ABI: new ones go to the end. Contract: `Validity` of IRights.sol. */
export const Validity = {
  valid: 0,
  unknown: 1,
  notYet: 2,
  expired: 3,
  revoked: 4,
  holderNotActive: 5,
  subjectNotInForce: 6,
  notAccepted: 7,
  exhausted: 8,
  consentNotValid: 9,
  frozen: 10,
  held: 11,
} as const;

/** Why a product may be listed or may not. The numbers are part of the ABI: new ones go to the end. Contract: `Listing` of IRights.sol. */
export const Listing = {
  allowed: 0,
  unknownSubject: 1,
  coreGrade: 2,
  wrongSubject: 3,
  wrongKind: 4,
  wrongHolder: 5,
  rightNotValid: 6,
  held: 7,
  frozen: 8,
  sanctioned: 9,
  requirementsUnmet: 10,
  notInForce: 11,
  exhausted: 12,
} as const;

/** Most times that a right may be sub-licensed in a row. Contract: `MAX_DEPTH` of Rights.sol. */
export const MAX_DEPTH = 8;
