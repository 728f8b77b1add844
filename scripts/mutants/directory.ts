import type { Mutant } from "./mutant.ts";

const directory = "contracts/directory/Directory.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/directory/${name}.test.ts`);

export const directoryMutants: readonly Mutant[] = [
  {
    id: "directory-01",
    kind: "dropped check",
    file: directory,
    by: tests("directory"),
    find: "if (msg.sender != _founder) revert DirectoryNotFounder(msg.sender);",
    replace: "",
  },
  {
    id: "directory-02",
    kind: "dropped check",
    file: directory,
    by: tests("directory"),
    find: "if (!isFounded()) revert DirectoryNotFounded(_placed, _founding.length);",
    replace: "",
  },
  {
    id: "directory-03",
    kind: "wrong signer",
    file: directory,
    by: tests("directory"),
    find: "msg.sender != councils[councils.length - 1].place",
    replace: "msg.sender != councils[0].place",
  },
  {
    id: "directory-04",
    kind: "dropped check",
    file: directory,
    by: tests("directory"),
    find: "number <= count && _versions[_founding[number - 1]][0].release == release",
    replace: "number <= count",
  },
];
