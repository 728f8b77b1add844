import type { Draft } from "../draft.ts";
import { count, flag, object, objects, text, textOrNull, texts, type Facts } from "../facts.ts";
import type { ReviewRow, SubjectRow } from "../rows.ts";
import { nothing, type Handler, type Handlers } from "./handler.ts";
import { putRule } from "./council.ts";

/** Of `Registry`: resources and products, their review, versions, venues and history. */
export const subjects: Handlers = {
  SubjectEntered: async ({ facts, place }, draft) => {
    const id = text(facts, "subject");
    const registration = object(facts, "registration");
    const round = count(facts, "round");
    const known = await draft.row("subjects", id);
    const row = known ?? newSubject(id, facts, place.time);
    await draft.put("subjects", id, {
      ...row,
      grade: text(registration, "grade"),
      source: text(registration, "source"),
      status: "pending",
      round,
      reviews: [...row.reviews, newReview(round, draftOf(registration))],
    });
    await draft.note("subjects", id);
    if (known === undefined) for (const parent of row.parents) await addChild(draft, parent, id);
  },
  ReviewOpened: async ({ facts, place }, draft) => {
    const id = text(facts, "subject");
    const { grade, source } = await draft.known("subjects", id);
    const rule = count(facts, "rule");
    const { values } = await draft.known("rules", `registry.review.${source}.${grade}/${rule}`);
    const entry = text(facts, "entry");
    const opened = {
      entry,
      rule,
      state: "open",
      reviewers: texts(values, "reviewers"),
      openedAt: place.time,
      noticeEnds: count(facts, "noticeEnds"),
      venue: textOrNull(facts, "venue"),
    };
    await changeReview(draft, id, count(facts, "round"), () => opened);
    await draft.note("subjects", id);
  },
  SignedOff: async ({ facts, place }, draft) => {
    const id = text(facts, "subject");
    const by = text(facts, "by");
    const { kinds } = await draft.known("members", by);
    const signed = { by, opinion: text(facts, "opinion"), at: place.time };
    await changeReview(draft, id, count(facts, "round"), (review) => ({
      venueSigned: review.venueSigned || by === review.venue,
      // A venue may sign without being of one of the rule's kinds; then it is not the reviewer.
      reviewer: review.reviewer ?? (review.reviewers.some((kind) => kinds.includes(kind)) ? by : null),
      signedOff: [...review.signedOff, signed],
    }));
    await draft.note("subjects", id);
  },
  Refused: async ({ facts }, draft) => {
    const id = text(facts, "subject");
    const round = count(facts, "round");
    await changeReview(draft, id, round, () => ({ state: "refused", grounds: text(facts, "grounds") }));
    await endApplication(draft, id, round, "refused");
    await draft.note("subjects", id);
  },
  Withdrawn: async ({ facts }, draft) => {
    const id = text(facts, "subject");
    const round = count(facts, "round");
    await changeReview(draft, id, round, () => ({ state: "withdrawn" }));
    await endApplication(draft, id, round, "withdrawn");
    await draft.note("subjects", id);
  },
  Objected: async ({ facts }, draft) => {
    const id = text(facts, "subject");
    const objection = { by: text(facts, "by"), state: "open", grounds: text(facts, "grounds"), resolution: null };
    await changeReview(draft, id, count(facts, "round"), ({ objections }) => ({
      objections: [...objections, objection],
    }));
    await draft.note("subjects", id);
  },
  ObjectionResolved: async ({ facts }, draft) => {
    const id = text(facts, "subject");
    const place = count(facts, "place");
    const resolved = { state: flag(facts, "upheld") ? "upheld" : "dismissed", resolution: text(facts, "grounds") };
    await changeReview(draft, id, count(facts, "round"), ({ objections }) => ({
      objections: objections.map((made, at) => (at === place ? { ...made, ...resolved } : made)),
    }));
    await draft.note("subjects", id);
  },
  VersionInForce: async ({ facts, place }, draft) => {
    const id = text(facts, "subject");
    const round = count(facts, "round");
    const version = {
      version: count(facts, "version"),
      round,
      ...draftOf(facts),
      link: text(facts, "link"),
      from: place.time,
    };
    await changeReview(draft, id, round, () => ({ state: "completed", draft: draftOf(facts) }));
    await draft.change("subjects", id, ({ versions }) => ({ versions: [...versions, version] }));
    await draft.note("subjects", id);
  },
  NumberGiven: async ({ facts, place }, draft) => {
    const id = text(facts, "subject");
    const number = count(facts, "number");
    const entry = { venue: textOrNull(facts, "venue"), number, from: place.time, until: 0 };
    await draft.change("subjects", id, ({ venues, registeredAt }) => ({
      number,
      status: "registered",
      registeredAt: registeredAt === 0 ? place.time : registeredAt,
      venues: [...venues.map((venue) => (venue.until === 0 ? { ...venue, until: place.time } : venue)), entry],
    }));
    await draft.put("numbers", String(number), { id });
    await draft.note("subjects", id);
  },
  HistoryAdded: async ({ facts, place }, draft) => {
    const id = text(facts, "subject");
    const entry = text(facts, "entry");
    await draft.change("subjects", id, (row) => ({
      historyCount: count(facts, "count"),
      head: text(facts, "head"),
      ...effectOf(entry, facts, place.time)(row),
    }));
    await draft.note("subjects", id);
  },
  ReviewRuleSet: (event, draft) => {
    const name = `registry.review.${text(event.facts, "source")}.${text(event.facts, "grade")}`;
    return putRule(event, draft, name, object(event.facts, "rule"));
  },
  AlgorithmAdded: algorithm,
  AlgorithmRetired: algorithm,
  EIP712DomainChanged: nothing,
};

/** What an entry of the history changes that no other event tells. */
function effectOf(entry: string, facts: Facts, time: number): (row: SubjectRow) => Partial<SubjectRow> {
  if (entry === "cancellation")
    return ({ venues }) => ({
      status: "cancelled",
      cancelledAt: time,
      venues: venues.map((venue) => (venue.until === 0 ? { ...venue, until: time } : venue)),
    });
  const party = text(facts, "party");
  if (entry === "transfer")
    return ({ owners }) => ({ owner: party, owners: [...owners, { since: time, value: party }] });
  if (entry === "alteration")
    return ({ reviews }) => ({
      reviews: reviews.map((review, at) =>
        at === reviews.length - 1 ? { ...review, document: textOrNull(facts, "document") } : review,
      ),
    });
  return () => ({});
}

function newSubject(id: string, facts: Facts, time: number): SubjectRow {
  const owner = text(facts, "owner");
  return {
    id,
    owner,
    isProduct: flag(facts, "isProduct"),
    grade: "general",
    source: "enterprise",
    status: "pending",
    registeredAt: 0,
    cancelledAt: 0,
    number: 0,
    right: text(facts, "right"),
    parents: texts(facts, "parents"),
    round: 0,
    historyCount: 0,
    head: null,
    owners: [{ since: time, value: owner }],
    versions: [],
    venues: [],
    reviews: [],
  };
}

function newReview(round: number, draft: ReviewRow["draft"]): ReviewRow {
  return {
    round,
    entry: "first",
    state: "open",
    rule: 0,
    reviewers: [],
    openedAt: 0,
    noticeEnds: 0,
    venue: null,
    venueSigned: false,
    reviewer: null,
    document: null,
    grounds: null,
    signedOff: [],
    objections: [],
    draft,
  };
}

function draftOf(facts: Facts): NonNullable<ReviewRow["draft"]> {
  return {
    digest: text(facts, "digest"),
    metadata: textOrNull(facts, "metadata"),
    contents: objects(facts, "contents"),
  };
}

/** Changes a review; that of an alteration comes into being with its first event. */
async function changeReview(
  draft: Draft,
  id: string,
  round: number,
  change: (review: ReviewRow) => Partial<ReviewRow>,
): Promise<void> {
  await draft.change("subjects", id, ({ reviews }) => {
    const all = reviews.some((review) => review.round === round) ? reviews : [...reviews, newReview(round, null)];
    return {
      round,
      reviews: all.map((review) => (review.round === round ? { ...review, ...change(review) } : review)),
    };
  });
}

/** The end of a review ends the application, where it was one for a registration. */
async function endApplication(draft: Draft, id: string, round: number, status: string): Promise<void> {
  await draft.change("subjects", id, ({ reviews }) => {
    const review = reviews.find((found) => found.round === round);
    return review?.entry === "first" ? { status } : {};
  });
}

async function addChild(draft: Draft, parent: string, child: string): Promise<void> {
  const row = (await draft.row("children", parent)) ?? { id: parent, children: [] };
  await draft.put("children", parent, { ...row, children: [...row.children, child] });
}

/** Digest algorithms: each change is a version of the list's entry. */
async function algorithm({ facts, place, name }: Parameters<Handler>[0], draft: Draft): Promise<void> {
  const rule = `registry.algorithm.${count(facts, "algorithm")}`;
  const version = name === "AlgorithmAdded" ? 1 : 2;
  await draft.put("rules", `${rule}/${version}`, { rule, version, since: place.time, values: facts });
}
