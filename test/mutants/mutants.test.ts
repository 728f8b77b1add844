import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { faultsOf, mutated, verdictOf } from "../../scripts/mutants/mutant.ts";
import type { Mutant } from "../../scripts/mutants/mutant.ts";
import { mutants } from "../../scripts/mutants/mutants.ts";

const read = (file: string): Promise<string> => readFile(new URL(`../../${file}`, import.meta.url), "utf8");

const SOURCE = `contract C {
    function one() {
        if (a < b) revert();
    }

    function two() {
        if (a < b) revert();
        done = true;
    }
}
`;
const mutant: Mutant = {
  id: "room-01",
  file: "contracts/C.sol",
  find: "done = true;",
  replace: "",
  kind: "missing effect",
  by: ["test/contracts/room/c.test.ts"],
};

describe("mutants: the list", () => {
  it("fits the contracts as they stand, and names tests that are there", async () => {
    expect(mutants).to.have.length.greaterThan(60);
    expect(await faultsOf(mutants, read)).to.deep.equal([]);
  });

  it("is refused when an id is taken or odd, a test is missing, or nobody should notice", async () => {
    const files = async (file: string): Promise<string> => {
      if (file.includes("gone")) throw new Error(file);
      return Promise.resolve(SOURCE);
    };
    const list = [mutant, mutant, { ...mutant, id: "room-2" }, { ...mutant, id: "room-03", by: [] }];
    const lost = { ...mutant, id: "room-04", by: ["test/contracts/gone.test.ts", "test/solidity/C.t.sol"] };
    expect(await faultsOf([...list, lost], files)).to.deep.equal([
      "room-01: named twice",
      "room-2: an id is a room and two digits",
      "room-03: no test should kill it",
      "room-04: test/contracts/gone.test.ts is not there",
      "room-04: test/solidity/C.t.sol is no test",
    ]);
  });
});

describe("mutants: the change", () => {
  it("replaces the one place and nothing else", () => {
    expect(mutated(mutant, SOURCE)).to.equal(SOURCE.replace("done = true;", ""));
  });

  it("seeks within the function that is named", () => {
    const second = { ...mutant, within: "function two(", find: "a < b", replace: "a <= b" };
    expect(mutated(second, SOURCE)).to.equal(
      SOURCE.slice(0, SOURCE.lastIndexOf("a < b")) + SOURCE.slice(SOURCE.lastIndexOf("a < b")).replace("<", "<="),
    );
    expect(() => mutated({ ...second, within: "function one(", find: "done" }, SOURCE)).to.throw("occurs 0 times");
  });

  for (const [what, change, fault] of [
    ["twice", { find: "a < b" }, '"a < b" occurs 2 times, not once'],
    ["nowhere", { find: "a > b" }, '"a > b" occurs 0 times, not once'],
    ["in an unknown function", { within: "function three(" }, '"function three(" occurs 0 times, not once'],
    ["over two lines", { find: "done = true;\n    }" }, "changes part of one line"],
    ["to itself", { replace: "done = true;" }, "changes nothing"],
  ] as const) {
    it(`refuses a place that is found ${what}`, () => {
      expect(() => mutated({ ...mutant, ...change }, SOURCE))
        .to.throw(`room-01: `)
        .with.property("message")
        .contains(fault);
    });
  }
});

describe("mutants: the verdict", () => {
  const run = (code: number | null, text: string, late = false) => verdictOf({ code, text, late });

  it("takes only a test's own word for a failure", () => {
    expect(run(1, "  3 passing\n  1 failing\n")).to.equal("failed");
    expect(run(0, "  3 passing\n")).to.equal("passed");
    expect(run(1, "Running Mocha tests\n\n  ✔ one\n\nUnhandled promise rejection:\n\nError: no\n")).to.equal("failed");
    expect(run(1, "Unhandled promise rejection:\n\nError: no\n")).to.equal("broken");
    expect(run(1, "Error HHE902: Compilation failed")).to.equal("broken");
    expect(run(0, "  0 passing\n")).to.equal("broken");
    expect(run(0, "")).to.equal("broken");
    expect(run(null, "  3 passing\n  1 failing\n", true)).to.equal("timeout");
  });
});
