/* eslint-disable @typescript-eslint/consistent-type-definitions, @typescript-eslint/consistent-indexed-object-style --
   an interface would not fit where a JSON object is wanted */
/* Made by `node scripts/openapi/client.ts` from the node's OpenAPI document; a test fails if it is another. */
import type { JsonValue } from "@lianzheng/sdk/record";

export type Problem = {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly field?: string;
  readonly offset?: number;
  readonly reasons?: readonly string[];
  readonly erasure?: {
    readonly record: string;
    readonly index: number;
    readonly ground: string;
    readonly erasedAt: string;
  };
  readonly until?: string;
  readonly line?: number;
  readonly refusal?: { readonly note: string; readonly record: string | null };
  readonly requestId: string;
};

export type LawBlock = { readonly number: number; readonly hash: string; readonly time: number };

export type HistoryEntry = {
  readonly event: string;
  readonly facts: { readonly [name: string]: JsonValue };
  readonly at: number;
  readonly block: number;
  readonly transaction: string;
};

export type MemberSummary = {
  readonly member: string;
  readonly standing: "none" | "active" | "suspended" | "expelled" | "applied" | "left";
  readonly kinds: readonly (
    | "venue"
    | "supplier"
    | "processor"
    | "operator"
    | "broker"
    | "notary"
    | "auditor"
    | "certifier"
    | "insurer"
    | "custodian"
    | "regulator"
    | "trustee"
    | "arbitrator"
  )[];
  readonly tier: "none" | "province" | "node" | "sector";
  readonly parent: string | null;
  readonly children: number;
  readonly metadata: string | null;
  readonly frozenUntil: number;
  readonly seat: boolean;
  readonly keys: readonly {
    readonly key: string;
    readonly roles: readonly ("manage" | "govern" | "act" | "publish")[];
    readonly from: number;
    readonly until: number;
  }[];
  readonly sanctions: readonly string[];
  readonly active: boolean;
  readonly sanctionsInEffect: readonly {
    readonly case: string;
    readonly restrictions: readonly (
      "listing" | "trading" | "venueService" | "attesting" | "granting" | "suspensionAdvised"
    )[];
    readonly until: number;
  }[];
  readonly frozen: boolean;
};

export type Member = {
  readonly member: string;
  readonly standing: "none" | "active" | "suspended" | "expelled" | "applied" | "left";
  readonly kinds: readonly (
    | "venue"
    | "supplier"
    | "processor"
    | "operator"
    | "broker"
    | "notary"
    | "auditor"
    | "certifier"
    | "insurer"
    | "custodian"
    | "regulator"
    | "trustee"
    | "arbitrator"
  )[];
  readonly tier: "none" | "province" | "node" | "sector";
  readonly parent: string | null;
  readonly children: number;
  readonly metadata: string | null;
  readonly frozenUntil: number;
  readonly seat: boolean;
  readonly keys: readonly {
    readonly key: string;
    readonly roles: readonly ("manage" | "govern" | "act" | "publish")[];
    readonly from: number;
    readonly until: number;
  }[];
  readonly sanctions: readonly string[];
  readonly active: boolean;
  readonly sanctionsInEffect: readonly {
    readonly case: string;
    readonly restrictions: readonly (
      "listing" | "trading" | "venueService" | "attesting" | "granting" | "suspensionAdvised"
    )[];
    readonly until: number;
  }[];
  readonly frozen: boolean;
  readonly standings: readonly {
    readonly since: number;
    readonly value: "none" | "active" | "suspended" | "expelled" | "applied" | "left";
  }[];
  readonly freezes: readonly { readonly since: number; readonly value: number }[];
};

export type Application = {
  readonly application: number;
  readonly member: string;
  readonly key: string;
  readonly kinds: readonly (
    | "venue"
    | "supplier"
    | "processor"
    | "operator"
    | "broker"
    | "notary"
    | "auditor"
    | "certifier"
    | "insurer"
    | "custodian"
    | "regulator"
    | "trustee"
    | "arbitrator"
  )[];
  readonly tier: "none" | "province" | "node" | "sector";
  readonly parent: string | null;
  readonly metadata: string | null;
  readonly papers: string | null;
  readonly expires: number;
  readonly status: "none" | "open" | "admitted" | "refused" | "withdrawn";
};

export type Proposal = {
  readonly proposal: number;
  readonly by: string;
  readonly content: string;
  readonly class: "ordinary" | "constitutional";
  readonly reason: string | null;
  readonly calls: readonly { readonly target: string | null; readonly data: string }[];
  readonly expires: number;
  readonly votes: readonly { readonly seat: string; readonly key: string; readonly at: number }[];
  readonly decidableFrom: number;
  readonly state: "open" | "passed" | "decided";
};

export type Rule = {
  readonly rule: string;
  readonly version: number;
  readonly since: number;
  readonly values: { readonly [name: string]: JsonValue };
};

export type Order = {
  readonly order: string;
  readonly opener: string;
  readonly subjectKind: "none" | "product" | "resource" | "right" | "trade" | "member" | "record";
  readonly subject: string;
  readonly reason: string | null;
  readonly asked: number;
  readonly version: number;
  readonly lapsesAt: number;
  readonly effectiveAt: number;
  readonly until: number;
  readonly liftedAt: number;
  readonly reviewedAt: number;
  readonly review: "none" | "confirmed" | "lifted";
  readonly reviewReason: string | null;
  readonly voices: readonly string[];
  readonly releases: readonly string[];
  readonly state: "none" | "open" | "lapsed" | "inForce" | "ended" | "lifted";
};

export type Validator = {
  readonly validator: string;
  readonly member: string;
  readonly addedIn: number;
  readonly removedIn: number;
};

export type ContractVersion = {
  readonly name: string;
  readonly version: number;
  readonly place: string;
  readonly codeHash: string;
  readonly release: string;
  readonly since: number;
};

export type ProductSummary = {
  readonly id: string;
  readonly owner: string;
  readonly isProduct: boolean;
  readonly grade: "general" | "important" | "core";
  readonly source: "enterprise" | "public" | "personal";
  readonly status: "none" | "pending" | "registered" | "refused" | "withdrawn" | "cancelled";
  readonly number: number;
  readonly registeredAt: number;
  readonly cancelledAt: number;
  readonly right: string | null;
  readonly parents: readonly string[];
  readonly round: number;
  readonly historyCount: number;
  readonly head: string | null;
  readonly inForce: boolean;
  readonly held: boolean;
  readonly frozen: boolean;
};

export type Product = {
  readonly id: string;
  readonly owner: string;
  readonly isProduct: boolean;
  readonly grade: "general" | "important" | "core";
  readonly source: "enterprise" | "public" | "personal";
  readonly status: "none" | "pending" | "registered" | "refused" | "withdrawn" | "cancelled";
  readonly number: number;
  readonly registeredAt: number;
  readonly cancelledAt: number;
  readonly right: string | null;
  readonly parents: readonly string[];
  readonly round: number;
  readonly historyCount: number;
  readonly head: string | null;
  readonly inForce: boolean;
  readonly held: boolean;
  readonly frozen: boolean;
  readonly owners: readonly { readonly since: number; readonly value: string }[];
  readonly versions: readonly {
    readonly version: number;
    readonly round: number;
    readonly digest: string;
    readonly metadata: string | null;
    readonly contents: readonly { readonly algorithm: number; readonly value: string }[];
    readonly link: string;
    readonly from: number;
  }[];
  readonly venues: readonly {
    readonly venue: string | null;
    readonly number: number;
    readonly from: number;
    readonly until: number;
  }[];
  readonly reviews: readonly {
    readonly round: number;
    readonly entry: "none" | "first" | "licence" | "transfer" | "alteration" | "cancellation" | "objection" | "move";
    readonly state: "none" | "open" | "completed" | "refused" | "withdrawn";
    readonly rule: number;
    readonly reviewers: readonly (
      | "venue"
      | "supplier"
      | "processor"
      | "operator"
      | "broker"
      | "notary"
      | "auditor"
      | "certifier"
      | "insurer"
      | "custodian"
      | "regulator"
      | "trustee"
      | "arbitrator"
    )[];
    readonly openedAt: number;
    readonly noticeEnds: number;
    readonly venue: string | null;
    readonly venueSigned: boolean;
    readonly reviewer: string | null;
    readonly document: string | null;
    readonly grounds: string | null;
    readonly signedOff: readonly { readonly by: string; readonly opinion: string | null; readonly at: number }[];
    readonly objections: readonly {
      readonly by: string;
      readonly state: "none" | "open" | "upheld" | "dismissed";
      readonly grounds: string;
      readonly resolution: string | null;
    }[];
    readonly draft: {
      readonly digest: string;
      readonly metadata: string | null;
      readonly contents: readonly { readonly algorithm: number; readonly value: string }[];
    } | null;
  }[];
};

export type RightSummary = {
  readonly right: string;
  readonly subject: string;
  readonly kind: "none" | "holding" | "processing" | "operating";
  readonly holder: string;
  readonly granter: string;
  readonly base: string | null;
  readonly basis: readonly string[];
  readonly document: string | null;
  readonly consent: string | null;
  readonly purposes: readonly number[];
  readonly territories: readonly number[];
  readonly from: number;
  readonly until: number;
  readonly uses: number;
  readonly used: number;
  readonly depth: number;
  readonly reach: number;
  readonly grantedAt: number;
  readonly acceptedAt: number;
  readonly revokedAt: number;
  readonly revokedBy: string | null;
  readonly validity:
    | "valid"
    | "unknown"
    | "notYet"
    | "expired"
    | "revoked"
    | "holderNotActive"
    | "subjectNotInForce"
    | "notAccepted"
    | "exhausted"
    | "consentNotValid"
    | "frozen"
    | "held";
  readonly cause: string | null;
};

export type Right = {
  readonly right: string;
  readonly subject: string;
  readonly kind: "none" | "holding" | "processing" | "operating";
  readonly holder: string;
  readonly granter: string;
  readonly base: string | null;
  readonly basis: readonly string[];
  readonly document: string | null;
  readonly consent: string | null;
  readonly purposes: readonly number[];
  readonly territories: readonly number[];
  readonly from: number;
  readonly until: number;
  readonly uses: number;
  readonly used: number;
  readonly depth: number;
  readonly reach: number;
  readonly grantedAt: number;
  readonly acceptedAt: number;
  readonly revokedAt: number;
  readonly revokedBy: string | null;
  readonly validity:
    | "valid"
    | "unknown"
    | "notYet"
    | "expired"
    | "revoked"
    | "holderNotActive"
    | "subjectNotInForce"
    | "notAccepted"
    | "exhausted"
    | "consentNotValid"
    | "frozen"
    | "held";
  readonly cause: string | null;
  readonly holders: readonly { readonly since: number; readonly value: string }[];
  readonly at: number;
  readonly holderThen: string;
  readonly holderSanctions: readonly {
    readonly case: string;
    readonly restrictions: readonly (
      "listing" | "trading" | "venueService" | "attesting" | "granting" | "suspensionAdvised"
    )[];
    readonly until: number;
  }[];
};

export type Consent = {
  readonly consent: string;
  readonly terms: {
    readonly person: string;
    readonly subject: string;
    readonly recipient: string;
    readonly purposes: readonly number[];
    readonly from: number;
    readonly until: number;
    readonly notice: string | null;
    readonly noticedAt: number;
    readonly channel: "none" | "screen" | "paper" | "speech" | "trustee";
    readonly decision: "none" | "allowed" | "denied";
  };
  readonly mandate: string | null;
  readonly givenAt: number;
  readonly withdrawnAt: number;
};

export type Mandate = {
  readonly mandate: string;
  readonly terms: {
    readonly trustee: string;
    readonly persons: string;
    readonly many: boolean;
    readonly purposes: readonly number[];
    readonly from: number;
    readonly until: number;
    readonly document: string | null;
    readonly recipients: readonly string[];
  };
  readonly givenAt: number;
  readonly endedAt: number;
  readonly left: readonly { readonly person: string; readonly at: number }[];
};

export type TradeSummary = {
  readonly trade: string;
  readonly seller: string;
  readonly buyer: string;
  readonly venue: string | null;
  readonly subject: string;
  readonly right: string;
  readonly amount: string;
  readonly crossBorder: boolean;
  readonly openedAt: number;
  readonly stage:
    | "none"
    | "listing"
    | "offer"
    | "contract"
    | "delivery"
    | "acceptance"
    | "settlement"
    | "certificate"
    | "amendment"
    | "filing"
    | "termination"
    | "distribution";
  readonly count: number;
  readonly head: string | null;
  readonly terminated: boolean;
  readonly offerExpires: number;
  readonly filedBy: string | null;
  readonly split: string | null;
  readonly held: boolean;
  readonly frozen: boolean;
};

export type Trade = {
  readonly trade: string;
  readonly seller: string;
  readonly buyer: string;
  readonly venue: string | null;
  readonly subject: string;
  readonly right: string;
  readonly amount: string;
  readonly crossBorder: boolean;
  readonly openedAt: number;
  readonly stage:
    | "none"
    | "listing"
    | "offer"
    | "contract"
    | "delivery"
    | "acceptance"
    | "settlement"
    | "certificate"
    | "amendment"
    | "filing"
    | "termination"
    | "distribution";
  readonly count: number;
  readonly head: string | null;
  readonly terminated: boolean;
  readonly offerExpires: number;
  readonly filedBy: string | null;
  readonly split: string | null;
  readonly held: boolean;
  readonly frozen: boolean;
  readonly steps: readonly {
    readonly count: number;
    readonly stage:
      | "none"
      | "listing"
      | "offer"
      | "contract"
      | "delivery"
      | "acceptance"
      | "settlement"
      | "certificate"
      | "amendment"
      | "filing"
      | "termination"
      | "distribution";
    readonly evidence: string;
    readonly head: string;
    readonly at: number;
    readonly block: number;
    readonly transaction: string;
    readonly signers: readonly string[] | null;
    readonly law: {
      readonly recordedAt: number;
      readonly stage:
        | "none"
        | "listing"
        | "offer"
        | "contract"
        | "delivery"
        | "acceptance"
        | "settlement"
        | "certificate"
        | "amendment"
        | "filing"
        | "termination"
        | "distribution";
      readonly listing:
        | "allowed"
        | "unknownSubject"
        | "coreGrade"
        | "wrongSubject"
        | "wrongKind"
        | "wrongHolder"
        | "rightNotValid"
        | "held"
        | "frozen"
        | "sanctioned"
        | "requirementsUnmet"
        | "notInForce"
        | "exhausted";
      readonly seller: readonly ("active" | "sanctioned" | "venue")[];
      readonly buyer: readonly ("active" | "sanctioned" | "venue")[];
      readonly venue: readonly ("active" | "sanctioned" | "venue")[];
    } | null;
    readonly details: { readonly [name: string]: JsonValue } | null;
  }[];
};

export type Attestation = {
  readonly id: string;
  readonly attester: string;
  readonly number: number;
  readonly key: string;
  readonly recordedAt: number;
  readonly statement: {
    readonly kind:
      | "none"
      | "compliance"
      | "security"
      | "algorithm"
      | "certification"
      | "valuation"
      | "insurance"
      | "custody"
      | "crossBorder"
      | "riskAssessment";
    readonly subjectKind: "none" | "product" | "resource" | "right" | "trade" | "member" | "record";
    readonly result: "none" | "pass" | "conditional" | "fail";
    readonly validFrom: number;
    readonly validUntil: number;
    readonly subject: string;
    readonly opinion: string | null;
    readonly materials: string | null;
    readonly rules: string | null;
    readonly supersedes: string | null;
  };
  readonly supersededAt: number;
  readonly successor: string | null;
  readonly revokedAt: number;
  readonly revokedBy: string | null;
  readonly reason: string | null;
  readonly status: "valid" | "unknown" | "notYet" | "expired" | "superseded" | "revoked";
};

export type CaseSummary = {
  readonly id: string;
  readonly opener: string;
  readonly respondent: string;
  readonly kind: "none" | "complaint" | "dispute" | "arbitration" | "finding";
  readonly subject: string;
  readonly subjectKind: "none" | "product" | "resource" | "right" | "trade" | "member" | "record";
  readonly claimant: string | null;
  readonly grounds: string;
  readonly evidence: readonly string[];
  readonly procedure: number;
  readonly state:
    | "none"
    | "opened"
    | "rejected"
    | "admitted"
    | "answered"
    | "unanswered"
    | "decided"
    | "objected"
    | "final"
    | "repairSought"
    | "repaired"
    | "withdrawn"
    | "lapsed";
  readonly due: number;
  readonly outcome: "none" | "upheld" | "dismissed" | "settled" | "annulled";
  readonly round: number;
  readonly decidedAt: number;
  readonly repairedAt: number;
  readonly decider: string | null;
  readonly decision: string | null;
  readonly rules: string | null;
  readonly statement: string | null;
  readonly from: number;
  readonly until: number;
  readonly restrictions: readonly (
    "listing" | "trading" | "venueService" | "attesting" | "granting" | "suspensionAdvised"
  )[];
  readonly held: boolean;
  readonly terms: string | null;
  readonly inEffect: boolean;
};

export type Case = {
  readonly id: string;
  readonly opener: string;
  readonly respondent: string;
  readonly kind: "none" | "complaint" | "dispute" | "arbitration" | "finding";
  readonly subject: string;
  readonly subjectKind: "none" | "product" | "resource" | "right" | "trade" | "member" | "record";
  readonly claimant: string | null;
  readonly grounds: string;
  readonly evidence: readonly string[];
  readonly procedure: number;
  readonly state:
    | "none"
    | "opened"
    | "rejected"
    | "admitted"
    | "answered"
    | "unanswered"
    | "decided"
    | "objected"
    | "final"
    | "repairSought"
    | "repaired"
    | "withdrawn"
    | "lapsed";
  readonly due: number;
  readonly outcome: "none" | "upheld" | "dismissed" | "settled" | "annulled";
  readonly round: number;
  readonly decidedAt: number;
  readonly repairedAt: number;
  readonly decider: string | null;
  readonly decision: string | null;
  readonly rules: string | null;
  readonly statement: string | null;
  readonly from: number;
  readonly until: number;
  readonly restrictions: readonly (
    "listing" | "trading" | "venueService" | "attesting" | "granting" | "suspensionAdvised"
  )[];
  readonly held: boolean;
  readonly terms: string | null;
  readonly inEffect: boolean;
  readonly effects: readonly { readonly since: number; readonly value: boolean }[];
  readonly steps: readonly {
    readonly step: string;
    readonly at: number;
    readonly block: number;
    readonly transaction: string;
    readonly [name: string]: JsonValue;
  }[];
};

export type LogSummary = {
  readonly logId: string;
  readonly owner: string;
  readonly origin: string;
  readonly key: string;
  readonly size: number;
  readonly root: string | null;
  readonly at: number;
  readonly checkpoints: number;
  readonly closedAt: number;
  readonly closedFor: string | null;
};

export type Log = {
  readonly logId: string;
  readonly owner: string;
  readonly origin: string;
  readonly key: string;
  readonly size: number;
  readonly root: string | null;
  readonly at: number;
  readonly checkpoints: number;
  readonly closedAt: number;
  readonly closedFor: string | null;
  readonly keys: readonly { readonly since: number; readonly value: string }[];
};

/** Submit one record, or several together. */
export type SubmitRecordsAnswer = {
  readonly records: readonly {
    readonly id: string;
    readonly index: number;
    readonly subject: string;
    readonly sequence: number;
    readonly receivedAt: string;
  }[];
  readonly checkpoint: string;
};

/** The caller's own records, page by page. */
export type ListRecordsAnswer = {
  readonly items: readonly {
    readonly id: string;
    readonly index: number;
    readonly type: string;
    readonly subject: string;
    readonly sequence: number;
    readonly issuer: string;
    readonly submitter: string;
    readonly occurredAt: string;
    readonly receivedAt: string;
  }[];
  readonly next: string | null;
};

/** A record, and where it is anchored. */
export type ReadRecordAnswer = {
  readonly id: string;
  readonly index: number;
  readonly entry: string;
  readonly disclosures: readonly string[];
  readonly submitter: string;
  readonly anchor: {
    readonly size: number;
    readonly transaction: string;
    readonly blockNumber: number;
    readonly blockHash: string;
  } | null;
};

/** The evidence bundle of a record. */
export type ReadRecordEvidenceAnswer = JsonValue;

/** Destroy the key under which a record's body is kept. */
export type EraseRecordAnswer = {
  readonly records: readonly {
    readonly id: string;
    readonly index: number;
    readonly subject: string;
    readonly sequence: number;
    readonly receivedAt: string;
  }[];
  readonly checkpoint: string;
};

/** Records whose time to be kept is over. */
export type ListRetentionEndedAnswer = {
  readonly items: readonly {
    readonly id: string;
    readonly index: number;
    readonly type: string;
    readonly subject: string;
    readonly until: string;
  }[];
  readonly next: string | null;
};

/** The entries of a subject, page by page. */
export type ReadSubjectAnswer = {
  readonly items: readonly {
    readonly id: string;
    readonly index: number;
    readonly sequence: number;
    readonly entry: string;
    readonly disclosures: readonly string[];
  }[];
  readonly next: string | null;
};

/** The evidence bundle of a subject. */
export type ReadSubjectEvidenceAnswer = JsonValue;

/** A proof that a record is in the log. */
export type ProveInclusionAnswer = {
  readonly index: number;
  readonly size: number;
  readonly hashes: readonly string[];
  readonly root: string;
  readonly checkpoint: string | null;
};

/** A proof that the log only grew. */
export type ProveConsistencyAnswer = {
  readonly from: number;
  readonly to: number;
  readonly hashes: readonly string[];
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly checkpoint: string | null;
};

/** Verdicts on a bundle of evidence. */
export type VerifyBundleAnswer = {
  readonly policy: { readonly from: "caller" | "node"; readonly name: string };
  readonly verdict: {
    readonly result: "verified" | "failed" | "undetermined";
    readonly reason: string;
    readonly code?: string;
    readonly verdicts: readonly {
      readonly question: string;
      readonly answer: "pass" | "fail" | "unknown";
      readonly code?: string;
      readonly reason: string;
      readonly trust: string;
    }[];
    readonly facts: JsonValue;
  };
};

/** The node, its log, its chain and its newest anchor. */
export type ReadStatusAnswer = {
  readonly origin: string;
  readonly owner: string;
  readonly logId: string;
  readonly key: string;
  readonly size: number;
  readonly chain: {
    readonly chainId: number;
    readonly genesis: string;
    readonly engine: string;
    readonly blockNumber: number | null;
    readonly notice: string;
  };
  readonly contracts: { readonly [name: string]: JsonValue };
  readonly anchored: {
    readonly size: number;
    readonly transaction: string;
    readonly blockNumber: number;
    readonly blockHash: string;
    readonly pending: number;
  } | null;
  readonly anchoring: {
    readonly healthy: boolean;
    readonly code: string | null;
    readonly since: string | null;
    readonly alarms: readonly { readonly code: string; readonly since: string }[];
  };
  readonly witnesses: readonly { readonly name: string; readonly size: number; readonly reason: string | null }[];
  readonly registry: {
    readonly block: { readonly number: number; readonly hash: string; readonly time: number } | null;
    readonly tip: number | null;
    readonly code: string | null;
  };
  readonly policies: { readonly code: string | null; readonly missing: readonly string[] };
};

/** Whether the process answers. */
export type ReadHealthAnswer = { readonly status: string };

/** Whether the node can do its work. */
export type ReadReadinessAnswer = { readonly status: string; readonly alarms: readonly string[] };

/** This description, for programs. */
export type ReadOpenApiAnswer = JsonValue;

/** A file of the page with this description. */
export type ReadDocsAssetAnswer = JsonValue;

/** Have events delivered to a URL; the secret is shown once. */
export type CreateWebhookAnswer = {
  readonly webhook: {
    readonly id: string;
    readonly url: string;
    readonly member: string;
    readonly createdAt: string;
    readonly types?: readonly string[];
    readonly recordTypes?: readonly string[];
    readonly subject?: string;
    readonly state: "active" | "parked";
    readonly parkedBecause: string | null;
    readonly cursor: string;
    readonly failures: number;
    readonly nextAttemptAt: string | null;
  };
  readonly secret: string;
};

/** The caller's webhooks. */
export type ListWebhooksAnswer = {
  readonly items: readonly {
    readonly id: string;
    readonly url: string;
    readonly member: string;
    readonly createdAt: string;
    readonly types?: readonly string[];
    readonly recordTypes?: readonly string[];
    readonly subject?: string;
    readonly state: "active" | "parked";
    readonly parkedBecause: string | null;
    readonly cursor: string;
    readonly failures: number;
    readonly nextAttemptAt: string | null;
  }[];
  readonly next: null;
};

/** One webhook and where it stands. */
export type GetWebhookAnswer = {
  readonly id: string;
  readonly url: string;
  readonly member: string;
  readonly createdAt: string;
  readonly types?: readonly string[];
  readonly recordTypes?: readonly string[];
  readonly subject?: string;
  readonly state: "active" | "parked";
  readonly parkedBecause: string | null;
  readonly cursor: string;
  readonly failures: number;
  readonly nextAttemptAt: string | null;
};

/** The newest attempts of a webhook, newest first. */
export type ListDeliveriesAnswer = {
  readonly items: readonly {
    readonly event: string;
    readonly at: string;
    readonly outcome: string;
    readonly status: number | null;
    readonly ms: number;
  }[];
  readonly next: null;
};

/** Go on with a parked webhook where it stopped. */
export type ResumeWebhookAnswer = {
  readonly id: string;
  readonly url: string;
  readonly member: string;
  readonly createdAt: string;
  readonly types?: readonly string[];
  readonly recordTypes?: readonly string[];
  readonly subject?: string;
  readonly state: "active" | "parked";
  readonly parkedBecause: string | null;
  readonly cursor: string;
  readonly failures: number;
  readonly nextAttemptAt: string | null;
};

/** Deliver again from a cursor on. */
export type ReplayWebhookAnswer = {
  readonly id: string;
  readonly url: string;
  readonly member: string;
  readonly createdAt: string;
  readonly types?: readonly string[];
  readonly recordTypes?: readonly string[];
  readonly subject?: string;
  readonly state: "active" | "parked";
  readonly parkedBecause: string | null;
  readonly cursor: string;
  readonly failures: number;
  readonly nextAttemptAt: string | null;
};

/** Policies, with the versions in force. */
export type ListPoliciesAnswer = {
  readonly items: readonly {
    readonly name: string;
    readonly inForce: number | null;
    readonly versions: readonly {
      readonly version: number;
      readonly digest: string;
      readonly effectiveFrom: string | null;
      readonly retiredFrom: string | null;
      readonly held: boolean;
    }[];
  }[];
  readonly next: string | null;
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
};

/** Schemas of record types, with the versions in force. */
export type ListSchemasAnswer = {
  readonly items: readonly {
    readonly name: string;
    readonly inForce: number | null;
    readonly versions: readonly {
      readonly version: number;
      readonly digest: string;
      readonly effectiveFrom: string | null;
      readonly retiredFrom: string | null;
      readonly held: boolean;
    }[];
  }[];
  readonly next: string | null;
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
};

/** A policy's document in one version. */
export type ReadPolicyVersionAnswer = {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly effectiveFrom: string | null;
  readonly retiredFrom: string | null;
  readonly held: boolean;
  readonly document: JsonValue;
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
};

/** The schema of a record type that is in force. */
export type ReadSchemaAnswer = {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly effectiveFrom: string | null;
  readonly retiredFrom: string | null;
  readonly held: boolean;
  readonly document: JsonValue;
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
};

/** The schema of a record type in one version. */
export type ReadSchemaVersionAnswer = {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly effectiveFrom: string | null;
  readonly retiredFrom: string | null;
  readonly held: boolean;
  readonly document: JsonValue;
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
};

/** Submissions that were refused by rule. */
export type ListRefusalsAnswer = {
  readonly items: readonly {
    readonly record: string;
    readonly index: number;
    readonly receivedAt: string;
    readonly body: { readonly [name: string]: JsonValue };
  }[];
  readonly next: string | null;
};

/** Warnings in the log's order. */
export type ListWarningsAnswer = {
  readonly items: readonly {
    readonly id: string;
    readonly record: string;
    readonly index: number;
    readonly rule: { readonly id: string; readonly kind: string; readonly version: string };
    readonly severity: string;
    readonly title: { readonly en: string; readonly zh: string };
    readonly subject: string;
    readonly member: string;
    readonly records: readonly string[];
    readonly facts: JsonValue;
    readonly raisedAt: string;
    readonly state: string;
    readonly handlings: readonly string[];
  }[];
  readonly next: string | null;
};

/** One warning and what became of it. */
export type GetWarningAnswer = {
  readonly id: string;
  readonly record: string;
  readonly index: number;
  readonly rule: { readonly id: string; readonly kind: string; readonly version: string };
  readonly severity: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly subject: string;
  readonly member: string;
  readonly records: readonly string[];
  readonly facts: JsonValue;
  readonly raisedAt: string;
  readonly state: string;
  readonly handlings: readonly string[];
};

/** Record what is decided about a warning. */
export type HandleWarningAnswer = {
  readonly records: readonly {
    readonly id: string;
    readonly index: number;
    readonly subject: string;
    readonly sequence: number;
    readonly receivedAt: string;
  }[];
  readonly checkpoint: string;
};

/** The chain's members, in the order of their making. */
export type ListMembersAnswer = {
  readonly block: LawBlock;
  readonly items: readonly MemberSummary[];
  readonly next: string | null;
};

/** One member of the chain, with its history. */
export type ReadMemberAnswer = {
  readonly block: LawBlock;
  readonly item: Member;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's rights, in the order of their making. */
export type ListRightsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly RightSummary[];
  readonly next: string | null;
};

/** One right of the chain, with its history. */
export type ReadRightAnswer = {
  readonly block: LawBlock;
  readonly item: Right;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's trades, in the order of their making. */
export type ListTradesAnswer = {
  readonly block: LawBlock;
  readonly items: readonly TradeSummary[];
  readonly next: string | null;
};

/** One trade of the chain, with its history. */
export type ReadTradeAnswer = {
  readonly block: LawBlock;
  readonly item: Trade;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's attestations, in the order of their making. */
export type ListAttestationsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Attestation[];
  readonly next: string | null;
};

/** One attestation of the chain, with its history. */
export type ReadAttestationAnswer = {
  readonly block: LawBlock;
  readonly item: Attestation;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's cases, in the order of their making. */
export type ListCasesAnswer = {
  readonly block: LawBlock;
  readonly items: readonly CaseSummary[];
  readonly next: string | null;
};

/** One case of the chain, with its history. */
export type ReadCaseAnswer = {
  readonly block: LawBlock;
  readonly item: Case;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's logs, in the order of their making. */
export type ListLogsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly LogSummary[];
  readonly next: string | null;
};

/** One log of the chain, with its history. */
export type ReadLogAnswer = {
  readonly block: LawBlock;
  readonly item: Log;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's applications, in the order of their making. */
export type ListApplicationsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Application[];
  readonly next: string | null;
};

/** One application of the chain, with its history. */
export type ReadApplicationAnswer = {
  readonly block: LawBlock;
  readonly item: Application;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's proposals, in the order of their making. */
export type ListProposalsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Proposal[];
  readonly next: string | null;
};

/** One proposal of the chain, with its history. */
export type ReadProposalAnswer = {
  readonly block: LawBlock;
  readonly item: Proposal;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's rules, in the order of their making. */
export type ListRulesAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Rule[];
  readonly next: string | null;
};

/** One rule of the chain, with its history. */
export type ReadRuleAnswer = {
  readonly block: LawBlock;
  readonly item: Rule;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's orders, in the order of their making. */
export type ListOrdersAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Order[];
  readonly next: string | null;
};

/** One order of the chain, with its history. */
export type ReadOrderAnswer = {
  readonly block: LawBlock;
  readonly item: Order;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's consents, in the order of their making. */
export type ListConsentsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Consent[];
  readonly next: string | null;
};

/** One consent of the chain, with its history. */
export type ReadConsentAnswer = {
  readonly block: LawBlock;
  readonly item: Consent;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's mandates, in the order of their making. */
export type ListMandatesAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Mandate[];
  readonly next: string | null;
};

/** One mandate of the chain, with its history. */
export type ReadMandateAnswer = {
  readonly block: LawBlock;
  readonly item: Mandate;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's validators, in the order of their making. */
export type ListValidatorsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly Validator[];
  readonly next: string | null;
};

/** One validator of the chain, with its history. */
export type ReadValidatorAnswer = {
  readonly block: LawBlock;
  readonly item: Validator;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's contracts, in the order of their making. */
export type ListContractsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly ContractVersion[];
  readonly next: string | null;
};

/** One contract of the chain, with its history. */
export type ReadContractAnswer = {
  readonly block: LawBlock;
  readonly item: ContractVersion;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** The chain's products, in the order of their making. */
export type ListProductsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly ProductSummary[];
  readonly next: string | null;
};

/** One product of the chain, with its history. */
export type ReadProductAnswer = {
  readonly block: LawBlock;
  readonly item: Product;
  readonly history: readonly HistoryEntry[];
  readonly events: number;
};

/** From what a product was made, and what was made from it. */
export type ReadLineageAnswer = {
  readonly block: LawBlock;
  readonly nodes: readonly {
    readonly id: string;
    readonly owner?: string;
    readonly isProduct?: boolean;
    readonly grade?: "general" | "important" | "core";
    readonly source?: "enterprise" | "public" | "personal";
    readonly status?: "none" | "pending" | "registered" | "refused" | "withdrawn" | "cancelled";
    readonly number?: number;
    readonly distance: number;
  }[];
  readonly complete: boolean;
  readonly edges: readonly { readonly from: string; readonly to: string }[];
};

/** The rights on a product, and whether each was valid. */
export type ListProductRightsAnswer = {
  readonly block: LawBlock;
  readonly items: readonly RightSummary[];
  readonly next: string | null;
};

/** Everything about a trade, and whether it is complete. */
export type ReadTradeDossierAnswer = {
  readonly block: LawBlock;
  readonly trade: TradeSummary;
  readonly records: readonly {
    readonly id: string;
    readonly index: number;
    readonly type: string;
    readonly subject: string;
    readonly sequence: number;
    readonly issuer: string;
    readonly occurredAt: string;
    readonly receivedAt: string;
    readonly evidence: string;
  }[];
  readonly completeness: {
    readonly head: string;
    readonly count: number;
    readonly computedHead: string;
    readonly steps: number;
    readonly complete: boolean;
    readonly recordsComplete: boolean;
    readonly stepsWithoutRecord: readonly number[];
    readonly recordsCut: boolean;
  };
  readonly steps: readonly {
    readonly count: number;
    readonly stage:
      | "none"
      | "listing"
      | "offer"
      | "contract"
      | "delivery"
      | "acceptance"
      | "settlement"
      | "certificate"
      | "amendment"
      | "filing"
      | "termination"
      | "distribution";
    readonly evidence: string;
    readonly head: string;
    readonly at: number;
    readonly block: number;
    readonly transaction: string;
    readonly signers: readonly string[] | null;
    readonly law: {
      readonly recordedAt: number;
      readonly stage:
        | "none"
        | "listing"
        | "offer"
        | "contract"
        | "delivery"
        | "acceptance"
        | "settlement"
        | "certificate"
        | "amendment"
        | "filing"
        | "termination"
        | "distribution";
      readonly listing:
        | "allowed"
        | "unknownSubject"
        | "coreGrade"
        | "wrongSubject"
        | "wrongKind"
        | "wrongHolder"
        | "rightNotValid"
        | "held"
        | "frozen"
        | "sanctioned"
        | "requirementsUnmet"
        | "notInForce"
        | "exhausted";
      readonly seller: readonly ("active" | "sanctioned" | "venue")[];
      readonly buyer: readonly ("active" | "sanctioned" | "venue")[];
      readonly venue: readonly ("active" | "sanctioned" | "venue")[];
    } | null;
    readonly details: { readonly [name: string]: JsonValue } | null;
    readonly record: { readonly id: string; readonly evidence: string } | null;
  }[];
  readonly attestations: readonly Attestation[];
  readonly cases: readonly CaseSummary[];
  readonly orders: readonly Order[];
};

/** Find members, products, rights, trades, statements, cases and own records. */
export type SearchAnswer = {
  readonly block: LawBlock;
  readonly items: readonly (
    | {
        readonly kind: "member" | "product" | "right" | "trade" | "attestation" | "case" | "log";
        readonly id: string;
        readonly weight: number;
      }
    | {
        readonly kind: "record";
        readonly id: string;
        readonly index: number;
        readonly type: string;
        readonly subject: string;
        readonly weight: number;
      }
  )[];
  readonly next: string | null;
  readonly complete: boolean;
};
