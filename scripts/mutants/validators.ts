import type { Mutant } from "./mutant.ts";

const validators = "contracts/membership/Validators.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/membership/${name}.test.ts`);

export const validatorMutants: readonly Mutant[] = [
  {
    id: "validators-01",
    kind: "swapped operand",
    file: validators,
    by: tests("validators"),
    find: "_validators[place - 1] > validator",
    replace: "_validators[place - 1] < validator",
  },
  {
    id: "validators-02",
    kind: "missing effect",
    file: validators,
    by: tests("validators"),
    find: "_digests[number] = keccak256(abi.encode(validators));",
    replace: "",
  },
  {
    id: "validators-03",
    kind: "wrong value",
    file: validators,
    by: tests("validators"),
    find: "_versions.push(uint48(block.number), number);",
    replace: "_versions.push(uint48(block.timestamp), number);",
  },
];
