import {
  decodeHeader,
  encodeHeader,
  encodeHeaderFields,
  recoverSealer,
  SEAL_VANITY,
  sealedExtraData,
  sealHash,
} from "@lianzheng/sdk/chain";
import { concatBytes, fromHex, toHex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { computeAddress, getBytes, keccak256, SigningKey } from "ethers";
import { edr } from "./edr-blocks.ts";
import { refused } from "./refused.ts";

/** Order of secp256k1 (SEC 2 section 2.4.1). */
const curveOrder = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const key = new SigningKey(`0x${"5e".repeat(32)}`);
const plain = decodeHeader(encodeHeader(edr.blocks[2]!.block));
const unsealed = { ...plain, extraData: toHex(sealedExtraData()) };
const { r, s, v } = key.sign(sealHash(unsealed));
const seal = concatBytes(getBytes(r), getBytes(s), Uint8Array.of(v - 27));
const withSeal = (bytes: Uint8Array): typeof plain => ({ ...plain, extraData: toHex(sealedExtraData(bytes)) });
const sealed = withSeal(seal);

describe("chain: the embedded chain's seal", () => {
  it("names the operator, by another library's signature", () => {
    expect(recoverSealer(sealed)).to.equal(computeAddress(key.publicKey).toLowerCase());
    expect(recoverSealer(decodeHeader(encodeHeaderFields(sealed)))).to.equal(recoverSealer(sealed));
  });

  it("signs the header without the 65 bytes, whatever they are", () => {
    const bare = encodeHeaderFields({ ...plain, extraData: toHex(SEAL_VANITY) });
    expect(toHex(sealHash(sealed))).to.equal(keccak256(bare));
    expect(sealHash(sealed)).to.deep.equal(sealHash(unsealed));
    expect(new TextDecoder().decode(SEAL_VANITY)).to.equal("lianzheng embedded".padEnd(32, "\0"));
  });

  it("names somebody else, or nobody, when any part of the header changes", () => {
    const sealer = recoverSealer(sealed);
    expect(recoverSealer({ ...sealed, number: sealed.number + 1n })).to.not.equal(sealer);
    expect(recoverSealer({ ...sealed, receiptsRoot: `0x${"01".repeat(32)}` })).to.not.equal(sealer);
    expect(recoverSealer({ ...sealed, timestamp: sealed.timestamp + 1n })).to.not.equal(sealer);
  });

  it("with the other s of the same signature is refused", () => {
    const otherS = curveOrder - BigInt(s);
    const malleated = concatBytes(
      getBytes(r),
      fromHex(`0x${otherS.toString(16).padStart(64, "0")}`),
      Uint8Array.of(1 - (v - 27)),
    );
    refused(() => recoverSealer(withSeal(malleated)), "V_SEAL");
  });

  const bent: readonly (readonly [what: string, seal: Uint8Array])[] = [
    ["v of 27", new Uint8Array([...seal.subarray(0, 64), v])],
    ["v of 2", new Uint8Array([...seal.subarray(0, 64), 2])],
    ["no signature", new Uint8Array(65)],
    ["r of the curve's order and more", new Uint8Array(65).fill(0xff)],
    ["s of zero", new Uint8Array([...seal.subarray(0, 32), ...new Uint8Array(32), 0])],
  ];
  for (const [what, bytes] of bent) {
    it(`with ${what} is refused`, () => {
      refused(() => recoverSealer(withSeal(bytes)), "V_SEAL");
    });
  }
  it("was shown in every wrong form", () => expect(bent).to.have.length(5));

  it("is not found in extra data of another form", () => {
    const right = sealedExtraData(seal);
    for (const extraData of [new Uint8Array(0), right.subarray(0, 96), concatBytes(right, right), new Uint8Array(97)]) {
      refused(() => recoverSealer({ ...plain, extraData: toHex(extraData) }), "V_SEAL");
      refused(() => sealHash({ ...plain, extraData: toHex(extraData) }), "V_SEAL");
    }
    expect(() => sealedExtraData(new Uint8Array(64))).to.throw(TypeError);
  });
});
