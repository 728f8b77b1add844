import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../..");
const script = join(root, "scripts/vectors.ts");
const names = ["canonical-json", "encoding", "merkle", "notes", "record", "sd-jwt", "tiles", "uscc"];

describe("the vectors", () => {
  it("are what scripts/vectors.ts makes", () => {
    const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { cwd: root, encoding: "utf8" });
    expect(stderr).to.equal("");
    expect(status).to.equal(0);
  });

  it("do not come from the code that they test", () => {
    expect(readFileSync(script, "utf8")).to.not.match(/from "(?:@lianzheng|\.)/);
  });

  it("each say their source", () => {
    for (const name of names) {
      const { source } = JSON.parse(readFileSync(join(root, `test/vectors/${name}.json`), "utf8")) as {
        source?: string;
      };
      expect(source, name).to.be.a("string").with.length.above(10);
    }
    expect(names).to.have.length(8);
  });
}).timeout(30_000);
