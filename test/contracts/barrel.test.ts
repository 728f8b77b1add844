import { readFile, readdir } from "node:fs/promises";
import * as barrel from "@lianzheng/sdk/contracts";
import { MAX_DEPTH, MembersFactory, kindsOf, maskOfKinds, toContractFault } from "@lianzheng/sdk/contracts";
import { expect } from "chai";

/** The enumerations of all sources: name to members in order. */
async function enumerations(): Promise<Map<string, string[]>> {
  const folder = new URL("../../contracts/", import.meta.url);
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".sol"));
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const source = await readFile(new URL(path, folder), "utf8");
    for (const [, name, body] of source.matchAll(/^ *enum (\w+) \{([^}]*)\}/gm)) {
      expect(found.has(name!), `${name!} of ${path} is the name of another enumeration too`).to.equal(false);
      const members = body!.replaceAll(/\/\/.*$/gm, "").split(",");
      found.set(
        name!,
        members.map((member) => member.trim()),
      );
    }
  }
  return found;
}

const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** What the barrel exports as an object of numbers: an enumeration. */
const exported = (): Record<string, Record<string, number>> =>
  Object.fromEntries(
    Object.entries(barrel as Record<string, unknown>).filter(
      (entry): entry is [string, Record<string, number>] =>
        typeof entry[1] === "object" && Object.values(entry[1]!).every((value) => typeof value === "number"),
    ),
  );

describe("The sdk's barrel of contracts", () => {
  it("has the names and numbers of every enumeration of the sources, and no other", async () => {
    const [found, ours] = [await enumerations(), exported()];
    expect(found.size).to.equal(30);
    expect(Object.keys(ours).sort()).to.deep.equal([...found.keys()].sort());
    for (const [name, members] of found) {
      const numbers = Object.fromEntries(members.map((member, i) => [member, i]));
      const given = Object.fromEntries(Object.entries(ours[name]!).map(([member, i]) => [upper(member), i]));
      expect(given, name).to.deep.equal(numbers);
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
