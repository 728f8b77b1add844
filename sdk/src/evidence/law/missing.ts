import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle } from "../bundle.ts";
import { shownHeader } from "../finality/block.ts";
import { askUnaltered } from "../unaltered.ts";
import { examineLaw } from "./examine.ts";
import type { LawContract } from "./layout.ts";
import type { TrustedContracts } from "./state.ts";

/** Slots of a contract that a bundle would have to show. */
export interface MissingSlots {
  readonly contract: LawContract;
  /** 32 bytes each, none twice. */
  readonly slots: readonly Hex[];
}

/**
 * What of the state at the anchor's block a bundle would have to show besides, for `entitled` to be answered: for whoever makes
 * bundles. Which slots come next can depend on those before, so it is asked again until nothing is missing.
 *
 * @param contracts - those of the chain
 * @throws EvidenceError V_TRIE, V_EMITTER for proofs in the bundle that are of something else, V_HEADER for an anchor without header
 */
export function missingLaw(bundle: Bundle, contracts: TrustedContracts): readonly MissingSlots[] {
  const records = askUnaltered(bundle).proved ?? [];
  const findings = examineLaw({
    records,
    header: shownHeader(bundle.anchor.event.header).header,
    contracts,
    law: bundle.law,
  });
  const slots = new Map<LawContract, Set<Hex>>();
  for (const { missing, refusal } of findings) {
    if (refusal?.code === "V_TRIE" || refusal?.code === "V_EMITTER")
      throw new EvidenceError(refusal.code, refusal.message);
    if (missing !== undefined)
      slots.set(missing.contract, new Set([...(slots.get(missing.contract) ?? []), ...missing.slots]));
  }
  return [...slots].map(([contract, of]) => ({ contract, slots: [...of] }));
}
