import type { Draft } from "../draft.ts";
import type { LawEvent } from "../event.ts";
import { count, object, objects, text, textOrNull, type Facts } from "../facts.ts";
import { nothing, type Handlers } from "./handler.ts";
import { changeMember } from "./members.ts";

/** Of `Council`: seats, proposals with their votes, rules. */
export const council: Handlers = {
  ProposalOpened: async ({ facts }, draft) => {
    const proposal = count(facts, "proposal");
    await draft.put("proposals", String(proposal), {
      proposal,
      by: text(facts, "seat"),
      content: text(facts, "content"),
      class: text(facts, "class"),
      reason: textOrNull(facts, "reason"),
      calls: objects(facts, "calls"),
      expires: count(facts, "expires"),
      votes: [],
      decidableFrom: 0,
      state: "open",
    });
    await draft.note("proposals", String(proposal));
  },
  VoteCast: async ({ facts, place }, draft) => {
    const id = String(count(facts, "proposal"));
    const vote = { seat: text(facts, "seat"), key: text(facts, "key"), at: place.time };
    await draft.change("proposals", id, ({ votes }) => ({ votes: [...votes, vote] }));
    await draft.note("proposals", id);
  },
  ProposalPassed: async ({ facts }, draft) => {
    const id = String(count(facts, "proposal"));
    await draft.change("proposals", id, () => ({ state: "passed", decidableFrom: count(facts, "decidableFrom") }));
    await draft.note("proposals", id);
  },
  ProposalDecided: async ({ facts, place }, draft) => {
    const id = String(count(facts, "proposal"));
    await draft.change("proposals", id, ({ decidableFrom }) => ({
      state: "decided",
      decidableFrom: decidableFrom === 0 ? place.time : decidableFrom,
    }));
    await draft.note("proposals", id);
  },
  RulesSet: (event, draft) => putRule(event, draft, "council", object(event.facts, "rules")),
  OrdinarySet: async ({ facts, place }, draft) => {
    const version = count(facts, "version");
    const act = `council.ordinary.${text(facts, "target")}.${text(facts, "selector")}`;
    await draft.put("rules", `${act}/${version}`, { rule: act, version, since: place.time, values: facts });
  },
  SeatAdded: (event, draft) => changeMember(event, draft, () => ({ seat: true })),
  SeatRemoved: (event, draft) => changeMember(event, draft, () => ({ seat: false })),
  EIP712DomainChanged: nothing,
};

/** Keeps a version of rules under `name/version`. */
export async function putRule({ facts, place }: LawEvent, draft: Draft, rule: string, values: Facts): Promise<void> {
  const version = count(facts, "version");
  await draft.put("rules", `${rule}/${version}`, { rule, version, since: place.time, values });
}
