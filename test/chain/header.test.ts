import { createBlockHeader } from "@ethereumjs/block";
import { createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common";
import {
  decodeHeader,
  encodeHeader,
  encodeHeaderFields,
  headerHash,
  headerOf,
  type RpcBlock,
} from "@lianzheng/sdk/chain";
import { toHex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import fc from "fast-check";
import { decodeRlp, encodeRlp, rlpList } from "../../sdk/src/chain/rlp.ts";
import { edr } from "./edr-blocks.ts";
import { refused } from "./refused.ts";

const common = createCustomCommon({ chainId: 20260 }, Mainnet, { hardfork: Hardfork.Cancun });
const sample = encodeHeader(edr.blocks[2]!.block);

function items(): Uint8Array[] {
  return [...rlpList(decodeRlp(sample, "V_HEADER"), "V_HEADER")] as Uint8Array[];
}

describe("chain: block header", () => {
  it("hashes to what EDR answers as the block's hash", () => {
    for (const { block } of edr.blocks) expect(toHex(headerHash(encodeHeader(block)))).to.equal(block.hash);
    expect(edr.blocks).to.have.length(5);
  });

  it("is read back as it was written", () => {
    for (const { block } of edr.blocks) {
      const header = decodeHeader(encodeHeader(block));
      expect(header).to.deep.equal(headerOf(block));
      expect(header.number).to.equal(BigInt(block.number));
    }
  });

  it("agrees with @ethereumjs/block for all kinds of quantities", () => {
    const count = fc.bigInt(0n, 2n ** 63n - 1n);
    fc.assert(
      fc.property(count, count, count, fc.uint8Array({ maxLength: 32 }), (number, gas, time, extraData) => {
        const other = createBlockHeader(
          { number, gasLimit: gas, gasUsed: gas >> 1n, timestamp: time, extraData, baseFeePerGas: number >> 3n },
          { common, skipConsensusFormatValidation: true },
        );
        const header = decodeHeader(other.serialize());
        expect([header.number, header.gasLimit, header.timestamp]).to.deep.equal([number, gas, time]);
        expect(encodeHeaderFields(header)).to.deep.equal(other.serialize());
        expect(headerHash(other.serialize())).to.deep.equal(other.hash());
      }),
      { numRuns: 200 },
    );
  });

  it("of before Cancun is refused", () => {
    refused(() => decodeHeader(encodeRlp(items().slice(0, 19))), "V_HEADER");
    const block: Partial<RpcBlock> = { ...edr.blocks[2]!.block, parentBeaconBlockRoot: undefined as unknown as string };
    const error = refused(() => encodeHeader(block as RpcBlock), "E_HEX_FORM");
    expect(error.details["field"]).to.equal("/parentBeaconBlockRoot");
  });

  it("with a field more is refused", () => {
    refused(() => decodeHeader(encodeRlp([...items(), new Uint8Array(32)])), "V_HEADER");
  });

  it("with any field of another width is refused", () => {
    let tried = 0;
    for (const [at, field] of items().entries()) {
      if (at === 12) continue;
      const wide = field.length < 20 ? new Uint8Array(33).fill(1) : new Uint8Array([...field, 1]);
      refused(() => decodeHeader(encodeRlp(items().with(at, wide))), "V_HEADER");
      tried++;
    }
    expect(tried).to.equal(19);
  });

  it("with a quantity that has leading zeros, or too much extra data, is refused", () => {
    refused(() => decodeHeader(encodeRlp(items().with(8, Uint8Array.of(0, 2)))), "V_HEADER");
    refused(() => decodeHeader(encodeRlp(items().with(12, new Uint8Array(8193)))), "V_HEADER");
    refused(() => decodeHeader(new Uint8Array(9217).fill(0xc0)), "V_HEADER");
    refused(() => decodeHeader(encodeRlp([])), "V_HEADER");
    refused(() => decodeHeader(new Uint8Array(0)), "V_HEADER");
  });

  it("is not made from quantities that JSON-RPC does not have", () => {
    for (const number of ["2", "0x02", "0x", "0xG", 2, null, "-0x1"]) {
      const block = { ...edr.blocks[2]!.block, number } as unknown as RpcBlock;
      expect(refused(() => encodeHeader(block), "E_NUMBER_FORM").details["field"]).to.equal("/number");
    }
  });
});
