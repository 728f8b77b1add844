/** Gas for each record: one publish for a whole checkpoint, beside what others write for each record or each root. */
import { createHash } from "node:crypto";
import { Contract, ContractFactory, ZeroAddress, ZeroHash, hexlify } from "ethers";
import type { ContractTransactionResponse, Signer } from "ethers";
import { edgeRoot, emptyEdge, tilesOf } from "@lianzheng/sdk/log";
import type { Digest } from "@lianzheng/sdk/encoding";
import { digestOf, world } from "../../test/contracts/fixture.ts";
import type { World } from "../../test/contracts/fixture.ts";
import { proofOf } from "../../test/contracts/evidence/tree.ts";
import { spreadOf } from "./measuring.ts";
import { documentStore, easContract, howToInstall, plainRegistry } from "./peers.ts";
import type { Compiled } from "./peers.ts";
import type { BenchOptions, Group, Series } from "./results.ts";

/** Gas of a peer for batches of some sizes, divided by the records. */
interface Gas {
  readonly name: string;
  readonly perRecord: ReadonlyMap<number, number>;
}

const counts = [100, 1_000, 10_000, 100_000] as const;
/** Items in one transaction: 1,000 words are about what a block of 30 million gas holds, so more go in more transactions. */
const mostInOne = 1_000;

async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt?.status !== 1) throw new Error("the transaction failed");
  return Number(receipt.gasUsed);
}

async function deployed({ abi, bytecode }: Compiled, signer: Signer, args: readonly unknown[]): Promise<Contract> {
  const made = await new ContractFactory(abi, bytecode, signer).deploy(...args);
  await made.waitForDeployment();
  return new Contract(await made.getAddress(), abi, signer);
}

function sent(contract: Contract, method: string, ...args: unknown[]): Promise<number> {
  return gasOf(contract.getFunction(method)(...args) as Promise<ContractTransactionResponse>);
}

function leavesOf(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, at) => createHash("sha256").update(`leaf ${at}`).digest());
}

function rootOf(leaves: readonly Digest[]): string {
  const node = (left: Digest, right: Digest): Digest =>
    createHash("sha256").update(Uint8Array.of(1)).update(left).update(right).digest();
  return hexlify(edgeRoot(tilesOf(emptyEdge, leaves, node).edge, node));
}

/** A log that has one checkpoint already publishes the next, twice as large: with its consistency proof, as always. */
async function measureOurs({ logs, seller }: World, sizes: readonly number[]): Promise<Gas> {
  const mine = logs.connect(seller.key);
  const perRecord = new Map<number, number>();
  for (const count of sizes) {
    const origin = `bench.example/${count}`;
    await (await mine.register(origin, digestOf("key"))).wait();
    const logId = await logs.logIdOf(seller.id, origin);
    const leaves = leavesOf(2 * count);
    await (await mine.publish(logId, 0, count, rootOf(leaves.slice(0, count)), [])).wait();
    const proof = proofOf(count, [...leaves]).map((node) => hexlify(node));
    perRecord.set(count, (await gasOf(mine.publish(logId, count, 2 * count, rootOf(leaves), proof))) / count);
  }
  return { name: "Lianzheng: one publish a checkpoint", perRecord };
}

/** What costs the same for each of `batch` items, spread over any number of records. */
async function repeated(
  name: string,
  sizes: readonly number[],
  send: (items: readonly string[]) => Promise<number>,
): Promise<Gas> {
  const perRecord = new Map<number, number>();
  for (const count of sizes) {
    const batch = Math.min(count, mostInOne);
    const known = count > mostInOne ? perRecord.get(mostInOne) : undefined;
    const items = Array.from({ length: batch }, (_, at) => digestOf(`${name} ${count} ${at}`));
    perRecord.set(count, known ?? (await send(items)) / batch);
  }
  return { name, perRecord };
}

/** One transaction for each record costs the same at any number of them. */
function each(name: string, gas: number, sizes: readonly number[]): Gas {
  return { name, perRecord: new Map(sizes.map((count) => [count, gas])) };
}

/** One root for all records: what anybody may do, without order and without a rule that ties one root to the next. */
function once(name: string, gas: number, sizes: readonly number[]): Gas {
  return { name, perRecord: new Map(sizes.map((count) => [count, gas / count])) };
}

async function measureRegistry(signer: Signer, sizes: readonly number[]): Promise<readonly Gas[]> {
  const registry = await deployed(plainRegistry(), signer, [await signer.getAddress()]);
  const gas = await sent(registry, "record", digestOf("id"), digestOf("digest"));
  return [each("OpenZeppelin AccessControl registry: one write a record", gas, sizes)];
}

async function measureEas(signer: Signer, sizes: readonly number[]): Promise<readonly Gas[] | undefined> {
  const [registryCode, easCode] = [easContract("SchemaRegistry"), easContract("EAS")];
  if (registryCode === undefined || easCode === undefined) return undefined;
  const registry = await deployed(registryCode, signer, []);
  const eas = await deployed(easCode, signer, [await registry.getAddress()]);
  const schema = (await registry.getFunction("register").staticCall("bytes32 digest", ZeroAddress, true)) as string;
  await sent(registry, "register", "bytes32 digest", ZeroAddress, true);
  const request = (data: string): object => ({
    ...{ recipient: ZeroAddress, expirationTime: 0, revocable: true, refUID: ZeroHash, data, value: 0 },
  });
  const attest = await sent(eas, "attest", { schema, data: request(digestOf("one")) });
  const hundred = Array.from({ length: 100 }, (_, at) => request(digestOf(`many ${at}`)));
  const many = (await sent(eas, "multiAttest", [{ schema, data: hundred }])) / 100;
  const timestamp = await sent(eas, "timestamp", digestOf("root"));
  return [
    each("EAS attest: one a record", attest, sizes),
    each("EAS multiAttest: batches of 100", many, sizes),
    await repeated("EAS multiTimestamp", sizes, (items) => sent(eas, "multiTimestamp", items)),
    once("EAS timestamp of one root", timestamp, sizes),
  ];
}

async function measureDocumentStore(signer: Signer, sizes: readonly number[]): Promise<readonly Gas[] | undefined> {
  const code = documentStore();
  if (code === undefined) return undefined;
  const store = await deployed(code, signer, ["bench", await signer.getAddress()]);
  return [
    await repeated("OpenAttestation bulkIssue", sizes, (items) => sent(store, "bulkIssue", items)),
    once("OpenAttestation issue of one root", await sent(store, "issue", digestOf("root")), sizes),
  ];
}

/** Gas a record at each number of records, all on one chain of Hardhat's EDR. */
export async function benchGas({ isQuick, tell }: BenchOptions): Promise<Group> {
  tell("gas of a record");
  const sizes = isQuick ? counts.slice(0, 2) : counts;
  const law = await world();
  const signer = law.venue.key;
  const peers = {
    "EAS (@ethereum-attestation-service/eas-contracts)": await measureEas(signer, sizes),
    "OpenAttestation (@govtechsg/document-store)": await measureDocumentStore(signer, sizes),
  };
  const ours = await measureOurs(law, sizes);
  const all = [ours, ...(await measureRegistry(signer, sizes)), ...Object.values(peers).flatMap((gas) => gas ?? [])];
  return groupOf(
    ours,
    all,
    sizes,
    Object.entries(peers).flatMap(([name, gas]) => (gas === undefined ? [name] : [])),
  );
}

function groupOf(ours: Gas, all: readonly Gas[], sizes: readonly number[], missing: readonly string[]): Group {
  const at = sizes.includes(10_000) ? 10_000 : (sizes.at(-1) ?? 0);
  const gasAt = ({ perRecord }: Gas): number => perRecord.get(at) ?? Number.NaN;
  const series: Series[] = all.map((gas) => ({
    name: gas.name,
    isOurs: gas === ours,
    points: [...gas.perRecord].map(([count, value]) => [count, value] as const),
  }));
  return {
    id: "gas",
    title: `Gas of a record, ${at.toLocaleString("en")} records`,
    unit: "gas a record",
    better: "less",
    method: `Whole transactions, divided by their records, on one chain (EDR, Cancun). Ours publishes a second checkpoint as large as the first, with the consistency proof that the contract checks. Peers run as their packages ship them compiled; batches are at most ${mostInOne} items, as a block allows. Gas is exact and the same in every run. A root that EAS or OpenAttestation keeps has no size, no order and no proof that it extends the one before.`,
    rows: all.map((gas) => ({ name: gas.name, isOurs: gas === ours, value: spreadOf([gasAt(gas)]) })),
    ratios: all
      .filter((gas) => gas !== ours)
      .map((gas) => ({ ours: ours.name, peer: gas.name, ratio: spreadOf([gasAt(gas) / gasAt(ours)]) })),
    lines: { x: "records", series },
    ...(missing.length === 0 ? {} : { missing: missing.map((name) => `${name}: not installed (${howToInstall})`) }),
  };
}
