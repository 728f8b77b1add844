import { contractNames, decodeDeployment } from "@lianzheng/sdk/chain";
import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { refused } from "./refused.ts";

const hash = `0x${"12".repeat(32)}`;
const contract = { address: `0x${"ab".repeat(20)}`, codeHash: hash, block: 3 };
const contracts = Object.fromEntries(contractNames.map((name) => [name, contract]));
const book = { chainId: 20260, genesis: hash, contracts };

describe("chain: deployment", () => {
  it("is read as it stands", () => {
    expect(decodeDeployment(book)).to.deep.equal(book);
    expect(decodeDeployment(JSON.parse(JSON.stringify(book)))).to.deep.equal(book);
  });

  const wrong: readonly (readonly [value: unknown, code: EvidenceErrorCode, field: string])[] = [
    [null, "E_TYPE", ""],
    [[], "E_TYPE", ""],
    ["{}", "E_TYPE", ""],
    [{ ...book, more: 1 }, "E_UNKNOWN_FIELD", "/more"],
    [{ chainId: 1, genesis: hash }, "E_MISSING_FIELD", "/contracts"],
    [{ ...book, chainId: "20260" }, "E_TYPE", "/chainId"],
    [{ ...book, chainId: 0 }, "E_NUMBER_FORM", "/chainId"],
    [{ ...book, chainId: 1.5 }, "E_NUMBER_FORM", "/chainId"],
    [{ ...book, genesis: hash.toUpperCase() }, "E_HASH_FORM", "/genesis"],
    [{ ...book, contracts: [] }, "E_TYPE", "/contracts"],
    [{ ...book, contracts: { ...contracts, other: contract } }, "E_UNKNOWN_FIELD", "/contracts/other"],
    [
      { ...book, contracts: { ...contracts, trades: { ...contract, address: "0x12" } } },
      "E_HEX_FORM",
      "/contracts/trades/address",
    ],
    [
      { ...book, contracts: { ...contracts, trades: { ...contract, codeHash: "0x" } } },
      "E_HASH_FORM",
      "/contracts/trades/codeHash",
    ],
    [
      { ...book, contracts: { ...contracts, trades: { ...contract, block: -1 } } },
      "E_NUMBER_FORM",
      "/contracts/trades/block",
    ],
    [
      { ...book, contracts: { ...contracts, trades: { address: contract.address } } },
      "E_MISSING_FIELD",
      "/contracts/trades/codeHash",
    ],
  ];
  for (const [at, [value, code, field]] of wrong.entries()) {
    it(`is refused with ${code} at "${field}" (${at})`, () => {
      expect(refused(() => decodeDeployment(value), code).details["field"]).to.equal(field);
    });
  }
  it("was shown in every wrong form", () => expect(wrong).to.have.length(15));
});
