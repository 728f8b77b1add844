import type { NodeMutant } from "./mutants.ts";

/** Bugs of cosigning. */
export const witnessMutants: readonly NodeMutant[] = [
  {
    id: "witness-01",
    file: "node/src/witness/witness.ts",
    find: "if (oldSize !== state.size) return { status: 409, size: state.size };",
    replace: "if (oldSize > state.size) return { status: 409, size: state.size };",
    why: "cosigns from an older tree than it has seen: a smaller one, or a fork",
    killedBy: ["test/witness/witness.test.ts#refuses in the standard's words"],
  },
  {
    id: "witness-02",
    file: "node/src/witness/witness.ts",
    find: "    await keepNote(this.#options.files, this.#pathOf(log.name), signed);\n",
    replace: "    void keepNote(this.#options.files, this.#pathOf(log.name), signed).catch(() => undefined);\n",
    why: "gives a cosignature before its state is on disk",
    killedBy: ["test/witness/witness.test.ts#gives no cosignature whose state is not on disk"],
  },
  {
    id: "witness-03",
    file: "node/src/witness/witness.ts",
    find: "const turn = (this.#turns.get(origin) ?? Promise.resolve()).then(() => this.#decide(request, log));",
    replace: "const turn = this.#decide(request, log);",
    why: "two requests at once both move the state",
    killedBy: ["test/witness/witness.test.ts#lets one of many"],
  },
];
