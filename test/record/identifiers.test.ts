import { expect } from "chai";
import fc from "fast-check";
import {
  fromInstant,
  isRecordType,
  isSubject,
  isUscc,
  jsonPointer,
  toInstant,
  usccCheckCharacter,
} from "@lianzheng/sdk/record";
import vectors from "../vectors/uscc.json" with { type: "json" };
import { expectRefusal } from "../encoding/refusal.ts";

const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** GB 32100-2015 as a sum of weighted values, the weights multiplied up one by one. */
function naiveCheck(first17: string): string {
  let [sum, weight] = [0, 1];
  for (const letter of first17) {
    sum += alphabet.indexOf(letter) * weight;
    weight = (weight * 3) % 31;
  }
  return alphabet.charAt((31 - (sum % 31)) % 31);
}

describe("USCC", () => {
  it("takes published codes, refuses wrong check characters and wrong forms", () => {
    for (const code of vectors.valid) {
      expect(isUscc(code), code).to.equal(true);
      expect(usccCheckCharacter(code.slice(0, 17))).to.equal(code.slice(17));
    }
    for (const code of [...vectors.wrongCheckCharacter, ...vectors.wrongForm])
      expect(isUscc(code), code).to.equal(false);
    for (const value of [null, undefined, 18, ["91350100M000100Y43"]]) expect(isUscc(value)).to.equal(false);
    expect([vectors.valid.length, vectors.wrongCheckCharacter.length, vectors.wrongForm.length]).to.deep.equal([
      7, 4, 9,
    ]);
  });

  it("gives the check character of the definition, and sees every single wrong or swapped character", () => {
    const letters = fc.constantFrom(...Array.from(alphabet));
    const digits = fc.stringMatching(/^[0-9]{6}$/);
    const first17 = fc
      .tuple(
        fc.string({ unit: letters, minLength: 2, maxLength: 2 }),
        digits,
        fc.string({ unit: letters, minLength: 9, maxLength: 9 }),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(first17, fc.nat(16), letters, (text, at, letter) => {
        const code = text + usccCheckCharacter(text);
        expect(code.slice(17)).to.equal(naiveCheck(text));
        const wrong = code.slice(0, at) + letter + code.slice(at + 1);
        expect(isUscc(wrong)).to.equal(wrong === code);
        const swapped = code.slice(0, at) + code.charAt(at + 1) + code.charAt(at) + code.slice(at + 2);
        expect(isUscc(swapped)).to.equal(swapped === code);
      }),
    );
    expectRefusal(() => usccCheckCharacter("91350100M000100Y"), "E_USCC");
    expectRefusal(() => usccCheckCharacter("91350100O000100Y4"), "E_USCC");
  });
});

describe("instants", () => {
  it("takes each text of its one form back", () => {
    const first = Date.parse("0000-01-01T00:00:00.000Z");
    const last = Date.parse("9999-12-31T23:59:59.999Z");
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), (ms) => {
        expect(fromInstant(toInstant(ms))).to.equal(ms);
      }),
    );
    expect(toInstant(0)).to.equal("1970-01-01T00:00:00.000Z");
    expect(fromInstant("2024-02-29T23:59:59.999Z")).to.equal(1709251199999);
  });

  it("refuses other forms, times that do not exist and times out of range", () => {
    const bad: readonly unknown[] = [
      "2026-11-22",
      "2026-11-22T09:14:05Z",
      "2026-11-22T09:14:05.12Z",
      "2026-11-22T09:14:05.1200Z",
      "2026-11-22T09:14:05.120",
      "2026-11-22T09:14:05.120z",
      "2026-11-22t09:14:05.120Z",
      "2026-11-22 09:14:05.120Z",
      "2026-11-22T09:14:05.120+08:00",
      "2026-11-22T09:14:05,120Z",
      "2026-02-30T00:00:00.000Z",
      "2025-02-29T00:00:00.000Z",
      "2026-13-01T00:00:00.000Z",
      "2026-11-22T24:00:00.000Z",
      "2026-11-22T09:60:00.000Z",
      "2026-12-31T23:59:60.000Z",
      "+002026-11-22T09:14:05.120Z",
      "2026-11-22T09:14:05.120Z\n",
      "",
      1,
      null,
    ];
    for (const text of bad) expectRefusal(() => fromInstant(text), "E_INSTANT");
    for (const ms of [0.5, Number.NaN, 1e16, -1e16, 253402300800000]) expectRefusal(() => toInstant(ms), "E_INSTANT");
    expect(bad).to.have.length(21);
  });
});

describe("names", () => {
  it("knows subjects and record types by their form", () => {
    const subjects = ["a", "0", "trade:0x4c", "A.b_c:d/e-f", "x".repeat(200)];
    const noSubjects = [
      "",
      "-a",
      ":a",
      "a b",
      "é",
      "a\u0000",
      "a\u202e",
      "a\u200b",
      "\u0430",
      "a\n",
      "x".repeat(201),
      1,
      null,
    ];
    const types = ["trade.contract", "x-own.thing", "a.b.c", `a.${"b".repeat(62)}`];
    const noTypes = [
      "",
      "trade",
      "Trade.contract",
      "trade.",
      ".a",
      "a..b",
      "a.1b",
      "a_b.c",
      "a.b\n",
      `a.${"b".repeat(63)}`,
      7,
    ];
    for (const text of subjects) expect(isSubject(text), text).to.equal(true);
    for (const text of noSubjects) expect(isSubject(text), String(text)).to.equal(false);
    for (const text of types) expect(isRecordType(text), text).to.equal(true);
    for (const text of noTypes) expect(isRecordType(text), String(text)).to.equal(false);
    expect([subjects, noSubjects, types, noTypes].map(({ length }) => length)).to.deep.equal([5, 13, 4, 11]);
  });

  it("points to members as RFC 6901 does", () => {
    expect(jsonPointer([])).to.equal("");
    expect(jsonPointer(["a/b", "m~n", 0, ""])).to.equal("/a~1b/m~0n/0/");
  });
});
