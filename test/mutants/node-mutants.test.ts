import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { mutatedSource, namedTest, nodeMutants } from "../../scripts/mutants/node/mutants.ts";
import { catalogue } from "../faults/catalogue/index.ts";

const read = (file: string): Promise<string> => readFile(new URL(`../../${file}`, import.meta.url), "utf8");

describe("mutants of the node: the list", () => {
  it("fits the sources as they stand, each in one place", async () => {
    expect(nodeMutants.length).to.be.greaterThan(45);
    for (const mutant of nodeMutants) mutatedSource(mutant, await read(mutant.file));
  });

  it("has ids of its own, and names tests and rows that are there", async () => {
    expect(new Set(nodeMutants.map(({ id }) => id)).size).to.equal(nodeMutants.length);
    const rows = new Set(catalogue.map(({ id }) => id));
    for (const { id, killedBy } of nodeMutants) {
      expect(id).to.match(/^[a-z]+-\d{2}$/);
      expect(killedBy, id).to.not.deep.equal([]);
      for (const name of killedBy.filter((one) => !rows.has(one))) {
        const { file, title } = namedTest(name);
        const text = await read(file);
        if (title !== undefined) expect(text, `${id}: ${name}`).to.contain(title);
      }
    }
  });

  it("is refused when a place is gone, there twice, or not changed", () => {
    const mutant = { id: "room-01", file: "", find: "a", replace: "b", why: "", killedBy: ["x"] };
    expect(mutatedSource(mutant, "xay")).to.equal("xby");
    for (const [changed, source] of [
      [mutant, "xy"],
      [mutant, "aa"],
      [{ ...mutant, replace: "a" }, "a"],
    ] as const)
      expect(() => mutatedSource(changed, source)).to.throw("room-01");
  });
});
