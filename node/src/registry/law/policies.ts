import { count, text } from "../facts.ts";
import type { Facts } from "../facts.ts";
import type { Handlers } from "./handler.ts";

/** Of `Policies`: the consortium's documents, version by version. */
export const policies: Handlers = {
  PolicyPublished: async ({ facts }, draft) => {
    const [name, version, digest] = [text(facts, "name"), count(facts, "version"), text(facts, "digest")];
    const effectiveFrom = count(facts, "effectiveFrom");
    const key = keyOf(facts);
    await draft.put("policies", key, { name, version, digest, effectiveFrom, retiredFrom: 0, reason: null });
    await draft.note("policies", key);
  },
  PolicyRetired: async ({ facts }, draft) => {
    const { reason } = facts;
    const retired = { retiredFrom: count(facts, "retiredFrom"), reason: typeof reason === "string" ? reason : null };
    await draft.change("policies", keyOf(facts), () => retired);
    await draft.note("policies", keyOf(facts));
  },
};

/** The events of one policy have the hash of its name in common. */
function keyOf(facts: Facts): string {
  return `${text(facts, "policy")}/${count(facts, "version")}`;
}
