import { expect } from "chai";
import fc from "fast-check";
import { toBase64, toHex } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { decodeProof, encodeProof } from "@lianzheng/sdk/log";
import { expectRefusal } from "../../encoding/refusal.ts";

const hash = new Uint8Array(32).fill(3);
const checkpoint = "origin\n9\nroot\n\n— origin signature\n";
const text = encodeProof({ index: 5, hashes: [hash, hash], checkpoint });
const line = toBase64(hash);

const refused: readonly (readonly [string, EvidenceErrorCode])[] = [
  ["", "V_FORMAT"],
  ["\n\n", "V_FORMAT"],
  [text.slice(0, text.indexOf("\n\n")), "V_FORMAT"],
  [text.slice(0, text.indexOf("\n\n") + 2), "V_FORMAT"],
  [text.replace("@v1", "@v2"), "V_VERSION"],
  [text.replace("c2sp", "C2SP"), "V_VERSION"],
  [` ${text}`, "V_VERSION"],
  [text.replace("index 5\n", ""), "V_FORMAT"],
  [text.replace("index 5", "Index 5"), "V_FORMAT"],
  [text.replace("index 5", "index"), "V_FORMAT"],
  [text.replace("index 5", "index "), "V_INDEX"],
  [text.replace("index 5", "index 05"), "V_INDEX"],
  [text.replace("index 5", "index -1"), "V_INDEX"],
  [text.replace("index 5", "index 1.5"), "V_INDEX"],
  [text.replace("index 5", "index 1e3"), "V_INDEX"],
  [text.replace("index 5", 'index "1"'), "V_INDEX"],
  [text.replace("index 5", "index 9007199254740992"), "V_INDEX"],
  [text.replace("index 5", "index 18446744073709551616"), "V_INDEX"],
  [text.replace("index 5", "index 5\nextra AAAA"), "V_FORMAT"],
  [text.replace("index 5", "extra AAAA\nextra AAAA\nindex 5"), "V_FORMAT"],
  [text.replace("index 5", "extra !\nindex 5"), "V_FORMAT"],
  [text.replace(line, line.slice(0, -1)), "V_FORMAT"],
  [text.replace(line, toBase64(hash.slice(1))), "V_FORMAT"],
  [text.replace(line, `${line}\r`), "V_FORMAT"],
  [text.replace(line, ` ${line}`), "V_FORMAT"],
  [text.replace(line, `${line}\n`.repeat(53).trimEnd()), "V_PROOF_LENGTH"],
  ["x".repeat(2_000_001), "V_FORMAT"],
];

describe("tlog proofs", () => {
  it("have the text of the specification", () => {
    expect(text).to.equal(`c2sp.org/tlog-proof@v1\nindex 5\n${line}\n${line}\n\n${checkpoint}`);
    expect(encodeProof({ index: 0, hashes: [], checkpoint })).to.equal(
      `c2sp.org/tlog-proof@v1\nindex 0\n\n${checkpoint}`,
    );
  });

  it("come back from it, with their extra bytes or without", () => {
    const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const extra = fc.option(fc.uint8Array(), { nil: undefined });
    fc.assert(
      fc.property(fc.nat(), fc.array(digest, { maxLength: 53 }), extra, (index, hashes, bytes) => {
        const proof = { index, hashes, checkpoint, ...(bytes === undefined ? {} : { extra: bytes }) };
        const back = decodeProof(encodeProof(proof));
        expect(back.index).to.equal(index);
        expect(back.checkpoint).to.equal(checkpoint);
        expect(back.hashes.map(toHex)).to.deep.equal(hashes.map(toHex));
        expect(back.extra === undefined ? undefined : toHex(back.extra)).to.equal(bytes && toHex(bytes));
      }),
    );
  });

  it("are refused in any other form, by code", () => {
    for (const [wrong, code] of refused) expectRefusal(() => decodeProof(wrong), code);
    expect(refused).to.have.length(27);
  });

  it("are not made of what is no proof", () => {
    expectRefusal(() => encodeProof({ index: -1, hashes: [], checkpoint }), "V_INDEX");
    expectRefusal(() => encodeProof({ index: 0, hashes: [hash.slice(1)], checkpoint }), "V_FORMAT");
    expectRefusal(
      () => encodeProof({ index: 0, hashes: Array.from({ length: 54 }, () => hash), checkpoint }),
      "V_PROOF_LENGTH",
    );
    expectRefusal(() => encodeProof({ index: 0, hashes: [], checkpoint: "x" }), "V_FORMAT");
  });
});
