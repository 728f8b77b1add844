import { expect } from "chai";
import { common, countOf, joined, smallest, type Run } from "../../node/src/registry/runs.ts";
import { termsIn, wordsIn } from "../../node/src/registry/tokens.ts";

/** What runs mean, said one by one. */
const indexesIn = (runs: readonly Run[]): Set<number> =>
  new Set(runs.flatMap(([first, count]) => Array.from({ length: count }, (_, at) => first + at)));

const inOrder = (indexes: Set<number>): readonly number[] => [...indexes].sort((a, b) => a - b);

describe("runs of indexes", () => {
  // A small generator, so that each run of the test meets the same cases.
  let seed = 7;
  const below = (limit: number): number => (seed = (seed * 16_807) % 2_147_483_647) % limit;
  const anyRuns = (): readonly Run[] => Array.from({ length: below(8) }, () => [below(40), 1 + below(6)]);

  it("are joined, intersected, counted and cut as the sets that they stand for", () => {
    let shared = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const [some, others] = [anyRuns(), anyRuns()];
      const [a, b] = [joined(some), joined(others)];
      expect(inOrder(indexesIn(a))).to.deep.equal(inOrder(indexesIn(some)));
      expect(a.every(([first], at) => at === 0 || first > a[at - 1]![0] + a[at - 1]![1])).to.equal(true);
      const both = new Set([...indexesIn(some)].filter((index) => indexesIn(others).has(index)));
      shared += both.size;
      expect(inOrder(indexesIn(common(a, b)))).to.deep.equal(inOrder(both));
      expect(countOf(a)).to.equal(indexesIn(some).size);
      expect(smallest(a, 5)).to.deep.equal(inOrder(indexesIn(some)).slice(0, 5));
    }
    expect(shared).to.be.greaterThan(1_000);
  });
});

describe("words", () => {
  it("of ASCII are those of the same text among other letters", () => {
    for (const text of ["trade.contract Trade:2026-0001", "0xAB12 x-a_b", "", "~!", `a${"b".repeat(80)}`]) {
      expect(wordsIn(`${text} 交`)).to.deep.equal([...wordsIn(text), "交"]);
      expect(termsIn(`${text} 交`)).to.deep.equal([...termsIn(text), "交"]);
    }
  });
});
