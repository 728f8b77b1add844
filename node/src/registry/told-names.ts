import type { ContractName } from "@lianzheng/sdk/chain";

/** Name of what is told when blocks with events were replaced. */
export const revertedName = "law.reverted";
/** Name of what is told to a reader whose list is gone: what it was told and is not told again is true no more. */
export const restartedName = "law.restarted";

/**
 * What subscribers call the contracts' events: `law.`, whom it is about, what happened. A closed list: names are API, and a
 * test holds it against the events that the registry takes in. An event without a name here changes nothing that anybody keeps.
 */
export const toldNames: Readonly<Record<ContractName, Readonly<Record<string, `law.${string}`>>>> = {
  directory: { VersionEntered: "law.directory.entered" },
  members: {
    ApplicationMade: "law.member.applied",
    ApplicationClosed: "law.member.applicationClosed",
    StandingChanged: "law.member.standing",
    KindsSet: "law.member.kinds",
    TierSet: "law.member.tier",
    MetadataSet: "law.member.metadata",
    ParentSet: "law.member.parent",
    MemberFrozen: "law.member.frozen",
    KeyAdded: "law.member.keyAdded",
    KeyRetired: "law.member.keyRetired",
    MemberRecovered: "law.member.recovered",
  },
  council: {
    ProposalOpened: "law.proposal.opened",
    VoteCast: "law.proposal.voted",
    ProposalPassed: "law.proposal.passed",
    ProposalDecided: "law.proposal.decided",
    RulesSet: "law.council.rules",
    OrdinarySet: "law.council.ordinary",
    SeatAdded: "law.seat.added",
    SeatRemoved: "law.seat.removed",
  },
  emergency: {
    OrderOpened: "law.order.opened",
    OrderCosigned: "law.order.cosigned",
    SubjectFrozen: "law.order.froze",
    ReleaseAsked: "law.order.releaseAsked",
    SubjectReleased: "law.order.released",
    OrderReviewed: "law.order.reviewed",
    EmergencyRulesSet: "law.order.rules",
    NonceSpent: "law.order.nonce",
  },
  policies: { PolicyPublished: "law.policy.published", PolicyRetired: "law.policy.retired" },
  cases: {
    CaseOpened: "law.case.opened",
    PleaMade: "law.case.pleaded",
    RulingCast: "law.case.voted",
    RulingMade: "law.case.ruled",
    CaseMoved: "law.case.moved",
    CaseSettled: "law.case.settled",
    EffectChanged: "law.case.effect",
    HoldChanged: "law.case.held",
    ProcedureSet: "law.case.procedure",
    NonceUsed: "law.case.nonce",
  },
  attestations: {
    Attested: "law.attestation.made",
    AttestationSuperseded: "law.attestation.superseded",
    AttestationRevoked: "law.attestation.revoked",
    RequirementsSet: "law.attestation.requirements",
    NonceSpent: "law.attestation.nonce",
  },
  registry: {
    SubjectEntered: "law.subject.entered",
    ReviewOpened: "law.subject.reviewed",
    SignedOff: "law.subject.signedOff",
    Refused: "law.subject.refused",
    Withdrawn: "law.subject.withdrawn",
    Objected: "law.subject.objected",
    ObjectionResolved: "law.subject.objectionResolved",
    VersionInForce: "law.subject.inForce",
    NumberGiven: "law.subject.numbered",
    HistoryAdded: "law.subject.history",
    ReviewRuleSet: "law.subject.reviewRule",
    AlgorithmAdded: "law.subject.algorithmAdded",
    AlgorithmRetired: "law.subject.algorithmRetired",
  },
  consents: {
    ConsentDecided: "law.consent.decided",
    ConsentWithdrawn: "law.consent.withdrawn",
    MandateGiven: "law.mandate.given",
    MandateEnded: "law.mandate.ended",
    PersonLeft: "law.mandate.left",
    NoticeReceived: "law.consent.noticed",
  },
  rights: {
    RightGranted: "law.right.granted",
    RightAccepted: "law.right.accepted",
    RightRevoked: "law.right.revoked",
    RightTransferred: "law.right.transferred",
    RightUsed: "law.right.used",
    NonceUsed: "law.right.nonce",
  },
  trades: {
    TradeOpened: "law.trade.opened",
    StageRecorded: "law.trade.stepped",
    OfferMade: "law.trade.offered",
    TradeAmended: "law.trade.amended",
    TradeFiled: "law.trade.filed",
    TradeTerminated: "law.trade.terminated",
    IncomeDistributed: "law.trade.income",
    NonceUsed: "law.trade.nonce",
  },
  evidenceLogs: {
    LogRegistered: "law.log.registered",
    CheckpointPublished: "law.log.published",
    LogKeyRotated: "law.log.keyRotated",
    LogClosed: "law.log.closed",
  },
  validators: {
    ValidatorAdded: "law.validator.added",
    ValidatorRemoved: "law.validator.removed",
    ValidatorsSet: "law.validator.set",
  },
};
