import type { Draft } from "../draft.ts";
import type { LawEvent } from "../event.ts";
import { count, text, textOrNull, texts } from "../facts.ts";
import type { MemberRow } from "../rows.ts";
import { nothing, type Handlers } from "./handler.ts";

/** Of `Members`: organisations with their standing, kinds, tier, parent and keys, and applications. */
export const members: Handlers = {
  ApplicationMade: async ({ facts }, draft) => {
    const application = count(facts, "application");
    const member = text(facts, "member");
    await draft.put("applications", String(application), {
      application,
      member,
      key: text(facts, "key"),
      kinds: texts(facts, "kinds"),
      tier: text(facts, "tier"),
      parent: textOrNull(facts, "parent"),
      metadata: textOrNull(facts, "metadata"),
      papers: textOrNull(facts, "papers"),
      expires: count(facts, "expires"),
      status: "open",
    });
    await draft.note("applications", String(application));
    await changeMember({ facts }, draft, () => ({}));
  },
  ApplicationClosed: async (event, draft) => {
    const id = String(count(event.facts, "application"));
    await draft.change("applications", id, () => ({ status: text(event.facts, "status") }));
    await draft.note("applications", id);
    await changeMember(event, draft, () => ({}));
  },
  StandingChanged: (event, draft) => {
    const standing = text(event.facts, "standing");
    const since = event.place.time;
    return changeMember(event, draft, ({ standings }) => ({
      standing,
      standings: [...standings, { since, value: standing }],
    }));
  },
  KindsSet: (event, draft) => changeMember(event, draft, () => ({ kinds: texts(event.facts, "kinds") })),
  TierSet: (event, draft) => changeMember(event, draft, () => ({ tier: text(event.facts, "tier") })),
  MetadataSet: (event, draft) => changeMember(event, draft, () => ({ metadata: textOrNull(event.facts, "metadata") })),
  ParentSet: async (event, draft) => {
    const parent = textOrNull(event.facts, "parent");
    const before = (await draft.row("members", text(event.facts, "member")))?.parent ?? null;
    if (before !== null) await draft.change("members", before, ({ children }) => ({ children: children - 1 }));
    if (parent !== null) await draft.change("members", parent, ({ children }) => ({ children: children + 1 }));
    await changeMember(event, draft, () => ({ parent }));
  },
  MemberFrozen: (event, draft) => {
    const frozenUntil = count(event.facts, "until");
    return changeMember(event, draft, ({ freezes }) => ({
      frozenUntil,
      freezes: [...freezes, { since: event.place.time, value: frozenUntil }],
    }));
  },
  KeyAdded: (event, draft) => {
    const { facts } = event;
    const key = {
      key: text(facts, "key"),
      roles: texts(facts, "roles"),
      from: count(facts, "from"),
      until: count(facts, "until"),
    };
    return changeMember(event, draft, ({ keys }) => ({ keys: [...keys, key] }));
  },
  KeyRetired: (event, draft) => {
    const retired = text(event.facts, "key");
    const until = count(event.facts, "until");
    return changeMember(event, draft, ({ keys }) => ({
      keys: keys.map((key) => (key.key === retired ? { ...key, until } : key)),
    }));
  },
  MemberRecovered: (event, draft) => changeMember(event, draft, () => ({})),
  EIP712DomainChanged: nothing,
};

/** Changes the event's member, which the first event about it makes, and adds the event to its history. */
export async function changeMember(
  { facts }: Pick<LawEvent, "facts">,
  draft: Draft,
  change: (row: MemberRow) => Partial<MemberRow>,
): Promise<void> {
  const member = text(facts, "member");
  const row = (await draft.row("members", member)) ?? unknownMember(member);
  await draft.put("members", member, { ...row, ...change(row) });
  await draft.note("members", member);
}

function unknownMember(member: string): MemberRow {
  return {
    member,
    standing: "none",
    kinds: [],
    tier: "none",
    parent: null,
    children: 0,
    metadata: null,
    frozenUntil: 0,
    seat: false,
    keys: [],
    standings: [],
    freezes: [],
    sanctions: [],
  };
}
