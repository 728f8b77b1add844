import { count, object, text } from "../facts.ts";
import { nothing, type Handlers } from "./handler.ts";

/** Of `Attestations`: what third parties stated, and what became of it. */
export const attestations: Handlers = {
  Attested: async ({ facts, place }, draft) => {
    const id = text(facts, "id");
    await draft.put("attestations", id, {
      id,
      attester: text(facts, "attester"),
      number: count(facts, "number"),
      key: text(facts, "key"),
      recordedAt: place.time,
      statement: object(facts, "statement"),
      supersededAt: 0,
      successor: null,
      revokedAt: 0,
      revokedBy: null,
      reason: null,
    });
    await draft.note("attestations", id);
  },
  AttestationSuperseded: async ({ facts }, draft) => {
    const id = text(facts, "id");
    const [supersededAt, successor] = [count(facts, "at"), text(facts, "successor")];
    await draft.change("attestations", id, () => ({ supersededAt, successor }));
    await draft.note("attestations", id);
  },
  AttestationRevoked: async ({ facts, place }, draft) => {
    const id = text(facts, "id");
    const [revokedBy, reason] = [text(facts, "by"), text(facts, "reason")];
    await draft.change("attestations", id, () => ({ revokedAt: place.time, revokedBy, reason }));
    await draft.note("attestations", id);
  },
  RequirementsSet: async ({ facts, place }, draft) => {
    const version = count(facts, "version");
    const rule = "attestations.requirements";
    await draft.put("rules", `${rule}/${version}`, { rule, version, since: place.time, values: facts });
  },
  NonceSpent: nothing,
  EIP712DomainChanged: nothing,
};
