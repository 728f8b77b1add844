import { contractNames, type ContractName } from "@lianzheng/sdk/chain";
import { contractInterfaces, toContractFault } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { FunctionFragment, type BaseContract } from "ethers";
import { networkHelpers } from "../fixture.ts";
import { CALLERS, all, type Caller } from "./callers.ts";
import { argumentsOf } from "./given.ts";
import { READS, type Entry } from "./matrix.ts";
import { membership } from "./membership.ts";
import { offices } from "./offices.ts";
import { rights } from "./rights.ts";
import { scene, type Scene } from "./scene.ts";
import { trade } from "./trade.ts";

const MATRIX = { ...membership, ...offices, ...rights, ...trade };
/** First bytes of Solidity's `Panic(uint256)`. */
const PANIC = "0x4e487b71";

const functionsOf = (name: ContractName): FunctionFragment[] =>
  contractInterfaces[name].fragments.filter((fragment) => fragment instanceof FunctionFragment);

/** The entry as it stands, or that of a function that reads. */
function entryOf(contract: ContractName, fragment: FunctionFragment): Entry {
  const entry = MATRIX[contract]![fragment.name]!;
  return entry === READS ? { row: all("ok"), args: (s) => argumentsOf(s, contract, fragment) } : entry;
}

/** `ok`, or the name of the error that the call meets. */
async function outcome(
  s: Scene,
  contract: BaseContract,
  fragment: FunctionFragment,
  caller: Caller,
  args: Entry["args"],
) {
  try {
    await contract
      .connect(s.callers[caller])
      .getFunction(fragment)
      .staticCall(...(await args(s, caller)));
    return "ok";
  } catch (error) {
    const { data } = error as { data?: unknown };
    if (typeof data === "string" && data.startsWith(PANIC)) return "Panic";
    return toContractFault(data)?.name ?? String(error);
  }
}

describe("Access: every external function of the law and every kind of caller", () => {
  let s: Scene;
  // Nothing here changes the chain: all calls are asked of one state.
  before(async () => {
    s = await networkHelpers.loadFixture(scene);
  });

  it("has an entry for every function of every ABI, and no other", () => {
    let functions = 0;
    for (const name of contractNames) {
      const external = functionsOf(name).map((fragment) => fragment.name);
      expect(Object.keys(MATRIX[name] ?? {}).sort(), name).to.deep.equal([...external].sort());
      expect(new Set(external).size, `${name} overloads`).to.equal(external.length);
      functions += external.length;
    }
    expect(functions).to.equal(287);
  });

  it("takes what reads for what reads: nothing that writes is without a row, and nothing takes value", () => {
    for (const name of contractNames) {
      for (const { name: called, stateMutability } of functionsOf(name)) {
        expect(stateMutability, `${name}.${called}`).to.be.oneOf(["view", "pure", "nonpayable"]);
        if (MATRIX[name]![called] === READS) expect(stateMutability, `${name}.${called}`).not.to.equal("nonpayable");
      }
    }
  });

  for (const name of contractNames) {
    for (const fragment of functionsOf(name)) {
      it(`${name}.${fragment.name}`, async () => {
        const { row, args } = entryOf(name, fragment);
        const contract: BaseContract = name === "evidenceLogs" ? s.logs : s[name];
        const met: Record<string, string> = {};
        for (const caller of CALLERS) met[caller] = await outcome(s, contract, fragment, caller, args);
        expect(met).to.deep.equal(row);
      });
    }
  }
});
