/**
 * Prices of the contracts: gas of each action (whole transactions) and bytes of code, kept in `test/snapshots/`.
 *
 *     node scripts/snapshots.ts           writes them
 *     node scripts/snapshots.ts --check   exits 1 if they differ from what stands there
 *
 * The figures do not depend on the machine: keys, codes, salts and the time of the chain are fixed, signatures are deterministic.
 */
import { readFile, writeFile } from "node:fs/promises";
import { contractNames, foundingNames, type ContractName } from "@lianzheng/sdk/chain";
import { contractFactories } from "@lianzheng/sdk/contracts";
import { ethers, networkHelpers, world, type World } from "../test/contracts/fixture.ts";
import { measureLogs } from "./snapshots/logs.ts";
import { START, codeBytes, gasOf, staged, type Figures } from "./snapshots/measuring.ts";
import { measureMembership } from "./snapshots/membership.ts";
import { measureAttestations, measureCases } from "./snapshots/offices.ts";
import { measureRights } from "./snapshots/rights.ts";
import { measureTrades } from "./snapshots/trades.ts";

export { gasOf, type Figures };

/** EIP-170: most bytes of a contract's code. */
const CODE_LIMIT = 24_576;

/** The directory, then each contract that it places: a block each. */
async function measureDeployment({ directory }: World): Promise<Figures> {
  const receipt = await directory.deploymentTransaction()!.wait();
  const figures: Figures = { "deploy directory": Number(receipt!.gasUsed) };
  for (const [i, name] of foundingNames.entries()) {
    const block = await ethers.provider.getBlock(receipt!.blockNumber + 1 + i);
    if (block?.transactions.length !== 1) throw new Error("a block of the founding has other than one transaction");
    figures[`Directory.place ${name}`] = Number(block.gasUsed);
  }
  return figures;
}

/** Gas of each action on a chain of its own. */
export async function measureGas(): Promise<Figures> {
  await networkHelpers.time.setNextBlockTimestamp(START);
  const context = await world();
  const deployments = await measureDeployment(context);
  const stage = await staged(context);
  const membership = await measureMembership(stage);
  // What is sold was registered, and a sanction comes when nothing is to be sold any more.
  const rights = await measureRights(stage);
  const trades = await measureTrades(stage);
  const offices = { ...(await measureAttestations(stage)), ...(await measureCases(stage)) };
  return { ...deployments, ...membership, ...rights, ...trades, ...offices, ...(await measureLogs(stage)) };
}

/** Bytes of code on the chain and of the code that deploys it. */
async function measureCode(): Promise<Record<string, { runtime: number; creation: number; limit: number }>> {
  const { logs, ...law } = await world();
  const placeOf = (name: ContractName) => (name === "evidenceLogs" ? logs : law[name]);
  const sizes: Record<string, { runtime: number; creation: number; limit: number }> = {};
  for (const name of contractNames) {
    const runtime = await codeBytes(placeOf(name));
    if (runtime >= CODE_LIMIT) throw new Error(`${name} has ${runtime} bytes of code, EIP-170 allows ${CODE_LIMIT}`);
    sizes[name] = { runtime, creation: ethers.getBytes(contractFactories[name].bytecode).length, limit: CODE_LIMIT };
  }
  return sizes;
}

/** Writes a snapshot, or says what differs from the one that stands there. */
async function settle(name: string, figures: unknown, check: boolean): Promise<boolean> {
  const url = new URL(`../test/snapshots/${name}.json`, import.meta.url);
  const text = `${JSON.stringify(figures, null, 2)}\n`;
  if (!check) await writeFile(url, text);
  const kept = await readFile(url, "utf8");
  if (kept === text) return true;
  const [before, after] = [kept.split("\n"), text.split("\n")];
  for (const line of before.filter((l) => !after.includes(l))) console.error(`${name}: - ${line.trim()}`);
  for (const line of after.filter((l) => !before.includes(l))) console.error(`${name}: + ${line.trim()}`);
  return false;
}

if (import.meta.main) {
  const check = process.argv.includes("--check");
  const gas = await measureGas();
  const code = await measureCode();
  const same = [await settle("gas", gas, check), await settle("bytecode", code, check)];
  console.log(JSON.stringify({ gas, bytecode: code }, null, 2));
  if (same.includes(false)) {
    console.error("Prices changed. If that is meant: node scripts/snapshots.ts, and name it in the commit.");
    process.exitCode = 1;
  }
}
