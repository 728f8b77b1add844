/** A slice of the comparison with the second verifier; `npm run test:interop:verifier` makes the long one. */
import { expect } from "chai";
import { compare } from "./verifier/compare.ts";
import { kinds } from "./verifier/mutations.ts";
import { withoutPython } from "./verifier/second.ts";

const seed = Number(process.env["LIANZHENG_SEED"] ?? 5);

describe("interop: a second verifier, of Python and the specification", () => {
  const missing = withoutPython();

  it(`agrees with verify on result, codes and facts, and neither takes what is forged (seed ${seed})`, async function () {
    if (missing !== undefined) {
      if (process.env["LIANZHENG_INTEROP"] === "required") throw new Error(`This needs python3: ${missing}`);
      console.warn(`      NOT RUN, the second verifier needs python3: ${missing}`);
      this.skip();
    }
    this.timeout(120_000);
    const compared = await compare({ seed, bases: 10, valid: 25, mutated: 300 });
    const differing = compared.disagreements.map(({ kind, ours, second }) => ({ kind, ours, second }));
    expect(differing).to.deep.equal([]);
    expect(compared.forged).to.deep.equal([]);
    expect([...compared.validResults.keys()], "the bundles as they were made").to.deep.equal(["verified"]);
    expect([...compared.byKind.values()].reduce((sum, times) => sum + times, 0)).to.equal(300);
    expect(compared.byKind.size).to.equal(kinds.length);
    expect(compared.byCode.size, "codes").to.be.greaterThan(8);
  });
});
