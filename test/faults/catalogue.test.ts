import { expect } from "chai";
import { FaultContext, Grounds } from "./context.ts";
import { catalogue, missing } from "./catalogue/index.ts";
import { plainEntries, plainLeaf, plainRoot, bundlePath } from "./oracle/plain-log.ts";
import { randomOf } from "./random.ts";

describe("the catalogue of faults", () => {
  it("has rows with ids of their own, and calls none missing that is there", () => {
    const ids = catalogue.map(({ id }) => id);
    expect(ids.length).to.be.greaterThan(45);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const id of ids) expect(id).to.match(/^F-[A-Z]\d{1,2}[a-z]?$/);
    expect(Object.keys(missing).filter((id) => ids.includes(id))).to.deep.equal([]);
  });

  it("gives the same chance for the same seed", () => {
    const [one, two, other] = [randomOf("1 F-R9"), randomOf("1 F-R9"), randomOf("2 F-R9")];
    const numbers = Array.from({ length: 5 }, one);
    expect(Array.from({ length: 5 }, two)).to.deep.equal(numbers);
    expect(Array.from({ length: 5 }, other)).to.not.deep.equal(numbers);
  });

  it("cleans up behind a case, the last made first", async () => {
    const done: number[] = [];
    const context = new FaultContext({ grounds: new Grounds(), isLong: false, random: () => 0, say: () => undefined });
    for (const nth of [1, 2]) context.defer(() => Promise.resolve(done.push(nth)));
    await context.close();
    expect(done).to.deep.equal([2, 1]);
  });
});

describe("the oracle's own tree", () => {
  // The classic leaves of Certificate Transparency's test data; the root of eight is published with them.
  const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

  it("has the published root", () => {
    const hashes = leaves.map((hex) => plainLeaf(Buffer.from(hex, "hex")));
    expect(plainRoot(hashes).toString("hex")).to.equal(
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    );
    expect(plainRoot([]).toString("hex")).to.match(/^e3b0c442/);
  });

  it("reads entry bundles and names them as C2SP tlog-tiles does", () => {
    expect(plainEntries(Buffer.from("00016100026263", "hex")).map(String)).to.deep.equal(["a", "bc"]);
    expect(bundlePath(0, 256)).to.equal("/log/tile/entries/000");
    expect(bundlePath(1234067, 3)).to.equal("/log/tile/entries/x001/x234/067.p/3");
  });
});
