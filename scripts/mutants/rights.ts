import type { Mutant } from "./mutant.ts";

const rights = "contracts/rights/Rights.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/rights/${name}.test.ts`);

export const rightMutants: readonly Mutant[] = [
  {
    id: "rights-01",
    kind: "off by one",
    file: rights,
    by: tests("rights"),
    find: "offer.scope.depth >= source.depth",
    replace: "offer.scope.depth > source.depth",
  },
  {
    id: "rights-02",
    kind: "dropped check",
    file: rights,
    by: tests("obstacles", "rights"),
    find: "_checkSanction(granter, Restriction.Granting);",
    replace: "",
  },
  {
    id: "rights-03",
    kind: "missing effect",
    file: rights,
    by: tests("uses"),
    find: "base.used += scope.uses;",
    replace: "",
  },
  {
    id: "rights-04",
    kind: "wrong order",
    file: rights,
    by: tests("transfer"),
    find: "[transferred.from, transferred.to, bytes18(0)]",
    replace: "[transferred.to, transferred.from, bytes18(0)]",
  },
  {
    id: "rights-05",
    kind: "wrong signer",
    file: rights,
    by: tests("transfer"),
    find: "if (granter != signers[0] && granter != signers[1]) signers[count++] = granter;",
    replace: "",
  },
  {
    id: "rights-06",
    kind: "missing nonce",
    file: rights,
    by: tests("signatures"),
    find: "_use(signer, approval.nonce);",
    replace: "",
  },
  {
    id: "rights-07",
    kind: "wrong value",
    file: rights,
    by: tests("transfer"),
    find: "if (holders.length() == 0) holders.push(known.grantedAt, uint144(known.holder));",
    replace: "",
  },
  {
    id: "rights-08",
    kind: "wrong signer",
    file: rights,
    by: tests("transfer"),
    find: "return base == 0 ? right.holder : _rights[base].holder;",
    replace: "return base == 0 ? right.holder : right.granter;",
  },
  {
    id: "rights-09",
    kind: "wrong value",
    file: rights,
    by: tests("rights", "obstacles"),
    find: "for (uint256 i = 0; i < basis.length; ++i) pending[count++] = basis[i];",
    replace: "pending[count++] = basis[0];",
  },
  {
    id: "rights-10",
    kind: "wrong value",
    file: rights,
    by: tests("obstacles"),
    find: "return _unmet(subject, brief, crossBorder) == 0",
    replace: "return _unmet(subject, brief, false) == 0",
  },
];
