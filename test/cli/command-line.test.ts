import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { inFolder, jsonOf, lianzheng } from "./command.ts";

const key = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const id = `0x${"ab".repeat(32)}`;
const url = ["--url", "http://127.0.0.1:1"];

describe("the command line", function () {
  this.timeout(60_000);

  const cases: readonly (readonly [readonly string[], number, string])[] = [
    [[], 2, "E_USAGE"],
    [["verfy"], 2, "E_USAGE"],
    [["verify"], 2, "E_USAGE"],
    [["verify", "x", "--policy", "p", "--rpc", "http://x"], 2, "E_USAGE"],
    [["verify", "x", "--policy", "p", "--lang", "fr"], 2, "E_USAGE"],
    [["verify", "x", "--policy", "absent.json"], 2, "E_FILE_ABSENT"],
    [["chain", "folder", "--port", "70000"], 2, "E_USAGE"],
    [["chain", "folder", "--port", "1e3"], 2, "E_USAGE"],
    [["evidence", ...url], 2, "E_USAGE"],
    [["evidence", id, "--subject", "trade:x", ...url], 2, "E_USAGE"],
    [["evidence", "0x12", ...url], 2, "E_USAGE"],
    [["evidence", id, "--url", "127.0.0.1:8080"], 2, "E_URL"],
    [["evidence", id, "--url", "ftp://127.0.0.1"], 2, "E_URL"],
    [["evidence", id, "--url", "http://me:secret-word@127.0.0.1"], 2, "E_URL_CREDENTIALS"],
    [["submit", "absent.json", ...url], 2, "E_FILE_ABSENT"],
    [["submit", "bad.json", ...url], 2, "E_JSON_DUPLICATE_KEY"],
    [["submit", "x", "--token", "lz_secret-word", ...url], 2, "E_SECRET_ARGUMENT"],
    [["submit", "x", "--token-file", "lz_0123abcd_secret-word", ...url], 2, "E_SECRET_ARGUMENT"],
    [["start", "folder", "--private-key=secret-word"], 2, "E_SECRET_ARGUMENT"],
    [["start", key], 2, "E_SECRET_ARGUMENT"],
    [["start", "absent"], 2, "CONFIG_MISSING"],
    [["status", "absent"], 2, "CONFIG_MISSING"],
    [["init", "node", "--origin", "log.example", "--owner", "91460000MA5DEM119X"], 2, "CONFIG_VALUE"],
  ];

  for (const [args, exitCode, code] of cases) {
    it(`refuses "${args.join(" ").replace(key, "<a key>")}" with ${code}`, () =>
      inFolder(async (cwd) => {
        await writeFile(join(cwd, "bad.json"), '{"type":"x-a.b","type":"x-a.b"}');
        const run = await lianzheng([...args, "--json"], { cwd });
        expect(run.exitCode, run.stderr).to.equal(exitCode);
        expect(jsonOf(run)).to.include({ schema: 1, result: "error", code, exitCode });
        expect(run.stderr).to.equal("");
        expect(run.stdout).to.not.contain(key).and.not.contain("secret-word");
      }));
  }

  it("has its cases", () => expect(cases).to.have.length(23));

  it("tells a person what is wrong on stderr, with the code and no stack", async () => {
    const { stdout, stderr, exitCode } = await lianzheng(["verfy"]);
    expect({ stdout, exitCode }).to.deep.equal({ stdout: "", exitCode: 2 });
    expect(stderr).to.equal("error E_USAGE: unknown command 'verfy' (Did you mean verify?)\n");
  });

  it("names a misspelt option before the required one that it was meant for", async () => {
    const { stderr, exitCode } = await lianzheng(["verify", "x", "--polcy=secret-word"]);
    expect(exitCode).to.equal(2);
    expect(stderr).to.equal(
      "error E_USAGE: unknown option '--polcy'; required option '--policy <file>' not specified\n",
    );
  });

  it("says where a policy comes from to whoever has none", async () => {
    const { exitCode, stderr } = await lianzheng(["verify", "x.json"]);
    expect(exitCode).to.equal(2);
    expect(stderr)
      .to.match(/'--policy <file>' not specified/)
      .and.match(/`lianzheng policy NODE` drafts one/);
  });

  it("names the place of a mistake within a batch", () =>
    inFolder(async (cwd) => {
      const good = { type: "x-a.b", subject: "x:1", occurredAt: "2026-11-22T09:14:05.120Z", body: { price: "1" } };
      await writeFile(join(cwd, "batch.json"), JSON.stringify([good, { ...good, subject: "x 1" }]));
      const run = await lianzheng(["submit", "batch.json", ...url, "--json"], { cwd });
      expect(jsonOf(run)).to.deep.include({ code: "E_ID_CHARSET", details: { field: "/1/subject" } });
      expect(jsonOf(run)["detail"]).to.match(/^record 2 of the batch: \/subject: /);
    }));

  it("names the language of the house in every command's help", async () => {
    const { stdout, exitCode } = await lianzheng(["--help"]);
    expect(exitCode).to.equal(0);
    const commands = [
      "demo",
      "init",
      "start",
      "token",
      "chain",
      "submit",
      "evidence",
      "verify",
      "policy",
      "rules",
      "status",
      "fsck",
      "rebuild",
      "redact",
      "dossier",
      "audit",
      "stamp",
      "completion",
    ];
    for (const command of commands) expect(stdout).to.match(new RegExp(`^ {2}${command} `, "m"));
    expect(stdout).to.match(/离线核验/);
    for (const group of ["Begin 入门", "Keep evidence 存证", "Check evidence 核验", "Run a node 运维"]) {
      expect(stdout).to.match(new RegExp(`^${group}:`, "m"));
    }
    const help = await lianzheng(["verify", "--help"]);
    expect(help.exitCode).to.equal(0);
    expect(help.stdout).to.contain("Examples 示例:\n  $ lianzheng verify ");
  });
});
