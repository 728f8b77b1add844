import * as law from "@lianzheng/sdk/contracts";
import { Type } from "typebox";
import { Address, Count, Digest, Facts, Flag, orNull, Seconds, sinceOf, Uscc, wordOf } from "./parts.ts";
import type { RowSchema } from "./parts.ts";

const Party = Type.Array(Type.Union([Type.Literal("active"), Type.Literal("sanctioned"), Type.Literal("venue")]));
const StepLaw = Type.Object({
  ...{ recordedAt: Seconds, stage: wordOf(law.Stage), listing: wordOf(law.Listing) },
  ...{ seller: Party, buyer: Party, venue: Party },
});

/** Members of a step of a trade. */
export const step = {
  ...{ count: Count, stage: wordOf(law.Stage), evidence: Digest, head: Digest, at: Seconds, block: Count },
  ...{ transaction: Digest, signers: orNull(Type.Array(Uscc)), law: orNull(StepLaw), details: orNull(Facts) },
};

export const trades: RowSchema = {
  name: "Trade",
  listed: {
    ...{ trade: Digest, seller: Uscc, buyer: Uscc, venue: orNull(Uscc), subject: Digest, right: Digest },
    amount: Type.String({ description: "Commitment of the amount" }),
    ...{ crossBorder: Flag, openedAt: Seconds, stage: wordOf(law.Stage), count: Count, head: orNull(Digest) },
    ...{ terminated: Flag, offerExpires: Seconds, filedBy: orNull(Uscc), split: orNull(Digest) },
    ...{ held: Flag, frozen: Flag },
  },
  more: { steps: Type.Array(Type.Object(step)) },
};

const Statement = Type.Object({
  ...{ kind: wordOf(law.AttestationKind), subjectKind: wordOf(law.SubjectKind), result: wordOf(law.Result) },
  ...{ validFrom: Seconds, validUntil: Seconds, subject: Digest, opinion: orNull(Digest) },
  ...{ materials: orNull(Digest), rules: orNull(Digest), supersedes: orNull(Digest) },
});

export const attestations: RowSchema = {
  name: "Attestation",
  listed: {
    ...{ id: Digest, attester: Uscc, number: Count, key: Address, recordedAt: Seconds, statement: Statement },
    ...{ supersededAt: Seconds, successor: orNull(Digest), revokedAt: Seconds, revokedBy: orNull(Uscc) },
    ...{ reason: orNull(Digest), status: wordOf(law.Status) },
  },
  more: {},
};

/** An event of a case with its own facts, whose members differ from one kind of event to the next. */
const CaseStep = Type.Object(
  { step: Type.String(), at: Seconds, block: Count, transaction: Digest },
  { additionalProperties: true },
);

export const cases: RowSchema = {
  name: "Case",
  listed: {
    ...{ id: Digest, opener: Uscc, respondent: Uscc, kind: wordOf(law.CaseKind), subject: Digest },
    ...{ subjectKind: wordOf(law.SubjectKind), claimant: orNull(Uscc), grounds: Digest, evidence: Type.Array(Digest) },
    ...{ procedure: Count, state: wordOf(law.CaseState), due: Seconds, outcome: wordOf(law.Outcome), round: Count },
    ...{ decidedAt: Seconds, repairedAt: Seconds, decider: orNull(Uscc), decision: orNull(Digest) },
    ...{ rules: orNull(Digest), statement: orNull(Digest), from: Seconds, until: Seconds },
    ...{ restrictions: Type.Array(wordOf(law.Restriction)), held: Flag, terms: orNull(Digest), inEffect: Flag },
  },
  more: { effects: sinceOf(Flag), steps: Type.Array(CaseStep) },
};

export const logs: RowSchema = {
  name: "Log",
  listed: {
    ...{ logId: Digest, owner: Uscc, origin: Type.String(), key: Digest, size: Count, root: orNull(Digest) },
    ...{ at: Seconds, checkpoints: Count, closedAt: Seconds, closedFor: orNull(Digest) },
  },
  more: { keys: sinceOf(Digest) },
};
