import { object, text, textOrNull } from "../facts.ts";
import { nothing, type Handlers } from "./handler.ts";

/** Of `Consents`: decisions and mandates, as commitments only. */
export const consents: Handlers = {
  ConsentDecided: async ({ facts, place }, draft) => {
    const consent = text(facts, "consent");
    const [terms, mandate] = [object(facts, "terms"), textOrNull(facts, "mandate")];
    await draft.put("consents", consent, { consent, terms, mandate, givenAt: place.time, withdrawnAt: 0 });
    await draft.note("consents", consent);
  },
  ConsentWithdrawn: async ({ facts, place }, draft) => {
    const consent = text(facts, "consent");
    await draft.change("consents", consent, () => ({ withdrawnAt: place.time }));
    await draft.note("consents", consent);
  },
  MandateGiven: async ({ facts, place }, draft) => {
    const mandate = text(facts, "mandate");
    const terms = object(facts, "terms");
    await draft.put("mandates", mandate, { mandate, terms, givenAt: place.time, endedAt: 0, left: [] });
    await draft.note("mandates", mandate);
  },
  MandateEnded: async ({ facts, place }, draft) => {
    const mandate = text(facts, "mandate");
    await draft.change("mandates", mandate, () => ({ endedAt: place.time }));
    await draft.note("mandates", mandate);
  },
  PersonLeft: async ({ facts, place }, draft) => {
    const mandate = text(facts, "mandate");
    const gone = { person: text(facts, "person"), at: place.time };
    await draft.change("mandates", mandate, ({ left }) => ({ left: [...left, gone] }));
    await draft.note("mandates", mandate);
  },
  // Everything in it stands in the terms of ConsentDecided, too.
  NoticeReceived: nothing,
  EIP712DomainChanged: nothing,
};
