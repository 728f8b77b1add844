import canonicalize from "canonicalize";
import { expect } from "chai";
import fc from "fast-check";
import { toHex, utf8 } from "@lianzheng/sdk/encoding";
import { canonicalJson, parseJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import vectors from "../vectors/canonical-json.json" with { type: "json" };
import { expectRefusal } from "../encoding/refusal.ts";

function double(ieee: string): number {
  return Buffer.from(ieee, "hex").readDoubleBE();
}

describe("canonicalJson", () => {
  it("writes the example of RFC 8785 byte for byte", () => {
    const value = JSON.parse(vectors.input) as JsonValue;
    expect(toHex(utf8(canonicalJson(value)))).to.equal(vectors.canonicalBytes);
  });

  it("sorts members by UTF-16 code units, as section 3.2.3 shows", () => {
    const value = JSON.parse(vectors.orderInput) as JsonValue;
    const found = [...canonicalJson(value).matchAll(/:"([^"]*)"/g)].map(([, text]) => text);
    expect(found).to.deep.equal(vectors.order);
    expect(found).to.have.length(7);
  });

  it("writes the numbers of appendix B, and refuses those that JSON has not", () => {
    let written = 0;
    for (const [ieee, text] of vectors.numbers) {
      const value = double(String(ieee));
      if (text === null) expectRefusal(() => canonicalJson(value), "E_NUMBER_FORM");
      else expect(canonicalJson(value)).to.equal(text);
      written++;
    }
    expect(written).to.equal(26);
  });

  it("agrees with canonicalize on every JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(value as JsonValue)).to.equal(canonicalize(value));
      }),
      { numRuns: 1000 },
    );
  });

  it("agrees with canonicalize on objects of few shapes in many orders, with names of any characters", () => {
    const name = fc.oneof(fc.constantFrom("", "a", "b", "a,b", '"', "\\", "\u0000", "é", "1", "10", "9"), fc.string());
    const object = fc.uniqueArray(name, { maxLength: 12 }).map((names) => {
      return Object.fromEntries(names.map((key, at) => [key, at]));
    });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 20 }), (value) => {
        expect(canonicalJson(value)).to.equal(canonicalize(value));
      }),
      { numRuns: 500 },
    );
  });

  it("stays right when there are more shapes than it remembers", () => {
    for (let at = 0; at < 3000; at++) {
      const value = { [`z${at % 700}`]: 1, [`k${at}`]: 2, a: 3 };
      expect(canonicalJson(value)).to.equal(canonicalize(value));
    }
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`n${at * 7919}`, at]));
    expect(canonicalJson(wide)).to.equal(canonicalize(wide));
  });

  it("is the same however the members were ordered and the text was spaced", () => {
    const a = parseJson(utf8('{ "b" : [ 1.0, "\\u0041" ], "a" : 1e2 }'));
    const b = parseJson(utf8('{"a":100,"b":[1,"A"]}'));
    expect(canonicalJson(a)).to.equal(canonicalJson(b));
    expect(canonicalJson(a)).to.equal('{"a":100,"b":[1,"A"]}');
  });

  it("reads back what it wrote, unchanged", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as JsonValue);
        fc.pre(!/"(?:__proto__|constructor|prototype|toJSON|then)"/.test(text));
        expect(canonicalJson(parseJson(utf8(text)))).to.equal(text);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses what JSON cannot hold", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const cases: readonly (readonly [unknown, Parameters<typeof expectRefusal>[1]])[] = [
      ["\ud800", "E_ENCODING"],
      [{ "\udc00": 1 }, "E_ENCODING"],
      [["a", "\ude00\ud83d"], "E_ENCODING"],
      [Number.NaN, "E_NUMBER_FORM"],
      [[Number.NEGATIVE_INFINITY], "E_NUMBER_FORM"],
      [undefined, "E_TYPE"],
      [{ a: undefined }, "E_TYPE"],
      [new Array(1), "E_TYPE"],
      [1n, "E_TYPE"],
      [Symbol("x"), "E_TYPE"],
      [() => 1, "E_TYPE"],
      [new Date(0), "E_TYPE"],
      [new Map(), "E_TYPE"],
      [new Uint8Array(1), "E_TYPE"],
      [cycle, "E_DEPTH"],
    ];
    for (const [value, code] of cases) expectRefusal(() => canonicalJson(value as JsonValue), code);
    expect(cases).to.have.length(15);
  });
}).timeout(30_000);
