import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  contractNames,
  memberIdOf,
  type ContractName,
  type DeployedContract,
  type Deployment,
} from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { keccak256, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import {
  checkDeployment,
  deployContracts,
  foundingDigest,
  readDeployment,
  writeDeployment,
  type Council,
  type CouncilSeat,
  type DeploymentDraft,
} from "@lianzheng/node/deployment";
import { codeOf, detailOf } from "../anchor/failure.ts";
import { newKey, openOracle, type Key, type Oracle } from "../anchor/oracle.ts";
import { testUscc } from "../anchor/owner.ts";

const other: Hex = `0x${"ab".repeat(32)}`;
const nowhere: Hex = `0x${"34".repeat(20)}`;

describe("deployment", () => {
  let oracle: Oracle;
  let key: Key;
  let council: Council;
  let deployment: Deployment;

  before(async () => {
    oracle = await openOracle();
    key = await newKey(oracle);
    const seats = [1, 2, 3].map((n): CouncilSeat => ({
      member: testUscc(n),
      key: `0x${n.toString(16).padStart(40, "0")}`,
      kinds: ["venue", "notary"],
    }));
    council = { seats, threshold: 2 };
    deployment = await deployContracts(key, council);
  });
  after(() => oracle.close());

  it("puts the directory and twelve contracts on the chain and names the code of each", async () => {
    for (const name of contractNames) {
      const { address, codeHash, block } = deployment.contracts[name];
      const code = (await oracle.request("eth_getCode", address, "latest")) as Hex;
      expect(toHex(keccak256(fromHex(code))), name).to.equal(codeHash);
      expect(block).to.be.greaterThan(0);
    }
    expect(contractNames).to.have.length(13);
    const genesis = (await oracle.request("eth_getBlockByNumber", "0x0", false)) as { hash: Hex };
    expect(deployment).to.include({ chainId: 31337, genesis: genesis.hash });
  });

  const read = (name: ContractName, what: string, ...values: unknown[]) =>
    answerOf(oracle, deployment, name, what, values);

  it("seats the council that was asked for, and founds the directory", async () => {
    expect(await read("council", "seats")).to.deep.equal(council.seats.map(({ member }) => memberIdOf(member)));
    const { ordinary, constitutional } = (await read("council", "rulesOf", 1)) as Record<string, { threshold: bigint }>;
    expect([ordinary!.threshold, constitutional!.threshold]).to.deep.equal([2n, 2n]);
    expect(await read("directory", "isFounded")).to.equal(true);
  });

  it("lets ordinary decisions take a validator out, and none put one in", async () => {
    const { address } = deployment.contracts.validators;
    const isOrdinary = (act: "add" | "remove" | "replace"): Promise<unknown> =>
      read("council", "isOrdinary", address, contractInterfaces.validators.getFunction(act)?.selector, 1);
    expect(await isOrdinary("remove")).to.equal(true);
    for (const act of ["add", "replace"] as const) expect(await isOrdinary(act), act).to.equal(false);
  });

  it("finds the chain of its address book right", () => checkDeployment(oracle.provider, deployment));

  const wrong: readonly (readonly [string, string, (right: Deployment) => Deployment])[] = [
    ["another chain id", "C_WRONG_CHAIN", (right) => ({ ...right, chainId: 1 })],
    ["another genesis", "C_WRONG_CHAIN", (right) => ({ ...right, genesis: other })],
    ...contractNames.flatMap((name) => [
      [`other code of ${name}`, "C_CONTRACT_MISMATCH", change(name, { codeHash: other })] as const,
      [`no ${name}`, "C_CONTRACT_MISSING", change(name, { address: nowhere })] as const,
    ]),
  ];
  it("has twenty-eight ways to find another chain", () => expect(wrong).to.have.length(28));
  for (const [what, code, altered] of wrong)
    it(`refuses ${what} with ${code}`, async () => {
      expect(await codeOf(checkDeployment(oracle.provider, altered(deployment)))).to.equal(code);
    });

  it("says that nobody answers when nobody does", async () => {
    oracle.door.script("eth_chainId", { kind: "lost", how: "cut" });
    expect(await codeOf(checkDeployment(oracle.provider, deployment))).to.equal("C_UNREACHABLE");
    oracle.door.script("eth_chainId", { kind: "answer", result: null });
    expect(await codeOf(checkDeployment(oracle.provider, deployment))).to.equal("C_INCONSISTENT");
  });

  const unusable: readonly (readonly [string, (right: Council) => Council])[] = [
    ["/seats", (right) => ({ ...right, seats: [] })],
    ["/seats", ({ seats, threshold }) => ({ seats: [...seats, seats[0]!], threshold: threshold + 1 })],
    ["/seats", (right) => withSeat({ key: right.seats[1]!.key })(right)],
    ["/threshold", (right) => ({ ...right, threshold: 1 })],
    ["/threshold", (right) => ({ ...right, threshold: 4 })],
    ["/seats/0/member", withSeat({ member: "91460000MA5T00016Y" })],
    ["/seats/0/key", withSeat({ key: "0xAB" })],
    ["/seats/0/key", withSeat({ key: `0x${"00".repeat(20)}` })],
    ["/seats/0/kinds", withSeat({ kinds: [] })],
  ];
  it("refuses a council that the contract would refuse, before anything is sent", async () => {
    const before = oracle.door.asked.length;
    for (const [field, altered] of unusable) {
      const refusal = deployContracts(key, altered(council));
      expect(await detailOf(refusal, "C_DEPLOYMENT_FAILED", "field")).to.equal(field);
    }
    expect(unusable).to.have.length(9);
    expect(oracle.door.asked.slice(before)).to.deep.equal([]);
  });

  describe("that was interrupted", () => {
    for (const last of contractNames.slice(0, -1))
      it(`after ${last} goes on from there`, async () => {
        const { draft, told } = await interrupted(last);
        const resumed: ContractName[] = [];
        const whole = await deployContracts(key, council, {
          draft,
          onContract: (name, contract, wasThere) => {
            if (wasThere) resumed.push(name);
            if (wasThere) expect(contract, name).to.deep.equal(told.get(name));
          },
        });
        expect(resumed.at(-1)).to.equal(last);
        expect(whole.contracts.directory).to.deep.equal(draft.directory);
        await checkDeployment(oracle.provider, whole);
      });

    it("places a contract once whose answer was lost", async () => {
      const { draft } = await interrupted("cases");
      oracle.door.script("eth_sendRawTransaction", { kind: "unanswered", how: "cut" });
      expect(await codeOf(deployContracts(key, council, { draft }))).to.equal("C_UNREACHABLE");
      const resumed: ContractName[] = [];
      const onContract = (name: ContractName, _: unknown, wasThere: boolean): void => {
        if (wasThere) resumed.push(name);
      };
      await checkDeployment(oracle.provider, await deployContracts(key, council, { draft, onContract }));
      expect(resumed.at(-1), "placed though nobody heard of it").to.equal("attestations");
    });

    it("is not gone on with for another council, chain or genesis", async () => {
      const { draft } = await interrupted("members");
      const altered: readonly DeploymentDraft[] = [
        { ...draft, council: other },
        { ...draft, chainId: 5 },
        { ...draft, genesis: other },
      ];
      for (const draft of altered)
        expect(await codeOf(deployContracts(key, council, { draft }))).to.equal("C_WRONG_CHAIN");
    });

    it("is not gone on with when its directory is gone, or founds something else", async () => {
      const { draft } = await interrupted("council");
      const gone = { ...draft, directory: { ...draft.directory, address: nowhere } };
      expect(await codeOf(deployContracts(key, council, { draft: gone }))).to.equal("C_CONTRACT_MISSING");
      const three = { ...council, threshold: 3 };
      const forged = { ...draft, council: foundingDigest(three) };
      const refusal = deployContracts(key, three, { draft: forged });
      expect(await detailOf(refusal, "C_DEPLOYMENT_FAILED", "contract")).to.equal("council");
    });

    /** The draft of a deployment that stopped after `last`, and what it told until then. */
    async function interrupted(
      last: ContractName,
    ): Promise<{ draft: DeploymentDraft; told: ReadonlyMap<ContractName, DeployedContract> }> {
      let kept: DeploymentDraft | undefined;
      const told = new Map<ContractName, DeployedContract>();
      const run = deployContracts(key, council, {
        onDraft: (draft) => {
          kept = draft;
        },
        onContract: (name, contract) => {
          told.set(name, contract);
          if (name === last) throw new RangeError("pulled the plug");
        },
      });
      await run.then(
        () => expect.fail("was not interrupted"),
        (error: unknown) => expect(error).to.be.instanceOf(RangeError),
      );
      return { draft: kept!, told };
    }
  });

  describe("address book", () => {
    let folder: string;
    before(async () => (folder = await mkdtemp(join(tmpdir(), "address-book-"))));
    after(() => rm(folder, { recursive: true }));

    it("is read as it was written, and leaves nothing beside it", async () => {
      const file = join(folder, "deployment.json");
      await writeDeployment(file, deployment);
      await writeDeployment(file, deployment);
      expect(await readDeployment(file)).to.deep.equal(deployment);
      expect(await readdir(folder)).to.deep.equal(["deployment.json"]);
    });

    it("is not written when it is not whole", async () => {
      const { members } = deployment.contracts;
      const half = { ...deployment, contracts: { members } } as unknown as Deployment;
      const file = join(folder, "half.json");
      expect(await codeOf(writeDeployment(file, half))).to.equal("C_DEPLOYMENT_FORM");
      expect(await readdir(folder)).to.not.contain("half.json");
    });

    it("is refused when it is missing, torn or of another form", async () => {
      const file = join(folder, "torn.json");
      const whole = await readFile(join(folder, "deployment.json"), "utf8");
      const bad = [whole.slice(0, -20), whole.replace("members", "Members"), `${whole}x`, "[]"];
      for (const text of bad) {
        await writeFile(file, text);
        expect(await codeOf(readDeployment(file))).to.equal("C_DEPLOYMENT_FORM");
      }
      expect(await codeOf(readDeployment(join(folder, "missing.json")))).to.equal("C_DEPLOYMENT_FORM");
    });
  });
});

/** What a contract of the deployment answers, decoded. */
async function answerOf(
  oracle: Oracle,
  { contracts }: Deployment,
  name: ContractName,
  what: string,
  values: readonly unknown[],
): Promise<unknown> {
  const abi = contractInterfaces[name];
  const call = { to: contracts[name].address, data: abi.encodeFunctionData(what, values) };
  return abi.decodeFunctionResult(what, String(await oracle.request("eth_call", call, "latest")))[0];
}

function change(name: ContractName, fields: object): (right: Deployment) => Deployment {
  return (right) => ({
    ...right,
    contracts: { ...right.contracts, [name]: { ...right.contracts[name], ...fields } },
  });
}

function withSeat(fields: object): (right: Council) => Council {
  return ({ seats, threshold }) => ({ seats: [{ ...seats[0]!, ...fields }, ...seats.slice(1)], threshold });
}
