import { expect } from "chai";
import fc from "fast-check";
import { concatBytes, fromHex, utf8 } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import { parseJson } from "@lianzheng/sdk/record";
import { expectRefusal } from "../encoding/refusal.ts";

/** Input, code, byte offset, field. */
type Case = readonly [text: string, code: EvidenceErrorCode, offset: number, field: string];

const refused: readonly Case[] = [
  ["", "E_BODY_EMPTY", 0, ""],
  [" \n\t\r", "E_BODY_EMPTY", 4, ""],
  ['{"a":1', "E_JSON_SYNTAX", 6, ""],
  ['{"a":', "E_JSON_SYNTAX", 5, "/a"],
  ['{"a"', "E_JSON_SYNTAX", 4, "/a"],
  ["{", "E_JSON_SYNTAX", 1, ""],
  ["[1,", "E_JSON_SYNTAX", 3, "/1"],
  ["[1,]", "E_JSON_SYNTAX", 3, "/1"],
  ['{"a":1,}', "E_JSON_SYNTAX", 7, ""],
  ["{a:1}", "E_JSON_SYNTAX", 1, ""],
  ["{'a':1}", "E_JSON_SYNTAX", 1, ""],
  ["[1 2]", "E_JSON_SYNTAX", 3, ""],
  ['{"a" 1}', "E_JSON_SYNTAX", 5, "/a"],
  ["1 2", "E_JSON_SYNTAX", 2, ""],
  ["{}x", "E_JSON_SYNTAX", 2, ""],
  ["nul", "E_JSON_SYNTAX", 0, ""],
  ["truth", "E_JSON_SYNTAX", 0, ""],
  ["nullx", "E_JSON_SYNTAX", 4, ""],
  ["undefined", "E_JSON_SYNTAX", 0, ""],
  ["[1]// x", "E_JSON_SYNTAX", 3, ""],
  ['"a', "E_JSON_SYNTAX", 2, ""],
  ['"a\nb"', "E_JSON_SYNTAX", 2, ""],
  ['"\u0000"', "E_JSON_SYNTAX", 1, ""],
  ['"\\x41"', "E_JSON_SYNTAX", 1, ""],
  ['"\\u12G4"', "E_JSON_SYNTAX", 1, ""],
  ['"\\u12', "E_JSON_SYNTAX", 1, ""],
  ['"\\', "E_JSON_SYNTAX", 1, ""],
  ['["中",\u00a01]', "E_JSON_SYNTAX", 7, "/1"],
  ['{"qty":1,"qty":2}', "E_JSON_DUPLICATE_KEY", 9, "/qty"],
  ['{"a":1,"\\u0061":2}', "E_JSON_DUPLICATE_KEY", 7, "/a"],
  ['[{"x":{"1":1,"1":1}}]', "E_JSON_DUPLICATE_KEY", 13, "/0/x/1"],
  ['{"a~/b":1,"a~/b":2}', "E_JSON_DUPLICATE_KEY", 10, "/a~0~1b"],
  ['{"":1,"":2}', "E_JSON_DUPLICATE_KEY", 6, "/"],
  ["9007199254740993", "E_NUMBER_UNSAFE", 0, ""],
  ['{"n":-9007199254740993}', "E_NUMBER_UNSAFE", 5, "/n"],
  ["0.10000000000000000001", "E_NUMBER_UNSAFE", 0, ""],
  ["18446744073709551616", "E_NUMBER_UNSAFE", 0, ""],
  ["1e-400", "E_NUMBER_UNSAFE", 0, ""],
  ["123456789.123456789123", "E_NUMBER_UNSAFE", 0, ""],
  ["-0", "E_NUMBER_FORM", 0, ""],
  ["-0.0", "E_NUMBER_FORM", 0, ""],
  ["-0e5", "E_NUMBER_FORM", 0, ""],
  ["-1e-400", "E_NUMBER_FORM", 0, ""],
  ["1e400", "E_NUMBER_FORM", 0, ""],
  ["-1e400", "E_NUMBER_FORM", 0, ""],
  ["NaN", "E_NUMBER_FORM", 0, ""],
  ["Infinity", "E_NUMBER_FORM", 0, ""],
  ["-Infinity", "E_NUMBER_FORM", 0, ""],
  ["01", "E_NUMBER_FORM", 0, ""],
  ["-01", "E_NUMBER_FORM", 0, ""],
  ["+1", "E_NUMBER_FORM", 0, ""],
  [".5", "E_NUMBER_FORM", 0, ""],
  ["[5.]", "E_NUMBER_FORM", 1, "/0"],
  ["1e", "E_NUMBER_FORM", 0, ""],
  ["1e+", "E_NUMBER_FORM", 0, ""],
  ["0x10", "E_NUMBER_FORM", 0, ""],
  ["1_000", "E_JSON_SYNTAX", 1, ""],
  ["10n", "E_NUMBER_FORM", 0, ""],
  ['{"__proto__":1}', "E_FORBIDDEN_KEY", 1, "/__proto__"],
  ['{"\\u005f_proto__":1}', "E_FORBIDDEN_KEY", 1, "/__proto__"],
  ['{"constructor":{"prototype":{}}}', "E_FORBIDDEN_KEY", 1, "/constructor"],
  ['{"a":[{"prototype":1}]}', "E_FORBIDDEN_KEY", 7, "/a/0/prototype"],
  ['{"toJSON":1}', "E_FORBIDDEN_KEY", 1, "/toJSON"],
  ['{"then":1}', "E_FORBIDDEN_KEY", 1, "/then"],
  ['"\\ud800"', "E_ENCODING", 0, ""],
  ['"\\udc00\\ud800"', "E_ENCODING", 0, ""],
  ['{"\\ud83d":1}', "E_ENCODING", 1, ""],
];

const badBytes = ["0xff", "0x22c0af22", "0x22eda08022", "0xefbbbf7b7d", "0xfffe7b007d00", "0x7b000000", "0x22e4b822"];

describe("parseJson", () => {
  it("refuses bad texts, each by its code, offset and field", () => {
    for (const [text, code, offset, field] of refused) {
      const { details } = expectRefusal(() => parseJson(utf8(text)), code, field);
      expect(details["offset"], text).to.equal(offset);
    }
    expect(refused).to.have.length(67);
  });

  it("refuses bytes that are not UTF-8 and a byte order mark", () => {
    for (const bytes of badBytes.filter((bytes) => bytes !== "0x7b000000")) {
      expectRefusal(() => parseJson(fromHex(bytes)), "E_ENCODING");
    }
    expectRefusal(() => parseJson(fromHex("0x7b000000")), "E_JSON_SYNTAX");
    expect(badBytes).to.have.length(7);
  });

  it("takes 64 levels and refuses 65, 5,000 and 500,000", () => {
    const nested = (depth: number): Uint8Array => utf8("[".repeat(depth) + "]".repeat(depth));
    expect(JSON.stringify(parseJson(nested(64)))).to.have.length(128);
    for (const depth of [65, 5_000, 500_000]) expectRefusal(() => parseJson(nested(depth)), "E_DEPTH");
    expectRefusal(() => parseJson(utf8('{"a":'.repeat(65))), "E_DEPTH");
    expectRefusal(() => parseJson(nested(33), { maxDepth: 32 }), "E_DEPTH");
  });

  it("takes 10,000 members in all and refuses 10,001 and 60,000", () => {
    const object = (count: number): string => `{${Array.from({ length: count }, (_, at) => `"k${at}":0`).join(",")}}`;
    expect(Object.keys(parseJson(utf8(object(10_000))) as object)).to.have.length(10_000);
    for (const count of [10_001, 60_000]) expectRefusal(() => parseJson(utf8(object(count))), "E_TOO_MANY_KEYS");
    expectRefusal(() => parseJson(utf8(`[${object(6_000)},${object(6_000)}]`)), "E_TOO_MANY_KEYS", "/1/k4000");
    expectRefusal(() => parseJson(utf8(object(4)), { maxMembers: 3 }), "E_TOO_MANY_KEYS", "/k3");
  });

  it("refuses more bytes than its limit before it reads one", () => {
    expectRefusal(() => parseJson(fromHex("0xffffff"), { maxBytes: 2 }), "E_TOO_LARGE");
    expect(parseJson(utf8("[]"), { maxBytes: 2 })).to.deep.equal([]);
  });

  it("reads a number in every form that a double holds as written", () => {
    const texts = [
      "0",
      "1.0",
      "1e2",
      "100",
      "-3.5e-7",
      "0.1",
      "1E+2",
      "9007199254740992",
      "1e21",
      "5e-324",
      "0.0",
      "0e9",
    ];
    for (const text of texts) expect(parseJson(utf8(text)), text).to.equal(Number(text));
    expect(parseJson(utf8(`1${"0".repeat(300)}`))).to.equal(1e300);
    expect(parseJson(utf8(`0.${"0".repeat(200)}1`))).to.equal(1e-201);
  });

  it("reads every escape, and what stands beside it", () => {
    const text = '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00\\u4e2d中😀"';
    expect(parseJson(utf8(text))).to.equal('"\\/\b\f\n\r\tA😀中中😀');
  });

  it("reads what JSON.parse reads, for every value that JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const expected: unknown = JSON.parse(text);
        fc.pre(!/"(?:__proto__|constructor|prototype|toJSON|then)"/.test(text) && !/\\ud[89a-f]|-0\b/.test(text));
        expect(parseJson(utf8(text))).to.deep.equal(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("reads each prefix and each damaged text to a value that JSON.parse gives too, or refuses it", () => {
    const text = utf8('{"a":[1,-2.5e3,"x\\u0041\\n中"],"b":{"c":null,"d":true},"e":""}');
    const damaged = fc
      .tuple(fc.nat(text.length), fc.nat(text.length), fc.uint8Array({ maxLength: 2 }))
      .map(([a, b, put]) => concatBytes(text.subarray(0, Math.min(a, b)), put, text.subarray(Math.max(a, b))));
    fc.assert(
      fc.property(damaged, (bytes) => {
        const value = valueOrCode(bytes);
        if (value instanceof Error) expect(value.name).to.equal("EvidenceError");
        else expect(value).to.deep.equal(JSON.parse(Buffer.from(bytes).toString()));
      }),
      { numRuns: 3000 },
    );
  });

  it("is not slowed down by long runs of zeros, digits, escapes or spaces", () => {
    const long = 200_000;
    expectRefusal(() => parseJson(utf8(`0.${"0".repeat(long)}1`)), "E_NUMBER_UNSAFE");
    expectRefusal(() => parseJson(utf8("9".repeat(long))), "E_NUMBER_FORM");
    expectRefusal(() => parseJson(utf8("[".concat(" ".repeat(long), "!"))), "E_JSON_SYNTAX");
    expect(parseJson(utf8(`"${"\\n".repeat(long)}"`))).to.have.length(long);
    expectRefusal(() => parseJson(utf8(`"${"a".repeat(long)}!`)), "E_JSON_SYNTAX");
  });
}).timeout(30_000);

function valueOrCode(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    return error;
  }
}
