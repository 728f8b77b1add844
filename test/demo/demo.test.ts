import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractNames } from "@lianzheng/sdk/chain";
import { verifyDossier, type DossierVerdict } from "@lianzheng/sdk/dossier";
import { decodeBundle, decodePolicy, verify } from "@lianzheng/sdk/evidence";
import type { Policy, Verdict } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { deliveredFile, rowsToDeliver } from "../../cli/src/demo/data.ts";
import { digestOf } from "../../cli/src/demo/delivery.ts";
import { prepareOutputFolder } from "../../cli/src/demo/output-folder.ts";
import type { AuditPapers } from "../../cli/src/audit/papers.ts";
import type { Summary } from "../../cli/src/demo/summary.ts";
import { inFolder, jsonOf, lianzheng } from "../cli/command.ts";
import type { Run } from "../cli/command.ts";

describe("the demo", function () {
  this.timeout(180_000);
  let folder = "";
  let run: Run | undefined;
  let summary: Summary | undefined;
  let policy: Policy | undefined;

  const out = (...names: string[]): string => join(folder, "demo-output", ...names);
  const verdictOf = async (...names: string[]): Promise<Verdict> => verify(await readFile(out(...names)), policy!);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lianzheng-demo-"));
    run = await lianzheng(["demo", "--json"], { cwd: folder });
    if (run.exitCode !== 0) throw new Error(`the demo ended with ${String(run.exitCode)}: ${run.stdout}${run.stderr}`);
    summary = JSON.parse(await readFile(out("summary.json"), "utf8")) as Summary;
    policy = decodePolicy(await readFile(out("policy.json")));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("answers with one JSON object that holds its summary", () => {
    expect(jsonOf(run!)).to.include({ schema: 1, result: "done", exitCode: 0 });
    expect(jsonOf(run!)["summary"]).to.deep.equal(summary);
  });

  it("leaves evidence, policy and summary behind, and no keys", async () => {
    const left = await readdir(out());
    const due = [".lianzheng-demo", "audit", "dossiers", "evidence", "forged", "policy.json", "summary.json"];
    expect(left.sort()).to.deep.equal(due);
    expect(await readdir(out("evidence"))).to.have.length(4);
    expect(await readdir(out("forged"))).to.have.length(6);
  });

  it("counts what it did", () => {
    const { records, gasPerRecord, gas, scenes, totalMs, notice } = summary!;
    expect(records.deliveryReceipts).to.equal(10_000);
    expect(records.total).to.equal(10_034);
    expect(records.byLog.map(({ size }) => size)).to.deep.equal([10_026, 8]);
    expect(gasPerRecord).to.be.greaterThan(1).and.lessThan(1_000);
    expect(gas.map(({ action }) => action)).to.include.members([
      ...contractNames.map((name) => `deploy ${name}`),
      "Members.applyFor",
      "Council.propose",
      "Council.vote",
      "Rights.registerResource",
      "Rights.grantAccepted",
      "Rights.registerProduct",
      "Registry.signOff",
      "Registry.complete",
      "Attestations.attest",
      "Emergency.order",
      "Emergency.cosign",
      "Emergency.release",
      "Trades.open",
      "Trades.record",
      "Trades.distribute",
      "Trades.file",
      "EvidenceLogs.publish",
    ]);
    const timesOf = (name: string): number | undefined => gas.find(({ action }) => action === name)?.times;
    expect(timesOf("Trades.record")).to.equal(13);
    expect(timesOf("Council.vote")).to.equal(1);
    expect(scenes).to.have.length(11);
    expect(scenes.reduce((sum, { ms }) => sum + ms, 0)).to.be.at.most(totalMs + scenes.length);
    expect(notice).to.match(/one operator alone/);
  });

  it("accepted genuine evidence, which the sdk accepts by itself", async () => {
    const names = (await readdir(out("evidence"))).sort();
    const bundles = summary!.accepted.filter(({ file }) => file.startsWith("evidence/"));
    expect(bundles.map(({ file }) => file.slice("evidence/".length)).sort()).to.deep.equal(names);
    for (const name of names) expect((await verdictOf("evidence", name)).result, name).to.equal("verified");
  });

  it("shows every step of both trades, complete against the chain", async () => {
    const cases = [
      ["trade-on-floor.evidence.json", 8, "trade.distribution"],
      ["trade-off-floor.evidence.json", 7, "trade.filing"],
    ] as const;
    for (const [name, stages, beside] of cases) {
      const { facts, verdicts } = await verdictOf("evidence", name);
      expect(facts.records).to.have.length(stages + 1);
      expect(facts.trade).to.include({ stages, terminated: false });
      expect(facts.records.map(({ type }) => type)).to.include(beside);
      for (const asked of ["complete", "entitled"])
        expect(verdicts.find(({ question }) => question === asked)?.answer, asked).to.equal("pass");
      expect(verdicts.find(({ question }) => question === "signed")?.trust).to.equal("member-key");
    }
  });

  it("gathered whole matters: a trade with its sources and rights, and a registration ready to move", async () => {
    const judge = async (name: string): Promise<DossierVerdict> =>
      verifyDossier(await readFile(out("dossiers", name)), policy!);
    const trade = await judge("trade-on-floor.dossier.json");
    expect(trade.result, trade.reason).to.equal("verified");
    expect(trade.answers.map(({ answer }) => answer)).to.deep.equal(["pass", "pass", "pass", "unknown"]);
    const roles = trade.items.map(({ item }) => item.role);
    expect(roles.filter((role) => role === "source")).to.have.length(2);
    expect(roles).to.include.members(["subject", "product", "right"]);
    const moved = await judge("product-portability.dossier.json");
    expect([moved.result, moved.kind], moved.reason).to.deep.equal(["verified", "portability"]);
  });

  it("audited a whole log without an account, and found it sound", async () => {
    const { result, counts } = JSON.parse(await readFile(out("audit", "audit.json"), "utf8")) as AuditPapers;
    expect(result).to.equal("sound");
    expect(counts.anchored).to.be.greaterThan(1);
    expect(await readFile(out("audit", "report.md"), "utf8")).to.contain("10026");
  });

  it("recorded the digest of the row that was delivered", async () => {
    const { facts } = await verdictOf("evidence", "delivery-row-5000.evidence.json");
    const last = (await rowsToDeliver(5_000)).at(-1);
    expect(deliveredFile).to.equal("flights-200k.json");
    expect(facts.records[0]?.disclosed).to.include({ row: 4_999, "sha-256": digestOf(last!) });
  });

  it("was refused every forgery, by name, as the sdk refuses it by itself", async () => {
    const refused = summary!.refused.map(({ file, code }) => [file.slice("forged/".length), code] as const);
    const codes: Record<string, string | undefined> = Object.fromEntries(refused);
    expect(codes).to.deep.equal({
      "changed-price.evidence.json": "V_DISCLOSURE",
      "swapped-leaf.evidence.json": "V_ROOT",
      "foreign-checkpoint.evidence.json": "V_INDEX",
      "self-signed-checkpoint.evidence.json": "V_NOTE",
      "removed-stage.evidence.json": "V_INCOMPLETE",
      "removed-ending.evidence.json": "V_INCOMPLETE",
    });
    for (const [name, code] of Object.entries(codes)) {
      decodeBundle(await readFile(out("forged", name)));
      expect(await verdictOf("forged", name), name).to.include({ result: "failed", code });
    }
  });

  it("was refused every rewriting by the chain", () => {
    expect(summary!.rewritesRefused.map(({ fault }) => fault)).to.deep.equal([
      "EvidenceLogsNotConsistent",
      "EvidenceLogsNotGrowing",
      "EvidenceLogsNotGrowing",
    ]);
  });
});

describe("the demo's folder", () => {
  it("is replaced if the demo made it, and left alone otherwise", () =>
    inFolder(async (folder) => {
      const own = join(folder, "own");
      await prepareOutputFolder(own);
      await writeFile(join(own, "old"), "x");
      await prepareOutputFolder(own);
      expect((await readdir(own)).sort()).to.deep.equal([".lianzheng-demo", "evidence"]);
      const foreign = join(folder, "foreign");
      await prepareOutputFolder(foreign);
      await rm(join(foreign, ".lianzheng-demo"));
      await writeFile(join(foreign, "thesis.txt"), "years of work");
      const refused = await prepareOutputFolder(foreign).catch((error: unknown) => error);
      expect(refused).to.include({ name: "CliError", code: "E_OUTPUT_FOREIGN" });
      expect(await readFile(join(foreign, "thesis.txt"), "utf8")).to.equal("years of work");
    }));
});
