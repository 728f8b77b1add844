import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePolicy } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { startChain, type AuditChain } from "../audit/chain.ts";
import { makeEntries, makeTree, put, signed, writeLog } from "../audit/log-folder.ts";
import { finish, jsonOf, lianzheng, startCommand, type Run } from "./command.ts";

const sizes = [300, 2000];
const entries = makeEntries(2048, 9);
const tree = makeTree(entries, sizes);

/** A web server over the log's files that has no other idea of what it serves; it may dwell on a file. */
function serve(
  folder: string,
  dwell: (path: string) => Promise<void>,
): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = [];
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    asked.push(path);
    await dwell(path);
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  };
  const server = createServer((request, response) => void answer((request.url ?? "").slice(1), response));
  server.listen(0, "127.0.0.1");
  return once(server, "listening").then(() => {
    const { port } = server.address() as AddressInfo;
    return { server, asked, url: `http://127.0.0.1:${port}` };
  });
}

describe("lianzheng audit", function () {
  this.timeout(60_000);
  let chain: AuditChain;
  let cwd: string;

  before(async () => {
    chain = await startChain();
    await chain.publish(tree, sizes);
  });

  after(() => chain.close());

  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "lianzheng-cli-audit-"));
    await writeLog(join(cwd, "log"), tree);
    await writeFile(join(cwd, "policy.json"), encodePolicy(chain.policy));
  });

  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const audit = (...args: string[]): Promise<Run> =>
    lianzheng(["audit", ...args, "--policy", "policy.json", "-o", "papers"], { cwd });
  const paper = (name: string): Promise<string> => readFile(join(cwd, "papers", name), "utf8");

  it("writes working papers of a sound log, in English and in Chinese", async () => {
    const run = await audit("log", "--chain", chain.url);
    expect(run.exitCode, run.stdout + run.stderr).to.equal(0);
    expect(run.stdout).to.match(/^✔ SOUND {2}log\.exchange\.example\/2026: 2048\n/);
    expect(await paper("report.md"))
      .to.contain("# Audit of an evidence log")
      .and.contain("Nothing that contradicts.");
    expect(JSON.parse(await paper("audit.json"))).to.deep.include({
      format: "lianzheng-audit",
      version: 1,
      result: "sound",
    });
    expect((await paper("checkpoints.csv")).split("\r\n")).to.have.length(4);
    expect(await paper("findings.csv")).to.equal("code,record,size,tile,meaning,detail\r\n");
    const chinese = await audit("log", "--chain", chain.url, "--lang", "zh");
    expect([chinese.exitCode, chinese.stdout.startsWith("✔ 未见异常")]).to.deep.equal([0, true]);
    expect(await paper("report.md"))
      .to.contain("# 存证日志审计报告")
      .and.contain("未发现矛盾");
  });

  it("ends with 3 and says what it did not compare where no chain is named", async () => {
    const run = await audit("log", "--json");
    expect(run.exitCode).to.equal(3);
    expect(jsonOf(run)).to.include({ result: "undetermined" });
    expect(await paper("report.md")).to.contain("not compared with any chain");
  });

  it("ends with 1 and names the place where something was changed", async () => {
    const tile = Buffer.from(tree.files.get("tile/0/003")!);
    tile[0]! ^= 1;
    await put(join(cwd, "log"), "tile/0/003", tile);
    const run = await audit("log", "--chain", chain.url, "--lang", "zh");
    expect(run.exitCode).to.equal(1);
    expect(run.stdout)
      .to.match(/^✘ 发现问题/)
      .and.contain("AUDIT_ROOT size 2048");
    expect(await paper("findings.csv")).to.contain("AUDIT_ENTRY_LEAF,768,,tile/entries/003,");
  });

  it("ends with 1 for a checkpoint that the log's key did not sign, and for a log that the policy does not know", async () => {
    await put(join(cwd, "log"), "checkpoint", signed(2048, tree.roots.get(2048)!, "other"));
    expect((await audit("log")).stdout).to.contain("AUDIT_CHECKPOINT");
    await put(join(cwd, "log"), "checkpoint", "log.unknown.example/1\n0\nAAAA\n\n— x AAAA\n");
    const unknown = await audit("log");
    expect([unknown.exitCode, unknown.stdout.includes("AUDIT_LOG_UNKNOWN")]).to.deep.equal([1, true]);
  });

  it("ends with 2 where there is no log, and with 3 where nobody answers", async () => {
    const absent = await audit("nowhere", "--json");
    expect([absent.exitCode, jsonOf(absent)["code"]]).to.deep.equal([2, "E_LOG_ABSENT"]);
    const chainless = await audit("log", "--chain", "http://127.0.0.1:1", "--json");
    expect([chainless.exitCode, jsonOf(chainless)["code"]]).to.deep.equal([3, "E_UNREACHABLE"]);
  });

  it("reads a log of any web server, survives being killed, and goes on where it stopped", async () => {
    let hung: (() => void) | undefined;
    const reached = new Promise<void>((resolve) => (hung = resolve));
    const slow = await serve(join(cwd, "log"), async (path) => {
      // Long enough that the state is saved before the next tile; then one that never comes.
      if (path === "tile/0/004") await new Promise((resolve) => setTimeout(resolve, 2_500));
      if (path !== "tile/0/005") return;
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      hung?.();
      await new Promise(() => undefined);
    });
    const child = startCommand(["audit", slow.url, "--policy", "policy.json", "-o", "papers", "--chain", chain.url], {
      cwd,
    });
    const ended = finish(child);
    await Promise.race([reached, ended]);
    child.kill("SIGKILL");
    expect((await ended).signal).to.equal("SIGKILL");
    slow.server.closeAllConnections();
    slow.server.close();
    const quick = await serve(join(cwd, "log"), () => Promise.resolve());
    const run = await audit(quick.url, "--chain", chain.url, "--json");
    quick.server.close();
    expect(run.exitCode, run.stdout).to.equal(0);
    expect(jsonOf(run)["audit"]).to.deep.include({ result: "sound", continued: 1280 });
    expect(quick.asked).to.include("tile/0/005").and.not.include("tile/0/003");
    expect((await paper("checkpoints.csv")).trim().split("\r\n")).to.have.length(3);
  });
});
