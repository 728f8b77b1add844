import { expect } from "chai";
import { createSalts } from "../../node/src/api/salts.ts";

describe("the salts of unprepared records", () => {
  it("are 144 random bits each, and none is given out twice over many draws", () => {
    const freshSalt = createSalts();
    const salts = Array.from({ length: 5000 }, freshSalt);
    expect(new Set(salts).size).to.equal(5000);
    for (const salt of salts) expect(salt).to.match(/^[A-Za-z0-9_-]{24}$/);
  });

  it("of two sources have nothing in common", () => {
    const [first, second] = [createSalts(), createSalts()];
    const salts = new Set(Array.from({ length: 600 }, first));
    for (let at = 0; at < 600; at += 1) expect(salts.has(second())).to.equal(false);
  });
});
