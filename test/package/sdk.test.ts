import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { encodePolicy } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { publint } from "publint";
import { encoded, makeEvidence, nowMs, policy } from "../evidence/fixture.ts";

const root = resolve(import.meta.dirname, "../..");
const dist = join(root, "sdk/dist");

/** What a stranger's program does with the published package: read a policy, verify a bundle, print the result. */
const stranger = `
import { readFileSync } from "node:fs";
import { decodePolicy, verify } from "@lianzheng/sdk/evidence";
const policy = decodePolicy(readFileSync("policy.json"));
const verdict = verify(readFileSync(process.argv[2]), policy, { now: ${String(nowMs)} });
console.log(verdict.result);
`;

/** A project of somebody else's: the packed sdk installed, its dependencies beside it, no TypeScript, no workspace. */
function install(folder: string): void {
  const tarball = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: dist,
    encoding: "utf8",
  });
  const home = join(folder, "node_modules/@lianzheng/sdk");
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, tarball.trim()), "-C", home, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(join(dist, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const target = join(folder, "node_modules", name);
    mkdirSync(resolve(target, ".."), { recursive: true });
    // npm keeps a version of its own beside the package where another dependency holds the shared place.
    const own = join(root, "sdk/node_modules", name);
    symlinkSync(existsSync(own) ? own : join(root, "node_modules", name), target);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "check.js"), stranger);
}

describe("the sdk as it is published", () => {
  let folder: string;

  before(() => {
    const packed = spawnSync(process.execPath, [join(root, "scripts/pack-sdk.ts")], { cwd: root, encoding: "utf8" });
    expect(packed.status, packed.stdout + packed.stderr).to.equal(0);
    folder = mkdtempSync(join(tmpdir(), "lianzheng-package-"));
    install(folder);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("pleases publint", async () => {
    const { messages } = await publint({ pkgDir: dist, strict: true });
    expect(messages).to.deep.equal([]);
  });

  it("holds JavaScript and types only, and names no workspace", () => {
    const files = readdirSync(dist, { recursive: true, encoding: "utf8" });
    expect(files.length).to.be.greaterThan(100);
    expect(files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))).to.deep.equal([]);
    expect(readFileSync(join(dist, "package.json"), "utf8")).to.not.contain("src/");
  });

  it("lets a stranger's program verify a bundle, and refuses a changed one", async () => {
    const good = encoded((await makeEvidence()).bundle);
    writeFileSync(join(folder, "policy.json"), encodePolicy(policy));
    writeFileSync(join(folder, "good.json"), good);
    writeFileSync(join(folder, "bad.json"), new TextDecoder().decode(good).replace("trade.listing", "trade.lasting"));
    const run = (file: string): string =>
      execFileSync(process.execPath, ["check.js", file], { cwd: folder, encoding: "utf8" }).trim();
    expect(run("good.json")).to.equal("verified");
    expect(run("bad.json")).to.equal("failed");
  });
});
