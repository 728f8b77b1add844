import { readFile } from "node:fs/promises";
import {
  Act,
  Grade,
  Kind,
  Listing,
  MAX_DEPTH,
  MembersFactory,
  RightKind,
  Stage,
  Standing,
  Validity,
  kindsOf,
  maskOfKinds,
  toContractFault,
} from "@lianzheng/sdk/contracts";
import { expect } from "chai";

const SOURCES = ["membership/IMembers.sol", "rights/IRights.sol", "trade/ITrades.sol"];

/** The enumerations of the sources: name to members in order. */
async function enumerations(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const path of SOURCES) {
    const source = await readFile(new URL(`../../contracts/${path}`, import.meta.url), "utf8");
    for (const [, name, body] of source.matchAll(/^enum (\w+) \{([^}]*)\}/gm)) {
      found.set(
        name!,
        body!.split(",").map((member) => member.trim()),
      );
    }
  }
  return found;
}

const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

describe("The sdk's barrel of contracts", () => {
  it("has the names and numbers of every enumeration of the sources", async () => {
    const found = await enumerations();
    const barrel: Record<string, Record<string, number>> = {
      Act,
      Grade,
      Kind,
      Listing,
      RightKind,
      Stage,
      Standing,
      Validity,
    };
    expect([...found.keys()].sort()).to.deep.equal(Object.keys(barrel).sort());
    for (const [name, members] of found) {
      const numbers = Object.fromEntries(members.map((member, i) => [member, i]));
      const ours = Object.fromEntries(Object.entries(barrel[name]!).map(([member, i]) => [upper(member), i]));
      expect(ours, name).to.deep.equal(numbers);
    }
  });

  it("has the greatest depth of the source", async () => {
    const source = await readFile(new URL("../../contracts/rights/Rights.sol", import.meta.url), "utf8");
    expect(source).to.include(`uint8 private constant MAX_DEPTH = ${MAX_DEPTH};`);
  });

  it("makes masks of kinds and reads them", () => {
    expect(maskOfKinds(["venue", "arbitrator"])).to.equal(0b1_0000_0000_0001);
    expect(kindsOf(0b1_0000_0000_0001n)).to.deep.equal(["venue", "arbitrator"]);
    expect(kindsOf(0)).to.deep.equal([]);
  });

  it("names the error in what a reverted call returned, and nothing in other bytes", () => {
    const key = `0x${"1".repeat(40)}`;
    const data = MembersFactory.createInterface().encodeErrorResult("MembersUnknownKey", [key]);
    expect(toContractFault(data)).to.deep.equal({ name: "MembersUnknownKey", values: { key } });
    for (const other of ["0x", "0xdeadbeef", "0x12", "", undefined, null, 7, data.slice(2), data.slice(0, -2)]) {
      expect(toContractFault(other)).to.equal(undefined);
    }
  });
});
