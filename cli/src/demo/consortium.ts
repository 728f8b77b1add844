import { join } from "node:path";
import { memberIdOf } from "@lianzheng/sdk/chain";
import type { Deployment } from "@lianzheng/sdk/chain";
import { maskOfKinds } from "@lianzheng/sdk/contracts";
import type { KindName } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { deployContracts } from "@lianzheng/node/deployment";
import { JsonRpcProvider, Wallet } from "ethers";
import type { ContractTransaction } from "ethers";
import type { Role, RoleName } from "./cast.ts";
import { applicants, cast, council, councilThreshold } from "./cast.ts";
import { GasBook } from "./gas-book.ts";
import { Ledger } from "./ledger.ts";
import type { Service } from "./processes.ts";
import { startService } from "./processes.ts";

/** The chain, the contracts on it, and everyone's key. */
export interface Consortium {
  readonly chain: Service;
  readonly chainUrl: string;
  readonly ledger: Ledger;
  readonly gas: GasBook;
  /** First key of every organisation. The exchanges' come out of their nodes' folders. */
  readonly keys: Readonly<Record<RoleName, Wallet>>;
}

/** The embedded chain as it runs. */
export interface RunningChain {
  readonly chain: Service;
  readonly chainUrl: string;
  readonly provider: JsonRpcProvider;
  readonly sealer: Hex;
}

/** Starts `lianzheng chain` on a free port. */
export async function startChain(folder: string): Promise<RunningChain> {
  const chain = await startService(["chain", join(folder, "chain"), "--port", "0"], folder);
  const chainUrl = String(chain.ready["url"]);
  const provider = new JsonRpcProvider(chainUrl, undefined, {
    staticNetwork: true,
    batchStallTime: 1,
    // What was read a moment ago may be old by now: every transaction makes a block.
    cacheTimeout: -1,
  });
  return { chain, chainUrl, provider, sealer: String(chain.ready["sealer"]) as Hex };
}

/** A key for everyone; those of the exchanges give way to the ones that their nodes make. */
export function makeKeys(): Consortium["keys"] {
  const names = Object.keys(cast) as RoleName[];
  const made = names.map((name) => [name, new Wallet(Wallet.createRandom().privateKey)]);
  return Object.fromEntries(made) as Consortium["keys"];
}

/** Puts the four contracts on the chain, founded by the council's seats, and counts their gas. */
export async function foundConsortium(running: RunningChain, keys: Consortium["keys"]): Promise<Consortium> {
  const { provider, chain, chainUrl } = running;
  const founder = keys.bureau.connect(provider);
  const seats = council.map((name) => ({
    member: cast[name].uscc,
    key: addressOf(keys[name]),
    kinds: ["regulator" as const],
  }));
  const deployment = await deployContracts(founder, { seats, threshold: councilThreshold });
  const gas = new GasBook();
  await countDeployment(provider, deployment, gas);
  return { chain, chainUrl, gas, keys, ledger: new Ledger(provider, deployment, gas) };
}

async function countDeployment(provider: JsonRpcProvider, deployment: Deployment, gas: GasBook): Promise<void> {
  for (const [name, { block }] of Object.entries(deployment.contracts)) {
    const { transactions = [] } = (await provider.getBlock(block)) ?? {};
    for (const hash of transactions) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null) gas.note(`deploy ${name}`, receipt.gasUsed);
    }
  }
}

/** Everyone applies with an own key; the council votes until its threshold decides. */
export async function admitMembers({ keys, ledger }: Consortium): Promise<void> {
  const applications = applicants.map((name) => ({ from: keys[name], call: applicationOf(ledger, cast[name]) }));
  await ledger.sendAll("Members.applyFor", applications);
  const proposals = await Promise.all(
    applicants.map((name) => ledger.members.applicationOf(memberIdOf(cast[name].uscc), keys[name].address)),
  );
  const votes = council
    .slice(0, councilThreshold)
    .flatMap((voter) =>
      proposals.map((proposal) => ({ from: keys[voter], call: ledger.members.vote.populateTransaction(proposal) })),
    );
  await ledger.sendAll("Members.vote", votes);
}

function applicationOf({ members }: Ledger, role: Role): Promise<ContractTransaction> {
  const papers = toHex(keccak256(utf8(`application of ${role.uscc}`)));
  return members.applyFor.populateTransaction(memberIdOf(role.uscc), maskOfKinds([kindOf(role)]), papers);
}

function kindOf({ kind }: Role): KindName {
  return kind === "council" ? "regulator" : kind;
}

/** Whether the chain now has this organisation as an active member. */
export async function isActive({ ledger }: Consortium, role: Role): Promise<boolean> {
  return ledger.members.isActive(memberIdOf(role.uscc));
}

/** Lower-case address of a key. */
export function addressOf(key: Wallet): Hex {
  return key.address.toLowerCase() as Hex;
}
