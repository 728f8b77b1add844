import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { createContext, Script } from "node:vm";
import { encodeBundle, encodePolicy, questions, type Verdict } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { build } from "esbuild";
import { encoded, makeEvidence, nowMs, policy } from "./fixture.ts";
import { judge } from "./question-of.ts";

const root = resolve(import.meta.dirname, "../..");
const specification = await readFile(join(root, "sdk/src/evidence/SPEC.md"), "utf8");

/** The one block of this language in the specification. */
function block(language: string): string {
  const found = [...specification.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))];
  expect(found, language).to.have.length(1);
  return found[0]![1]!;
}

describe("evidence: the specification", () => {
  it("has an example that runs and prints what stands beside it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lianzheng-spec-"));
    try {
      await writeFile(join(folder, "policy.json"), encodePolicy(policy));
      await writeFile(join(folder, "trade.evidence.json"), encodeBundle((await makeEvidence()).bundle));
      const program = join(folder, "example.mjs");
      const stdin = { contents: block("ts"), resolveDir: join(root, "cli"), loader: "ts" } as const;
      await build({ stdin, outfile: program, bundle: true, format: "esm", platform: "node", logLevel: "silent" });
      const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: folder });
      expect(stdout).to.equal(block("text"));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("has a section for each question, in their order", () => {
    const sections = [...specification.matchAll(/^### 3\.\d `([a-z]+)`/gm)].map(([, question]) => question);
    expect(sections).to.deep.equal(questions);
  });

  it("names every code that the questions fail with", async () => {
    const files = [
      "unaltered",
      "logged",
      "signed",
      "anchored",
      "final",
      "time",
      "complete",
      "stage-event",
      "chain-event",
      "bundle",
    ];
    const sources = await Promise.all(files.map((file) => readFile(join(root, `sdk/src/evidence/${file}.ts`), "utf8")));
    const codes = new Set(sources.join().match(/"V_[A-Z_]+"/g));
    expect(codes.size).to.be.greaterThan(10);
    for (const code of codes) expect(specification).to.contain(code.slice(1, -1));
  });
});

describe("evidence: in a browser", () => {
  it("gives the same verdict with nothing that Node adds to JavaScript", async () => {
    const { outputFiles } = await build({
      stdin: { contents: 'export * from "@lianzheng/sdk/evidence";', resolveDir: join(root, "cli") },
      bundle: true,
      write: false,
      format: "iife",
      globalName: "evidence",
      platform: "browser",
      logLevel: "silent",
    });
    // Neither process nor Buffer nor require: a page has these two of what is used.
    const page = createContext({ TextEncoder, TextDecoder });
    new Script(outputFiles[0]!.text).runInContext(page);
    const bytes = encoded((await makeEvidence()).bundle);
    Object.assign(page, { text: new TextDecoder().decode(bytes), policyText: encodePolicy(policy) });
    const source = `JSON.stringify(evidence.verify(new TextEncoder().encode(text),
      evidence.decodePolicy(new TextEncoder().encode(policyText)), { now: ${nowMs} }))`;
    const verdict = JSON.parse(String(new Script(source).runInContext(page))) as Verdict;
    expect(verdict).to.deep.equal(JSON.parse(JSON.stringify(judge(bytes))));
    expect(verdict.result).to.equal("verified");
  });
});
