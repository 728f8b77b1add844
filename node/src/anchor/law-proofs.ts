import type { Deployment, StorageProof } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { missingLaw, type Bundle, type BundleLaw, type MissingSlots } from "@lianzheng/sdk/evidence";
import { ChainError } from "../chain-error.ts";
import type { BlockState } from "./state-proof.ts";

/** A right leans on others, and those on others: what they are is known one after the other. The law allows 256 in all. */
const MOST_ROUNDS = 64;

/**
 * A bundle with the proofs on which its `entitled` rests, as far as the chain still has the state of the anchor's block; the
 * bundle as it is where it has not.
 *
 * @throws ChainError C_INCONSISTENT for proofs that do not lead there, C_CONTRACT_MISMATCH, C_UNREACHABLE
 */
export async function withLaw(bundle: Bundle, state: BlockState, { contracts }: Deployment): Promise<Bundle> {
  let law = bundle.law;
  let before = "";
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const missing = state.requireProof(() => missingLaw({ ...bundle, law }, contracts));
    if (missing.length === 0) break;
    requireProgress(before, (before = JSON.stringify(missing)));
    const proofs = await Promise.all(missing.map((of) => proofOf(of, law, state, contracts)));
    if (proofs.includes(undefined)) return bundle;
    law = { ...law, ...Object.fromEntries(missing.map(({ contract }, at) => [contract, proofs[at]])) };
  }
  return { ...bundle, law };
}

/** The nodes that the bundle has of the contract, and those of these slots: each once. */
async function proofOf(
  { contract, slots }: MissingSlots,
  law: BundleLaw,
  state: BlockState,
  contracts: Deployment["contracts"],
): Promise<StorageProof | undefined> {
  const proof = await state.slotsOf(contracts[contract].address, slots);
  if (proof === undefined) return undefined;
  const storage: readonly Hex[] = [...(law[contract]?.storage ?? []), ...proof.storage];
  return { account: proof.account, storage: [...new Set(storage)] };
}

/** A node is found by its hash, so nodes that lead elsewhere leave the same slots missing. */
function requireProgress(before: string, now: string): void {
  if (before !== now) return;
  throw new ChainError("C_INCONSISTENT", "what eth_getProof answered does not show what was asked for", {
    method: "eth_getProof",
  });
}
