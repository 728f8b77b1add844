import type { Facts } from "./facts.ts";

/** From when on, Unix seconds, something had this value. In the order of their making; of two in one second the later counts. */
export interface Since<T> {
  readonly since: number;
  readonly value: T;
}

export interface KeyRow {
  readonly key: string;
  readonly roles: readonly string[];
  readonly from: number;
  readonly until: number;
}

export interface MemberRow {
  readonly member: string;
  readonly standing: string;
  readonly kinds: readonly string[];
  readonly tier: string;
  readonly parent: string | null;
  readonly children: number;
  readonly metadata: string | null;
  readonly frozenUntil: number;
  readonly seat: boolean;
  readonly keys: readonly KeyRow[];
  readonly standings: readonly Since<string>[];
  readonly freezes: readonly Since<number>[];
  /** Every case that ever sanctioned it. */
  readonly sanctions: readonly string[];
}

export interface ApplicationRow {
  readonly application: number;
  readonly member: string;
  readonly key: string;
  readonly kinds: readonly string[];
  readonly tier: string;
  readonly parent: string | null;
  readonly metadata: string | null;
  readonly papers: string | null;
  readonly expires: number;
  readonly status: string;
}

export interface ProposalRow {
  readonly proposal: number;
  readonly by: string;
  readonly content: string;
  readonly class: string;
  readonly reason: string | null;
  readonly calls: readonly Facts[];
  readonly expires: number;
  readonly votes: readonly { readonly seat: string; readonly key: string; readonly at: number }[];
  /** First second in which it can be decided; 0 while too few voted. */
  readonly decidableFrom: number;
  readonly state: string;
}

/** A version of rules that somebody set: what it is of, and what it says. */
export interface RuleRow {
  readonly rule: string;
  readonly version: number;
  readonly since: number;
  readonly values: Facts;
}

export interface OrderRow {
  readonly order: string;
  readonly opener: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly asked: number;
  readonly version: number;
  readonly lapsesAt: number;
  readonly effectiveAt: number;
  readonly until: number;
  readonly liftedAt: number;
  readonly reviewedAt: number;
  readonly review: string;
  readonly reviewReason: string | null;
  readonly voices: readonly string[];
  readonly releases: readonly string[];
}

/** Ends of the freezes of one subject. */
export interface FreezeRow {
  readonly subject: string;
  readonly subjectKind: string;
  readonly orders: readonly string[];
  readonly ends: readonly Since<number>[];
}

export interface ReviewRow {
  readonly round: number;
  readonly entry: string;
  readonly state: string;
  readonly rule: number;
  readonly reviewers: readonly string[];
  readonly openedAt: number;
  readonly noticeEnds: number;
  readonly venue: string | null;
  readonly venueSigned: boolean;
  readonly reviewer: string | null;
  readonly document: string | null;
  readonly grounds: string | null;
  readonly signedOff: readonly { readonly by: string; readonly opinion: string; readonly at: number }[];
  readonly objections: readonly {
    readonly by: string;
    readonly state: string;
    readonly grounds: string;
    readonly resolution: string | null;
  }[];
  /** What is under review. */
  readonly draft: {
    readonly digest: string;
    readonly metadata: string | null;
    readonly contents: readonly Facts[];
  } | null;
}

export interface SubjectRow {
  readonly id: string;
  readonly owner: string;
  readonly isProduct: boolean;
  readonly grade: string;
  readonly source: string;
  readonly status: string;
  readonly registeredAt: number;
  readonly cancelledAt: number;
  /** Registration number; 0 before it is registered. */
  readonly number: number;
  readonly right: string;
  readonly parents: readonly string[];
  readonly round: number;
  readonly historyCount: number;
  readonly head: string | null;
  readonly owners: readonly Since<string>[];
  readonly versions: readonly {
    readonly version: number;
    readonly round: number;
    readonly digest: string;
    readonly metadata: string | null;
    readonly contents: readonly Facts[];
    readonly link: string;
    readonly from: number;
  }[];
  readonly venues: readonly {
    readonly venue: string | null;
    readonly number: number;
    readonly from: number;
    readonly until: number;
  }[];
  readonly reviews: readonly ReviewRow[];
}

/** What was made from a resource or product: the way down of the lineage. */
export interface ChildrenRow {
  readonly id: string;
  readonly children: readonly string[];
}

export interface RightRow {
  readonly right: string;
  readonly subject: string;
  readonly kind: string;
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
  readonly holders: readonly Since<string>[];
}

export interface ConsentRow {
  readonly consent: string;
  /** Commitments and digests only: no person is named on the chain. */
  readonly terms: Facts;
  readonly mandate: string | null;
  readonly givenAt: number;
  readonly withdrawnAt: number;
}

export interface MandateRow {
  readonly mandate: string;
  readonly terms: Facts;
  readonly givenAt: number;
  readonly endedAt: number;
  readonly left: readonly { readonly person: string; readonly at: number }[];
}

export interface StepRow {
  readonly count: number;
  readonly stage: string;
  readonly evidence: string;
  readonly head: string;
  readonly at: number;
  readonly block: number;
  readonly transaction: string;
  /** Members whose signatures the contract asked for, in its order; null where that depends on a split that is not told. */
  readonly signers: readonly string[] | null;
  /** What the law said in its block; null if the chain no longer tells. */
  readonly law: Facts | null;
  /** What the step says beside the stages: terms, filing, reason, shares. */
  readonly details: Facts | null;
}

export interface TradeRow {
  readonly trade: string;
  readonly seller: string;
  readonly buyer: string;
  readonly venue: string | null;
  readonly subject: string;
  readonly right: string;
  readonly amount: string;
  readonly crossBorder: boolean;
  readonly openedAt: number;
  readonly stage: string;
  readonly count: number;
  readonly head: string | null;
  readonly terminated: boolean;
  readonly offerExpires: number;
  readonly filedBy: string | null;
  readonly split: string | null;
  readonly steps: readonly StepRow[];
}

export interface AttestationRow {
  readonly id: string;
  readonly attester: string;
  readonly number: number;
  readonly key: string;
  readonly recordedAt: number;
  readonly statement: Facts;
  readonly supersededAt: number;
  readonly successor: string | null;
  readonly revokedAt: number;
  readonly revokedBy: string | null;
  readonly reason: string | null;
}

export interface CaseRow {
  readonly id: string;
  readonly opener: string;
  readonly respondent: string;
  readonly kind: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly claimant: string | null;
  readonly grounds: string;
  readonly evidence: readonly string[];
  readonly procedure: number;
  /** As last written down; deadlines that passed since are counted in when it is read. */
  readonly state: string;
  readonly due: number;
  readonly outcome: string;
  readonly round: number;
  readonly decidedAt: number;
  readonly repairedAt: number;
  readonly decider: string | null;
  readonly decision: string | null;
  readonly rules: string | null;
  readonly statement: string | null;
  readonly from: number;
  readonly until: number;
  readonly restrictions: readonly string[];
  readonly held: boolean;
  readonly terms: string | null;
  readonly effects: readonly Since<boolean>[];
  readonly steps: readonly Facts[];
}

/** Cases whose hold may be on a subject. */
export interface HoldRow {
  readonly subject: string;
  readonly cases: readonly string[];
}

export interface LogRow {
  readonly logId: string;
  readonly owner: string;
  readonly origin: string;
  readonly key: string;
  readonly keys: readonly Since<string>[];
  readonly size: number;
  readonly root: string | null;
  /** Second in which the newest checkpoint was accepted; 0 if there is none. */
  readonly at: number;
  readonly checkpoints: number;
  readonly closedAt: number;
  readonly closedFor: string | null;
}

export interface ValidatorRow {
  readonly validator: string;
  readonly member: string;
  readonly addedIn: number;
  readonly removedIn: number;
}

export interface VersionRow {
  readonly name: string;
  readonly version: number;
  readonly place: string;
  readonly codeHash: string;
  readonly release: string;
  readonly since: number;
}

export interface PolicyRow {
  readonly policy: string;
  readonly version: number;
  readonly name: string;
  readonly digest: string;
  readonly publishedAt: number;
  readonly effectiveFrom: number;
  readonly retiredFrom: number;
  readonly reason: string | null;
}

/** Every table with its rows. */
export interface Tables {
  readonly members: MemberRow;
  readonly applications: ApplicationRow;
  readonly proposals: ProposalRow;
  readonly rules: RuleRow;
  readonly orders: OrderRow;
  readonly freezes: FreezeRow;
  readonly subjects: SubjectRow;
  readonly children: ChildrenRow;
  readonly numbers: { readonly id: string };
  readonly rights: RightRow;
  readonly consents: ConsentRow;
  readonly mandates: MandateRow;
  readonly trades: TradeRow;
  readonly attestations: AttestationRow;
  readonly cases: CaseRow;
  readonly holds: HoldRow;
  readonly logs: LogRow;
  readonly validators: ValidatorRow;
  readonly versions: VersionRow;
  readonly policies: PolicyRow;
}

export type TableName = keyof Tables;

/** One event in the history of a row. */
export interface HistoryEntry {
  readonly event: string;
  readonly facts: Facts;
  /** Unix seconds of its block. */
  readonly at: number;
  readonly block: number;
  readonly transaction: string;
}
