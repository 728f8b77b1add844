/**
 * Prices of the contracts: gas of each action (whole transactions) and bytes of code, kept in `test/snapshots/`.
 *
 *     node scripts/snapshots.ts           writes them
 *     node scripts/snapshots.ts --check   exits 1 if they differ from what stands there
 *
 * The figures do not depend on the machine: keys, codes, salts and the time of the chain are fixed, signatures are deterministic.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import {
  EvidenceLogsFactory,
  MembersFactory,
  RightKind,
  RightsFactory,
  TradesFactory,
  contractInterfaces,
} from "@lianzheng/sdk/contracts";
import type { ContractTransactionResponse } from "ethers";
import {
  consentOf,
  digestOf,
  ethers,
  networkHelpers,
  signStep,
  signTermination,
  world,
} from "../test/contracts/fixture.ts";
import type { Actor, World } from "../test/contracts/fixture.ts";
import { memberId, usccOf } from "../test/contracts/uscc.ts";

/** EIP-170: most bytes of a contract's code. */
const CODE_LIMIT = 24_576;

/** First second of the measured chain, far ahead, so that every run sees the same times and the same calldata. */
const START = 4_000_000_000;
const UNTIL = START + 365 * 24 * 3600;

export type Figures = Record<string, number>;

export async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt?.status !== 1) throw new Error("a measured transaction failed");
  return Number(receipt.gasUsed);
}

/** All levels of the tree over `count` leaves, iteratively: a node without a sibling moves up as it is. */
function levelsOf(count: number): Buffer[][] {
  const sha256 = (data: Buffer): Buffer => createHash("sha256").update(data).digest();
  const levels = [Array.from({ length: count }, (_, i) => sha256(Buffer.from(`\0entry ${i}`)))];
  for (let level = levels[0]!; level.length > 1;) {
    const above: Buffer[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i]!, level[i + 1]];
      above.push(right === undefined ? left : sha256(Buffer.concat([Buffer.of(1), left, right])));
    }
    levels.push(above);
    level = above;
  }
  return levels;
}

/** Root of leaves `start` to `end` of the tree; ranges that are whole subtrees are read off, others split (RFC 6962 section 2.1). */
function rangeRoot(levels: Buffer[][], start: number, end: number): Buffer {
  const size = end - start;
  const height = Math.log2(size);
  if (Number.isInteger(height) && start % size === 0) return levels[height]![start / size]!;
  const k = splitOf(size);
  const [left, right] = [rangeRoot(levels, start, start + k), rangeRoot(levels, start + k, end)];
  return createHash("sha256").update(Buffer.of(1)).update(left).update(right).digest();
}

const splitOf = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/** PROOF of RFC 6962 section 2.1.2. */
function consistency(levels: Buffer[][], from: number, start: number, end: number, whole: boolean): Buffer[] {
  const size = end - start;
  if (from === size) return whole ? [] : [rangeRoot(levels, start, end)];
  const k = splitOf(size);
  if (from <= k) return [...consistency(levels, from, start, start + k, whole), rangeRoot(levels, start + k, end)];
  return [...consistency(levels, from - k, start + k, end, false), rangeRoot(levels, start, start + k)];
}

const hex = (digest: Buffer): string => `0x${digest.toString("hex")}`;

/** Inclusion path of RFC 6962 section 2.1.1. */
function pathOf(levels: Buffer[][], index: number, start: number, end: number): Buffer[] {
  if (end - start === 1) return [];
  const k = splitOf(end - start);
  return index < k
    ? [...pathOf(levels, index, start, start + k), rangeRoot(levels, start + k, end)]
    : [...pathOf(levels, index - k, start + k, end), rangeRoot(levels, start, start + k)];
}

async function measureLogs({ logs, seller }: World): Promise<Figures> {
  const mine = logs.connect(seller.key);
  const figures: Figures = {
    "EvidenceLogs.register": await gasOf(mine.register("log.example/evidence", digestOf("key"))),
  };
  const levels = levelsOf(1_010_000);
  const logId = await logs.logIdOf(seller.id, "log.example/evidence");
  let head = 0;
  const publish = async (size: number): Promise<number> => {
    const proof = head === 0 ? [] : consistency(levels, head, 0, size, true).map(hex);
    const gas = await gasOf(mine.publish(logId, head, size, hex(rangeRoot(levels, 0, size)), proof));
    head = size;
    return gas;
  };
  figures["EvidenceLogs.publish first, 1,000 leaves"] = await publish(1000);
  figures["EvidenceLogs.publish 1,000 to 1,100 leaves"] = await publish(1100);
  figures["EvidenceLogs.publish 1,100 to 100,000 leaves"] = await publish(100_000);
  figures["EvidenceLogs.publish 100,000 to 101,000 leaves"] = await publish(101_000);
  figures["EvidenceLogs.publish 101,000 to 1,000,000 leaves"] = await publish(1_000_000);
  figures["EvidenceLogs.publish 1,000,000 to 1,010,000 leaves"] = await publish(1_010_000);
  const root = hex(rangeRoot(levels, 0, 1000));
  figures["EvidenceLogs.publish again, nothing happens"] = await gasOf(mine.publish(logId, 0, 1000, root, []));
  const path = pathOf(levels, 777_777, 0, head).map(hex);
  const leaf = hex(levels[0]![777_777]!);
  const included = await logs.isIncluded.estimateGas(logId, head, leaf, 777_777, path);
  if (!(await logs.isIncluded(logId, head, leaf, 777_777, path))) throw new Error("the measured proof does not hold");
  figures["EvidenceLogs.isIncluded in 1,010,000 leaves"] = Number(included);
  return figures;
}

async function measureMembers({ members, venue, regulator, seller, outsider, spare }: World): Promise<Figures> {
  const key = spare[0]!;
  const consent = await consentOf(members, seller.id, key, UNTIL);
  const figures: Figures = {};
  const applicant = memberId(usccOf(99));
  figures["Members.applyFor"] = await gasOf(members.connect(outsider).applyFor(applicant, 1, digestOf("papers")));
  const proposal = await members.proposalCount();
  figures["Members.vote"] = await gasOf(members.connect(venue.key).vote(proposal));
  figures["Members.vote that admits"] = await gasOf(members.connect(regulator.key).vote(proposal));
  figures["Members.propose"] = await gasOf(members.connect(venue.key).propose(2, applicant, digestOf("reason")));
  figures["Members.vote that suspends"] = await gasOf(members.connect(regulator.key).vote(proposal + 1n));
  figures["Members.rotateKey"] = await gasOf(
    members.connect(seller.key).rotateKey(await key.getAddress(), UNTIL, consent),
  );
  return figures;
}

const registration = (name: string) => ({
  digest: digestOf(name),
  content: digestOf(`${name} content`),
  metadata: digestOf(`${name} metadata`),
  grade: 0,
});

async function measureRights({ rights, seller, processor, buyer }: World): Promise<Figures> {
  const figures: Figures = {};
  const scope = { purposes: 0b111, from: START, until: UNTIL, depth: 3 };
  figures["Rights.registerResource"] = await gasOf(
    rights.connect(seller.key).registerResource(registration("resource"), scope),
  );
  const holding = (await rights.subjectOf(await rights.subjectIdOf(seller.id, digestOf("resource")))).right;
  const grant = rights
    .connect(seller.key)
    .grant(holding, processor.id, RightKind.processing, { ...scope, depth: 2 }, digestOf("document"));
  figures["Rights.grant"] = await gasOf(grant);
  const processing = await newestRight(rights);
  figures["Rights.registerProduct"] = await gasOf(
    rights.connect(processor.key).registerProduct(registration("product"), scope, [processing]),
  );
  const product = await rights.subjectIdOf(processor.id, digestOf("product"));
  const { right } = await rights.subjectOf(product);
  figures["Rights.isValid, operating right of a product"] = Number(await rights.isValid.estimateGas(right));
  const resale = { ...scope, depth: 0 };
  await rights.connect(processor.key).grant(right, buyer.id, RightKind.operating, resale, digestOf("resale"));
  figures["Rights.revoke"] = await gasOf(
    rights.connect(processor.key).revoke(await newestRight(rights), digestOf("reason")),
  );
  return figures;
}

async function newestRight(rights: World["rights"]): Promise<string> {
  const granted = await rights.queryFilter(rights.filters.RightGranted());
  return granted.at(-1)!.args.right;
}

/** Runs after {@link measureRights}: the processor sells its product. */
async function measureTrades({ rights, trades, processor, buyer, venue, outsider }: World): Promise<Figures> {
  const subject = await rights.subjectIdOf(processor.id, digestOf("product"));
  const { right } = await rights.subjectOf(subject);
  const terms = {
    salt: digestOf("salt"),
    subject,
    right,
    buyer: buyer.id,
    venue: venue.id,
    amount: digestOf("amount"),
  };
  const figures: Figures = { "Trades.open": await gasOf(trades.connect(processor.key).open(terms)) };
  const tradeId = await trades.tradeIdOf(processor.id, terms.salt);
  const signers: Record<number, Actor[]> = {
    1: [processor],
    2: [buyer],
    3: [processor, buyer, venue],
    4: [processor],
    5: [buyer],
    6: [processor, buyer, venue],
    7: [venue],
  };
  const names = ["", "listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"];
  for (let stage = 1; stage <= 7; ++stage) {
    const step = { tradeId, stage, evidence: digestOf(`record ${stage}`), count: stage, deadline: UNTIL };
    const signatures = await signStep(trades, step, signers[stage]!);
    figures[`Trades.record ${names[stage]!}`] = await gasOf(trades.connect(outsider).record(step, signatures));
  }
  await trades.connect(processor.key).open({ ...terms, salt: digestOf("other") });
  const other = await trades.tradeIdOf(processor.id, digestOf("other"));
  const message = { tradeId: other, reason: digestOf("reason"), count: 0, deadline: UNTIL };
  const both = await signTermination(trades, message, [processor, buyer]);
  const ending = trades.connect(outsider).terminate(other, message.reason, 0, UNTIL, both);
  figures["Trades.terminate"] = await gasOf(ending);
  return figures;
}

/** Gas of each action on a chain of its own. */
export async function measureGas(): Promise<Figures> {
  await networkHelpers.time.setNextBlockTimestamp(START);
  const context = await world();
  const deployments: Figures = {};
  for (const [name, contract] of [
    ["Members, three seats", context.members],
    ["Rights", context.rights],
    ["Trades", context.trades],
    ["EvidenceLogs", context.logs],
  ] as const) {
    const receipt = await contract.deploymentTransaction()!.wait();
    deployments[`deploy ${name}`] = Number(receipt!.gasUsed);
  }
  // Rights before members: rotating the seller's key ends the one that the others act with.
  const logs = await measureLogs(context);
  const rights = await measureRights(context);
  const trades = await measureTrades(context);
  return { ...deployments, ...(await measureMembers(context)), ...rights, ...trades, ...logs };
}

/** Bytes of code on the chain and of the code that deploys it. */
async function measureCode(): Promise<Record<string, { runtime: number; creation: number; limit: number }>> {
  const { members, rights, trades, logs } = await world();
  const places = { members, rights, trades, evidenceLogs: logs };
  const factories = {
    members: MembersFactory,
    rights: RightsFactory,
    trades: TradesFactory,
    evidenceLogs: EvidenceLogsFactory,
  };
  const sizes: Record<string, { runtime: number; creation: number; limit: number }> = {};
  for (const name of Object.keys(contractInterfaces) as (keyof typeof places)[]) {
    const runtime = ethers.getBytes(await ethers.provider.getCode(await places[name].getAddress())).length;
    if (runtime >= CODE_LIMIT) throw new Error(`${name} has ${runtime} bytes of code, EIP-170 allows ${CODE_LIMIT}`);
    sizes[name] = { runtime, creation: ethers.getBytes(factories[name].bytecode).length, limit: CODE_LIMIT };
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
