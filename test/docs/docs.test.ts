import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseJson } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { blocksOf, commandsOf, root } from "./blocks.ts";

const files = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trim().split("\n");
const blocks = files.flatMap(blocksOf);
const scripts = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object }).scripts;
const ci = readFileSync(join(root, ".ci/run"), "utf8");

/** Links of a Markdown file that point into the project. */
function linksOf(file: string): readonly string[] {
  const source = readFileSync(join(root, file), "utf8");
  return [...source.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((match) => String(match[1]))
    .filter((to) => !/^https?:/.test(to));
}

describe("the documents", () => {
  it("were really read", () => {
    expect(files).to.include.members(["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/formats.md"]);
    expect(blocks.length).to.be.greaterThan(15);
  });

  it("point only at files that exist", () => {
    const broken = files.flatMap((file) =>
      linksOf(file)
        .filter((to) => !existsSync(resolve(root, dirname(file), to)))
        .map((to) => `${file}: ${to}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it("name only npm scripts that exist", () => {
    const named = files.flatMap((file) => [...readFileSync(join(root, file), "utf8").matchAll(/npm run ([a-z:-]+)/g)]);
    expect(named.length).to.be.greaterThan(5);
    expect(named.map((match) => String(match[1])).filter((name) => !(name in scripts))).to.deep.equal([]);
  });

  it("have JSON examples that the strict reader takes", () => {
    const examples = blocks.filter(({ language }) => language === "json");
    expect(examples.length).to.be.greaterThan(3);
    for (const { file, line, text } of examples) {
      expect(() => parseJson(new TextEncoder().encode(text)), `${file}:${line}`).to.not.throw();
    }
  });

  it("promise a newcomer two commands that CI runs", () => {
    for (const readme of ["README.md", "README.zh-CN.md"]) {
      const commands = blocksOf(readme)
        .filter(({ label }) => label === "ci")
        .flatMap(commandsOf);
      expect(commands).to.deep.equal(["npm ci && npm run demo", "npm ci && npm test"]);
      for (const command of commands.flatMap((line) => line.split(" && ")))
        expect(ci).to.match(new RegExp(`^step ${command}`, "m"));
    }
  });

  it("name every room of the sdk to whoever imports one", () => {
    const rooms = readdirSync(join(root, "sdk/src"));
    const table = readFileSync(join(root, "sdk/README.md"), "utf8");
    expect(rooms).to.include("evidence");
    expect(rooms.filter((room) => !table.includes(`\`@lianzheng/sdk/${room}\``))).to.deep.equal([]);
  });

  it("have no shell block of the README that no test runs", () => {
    for (const { file, line, label } of blocks.filter(({ language }) => language === "sh")) {
      if (file.startsWith("README")) expect(label, `${file}:${line}`).to.match(/^(ci|tour)/);
    }
  });
});
