import * as law from "@lianzheng/sdk/contracts";
import { Type } from "typebox";
import { SanctionInEffect } from "./membership.ts";
import { Bits, Count, Digest, Flag, orNull, Seconds, sinceOf, Uscc, wordOf } from "./parts.ts";
import type { RowSchema } from "./parts.ts";

const Contents = Type.Array(Type.Object({ algorithm: Count, value: Digest }));
const Draft = Type.Object({ digest: Digest, metadata: orNull(Digest), contents: Contents });

const Version = Type.Object({
  ...{ version: Count, round: Count, digest: Digest, metadata: orNull(Digest), contents: Contents, link: Digest },
  from: Seconds,
});
const Venue = Type.Object({ venue: orNull(Uscc), number: Count, from: Seconds, until: Seconds });
const Review = Type.Object({
  ...{ round: Count, entry: wordOf(law.RegistrationType), state: wordOf(law.ReviewState), rule: Count },
  ...{ reviewers: Type.Array(wordOf(law.Kind)), openedAt: Seconds, noticeEnds: Seconds, venue: orNull(Uscc) },
  ...{ venueSigned: Flag, reviewer: orNull(Uscc), document: orNull(Digest), grounds: orNull(Digest) },
  signedOff: Type.Array(Type.Object({ by: Uscc, opinion: orNull(Digest), at: Seconds })),
  objections: Type.Array(
    Type.Object({ by: Uscc, state: wordOf(law.ObjectionState), grounds: Digest, resolution: orNull(Digest) }),
  ),
  draft: orNull(Draft),
});

/** What is the same of a product wherever it is named. */
const product = {
  ...{ id: Digest, owner: Uscc, isProduct: Flag, grade: wordOf(law.Grade), source: wordOf(law.SourceClass) },
  ...{ status: wordOf(law.RegistrationStatus), number: Count },
};

export const subjects: RowSchema = {
  name: "Product",
  listed: {
    ...product,
    ...{ registeredAt: Seconds, cancelledAt: Seconds, right: orNull(Digest), parents: Type.Array(Digest) },
    ...{ round: Count, historyCount: Count, head: orNull(Digest), inForce: Flag, held: Flag, frozen: Flag },
  },
  more: {
    ...{ owners: sinceOf(Uscc), versions: Type.Array(Version), venues: Type.Array(Venue) },
    reviews: Type.Array(Review),
  },
};

/** A node of a lineage; what nobody registered has an id and a distance only. */
export const LineageNode = Type.Object({
  ...Object.fromEntries(Object.entries(product).map(([name, schema]) => [name, Type.Optional(schema)])),
  id: Digest,
  distance: Type.Integer({ description: "Generations: below 0 for ancestors, above 0 for descendants" }),
});

export const rights: RowSchema = {
  name: "Right",
  listed: {
    ...{ right: Digest, subject: Digest, kind: wordOf(law.RightKind), holder: Uscc, granter: Uscc },
    ...{ base: orNull(Digest), basis: Type.Array(Digest), document: orNull(Digest), consent: orNull(Digest) },
    ...{ purposes: Bits, territories: Bits, from: Seconds, until: Seconds, uses: Count, used: Count, depth: Count },
    ...{ reach: Count, grantedAt: Seconds, acceptedAt: Seconds, revokedAt: Seconds, revokedBy: orNull(Uscc) },
    ...{ validity: wordOf(law.Validity), cause: orNull(Digest) },
  },
  more: {
    ...{ holders: sinceOf(Uscc), at: Seconds, holderThen: Uscc, holderSanctions: Type.Array(SanctionInEffect) },
  },
};

const ConsentTerms = Type.Object({
  ...{ person: Digest, subject: Digest, recipient: Uscc, purposes: Bits, from: Seconds, until: Seconds },
  ...{ notice: orNull(Digest), noticedAt: Seconds, channel: wordOf(law.NoticeChannel), decision: wordOf(law.Decision) },
});

export const consents: RowSchema = {
  name: "Consent",
  listed: { consent: Digest, terms: ConsentTerms, mandate: orNull(Digest), givenAt: Seconds, withdrawnAt: Seconds },
  more: {},
};

const MandateTerms = Type.Object({
  ...{ trustee: Uscc, persons: Digest, many: Flag, purposes: Bits, from: Seconds, until: Seconds },
  ...{ document: orNull(Digest), recipients: Type.Array(Uscc) },
});

export const mandates: RowSchema = {
  name: "Mandate",
  listed: {
    ...{ mandate: Digest, terms: MandateTerms, givenAt: Seconds, endedAt: Seconds },
    left: Type.Array(Type.Object({ person: Digest, at: Seconds })),
  },
  more: {},
};
