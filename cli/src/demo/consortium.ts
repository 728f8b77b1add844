import { join } from "node:path";
import { memberIdOf } from "@lianzheng/sdk/chain";
import type { Deployment } from "@lianzheng/sdk/chain";
import { Standing, Tier, maskOfKinds } from "@lianzheng/sdk/contracts";
import type { CallStruct } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { deployContracts } from "@lianzheng/node/deployment";
import { JsonRpcProvider, Wallet } from "ethers";
import type { ContractTransaction } from "ethers";
import type { Role, RoleName } from "./cast.ts";
import { NOBODY, applicants, cast, council, councilThreshold } from "./cast.ts";
import { GasBook } from "./gas-book.ts";
import { digestOfText } from "./digest.ts";
import { Ledger, idFromEvent } from "./ledger.ts";
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

/** Puts the contracts on the chain, founded by the council's seats, and counts their gas. */
export async function foundConsortium(running: RunningChain, keys: Consortium["keys"]): Promise<Consortium> {
  const { provider, chain, chainUrl } = running;
  const founder = keys.bureau.connect(provider);
  const seats = council.map((name) => ({
    member: cast[name].uscc,
    key: addressOf(keys[name]),
    kinds: [cast[name].kind],
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

/** Everyone applies with an own key; one seat proposes to admit them all, and the vote that reaches the threshold does. */
export async function admitMembers({ keys, ledger }: Consortium): Promise<void> {
  const { council: contract, members } = ledger;
  const applications = applicants.map((name) => ({ from: keys[name], call: applicationOf(ledger, cast[name]) }));
  const applied = await ledger.sendAll("Members.applyFor", applications);
  const made = members.interface.getEvent("ApplicationMade").topicHash;
  const calls = applicants.map((name, at) => admissionOf(ledger, cast[name], idFromEvent(applied[at], made)));
  const [proposer, ...voters] = council.slice(0, councilThreshold);
  if (proposer === undefined) throw new TypeError("a council has a seat");
  const proposal = contract.propose.populateTransaction(calls, digestOfText("all papers are in order"));
  const proposed = await ledger.send("Council.propose", keys[proposer], proposal);
  const number = idFromEvent(proposed, contract.interface.getEvent("ProposalOpened").topicHash);
  const votes = voters.map((name) => ({ from: keys[name], call: contract.vote.populateTransaction(number) }));
  await ledger.sendAll("Council.vote", votes);
}

function applicationOf({ members }: Ledger, { uscc, kind, tier }: Role): Promise<ContractTransaction> {
  const [description, papers] = [digestOfText(`description of ${uscc}`), digestOfText(`application of ${uscc}`)];
  const kinds = maskOfKinds([kind]);
  return members.applyFor.populateTransaction(memberIdOf(uscc), kinds, Tier[tier], NOBODY, description, papers);
}

function admissionOf({ deployment, members }: Ledger, { uscc, kind, tier }: Role, application: Hex): CallStruct {
  const values = [application, maskOfKinds([kind]), Tier[tier], digestOfText(`examination of ${uscc}`)] as const;
  return {
    target: deployment.contracts.members.address,
    data: members.interface.encodeFunctionData("admit", [...values]),
  };
}

/** Whether the chain now has this organisation as an active member of its kind and tier. */
export async function isAdmitted({ ledger }: Consortium, { uscc, kind, tier }: Role): Promise<boolean> {
  const entry = await ledger.members.entryOf(memberIdOf(uscc));
  const asked = [Standing.active, maskOfKinds([kind]), Tier[tier]];
  return [entry.standing, entry.kinds, entry.tier].every((value, at) => Number(value) === asked[at]);
}

/** Lower-case address of a key. */
export function addressOf(key: Wallet): Hex {
  return key.address.toLowerCase() as Hex;
}
