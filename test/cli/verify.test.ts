import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeBundle, encodePolicy } from "@lianzheng/sdk/evidence";
import type { Bundle } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { createNoteSigner } from "@lianzheng/sdk/log";
import { refusalKeyName, signRefusal } from "@lianzheng/sdk/refusal";
import { logKey, makeEvidence, policy } from "../evidence/fixture.ts";
import { finish, jsonOf, lianzheng, startCommand } from "./command.ts";
import { displayWidth } from "../../cli/src/output/width.ts";
import type { Run } from "./command.ts";

interface FileAnswer {
  readonly file: string;
  readonly result: string;
  readonly code?: string;
  readonly exitCode: number;
  readonly verdicts?: readonly { readonly question: string; readonly answer: string }[];
}

function filesOf(run: Run): readonly FileAnswer[] {
  return jsonOf(run)["files"] as readonly FileAnswer[];
}

/** What a node says of a submission that it refused. */
const facts = {
  ...({
    time: "2026-11-22T10:00:00.000Z",
    request: `0x${"ab".repeat(32)}`,
    member: policy.logs[0]!.owner,
  } as const),
  ...{ code: "E_RED_LINE", field: "/body/grade", recordType: "trade.listing" },
  policy: { name: "policy/red-lines", version: 2, digest: `0x${"cd".repeat(32)}` } as const,
  origin: policy.logs[0]!.origin,
};
const note = signRefusal(
  facts,
  createNoteSigner(refusalKeyName(facts.origin), logKey("log").publicKey, (text) => logKey("log").sign(text)),
);

describe("lianzheng verify", function () {
  this.timeout(60_000);
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lianzheng-verify-"));
    const { bundle } = await makeEvidence();
    const open = await makeEvidence({ counted: 0 });
    const first = bundle.records[0]!;
    const altered: Bundle = { ...bundle, records: [{ ...first, disclosures: [] }, ...bundle.records.slice(2)] };
    await write("policy.json", encodePolicy(policy));
    await write("good.evidence.json", encodeBundle(bundle));
    await write("good2.evidence.json", encodeBundle(bundle));
    await write("open.evidence.json", encodeBundle(open.bundle));
    await write("bad.evidence.json", encodeBundle(altered));
    await write("empty.evidence.json", "");
    await write("not-json.evidence.json", "{");
    await write("refusal.txt", note);
    execFileSync("mkfifo", [join(folder, "fifo")]);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("asks again with --online, and is undecided where nobody answers", async () => {
    const good = ["verify", "good.evidence.json", "--policy", "policy.json"];
    const run = await lianzheng([...good, "--online", "http://127.0.0.1:1", "--json"], { cwd: folder });
    expect(run.exitCode).to.equal(3);
    const [file] = filesOf(run) as readonly (FileAnswer & {
      findings?: readonly { about: string; answer: string }[];
    })[];
    expect(file!.result).to.equal("verified");
    expect(file!.findings!.map(({ about, answer }) => `${about} ${answer}`)).to.deep.equal(["chain unknown"]);
    const shown = await lianzheng([...good, "--online", "http://127.0.0.1:1", "--lang", "zh"], { cwd: folder });
    expect(shown.stdout).to.contain("当前在线复核").and.contain("? 未知");
  });

  it("says what --online needs", async () => {
    const good = ["verify", "good.evidence.json", "--policy", "policy.json"];
    for (const [more, code] of [
      [["--online"], "E_USAGE"],
      [["--node", "http://127.0.0.1:1"], "E_USAGE"],
      [["--online", "ftp://127.0.0.1"], "E_URL"],
    ] as const) {
      const run = await lianzheng([...good, ...more, "--json"], { cwd: folder });
      expect(run.exitCode).to.equal(2);
      expect(run.stdout + run.stderr).to.contain(code);
    }
  });

  it("recognises a node's signed refusal, and believes it only by a log of the policy", async () => {
    await write("forged.txt", note.replace("E_RED_LINE", "E_SCHEMA"));
    const run = await verify("refusal.txt", "--json");
    expect([run.exitCode, filesOf(run)[0]]).to.deep.equal([
      0,
      { file: "refusal.txt", result: "verified", refusal: facts, exitCode: 0 },
    ]);
    const told = await verify("refusal.txt", "--lang", "zh");
    expect(told.stdout).to.contain("已签名的拒绝回执").and.contain("policy/red-lines, 版本 2");
    const forged = await verify("forged.txt", "--json");
    expect([forged.exitCode, filesOf(forged)[0]?.code]).to.deep.equal([1, "V_NOTE"]);
  });

  it("lets no file name steer the terminal", async () => {
    const name = "\u001b[2J\u202egood.evidence.json";
    const run = await verify(name);
    expect(run.exitCode).to.equal(2);
    const told = run.stdout + run.stderr;
    expect(told).to.contain("\\u{1b}[2J\\u{202e}good");
    for (const steering of ["\u001b[2J", "\u202e"]) expect(told).to.not.contain(steering);
  });

  it("does not end as if it had answered what it does not ask of a refusal or a dossier", async () => {
    const { bundle, records } = await makeEvidence();
    const { subject } = records[0]!.entry;
    const index = [{ subject, role: "subject", records: records.map(({ id }) => id), bundle: 0, reason: null }];
    const about = { kind: "trade", subject, madeAt: "2026-03-20T08:00:00.000Z", index, lineage: [], law: "" };
    const bundles = [encodeBundle(bundle)];
    await write("trade.dossier.json", JSON.stringify({ format: "lianzheng-dossier", version: 1, ...about, bundles }));
    expect((await verify("trade.dossier.json", "--require", "complete")).exitCode).to.equal(0);
    for (const args of [
      ["trade.dossier.json", "--file", "policy.json"],
      ["trade.dossier.json", "--online", "http://127.0.0.1:1"],
      ["refusal.txt", "--file", "policy.json"],
      ["refusal.txt", "--online", "http://127.0.0.1:1"],
      ["refusal.txt", "--require", "complete"],
    ]) {
      const run = await verify(...args, "--json");
      expect([run.exitCode, filesOf(run)[0]?.code], args.join(" ")).to.deep.equal([2, "E_USAGE"]);
    }
  });

  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  const verify = (...args: string[]): Promise<Run> =>
    lianzheng(["verify", ...args, "--policy", "policy.json"], { cwd: folder });

  const cases: readonly {
    readonly files: readonly string[];
    readonly exitCode: number;
    readonly results: readonly string[];
    readonly codes?: readonly (string | undefined)[];
  }[] = [
    { files: ["good.evidence.json"], exitCode: 0, results: ["verified"] },
    { files: ["bad.evidence.json"], exitCode: 1, results: ["failed"], codes: ["V_INCOMPLETE"] },
    { files: ["open.evidence.json"], exitCode: 3, results: ["undetermined"] },
    { files: ["not-json.evidence.json"], exitCode: 1, results: ["failed"], codes: ["V_FORMAT"] },
    { files: ["empty.evidence.json"], exitCode: 2, results: ["error"], codes: ["E_FILE_EMPTY"] },
    { files: ["absent.evidence.json"], exitCode: 2, results: ["error"], codes: ["E_FILE_ABSENT"] },
    { files: ["."], exitCode: 2, results: ["error"], codes: ["E_FILE_DIRECTORY"] },
    { files: ["fifo"], exitCode: 2, results: ["error"], codes: ["E_FILE_KIND"] },
    {
      files: ["good.evidence.json", "open.evidence.json", "bad.evidence.json", "absent.evidence.json"],
      exitCode: 1,
      results: ["verified", "undetermined", "failed", "error"],
    },
    { files: ["open.evidence.json", "good.evidence.json"], exitCode: 3, results: ["undetermined", "verified"] },
    { files: ["good.evidence.json", "good2.evidence.json"], exitCode: 0, results: ["verified", "verified"] },
  ];

  for (const { files, exitCode, results, codes } of cases) {
    it(`ends with ${exitCode} for ${files.join(", ")}`, async () => {
      const run = await verify(...files, "--json");
      expect(run.exitCode, run.stderr).to.equal(exitCode);
      expect(jsonOf(run)).to.include({ schema: 1, exitCode });
      expect(filesOf(run).map(({ file }) => file)).to.deep.equal(files);
      expect(filesOf(run).map(({ result }) => result)).to.deep.equal(results);
      if (codes !== undefined) expect(filesOf(run).map(({ code }) => code)).to.deep.equal(codes);
    });
  }

  it("has its cases", () => expect(cases).to.have.length(11));

  it("shows a person one line for every question, with reason and trust", async () => {
    const { stdout, exitCode } = await verify("good.evidence.json");
    const lines = stdout.split("\n");
    expect(exitCode).to.equal(0);
    expect(lines[0]).to.equal("✔ VERIFIED  good.evidence.json (one operator alone witnesses the chain)");
    const questions = ["unaltered", "logged", "signed", "anchored", "final", "time", "entitled", "complete"];
    expect(lines.slice(1, 9).map((line) => line.trim().split(/\s/)[0])).to.deep.equal(questions);
    expect(lines[5]).to.contain("(one operator alone)");
    expect(lines[7]).to.match(/\? unknown {2,}[A-Z]/);
    expect(stdout).to.not.contain("\u001b");
  });

  it("says first that a forgery is none, and why", async () => {
    const { stdout, exitCode } = await verify("bad.evidence.json");
    expect(exitCode).to.equal(1);
    expect(stdout.split("\n")[0]).to.match(/^✘ NOT VERIFIED {2}bad\.evidence\.json: complete: .+ \[V_INCOMPLETE\]$/);
  });

  it("explains itself in Chinese", async () => {
    const { stdout } = await verify("good.evidence.json", "bad.evidence.json", "--lang", "zh");
    expect(stdout).to.contain("✔ 核验通过  good.evidence.json");
    expect(stdout).to.contain("✘ 核验不通过  bad.evidence.json: 该事项的记录有缺失");
    expect(stdout).to.contain("未被篡改").and.contain("披露内容与存证时的承诺一致");
  });

  it("folds everything to the width that is asked for", async () => {
    for (const [columns, lang] of [
      [60, "en"],
      [60, "zh"],
      [110, "en"],
    ] as const) {
      const args = ["verify", "good.evidence.json", "bad.evidence.json", "--policy", "policy.json", "--lang", lang];
      const { stdout } = await lianzheng(args, { cwd: folder, env: { COLUMNS: String(columns) } });
      const wide = stdout.split("\n").filter((line) => displayWidth(line) > columns);
      expect(
        wide.every((line) => line.startsWith("  #")),
        wide.join("\n"),
      ).to.equal(true);
    }
  });

  it("tells a person by which policy it judged, and warns of a draft on every path", async () => {
    const asked = `\n\npolicy  ${policy.name} (policy.json) asks for ${policy.required.join(", ")}\n`;
    expect((await verify("good.evidence.json")).stdout).to.contain(asked);
    await write("draft.json", encodePolicy({ ...policy, name: "draft" }));
    for (const more of [[], ["--quiet"], ["--json"]]) {
      const { stderr } = await lianzheng(["verify", "good.evidence.json", "--policy", "draft.json", ...more], {
        cwd: folder,
      });
      expect(stderr).to.match(/^! the policy draft\.json is named "draft"/);
    }
  });

  it("speaks of no policy where nothing could be judged", async () => {
    const { stdout, stderr } = await verify("empty.evidence.json");
    expect(stdout).to.equal("error E_FILE_EMPTY: empty.evidence.json: it is empty\n");
    expect(stderr).to.equal("");
  });

  it("names the policy by which it judged, with its digest", async () => {
    const { policy: used } = jsonOf(await verify("good.evidence.json", "--json"));
    const digest = createHash("sha256").update(encodePolicy(policy)).digest("hex");
    expect(used).to.deep.equal({
      file: "policy.json",
      name: policy.name,
      required: policy.required,
      "sha-256": `0x${digest}`,
    });
  });

  it("says only the verdicts with --quiet", async () => {
    const { stdout, stderr } = await verify("good.evidence.json", "bad.evidence.json", "--quiet");
    expect(stdout.trimEnd().split("\n")).to.have.length(2);
    expect(stderr).to.equal("");
  });

  it("asks more than the policy where it is told to, and never less", async () => {
    const entitled = await verify("good.evidence.json", "--require", "entitled", "--json");
    expect(entitled.exitCode).to.equal(3);
    expect(filesOf(entitled)[0]?.result).to.equal("undetermined");
    const complete = await verify("good.evidence.json", "--require", "complete", "--json");
    expect(complete.exitCode).to.equal(0);
    expect((jsonOf(complete)["policy"] as { required: string[] }).required).to.include.members([...policy.required]);
    const misspelt = await verify("good.evidence.json", "--require", "compleat");
    expect(misspelt.exitCode).to.equal(2);
    expect(misspelt.stderr).to.contain("complete");
  });

  it("reads a bundle from standard input", async () => {
    const { bundle } = await makeEvidence();
    const args = ["verify", "-", "--policy", "policy.json", "--json"];
    const run = await lianzheng(args, { cwd: folder, stdin: encodeBundle(bundle) });
    expect(run.exitCode).to.equal(0);
  });

  it("refuses a policy that is none, whatever the bundle", async () => {
    const args = ["verify", "good.evidence.json", "--policy", "good.evidence.json", "--json"];
    const run = await lianzheng(args, { cwd: folder });
    expect(run.exitCode).to.equal(2);
    expect(jsonOf(run)).to.include({ result: "error", code: "V_POLICY", exitCode: 2 });
    expect(jsonOf(run)["detail"]).to.match(/^good\.evidence\.json: /);
  });

  it("does not lose its verdict when its reader leaves early", async () => {
    const child = startCommand(["verify", "bad.evidence.json", "--policy", "policy.json"], { cwd: folder });
    child.stdout?.destroy();
    const run = await finish(child);
    expect(run).to.include({ exitCode: 1, stderr: "" });
  });
});
