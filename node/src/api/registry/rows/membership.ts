import * as law from "@lianzheng/sdk/contracts";
import { Type } from "typebox";
import { Address, Count, Digest, Facts, Flag, orNull, Seconds, sinceOf, Uscc, wordOf } from "./parts.ts";
import type { RowSchema } from "./parts.ts";

const Kinds = Type.Array(wordOf(law.Kind));
const Standing = wordOf(law.Standing);
const Restrictions = Type.Array(wordOf(law.Restriction));

/** A sanction in effect on a member. */
export const SanctionInEffect = Type.Object({ case: Digest, restrictions: Restrictions, until: Seconds });

const Key = Type.Object({ key: Address, roles: Type.Array(wordOf(law.KeyRole)), from: Seconds, until: Seconds });

export const members: RowSchema = {
  name: "Member",
  listed: {
    ...{ member: Uscc, standing: Standing, kinds: Kinds, tier: wordOf(law.Tier), parent: orNull(Uscc) },
    ...{ children: Count, metadata: orNull(Digest), frozenUntil: Seconds, seat: Flag, keys: Type.Array(Key) },
    ...{ sanctions: Type.Array(Digest), active: Flag, sanctionsInEffect: Type.Array(SanctionInEffect), frozen: Flag },
  },
  more: { standings: sinceOf(Standing), freezes: sinceOf(Seconds) },
};

export const applications: RowSchema = {
  name: "Application",
  listed: {
    ...{ application: Count, member: Uscc, key: Address, kinds: Kinds, tier: wordOf(law.Tier), parent: orNull(Uscc) },
    ...{ metadata: orNull(Digest), papers: orNull(Digest), expires: Seconds, status: wordOf(law.ApplicationStatus) },
  },
  more: {},
};

const Call = Type.Object({ target: orNull(Address), data: Type.String({ pattern: "^0x(?:[0-9a-f]{2})*$" }) });
const Vote = Type.Object({ seat: Uscc, key: Address, at: Seconds });

export const proposals: RowSchema = {
  name: "Proposal",
  listed: {
    ...{ proposal: Count, by: Uscc, content: Digest, class: wordOf(law.ActClass), reason: orNull(Digest) },
    ...{ calls: Type.Array(Call), expires: Seconds, votes: Type.Array(Vote), decidableFrom: Seconds },
    state: Type.Union([Type.Literal("open"), Type.Literal("passed"), Type.Literal("decided")]),
  },
  more: {},
};

export const rules: RowSchema = {
  name: "Rule",
  listed: { rule: Type.String(), version: Count, since: Seconds, values: Facts },
  more: {},
};

export const orders: RowSchema = {
  name: "Order",
  listed: {
    ...{ order: Digest, opener: Uscc, subjectKind: wordOf(law.SubjectKind), subject: Digest, reason: orNull(Digest) },
    ...{ asked: Seconds, version: Count, lapsesAt: Seconds, effectiveAt: Seconds, until: Seconds, liftedAt: Seconds },
    ...{ reviewedAt: Seconds, review: wordOf(law.Review), reviewReason: orNull(Digest), voices: Type.Array(Uscc) },
    ...{ releases: Type.Array(Uscc), state: wordOf(law.OrderState) },
  },
  more: {},
};

export const validators: RowSchema = {
  name: "Validator",
  listed: { validator: Address, member: Uscc, addedIn: Count, removedIn: Count },
  more: {},
};

export const versions: RowSchema = {
  name: "ContractVersion",
  listed: {
    ...{ name: Type.String(), version: Count, place: Address, codeHash: Digest, release: Digest },
    since: Type.Integer({ minimum: 0, description: "Number of a block" }),
  },
  more: {},
};
