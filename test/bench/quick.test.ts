import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { Results } from "../../scripts/bench/results.ts";
import { assertResults } from "./shape.ts";

const root = join(import.meta.dirname, "..", "..");

describe("the benchmarks", () => {
  it("all run, and say what was measured", async function () {
    this.timeout(600_000);
    const folder = await mkdtemp(join(tmpdir(), "lianzheng-bench-test-"));
    try {
      const out = join(folder, "results.json");
      const script = join(root, "scripts", "bench", "run.ts");
      await promisify(execFile)(process.execPath, [script, "--quick", "--directory", folder, "--out", out], {
        cwd: root,
      });
      const results = JSON.parse(await readFile(out, "utf8")) as Results;
      assertResults(results);
      expect(results.isQuick).to.equal(true);
      const ids = results.groups.map(({ id }) => id);
      expect(ids).to.include.members(["journal", "http-single", "http-array", "http-ndjson", "http-sustained"]);
      expect(ids).to.include.members([
        "tree-build",
        "tree-prove",
        "tree-verify",
        "canonical",
        "wrapping",
        "gas",
        "anchored",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
