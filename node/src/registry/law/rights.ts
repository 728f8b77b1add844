import type { Draft } from "../draft.ts";
import { count, counts, object, text, textOrNull, texts } from "../facts.ts";
import type { RightRow } from "../rows.ts";
import { nothing, type Handlers } from "./handler.ts";

/** Of `Rights`: the three separated rights, how they derive from each other, their uses and holders. */
export const rights: Handlers = {
  RightGranted: async ({ facts, place }, draft) => {
    const right = text(facts, "right");
    const scope = object(facts, "scope");
    const basis = texts(facts, "basis");
    const [holder, granter] = [text(facts, "holder"), text(facts, "granter")];
    // Nobody grants to itself, so a right whose holder granted it came with a registration, and was accepted by that.
    const isFounding = holder === granter;
    const uses = count(scope, "uses");
    const reach = await takeUses(draft, basis, uses);
    await draft.put("rights", right, {
      right,
      subject: text(facts, "subject"),
      kind: text(facts, "kind"),
      holder,
      granter,
      base: isFounding ? null : (basis[0] ?? null),
      basis,
      document: textOrNull(facts, "document"),
      consent: textOrNull(facts, "consent"),
      purposes: counts(scope, "purposes"),
      territories: counts(scope, "territories"),
      from: count(scope, "from"),
      until: count(scope, "until"),
      uses,
      used: 0,
      depth: count(scope, "depth"),
      reach: reach + 1,
      grantedAt: place.time,
      acceptedAt: isFounding ? place.time : 0,
      revokedAt: 0,
      revokedBy: null,
      holders: [{ since: place.time, value: holder }],
    });
    await draft.note("rights", right);
  },
  RightAccepted: async ({ facts, place }, draft) => {
    const right = text(facts, "right");
    await draft.change("rights", right, () => ({ acceptedAt: place.time }));
    await draft.note("rights", right);
  },
  RightRevoked: async ({ facts, place }, draft) => {
    const right = text(facts, "right");
    await draft.change("rights", right, () => ({ revokedAt: place.time, revokedBy: text(facts, "by") }));
    await draft.note("rights", right);
  },
  RightTransferred: async ({ facts, place }, draft) => {
    const right = text(facts, "right");
    const holder = text(facts, "to");
    await draft.change("rights", right, ({ holders }) => ({
      holder,
      holders: [...holders, { since: place.time, value: holder }],
    }));
    await draft.note("rights", right);
  },
  RightUsed: async ({ facts }, draft) => {
    const right = text(facts, "right");
    await draft.change("rights", right, () => ({ used: count(facts, "used") }));
    await draft.note("rights", right);
  },
  NonceUsed: nothing,
  EIP712DomainChanged: nothing,
};

/** What derives from a counted right takes its uses off that one. Answers with the reach of all of them together. */
async function takeUses(draft: Draft, basis: readonly string[], uses: number): Promise<number> {
  let reach = 0;
  for (const id of basis) {
    const base: RightRow = await draft.known("rights", id);
    reach += base.reach;
    if (base.uses !== 0) await draft.change("rights", id, ({ used }) => ({ used: used + uses }));
  }
  return reach;
}
