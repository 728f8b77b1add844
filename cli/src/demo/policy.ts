import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Policy } from "@lianzheng/sdk/evidence";
import { encodePolicy } from "@lianzheng/sdk/evidence";
import type { Hex } from "@lianzheng/sdk/encoding";
import { membersOnChain } from "../policy/members.ts";
import type { Consortium } from "./consortium.ts";
import type { Venue } from "./venue.ts";

/** The auditor's own policy: what the auditor got to know of the consortium when everything was still running. */
export async function auditorsPolicy({ ledger }: Consortium, venues: readonly Venue[], sealer: Hex): Promise<Policy> {
  const { chainId, genesis, contracts } = ledger.deployment;
  const trusted = ({ address, codeHash }: { address: Hex; codeHash: Hex }): { address: Hex; codeHash: Hex } => ({
    address,
    codeHash,
  });
  return {
    format: "lianzheng-policy",
    version: 1,
    name: "auditor of the demo",
    chain: { chainId, genesis, finality: { engine: "single-operator", sealers: [sealer] } },
    contracts: {
      members: trusted(contracts.members),
      evidenceLogs: trusted(contracts.evidenceLogs),
      trades: trusted(contracts.trades),
      rights: trusted(contracts.rights),
      registry: trusted(contracts.registry),
      emergency: trusted(contracts.emergency),
      consents: trusted(contracts.consents),
      attestations: trusted(contracts.attestations),
    },
    logs: venues.map(({ origin, logKey, logId, role }) => ({ origin, key: logKey, logId, owner: role.uscc })),
    members: await membersOnChain(ledger.provider, contracts.members),
    required: ["unaltered", "logged", "signed", "anchored", "final"],
  };
}

/** Keeps the policy in the demo's folder. */
export async function keepPolicy(folder: string, policy: Policy): Promise<void> {
  await writeFile(join(folder, "policy.json"), encodePolicy(policy));
}
