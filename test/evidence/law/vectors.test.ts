import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { utf8 } from "@lianzheng/sdk/encoding";
import { decodePolicy, encodeBundle, encodePolicy, verify, type Bundle, type Policy } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import fc from "fast-check";
import { answerTo } from "../question-of.ts";
import type { EntitledCase, EntitledVectors } from "./vectors.ts";

const file = join(import.meta.dirname, "../../vectors/entitled.json");
const vectors = JSON.parse(await readFile(file, "utf8")) as EntitledVectors;

function without<Whole extends object>(whole: Whole, names: readonly string[] = []): Whole {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name))) as Whole;
}

function lawOf({ without: left, swap }: EntitledCase, law: Bundle["law"]): Bundle["law"] {
  if (swap === undefined) return without(law, left);
  const [one, other] = swap as ["members", "trades"];
  return { ...law, [one]: law[other]!, [other]: law[one]! };
}

const policyOf = ({ unnamed }: EntitledCase): Policy =>
  decodePolicy(utf8(encodePolicy({ ...vectors.policy, contracts: without(vectors.policy.contracts, unnamed) })));

describe("evidence: vectors of entitled", () => {
  for (const one of vectors.cases) {
    it(`${one.name}: ${one.answer}`, () => {
      const bundle = vectors.bundles[one.bundle]!;
      const changed = utf8(encodeBundle({ ...bundle, law: lawOf(one, bundle.law) }));
      const { answer, code, trust } = answerTo("entitled", verify(changed, policyOf(one), { now: vectors.now }));
      expect({ answer, code, trust }).to.deep.equal({ answer: one.answer, code: one.code, trust: one.trust });
    });
  }
  it("are ten", () => expect(vectors.cases).to.have.length(10));

  it("with any one character of their law changed pass only if they passed before, and never throw", () => {
    const bundle = vectors.bundles["used after"]!;
    const text = encodeBundle(bundle);
    const [first, last] = [text.indexOf('"law"'), text.indexOf('"records"')];
    expect(last).to.be.greaterThan(first + 1000);
    const answers = new Map<string, number>();
    const change = fc.tuple(
      fc.integer({ min: first, max: last }),
      fc.constantFrom("0", "7", "a", "f", "[", "]", ",", '"', "x"),
    );
    fc.assert(
      fc.property(change, ([place, character]) => {
        const bytes = utf8(text.slice(0, place) + character + text.slice(place + 1));
        const { answer } = answerTo("entitled", verify(bytes, vectors.policy, { now: vectors.now }));
        expect(answer).to.not.equal("pass");
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }),
      { numRuns: process.env["LIANZHENG_LONG"] === undefined ? 300 : 20_000 },
    );
    expect([...answers.keys()]).to.include.members(["fail", "unknown"]);
  });
});
