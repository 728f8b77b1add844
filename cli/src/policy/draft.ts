import type { Hex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { toAddress } from "../address.ts";
import { CliError } from "../errors.ts";
import { readChain } from "./chain.ts";
import { readNode } from "./node.ts";

/** What to draft a policy from. */
export interface DraftRequest {
  /** Address or folder of a node. */
  readonly node: string;
  readonly name: string;
  /** JSON-RPC address of the chain. */
  readonly chain?: string;
  /** Sealers that the user knows. */
  readonly sealer: readonly Hex[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * A policy that trusts what the node says of itself: to be compared, not to be believed.
 *
 * @throws CliError E_USAGE if nothing tells who seals the chain's blocks, E_WRONG_CHAIN, E_UNREACHABLE
 */
export async function draftPolicy({ node, name, chain, sealer, env }: DraftRequest): Promise<Policy> {
  const facts = await readNode(node, env);
  const chainUrl = chain === undefined ? facts.chainUrl : toAddress(chain).href;
  const { chainId, genesis, contracts, log } = facts;
  const onChain = chainUrl === undefined ? undefined : await readChain(chainUrl, genesis, contracts.members.address);
  const sealers = sealer.length > 0 ? sealer : knownSealers(onChain?.sealer ?? facts.sealer);
  return {
    format: "lianzheng-policy",
    version: 1,
    name,
    chain: { chainId, genesis, finality: { engine: "single-operator", sealers } },
    contracts,
    logs: [log],
    members: onChain?.members ?? [],
    required: ["unaltered", "logged", "signed", "anchored", "final", "time"],
  };
}

function knownSealers(sealer: Hex | undefined): readonly Hex[] {
  if (sealer !== undefined) return [sealer];
  throw new CliError("E_USAGE", "the node does not say who seals the chain's blocks; add --chain or --sealer");
}
