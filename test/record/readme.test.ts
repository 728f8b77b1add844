import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "sdk/README.md"), "utf8");

/** Each TypeScript example with the text block that follows it: what it prints. */
const examples = [...readme.matchAll(/```ts\n([^]*?)```\n\n```text\n([^]*?)```/g)].map(
  ([, code = "", output = ""]) => ({
    code,
    output,
  }),
);

describe("sdk/README.md", () => {
  it("holds examples that each say what they print", () => {
    expect(examples).to.have.length(4);
    expect(readme.match(/```ts\n/g)).to.have.length(4);
  });

  for (const [at, { code, output }] of examples.entries()) {
    it(`runs example ${at + 1} as it stands`, () => {
      const args = ["--no-warnings", "--input-type=module-typescript", "--eval", code];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
      expect(stderr).to.equal("");
      expect(stdout).to.equal(output);
      expect(status).to.equal(0);
    });
  }
}).timeout(30_000);
