import { createHash, createHmac } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import {
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  hmacSha256,
  isHex,
  isWellFormed,
  keccak256,
  sha256,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from "@lianzheng/sdk/encoding";
import type { Sha256 } from "@lianzheng/sdk/encoding";
import vectors from "../vectors/encoding.json" with { type: "json" };
import { expectRefusal } from "./refusal.ts";

describe("encoding", () => {
  it("hashes and encodes as the standards' vectors say", () => {
    let checked = 0;
    for (const [text = "", encoded = ""] of vectors.base64) {
      expect(toBase64(utf8(text))).to.equal(encoded);
      expect(fromUtf8(fromBase64(encoded))).to.equal(text);
      expect(fromUtf8(fromBase64Url(encoded.replaceAll("=", "")))).to.equal(text);
      checked++;
    }
    for (const [text = "", digest] of vectors.sha256) {
      expect(toHex(sha256(utf8(text)))).to.equal(digest);
      checked++;
    }
    for (const [text = "", digest] of vectors.keccak256) {
      expect(toHex(keccak256(utf8(text)))).to.equal(digest);
      checked++;
    }
    for (const [key, text = "", digest] of vectors.hmacSha256) {
      expect(toHex(hmacSha256(fromHex(key), utf8(text)))).to.equal(digest);
      checked++;
    }
    expect(checked).to.equal(14);
  });

  it("hashes parts as it hashes the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array(), { maxLength: 4 }), (parts) => {
        expect(toHex(sha256(...parts))).to.equal(toHex(sha256(concatBytes(...parts))));
        expect(toHex(keccak256(...parts))).to.equal(toHex(keccak256(concatBytes(...parts))));
      }),
    );
  });

  it("keys its hash as node does, with any SHA-256 that it is given", () => {
    const native: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), fc.uint8Array(), (key, message) => {
        const expected = `0x${createHmac("sha256", key).update(message).digest("hex")}`;
        expect(toHex(hmacSha256(key, message))).to.equal(expected);
        expect(toHex(hmacSha256(key, message, native))).to.equal(expected);
      }),
    );
  });

  it("encodes bytes as node does, and takes its own text back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(toHex(bytes)).to.equal(`0x${buffer.toString("hex")}`);
        expect(toBase64(bytes)).to.equal(buffer.toString("base64"));
        expect(toBase64Url(bytes)).to.equal(buffer.toString("base64url"));
        expect(equalBytes(fromHex(toHex(bytes)), bytes)).to.equal(true);
        expect(equalBytes(fromBase64(toBase64(bytes)), bytes)).to.equal(true);
        expect(equalBytes(fromBase64Url(toBase64Url(bytes)), bytes)).to.equal(true);
      }),
    );
  });

  it("takes a text only where it is the one text of its bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ABQgwx_-+/=01")) }), (text) => {
        for (const [decode, encode] of [
          [fromBase64, toBase64],
          [fromBase64Url, toBase64Url],
        ] as const) {
          const again = taken(() => encode(decode(text)));
          if (again !== undefined) expect(again).to.equal(text);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const badDigests: readonly unknown[] = [
    "0x12",
    `0x${"ab".repeat(31)}`,
    `0x${"ab".repeat(33)}`,
    "ab".repeat(32),
    `0x${"AB".repeat(32)}`,
    `0X${"ab".repeat(32)}`,
    `0x${"gg".repeat(32)}`,
    `0x${"\u0661a".repeat(32)}`,
    "",
    null,
    undefined,
    7,
  ];

  it("refuses what is not 32 bytes of lower-case hex", () => {
    for (const text of badDigests) {
      expectRefusal(() => fromHex(text, 32), "E_HASH_FORM");
      expect(isHex(text, 32)).to.equal(false);
    }
    expect(badDigests).to.have.length(12);
  });

  it("tells hex of another length apart", () => {
    for (const text of ["0x0", "12", "0xAB", "0x zz", 1]) expectRefusal(() => fromHex(text), "E_HEX_FORM");
    expectRefusal(() => fromHex("0x1234", 3), "E_HEX_FORM");
    expect([isHex("0x"), isHex("0x12", 1), isHex("0x12", 2), isHex("0x1"), isHex(`0x12\n`)]).to.deep.equal([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("refuses base64 that is padded wrongly, of other letters or with unused bits set", () => {
    const bad = ["Zg=", "Zg", "Zh==", "Zg==\n", "Zm9=", "Z", "====", "=", "Zm 9v", "Zm-_", "Zg==Zg==", "\u00e9g==", 5];
    for (const text of bad) expectRefusal(() => fromBase64(text), "E_BASE64_FORM");
    const badUrl = ["Zg==", "Zh", "Z", "Zm9+", "Zm9/", "Zg=", "\ud83d\ude00", null];
    for (const text of badUrl) expectRefusal(() => fromBase64Url(text), "E_BASE64_FORM");
    expect([bad.length, badUrl.length]).to.deep.equal([13, 8]);
  });

  it("refuses bytes that are not UTF-8, and a byte order mark", () => {
    const bad = ["0xff", "0xc0af", "0xeda080", "0xf4908080", "0xe28200", "0x80", "0xefbbbf7b7d", "0xfeff007b", "0xc3"];
    for (const bytes of bad) expectRefusal(() => fromUtf8(fromHex(bytes)), "E_ENCODING");
    expect(bad).to.have.length(9);
  });

  it("refuses a lone surrogate, which has no UTF-8", () => {
    expectRefusal(() => utf8("a\ud800b"), "E_ENCODING");
    expectRefusal(() => utf8("\udc00\ud800"), "E_ENCODING");
    expect(isWellFormed("\ud83d\ude00")).to.equal(true);
  });

  it("takes every well-formed text back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        if (!text.startsWith("\ufeff")) expect(fromUtf8(utf8(text))).to.equal(text);
      }),
    );
  });
}).timeout(30_000);

function taken(act: () => string): string | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
