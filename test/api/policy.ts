import { logIdOf } from "@lianzheng/sdk/chain";
import { decodePolicy } from "@lianzheng/sdk/evidence";
import type { Policy } from "@lianzheng/sdk/evidence";
import { utf8 } from "@lianzheng/sdk/encoding";
import { members, origin } from "./fixture.ts";

/** A well-formed policy that trusts the log with this key on a chain that is not there. */
export function policyFor(logKey: string): Policy {
  const contract = (byte: string) => ({ address: `0x${byte.repeat(20)}`, codeHash: `0x${"33".repeat(32)}` });
  const finality = { engine: "single-operator", sealers: [`0x${"44".repeat(20)}`] };
  const policy = {
    ...{ format: "lianzheng-policy", version: 1, name: "of a test" },
    chain: { chainId: 1, genesis: `0x${"44".repeat(32)}`, finality },
    contracts: { members: contract("21"), evidenceLogs: contract("22"), trades: contract("23") },
    logs: [{ origin, key: logKey, logId: logIdOf(members.operator, origin), owner: members.operator }],
    members: [],
    required: ["unaltered", "logged"],
  };
  return decodePolicy(utf8(JSON.stringify(policy)));
}
