/**
 * `npm run bench:gas`: gas of our actions, and of the Ethereum Attestation Service on the same in-process chain.
 *
 *     npm run bench:gas [-- --json]
 *
 * EAS is no dependency of the project: it has a lock of its own. Its contracts run as its package ships them, compiled, by its
 * makers' settings (solc 0.8.29, EVM paris, optimizer with 1,000,000 runs); ours run by ours (solc 0.8.34, cancun, 200 runs).
 * All figures are whole transactions. A statement in EAS holds what ours holds: the end as its expiration, what it supersedes as
 * its reference, everything else as data, once by `abi.encode` as its schemas have it and once packed as tightly as bytes go.
 * What the figures leave out: EAS asks nobody whether the attester may attest, keeps no line of successors and no order; ours
 * refers to a member, not to an address.
 */
import { readFile } from "node:fs/promises";
import { AbiCoder, Contract, ContractFactory, Signature, ZeroAddress, ZeroHash, solidityPacked } from "ethers";
import type { ContractTransactionResponse, InterfaceAbi, Signer } from "ethers";
import { bureau, statementOf, type StatementFields } from "../../test/contracts/attestation/scene.ts";
import { DAY, digestOf, ethers, networkHelpers, now } from "../../test/contracts/fixture.ts";
import { gasOf, measureGas, type Figures } from "../snapshots.ts";
import { BATCH, COMPARED } from "../snapshots/offices.ts";

/** As late as the chain of the snapshots, and later: the size of a time is the same in every run. */
const START = 4_100_000_000;
const folder = new URL("eas/node_modules/@ethereum-attestation-service/eas-contracts/", import.meta.url);

const THEIRS = {
  minimal: "EAS.attest minimal: 32 bytes, no recipient, no resolver",
  equal: "EAS.attest of our statement, abi.encode",
  packed: "EAS.attest of our statement, packed",
  successor: "EAS.attest of our statement, that refers to another",
  batch: `EAS.multiAttest of our statement, each of ${BATCH}`,
  signed: "EAS.attestByDelegation of our statement",
} as const;

/** EAS's contracts as compiled by their makers, or undefined if their package is not installed. */
async function easOf(signer: Signer): Promise<{ eas: Contract; registry: Contract } | undefined> {
  const read = async (name: string): Promise<{ abi: InterfaceAbi; bytecode: string }> =>
    JSON.parse(await readFile(new URL(`artifacts/contracts/${name}.sol/${name}.json`, folder), "utf8")) as {
      abi: InterfaceAbi;
      bytecode: string;
    };
  const found = await Promise.all([read("SchemaRegistry"), read("EAS")]).catch(() => undefined);
  if (found === undefined) return undefined;
  const deploy = async ({ abi, bytecode }: (typeof found)[0], args: readonly string[]): Promise<Contract> => {
    const deployed = await new ContractFactory(abi, bytecode, signer).deploy(...args);
    await deployed.waitForDeployment();
    return new Contract(await deployed.getAddress(), abi, signer);
  };
  const registry = await deploy(found[0], []);
  return { registry, eas: await deploy(found[1], [await registry.getAddress()]) };
}

const sent = (contract: Contract, method: string, ...args: unknown[]): Promise<number> =>
  gasOf(contract.getFunction(method)(...args) as Promise<ContractTransactionResponse>);

async function schemaOf(registry: Contract, schema: string): Promise<string> {
  const register = registry.getFunction("register");
  const uid = (await register.staticCall(schema, ZeroAddress, true)) as string;
  await (await (register(schema, ZeroAddress, true) as Promise<ContractTransactionResponse>)).wait();
  return uid;
}

const TYPES = ["uint8", "uint8", "uint8", "uint48", "bytes32", "bytes32", "bytes32", "bytes32"];
const wordsOf = (s: StatementFields): unknown[] => [
  s.kind,
  s.subjectKind,
  s.result,
  s.validFrom,
  s.subject,
  s.opinion,
  s.materials,
  s.rules,
];
const encoded = (statement: StatementFields): string => AbiCoder.defaultAbiCoder().encode(TYPES, wordsOf(statement));

const request = (data: string, expirationTime: number, refUID = ZeroHash) => ({
  recipient: ZeroAddress,
  expirationTime,
  revocable: true,
  refUID,
  data,
  value: 0,
});

/** EIP-712 message of EAS 1.4.0: `Attest` of EIP1271Verifier.sol. */
async function delegation(eas: Contract, schema: string, signer: Signer, data: ReturnType<typeof request>) {
  const attester = await signer.getAddress();
  const deadline = (await now()) + DAY;
  const nonce = (await eas.getFunction("getNonce")(attester)) as bigint;
  const { chainId } = await ethers.provider.getNetwork();
  const domain = { name: "EAS", version: "1.4.0", chainId, verifyingContract: await eas.getAddress() };
  const names = "attester schema recipient expirationTime revocable refUID data value nonce deadline".split(" ");
  const types = "address bytes32 address uint64 bool bytes32 bytes uint256 uint256 uint64".split(" ");
  const Attest = names.map((name, i) => ({ name, type: types[i]! }));
  const message = { attester, schema, ...data, nonce, deadline };
  const { v, r, s } = Signature.from(await signer.signTypedData(domain, { Attest }, message));
  return { schema, data, signature: { v, r, s }, attester, deadline };
}

async function measureEas(attester: Signer, relayer: Signer): Promise<Figures | undefined> {
  const found = await easOf(attester);
  if (found === undefined) return undefined;
  const { eas, registry } = found;
  const figures: Figures = {};
  const word = await schemaOf(registry, "bytes32 digest");
  const full = await schemaOf(
    registry,
    "uint8 kind,uint8 subjectKind,uint8 result,uint48 validFrom,bytes32 subject,bytes32 opinion,bytes32 materials,bytes32 rules",
  );
  figures[THEIRS.minimal] = await sent(eas, "attest", { schema: word, data: request(digestOf("digest"), 0) });
  const statement = await statementOf();
  const data = request(encoded(statement), statement.validUntil);
  figures[THEIRS.equal] = await sent(eas, "attest", { schema: full, data });
  const tight = request(solidityPacked(TYPES, wordsOf(statement)), statement.validUntil);
  figures[THEIRS.packed] = await sent(eas, "attest", { schema: full, data: tight });
  const made = (await eas.queryFilter("Attested")).at(-1);
  if (made === undefined || !("args" in made)) throw new Error("EAS attested nothing");
  const known = String(made.args["uid"]);
  const next = { schema: full, data: request(encoded(statement), statement.validUntil, known) };
  figures[THEIRS.successor] = await sent(eas, "attest", next);
  const several = Array.from({ length: BATCH }, (_, i) =>
    request(encoded({ ...statement, subject: digestOf(`subject ${i}`) }), statement.validUntil),
  );
  figures[THEIRS.batch] = Math.round((await sent(eas, "multiAttest", [{ schema: full, data: several }])) / BATCH);
  const relayed = new Contract(await eas.getAddress(), eas.interface, relayer);
  // The first by an attester also begins its counter; ours has none to begin.
  await sent(relayed, "attestByDelegation", await delegation(eas, full, attester, data));
  figures[THEIRS.signed] = await sent(relayed, "attestByDelegation", await delegation(eas, full, attester, data));
  return figures;
}

const ratios = (ours: Figures, theirs: Figures): Figures =>
  Object.fromEntries(
    (
      [
        ["attest / EAS.attest, equal information (abi.encode)", COMPARED.first, THEIRS.equal],
        ["attest / EAS.attest, equal information (packed)", COMPARED.first, THEIRS.packed],
        ["attest / EAS.attest minimal (32 bytes)", COMPARED.first, THEIRS.minimal],
        ["attest that supersedes / EAS.attest that refers", COMPARED.successor, THEIRS.successor],
        [`attestMany / EAS.multiAttest, each of ${BATCH}`, COMPARED.batch, THEIRS.batch],
        ["attestBySignature / EAS.attestByDelegation", COMPARED.signed, THEIRS.signed],
      ] as const
    ).map(([name, mine, other]) => [name, Math.round((ours[mine]! / theirs[other]!) * 1000) / 1000]),
  );

const ours = await measureGas();
await networkHelpers.time.setNextBlockTimestamp(START);
const { secondNotary, venue } = await bureau();
const theirs = await measureEas(secondNotary.key, venue.key);
const compared = theirs === undefined ? {} : ratios(ours, theirs);
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ actions: ours, eas: theirs ?? null, ratios: compared }, null, 2));
} else {
  const row = (name: string, value: number): void =>
    console.log(`${name.padEnd(64)}${value.toLocaleString("en").padStart(12)}`);
  for (const [title, figures] of Object.entries({
    "ours, gas": ours,
    "EAS 1.4.0, gas": theirs ?? {},
    ratios: compared,
  })) {
    console.log(`\n${title}`);
    for (const [name, value] of Object.entries(figures)) row(name, value);
  }
}
if (theirs === undefined) {
  console.error(
    "\nEAS WAS NOT MEASURED: its package is not installed. npm ci --ignore-scripts --prefix scripts/bench/eas",
  );
  process.exitCode = 1;
}
