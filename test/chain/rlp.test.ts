import { decode as libraryDecode, encode as libraryEncode } from "@ethereumjs/rlp";
import { fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import fc from "fast-check";
import { decodeRlp, encodeRlp, rlpUint, uintBytes, type RlpItem } from "../../sdk/src/chain/rlp.ts";
import { refused } from "./refused.ts";

const bytes = fc.uint8Array({ maxLength: 80 });
const nested = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof({ maxDepth: 5, depthSize: "small" }, bytes, fc.array(tie("item"), { maxLength: 20 })),
})).item;

function shape(item: RlpItem): unknown {
  return item instanceof Uint8Array ? toHex(item) : item.map(shape);
}

describe("chain: RLP", () => {
  it("reads what the library writes, to the byte", () => {
    fc.assert(
      fc.property(nested, (item) => {
        const encoded = libraryEncode(item as Parameters<typeof libraryEncode>[0]);
        expect(encodeRlp(item)).to.deep.equal(encoded);
        expect(shape(decodeRlp(encoded, "V_HEADER"))).to.deep.equal(shape(item));
      }),
      { numRuns: 300 },
    );
  });

  it("accepts of arbitrary bytes only what encodes to the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (input) => {
        let item: RlpItem;
        try {
          item = decodeRlp(input, "V_HEADER");
        } catch {
          return;
        }
        expect(toHex(encodeRlp(item))).to.equal(toHex(input));
        expect(shape(libraryDecode(input))).to.deep.equal(shape(item));
      }),
      { numRuns: 5000 },
    );
  });

  const wrong: readonly (readonly [what: string, bytes: Hex])[] = [
    ["nothing", "0x"],
    ["a byte behind the item", "0x8000"],
    ["a string cut short", "0x83616c"],
    ["a list cut short", "0xc3617a"],
    ["an item that reaches beyond its list", "0xc28361"],
    ["a needless prefix", "0x817f"],
    ["a long form for a short string", `0xb801ff`],
    ["a length with a leading zero", `0xb90038${"ff".repeat(56)}`],
    ["a length beyond the input", "0xbfffffffffffffffff"],
    ["a long list cut short", "0xf838"],
    ["seven lists in one another", "0xc6c5c4c3c2c1c0"],
  ];
  for (const [what, input] of wrong) {
    it(`refuses ${what}`, () => {
      refused(() => decodeRlp(fromHex(input), "V_HEADER"), "V_HEADER");
    });
  }
  it("was shown every wrong form", () => expect(wrong).to.have.length(11));

  it("stops at a depth instead of following a million lists", () => {
    refused(() => decodeRlp(new Uint8Array(1_000_000).fill(0xc1), "V_TRIE"), "V_TRIE");
  });

  it("stops at a number of items that no block holds", () => {
    const payload = new Uint8Array(600_000).fill(0xc0);
    const list = new Uint8Array([0xfa, 0x09, 0x27, 0xc0, ...payload]);
    refused(() => decodeRlp(list, "V_RECEIPT"), "V_RECEIPT");
  });

  it("writes quantities in their shortest form and reads no other", () => {
    fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => rlpUint(uintBytes(value), "V_HEADER") === value));
    expect(uintBytes(0n)).to.have.length(0);
    refused(() => rlpUint(Uint8Array.of(0, 1), "V_HEADER"), "V_HEADER");
    refused(() => rlpUint(Uint8Array.of(0), "V_HEADER"), "V_HEADER");
    refused(() => rlpUint(new Uint8Array(9).fill(1), "V_HEADER"), "V_HEADER");
    refused(() => rlpUint([], "V_HEADER"), "V_HEADER");
    expect(() => uintBytes(-1n)).to.throw(TypeError);
  });
});
