import { encodeReceipt as encodeByVm, type TxReceipt } from "@ethereumjs/vm";
import {
  decodeReceipt,
  encodeReceipt,
  encodeReceiptFields,
  logsBloom,
  proveReceipt,
  verifyReceiptProof,
  type Receipt,
  type RpcReceipt,
} from "@lianzheng/sdk/chain";
import { fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import fc from "fast-check";
import { decodeRlp, encodeRlp, rlpList } from "../../sdk/src/chain/rlp.ts";
import { edr } from "./edr-blocks.ts";
import { refused } from "./refused.ts";

const hexOf = (length: number): fc.Arbitrary<Hex> => fc.uint8Array({ minLength: length, maxLength: length }).map(toHex);
const log = fc.record({
  address: hexOf(20),
  topics: fc.array(hexOf(32), { maxLength: 4 }),
  data: fc.uint8Array({ maxLength: 100 }).map(toHex),
});
const receipts = fc
  .record({
    type: fc.nat({ max: 3 }),
    succeeded: fc.boolean(),
    cumulativeGasUsed: fc.bigInt(1n, 2n ** 63n),
    logs: fc.array(log, { maxLength: 4 }),
  })
  .map((receipt): Receipt => ({ ...receipt, logsBloom: toHex(logsBloom(receipt.logs)) }));

const all = edr.blocks.flatMap(({ receipts }) => receipts);
const sample = encodeReceipt(all.find(({ type, logs }) => type === "0x2" && logs.length > 0)!);
const parts = (): Uint8Array[] => [...rlpList(decodeRlp(sample.subarray(1), "V_RECEIPT"), "V_RECEIPT")] as Uint8Array[];
const typed = (payload: Uint8Array): Uint8Array => new Uint8Array([2, ...payload]);

function asVm(receipt: Receipt): TxReceipt {
  return {
    status: receipt.succeeded ? 1 : 0,
    cumulativeBlockGasUsed: receipt.cumulativeGasUsed,
    bitvector: fromHex(receipt.logsBloom),
    logs: receipt.logs.map(({ address, topics, data }) => [
      fromHex(address),
      topics.map((topic) => fromHex(topic)),
      fromHex(data),
    ]),
  };
}

describe("chain: receipt", () => {
  it("of EDR's blocks hashes to their receipts root, whichever is proved", () => {
    for (const { block, receipts } of edr.blocks) {
      for (const index of receipts.keys()) {
        const { root, nodes } = proveReceipt(receipts, index);
        expect(root).to.equal(block.receiptsRoot);
        expect(toHex(encodeReceiptFields(verifyReceiptProof(root, index, nodes)))).to.equal(
          toHex(encodeReceipt(receipts[index]!)),
        );
      }
    }
    expect(all).to.have.length(43);
    expect(new Set(all.map(({ type }) => type))).to.deep.equal(new Set(["0x0", "0x1", "0x2"]));
    expect(new Set(all.map(({ status }) => status))).to.deep.equal(new Set(["0x0", "0x1"]));
  });

  it("has the bloom that EDR answers", () => {
    for (const receipt of all) expect(decodeReceipt(encodeReceipt(receipt)).logsBloom).to.equal(receipt.logsBloom);
  });

  it("of every type is written as @ethereumjs/vm writes it, and read back", () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        const bytes = encodeReceiptFields(receipt);
        expect(toHex(bytes)).to.equal(toHex(encodeByVm(asVm(receipt), receipt.type as never)));
        expect(decodeReceipt(bytes)).to.deep.equal(receipt);
      }),
      { numRuns: 200 },
    );
  });

  const wrong: readonly (readonly [what: string, make: () => Uint8Array])[] = [
    ["no bytes", () => new Uint8Array(0)],
    ["an unknown type", () => new Uint8Array([4, ...sample.subarray(1)])],
    ["type 0 in front", () => new Uint8Array([0, ...sample.subarray(1)])],
    ["a string", () => encodeRlp(sample)],
    ["three parts", () => typed(encodeRlp(parts().slice(1)))],
    ["a state root for a status", () => typed(encodeRlp(parts().with(0, new Uint8Array(32).fill(1))))],
    ["status 2", () => typed(encodeRlp(parts().with(0, Uint8Array.of(2))))],
    ["a short bloom", () => typed(encodeRlp(parts().with(2, new Uint8Array(255))))],
    ["a log that is no list", () => typed(encodeRlp([...parts().slice(0, 3), [new Uint8Array(3)]]))],
    [
      "five topics",
      () =>
        typed(
          encodeRlp([
            ...parts().slice(0, 3),
            [[new Uint8Array(20), Array<Uint8Array>(5).fill(new Uint8Array(32)), new Uint8Array(0)]],
          ]),
        ),
    ],
    [
      "a topic of 31 bytes",
      () => typed(encodeRlp([...parts().slice(0, 3), [[new Uint8Array(20), [new Uint8Array(31)], new Uint8Array(0)]]])),
    ],
  ];
  for (const [what, make] of wrong) {
    it(`with ${what} is refused`, () => {
      refused(() => decodeReceipt(make()), "V_RECEIPT");
    });
  }
  it("was shown in every wrong form", () => expect(wrong).to.have.length(11));

  it("of an endpoint that answers something else is refused", () => {
    const receipt = all[0]!;
    const answers: readonly (readonly [
      Partial<Record<keyof RpcReceipt, unknown>>,
      "E_RANGE" | "E_NUMBER_FORM" | "E_HEX_FORM",
    ])[] = [
      [{ type: "0x4" }, "E_RANGE"],
      [{ status: "0x2" }, "E_NUMBER_FORM"],
      [{ status: undefined }, "E_NUMBER_FORM"],
      [{ cumulativeGasUsed: 21000 }, "E_NUMBER_FORM"],
      [{ logs: [{ address: "0x12", topics: [], data: "0x" }] }, "E_HEX_FORM"],
      [
        { logs: [{ address: `0x${"00".repeat(20)}`, topics: Array(5).fill(`0x${"00".repeat(32)}`), data: "0x" }] },
        "E_HEX_FORM",
      ],
    ];
    for (const [answer, code] of answers) refused(() => encodeReceipt({ ...receipt, ...answer } as RpcReceipt), code);
    expect(answers).to.have.length(6);
    expect(() => proveReceipt(all, all.length)).to.throw(TypeError);
  });

  it("of an address in mixed case is the same receipt", () => {
    const receipt = all.find(({ logs }) => logs.length > 0)!;
    const upper = receipt.logs.map((log) => ({ ...log, address: log.address.toUpperCase().replace("0X", "0x") }));
    expect(encodeReceipt({ ...receipt, logs: upper })).to.deep.equal(encodeReceipt(receipt));
  });

  it("does not stand under another index or another root", () => {
    const { block, receipts } = edr.blocks[4]!;
    const { nodes } = proveReceipt(receipts, 3);
    refused(() => verifyReceiptProof(block.receiptsRoot as Hex, 4, nodes), "V_RECEIPT");
    refused(() => verifyReceiptProof(edr.blocks[3]!.block.receiptsRoot as Hex, 3, nodes), "V_RECEIPT");
    const absent = proveReceipt(receipts, 39).nodes.slice(0, 1);
    refused(() => verifyReceiptProof(block.receiptsRoot as Hex, 1000, absent), "V_RECEIPT");
  });
});
