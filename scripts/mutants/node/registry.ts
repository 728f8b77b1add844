import type { NodeMutant } from "./mutants.ts";

/** Bugs of following the law. */
export const registryMutants: readonly NodeMutant[] = [
  {
    id: "registry-01",
    file: "node/src/registry/store.ts",
    find: "await this.#write([...writes, undo, ...forgotten, cursor], point, telling);",
    replace:
      "await this.#write([cursor], point);\n    await this.#write([...writes, undo, ...forgotten], point, telling);",
    why: "the cursor stands in another batch than the views: a crash in between loses a block",
    killedBy: ["test/registry/crash.test.ts#has all of a block or nothing"],
  },
  {
    id: "registry-02",
    file: "node/src/registry/store.ts",
    find: "await this.#write([...writes, ...back], before, telling);",
    replace: "await this.#write(back, before, telling);",
    why: "the cursor goes back and the views of the lost block stay",
    killedBy: ["test/registry/reorg.test.ts#goes back on a chain that became shorter"],
  },
  {
    id: "registry-03",
    file: "node/src/registry/follower.ts",
    find: "    await this.#rewind();\n",
    replace: "",
    why: "blocks that the chain replaced are never undone",
    killedBy: ["test/registry/reorg.test.ts#goes back on a chain that became shorter"],
  },
];
