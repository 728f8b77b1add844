import type { Policy } from "@lianzheng/sdk/evidence";
import type { NodeFolder } from "@lianzheng/node/config";
import type { Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";

/**
 * The policy of whoever trusts this node: its chain, its contracts, its log. It names no keys of members, so a statement
 * stays undetermined. Undefined for a chain of others: who seals it is for the verifier to know.
 */
export function ownPolicyOf(folder: NodeFolder, deployment: Deployment, logId: Hex): Policy | undefined {
  const { settings, logKey, sealerKey } = folder;
  if (sealerKey === undefined) return undefined;
  const { chainId, genesis, contracts } = deployment;
  const { members, evidenceLogs, trades, rights, registry, emergency, consents, attestations } = contracts;
  const { origin, owner } = settings;
  return {
    format: "lianzheng-policy",
    version: 1,
    name: `this node's own, ${origin}`,
    chain: { chainId, genesis, finality: { engine: "single-operator", sealers: [sealerKey.address] } },
    contracts: { members, evidenceLogs, trades, rights, registry, emergency, consents, attestations },
    logs: [{ origin, key: logKey.verifier, logId, owner }],
    members: [],
    required: ["unaltered", "logged", "signed", "anchored", "final", "time"],
  };
}
