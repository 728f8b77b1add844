import type { NodeMutant } from "./mutants.ts";

/** Bugs of what callers may and are told. */
export const apiMutants: readonly NodeMutant[] = [
  {
    id: "api-01",
    file: "node/src/api/access.ts",
    find: 'return scopes.has("admin") || record.issuer === member || record.submitter === member;',
    replace: "return scopes.size > 0 || record.issuer === member || record.submitter === member;",
    why: "any member sees every record",
    killedBy: ["test/api/access.test.ts#to what is another member's"],
  },
  {
    id: "api-02",
    file: "node/src/api/access.ts",
    find: "(until === null || at < until)",
    replace: "(until === null || at > 0)",
    why: "takes tokens that have ended",
    killedBy: ["test/api/access.test.ts#is refused with one and the same body"],
  },
  {
    id: "api-03",
    file: "node/src/api/access.ts",
    find: "return revoked === null && from <= at",
    replace: "return from <= at",
    why: "takes tokens that were taken back",
    killedBy: ["test/api/access.test.ts#is refused with one and the same body"],
  },
  {
    id: "api-04",
    file: "node/src/api/gate.ts",
    find: "      for (const one of [held, all]) move(one, -1, -bytes);\n",
    replace: "",
    why: "the gate gives no place back: the node refuses all in the end",
    killedBy: ["test/api/gate.test.ts"],
  },
  {
    id: "api-05",
    file: "node/src/api/refusing.ts",
    find: "throw new NodeError(error.code, error.message, { ...error.details, refusal }, error);",
    replace: "throw error;",
    why: "a refusal by rule goes out unsigned",
    killedBy: ["test/api/policies.test.ts#carries a signed refusal"],
  },
];
