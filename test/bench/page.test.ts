import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { benchFolder, filesOf, readResults } from "../../scripts/bench/plots.ts";
import { assertResults } from "./shape.ts";

describe("the benchmarks' page", () => {
  it("stands on results of the form that the benchmarks write, of a whole run", async () => {
    const results = await readResults();
    assertResults(results);
    expect(results.isQuick).to.equal(false);
  });

  it("is made of the committed results, and so are all of its plots", async () => {
    const files = await filesOf(await readResults());
    expect(files.size).to.be.greaterThan(10);
    for (const [name, content] of files) {
      expect(await readFile(join(benchFolder, name), "utf8"), name).to.equal(content);
    }
    expect((await readdir(benchFolder)).sort()).to.deep.equal([...files.keys(), "results.json", "scale.json"].sort());
  });

  it("shows each plot to those who see it and to those who do not", async () => {
    for (const [name, content] of await filesOf(await readResults())) {
      if (!name.endsWith(".svg")) continue;
      expect(content, name).to.match(/<title id="title">[^<]+<\/title>\n<desc id="description">[^<]+<\/desc>/);
      expect(content, name).to.not.match(/NaN|undefined|Infinity/);
      expect(content, name).to.contain("prefers-color-scheme: dark");
    }
  });
});
