import { count, text } from "../facts.ts";
import type { Handlers } from "./handler.ts";

/** Of `Policies`: versions of policies and record schemas that the council published. */
export const policies: Handlers = {
  PolicyPublished: async ({ facts, place }, draft) => {
    const [policy, version] = [text(facts, "policy"), count(facts, "version")];
    const id = `${policy}/${version}`;
    await draft.put("policies", id, {
      policy,
      version,
      name: text(facts, "name"),
      digest: text(facts, "digest"),
      publishedAt: place.time,
      effectiveFrom: count(facts, "effectiveFrom"),
      retiredFrom: 0,
      reason: null,
    });
    await draft.note("policies", id);
  },
  PolicyRetired: async ({ facts }, draft) => {
    const id = `${text(facts, "policy")}/${count(facts, "version")}`;
    const [retiredFrom, reason] = [count(facts, "retiredFrom"), text(facts, "reason")];
    await draft.change("policies", id, () => ({ retiredFrom, reason }));
    await draft.note("policies", id);
  },
};
