import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { decodePolicy, verify } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { jsonOf, lianzheng, plainEnvironment } from "./command.ts";
import type { Run } from "./command.ts";
import { endServices, startService } from "./service.ts";
import type { Service } from "./service.ts";

const root = resolve(import.meta.dirname, "../..");

/** The examples in a command's help, as a person would type them. */
async function examplesOf(command: string): Promise<readonly string[]> {
  const { stdout } = await lianzheng([command, "--help"]);
  const lines = stdout.split("\n").filter((line) => line.startsWith("  $ lianzheng "));
  return lines.map((line) => line.slice("  $ ".length));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("the examples of the help, one after another", function () {
  this.timeout(60_000);
  let cwd = "";
  let port = 0;
  let node: Service | undefined;

  /** Where the help says 8080 a port is taken that is free here. */
  const env = (): Record<string, string> => ({ LIANZHENG_PORT: String(port), LIANZHENG_ANCHOR_SECONDS: "1" });
  const here = (line: string): string => line.replaceAll(/127\.0\.0\.1:8(080|545)/g, `127.0.0.1:${port}`);

  /** Runs a line of the help in a shell, so that quoting and globs are the shell's. */
  const type = (line: string): Promise<Run> =>
    new Promise((done) => {
      const shell = here(line).replace(/^lianzheng/, `"${process.execPath}" "${join(root, "cli/src/main.ts")}"`);
      execFile("sh", ["-c", shell], { cwd, env: { ...plainEnvironment(), ...env() } }, (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : Number(error.code);
        done({ exitCode, signal: null, stdout, stderr });
      });
    });

  const only = async (command: string): Promise<string> => {
    const [line, ...more] = await examplesOf(command);
    expect(more).to.deep.equal([]);
    return line!;
  };

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "lianzheng-quickstart-"));
    port = await freePort();
    await cp(join(root, "examples"), join(cwd, "examples"), { recursive: true });
  });

  after(async () => {
    await endServices();
    await rm(cwd, { recursive: true, force: true });
  });

  it("init sets a node up, keeps the token from others, and warns of the passphrase", async () => {
    const run = await type(await only("init"));
    expect(run.exitCode, run.stderr).to.equal(0);
    expect((await stat(join(cwd, "token.txt"))).mode & 0o777).to.equal(0o600);
    const token = (await readFile(join(cwd, "token.txt"), "utf8")).trim();
    expect(token).to.match(/^lz_/);
    expect(run.stdout + run.stderr).to.not.contain(token);
    expect(run.stderr).to.match(/passphrase/);
  });

  it("init does not overwrite", async () => {
    const about = ["--origin", "log.x/1", "--owner", "91460000MA5DEM119H", "--json"];
    const again = await lianzheng(["init", "node", ...about, "--token-file", "other.txt"], { cwd });
    expect([again.exitCode, jsonOf(again)["code"]]).to.deep.equal([2, "CONFIG_EXISTS"]);
    const token = await lianzheng(["init", "node2", ...about, "--token-file", "token.txt"], { cwd });
    expect([token.exitCode, jsonOf(token)["code"]]).to.deep.equal([2, "E_OUTPUT_EXISTS"]);
    expect(jsonOf(token)["detail"]).to.equal("token.txt exists; name another file");
    expect((await readdir(cwd)).sort()).to.deep.equal(["examples", "node", "token.txt"]);
  });

  it("init makes the way to a folder, and keeps the token out of the node's own", async () => {
    const about = ["--origin", "log.x/1", "--owner", "91460000MA5DEM119H", "--json"];
    const deep = await lianzheng(["init", "new/node", ...about, "--token-file", "new/token.txt"], { cwd });
    expect([deep.exitCode, jsonOf(deep)["result"]]).to.deep.equal([0, "done"]);
    expect((await readdir(join(cwd, "new"))).sort()).to.deep.equal(["node", "token.txt"]);
    await rm(join(cwd, "new"), { recursive: true });
    const inside = await lianzheng(["init", "new/node", ...about, "--token-file", "new/node/token.txt"], { cwd });
    expect([inside.exitCode, jsonOf(inside)["code"]]).to.deep.equal([2, "E_USAGE"]);
    const barred = await lianzheng(["init", "token.txt/new/node", ...about, "--token-file", "other.txt"], { cwd });
    expect([barred.exitCode, jsonOf(barred)["code"]]).to.deep.equal([2, "E_OUTPUT_FOLDER"]);
    expect((await readdir(cwd)).sort()).to.deep.equal(["examples", "node", "token.txt"]);
  });

  it("start runs it", async () => {
    const [, , ...args] = (await only("start")).split(" ");
    node = await startService(["start", ...args], { cwd, env: env() });
    expect(node.ready).to.include({ schema: 1, result: "started", url: `http://127.0.0.1:${port}` });
    expect(node.ready["notice"]).to.contain("one operator alone witnesses it");
  });

  it("submit waits until the chain has the record; the same file again is the same record", async () => {
    const line = await only("submit");
    const run = await type(line);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stdout).to.match(/^anchored {2}0x[0-9a-f]{64} {2}leaf 0 {2}trade:2026-0001 {2}#0\n/);
    expect(run.stdout).to.contain("one operator alone witnesses it");
    const again = await type(`${line} --json`);
    expect(JSON.parse(again.stdout)).to.deep.include({ result: "done", state: "anchored", replayed: true });
  });

  it("submit takes an array, and a refusal names the place", async () => {
    const to = ["--url", `http://127.0.0.1:${port}`, "--token-file", "token.txt", "--json"];
    const run = await lianzheng(["submit", "examples/deliveries.json", ...to], { cwd });
    expect(run.exitCode, run.stdout).to.equal(0);
    expect(jsonOf(run)["records"]).to.have.length(2);
    const bad = await lianzheng(["submit", "-", ...to], { cwd, stdin: '{"type":"trade.contract"}' });
    expect(bad.exitCode).to.equal(2);
    expect(jsonOf(bad)).to.include({ result: "error", code: "E_MISSING_FIELD" });
  });

  it("evidence writes a bundle, once", async () => {
    const line = await only("evidence");
    const run = await type(line);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect((await type(`${line} --json`)).exitCode).to.equal(2);
    expect((await type(`${line} --force --quiet`)).exitCode).to.equal(0);
  });

  it("evidence writes the proof of one record, from which other programs come to the root that the log signed", async () => {
    const { records } = JSON.parse(await readFile(join(cwd, "trade.evidence.json"), "utf8")) as {
      records: { entry: string }[];
    };
    const sha256 = (...parts: Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
    const leaf = sha256(Uint8Array.of(0), Buffer.from(records[0]!.entry));
    const to = ["--url", `http://127.0.0.1:${port}`, "--token-file", "token.txt"];
    const id = `0x${leaf.toString("hex")}`;
    const run = await lianzheng(["evidence", id, ...to, "--tlog-proof", "-o", "record.tlog-proof"], { cwd });
    expect(run.exitCode, run.stderr).to.equal(0);
    const [head = "", note = ""] = (await readFile(join(cwd, "record.tlog-proof"), "utf8")).split(/\n\n([^]*)/);
    const [version, index = "", ...hashes] = head.split("\n");
    expect(version).to.equal("c2sp.org/tlog-proof@v1");
    const [, size = "", root] = note.split("\n");
    expect(note).to.match(/\n\n\u2014 [^ ]+ [A-Za-z0-9+/]+=*\n$/);
    const path = hashes.map((hash) => Buffer.from(hash, "base64"));
    // RFC 9162 section 2.1.3, by its recursive definition.
    const rootOf = (at: number, leaves: number, siblings: readonly Buffer[]): Buffer => {
      if (leaves === 1) return leaf;
      const [left, last] = [2 ** Math.floor(Math.log2(leaves - 1)), siblings.at(-1)!];
      const rest = siblings.slice(0, -1);
      if (at < left) return sha256(Uint8Array.of(1), rootOf(at, left, rest), last);
      return sha256(Uint8Array.of(1), last, rootOf(at - left, leaves - left, rest));
    };
    expect(rootOf(Number(index.slice("index ".length)), Number(size), path).toString("base64")).to.equal(root);
    const both = await lianzheng(["evidence", "--subject", "trade:1", ...to, "--tlog-proof"], { cwd });
    expect(both.exitCode).to.equal(2);
    await rm(join(cwd, "record.tlog-proof"));
  });

  it("stamp keeps evidence beside a file, and the same file is the same record", async () => {
    const line = await only("stamp");
    const run = await type(line);
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stdout).to.match(
      /^stamped {2}examples\/contract\.json {2}0x[0-9a-f]{64} {2}examples\/contract\.json\.evidence\.json\n/,
    );
    expect((await type(`${line} --json`)).exitCode).to.equal(2);
    const again = await type(`${line} --force --json`);
    expect(JSON.parse(again.stdout)).to.have.nested.property("files[0].id", run.stdout.split(/ +/)[2]);
  });

  it("dossier gathers what there is of a trade, and says of what it is made", async () => {
    const run = await type(await only("dossier"));
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stdout)
      .to.match(/^trade\.dossier\.json: 1 bundles/)
      .and.match(/subject {2}trade:2026-0001 {2}[13] records/);
    const none = await lianzheng(["dossier", "party:x", "--url", `http://127.0.0.1:${port}`, "-o", "x", "--json"], {
      cwd,
    });
    expect([none.exitCode, jsonOf(none)["code"]]).to.deep.equal([2, "E_USAGE"]);
  });

  it("redact hides what it is told to, and what is left verifies", async () => {
    const lines = await examplesOf("redact");
    expect(lines).to.have.length(2);
    for (const line of lines) {
      const run = await type(line);
      expect(run.exitCode, run.stderr).to.equal(0);
    }
    expect(await readFile(join(cwd, "trade.redacted.evidence.json"), "utf8")).to.not.equal(
      await readFile(join(cwd, "trade.evidence.json"), "utf8"),
    );
    const misspelt = await lianzheng(["redact", "trade.evidence.json", "--drop", "prcie", "--json"], { cwd });
    expect([misspelt.exitCode, jsonOf(misspelt)["code"]]).to.deep.equal([2, "E_UNKNOWN_FIELD"]);
  });

  it("completion is a script that its shell reads, with every command in it", async () => {
    const lines = await examplesOf("completion");
    expect(lines).to.have.length(3);
    for (const line of lines) {
      const { exitCode, stdout } = await type(line);
      expect(exitCode).to.equal(0);
      for (const command of ["verify", "audit", "stamp", "completion"]) expect(stdout).to.contain(command);
    }
    const asked = `${here(lines[0]!)} > completion.sh; bash -c 'source ./completion.sh; COMP_WORDS=(lianzheng au); COMP_CWORD=1; _lianzheng; echo "\${COMPREPLY[*]}"; COMP_WORDS=(lianzheng verify --lang ""); COMP_CWORD=3; _lianzheng; echo "\${COMPREPLY[*]:0:2}"'`;
    expect((await type(asked)).stdout).to.match(/^audit\nen zh/);
  });

  it("evidence without a token is refused, and not as invalid", async () => {
    const run = await lianzheng(["evidence", `0x${"00".repeat(32)}`, "--url", `http://127.0.0.1:${port}`, "--json"]);
    expect([run.exitCode, jsonOf(run)["code"]]).to.deep.equal([3, "E_AUTH"]);
  });

  it("policy drafts whom to trust, and says loudly that this must be compared", async () => {
    const run = await type(await only("policy"));
    expect(run.exitCode, run.stderr).to.equal(0);
    expect(run.stderr).to.match(/DRAFT/).and.match(/草稿/);
    decodePolicy(await readFile(join(cwd, "policy.json")));
  });

  it("audit reads the log over HTTP, samples it, and leaves open what it did not compare", async () => {
    const [, online] = await examplesOf("audit");
    const run = await type(`${online!} --json`);
    expect(run.exitCode, run.stdout + run.stderr).to.equal(3);
    const { audit } = JSON.parse(run.stdout) as { audit: { answers: readonly { question: string; answer: string }[] } };
    expect(audit.answers.filter(({ answer }) => answer !== "pass").map(({ question }) => question)).to.deep.equal([
      "anchored",
    ]);
  });

  it("status shows the node by address and by folder, with what its chain is worth", async () => {
    const lines = await examplesOf("status");
    expect(lines).to.have.length(2);
    for (const line of lines) {
      const run = await type(line);
      expect(run.exitCode, run.stderr).to.equal(0);
      expect(run.stdout)
        .to.match(/4 records/)
        .and.match(/single operator/);
    }
  });

  it("the node stops in order and finds everything at its next start", async () => {
    expect(await node!.stop("SIGTERM")).to.equal(0);
    const gone = await type(`lianzheng status http://127.0.0.1:${port} --json`);
    expect([gone.exitCode, (JSON.parse(gone.stdout) as { code: string }).code]).to.deep.equal([
      3,
      "CLIENT_UNREACHABLE",
    ]);
    const again = await startService(["start", "node"], { cwd, env: env() });
    const status = await type("lianzheng status ./node --json");
    expect(JSON.parse(status.stdout)).to.have.nested.property("status.size", 4);
    expect(await again.stop("SIGINT")).to.equal(130);
  });

  it("audit reads a stopped node's folder, and shows no entries where the log keeps none as files", async () => {
    const [offline] = await examplesOf("audit");
    const run = await type(offline!);
    expect(run.exitCode, run.stdout + run.stderr).to.equal(3);
    expect(run.stdout)
      .to.match(/^\? UNDETERMINED/)
      .and.match(/roots +✔ pass/)
      .and.match(/entries +\? unknown/);
  });

  it("verify tells the file that evidence is of from any other, and a dossier from a bundle", async () => {
    const of = (file: string): Promise<Run> =>
      type(`lianzheng verify examples/contract.json.evidence.json --policy policy.json --file ${file}`);
    const same = await of("examples/contract.json");
    expect([same.exitCode, same.stdout.includes("✔ of examples/contract.json")]).to.deep.equal([0, true]);
    const other = await of("examples/deliveries.json");
    expect([other.exitCode, other.stdout.includes("V_BINDING")]).to.deep.equal([1, true]);
    const hidden = await type("lianzheng verify trade.without-price.evidence.json --policy policy.json");
    expect(hidden.exitCode).to.equal(0);
    // Nothing on the chain counts the steps of this trade, so whether all are here stays open.
    const dossier = await type("lianzheng verify trade.dossier.json --policy policy.json");
    expect([dossier.exitCode, dossier.stdout.startsWith("? UNDETERMINED  trade.dossier.json: steps")]).to.deep.equal([
      3,
      true,
    ]);
    const asked = await type(
      "lianzheng verify trade.dossier.json --policy policy.json --file examples/contract.json --json",
    );
    expect([asked.exitCode, asked.stdout.includes("--file asks about evidence bundles")]).to.deep.equal([2, true]);
    const explained = await type("lianzheng verify trade.dossier.json --policy policy.json --explain --lang zh");
    expect(explained.stdout)
      .to.contain("交易环节：无法判断是否还有其他环节或记录。")
      .and.contain("未被篡改：您看到的内容与当初存证时逐字一致");
  });

  it("verify explains every answer in plain words, in both languages", async () => {
    const explain = (lang: string): Promise<Run> =>
      type(`lianzheng verify trade.evidence.json --policy policy.json --explain --lang ${lang}`);
    expect((await explain("en")).stdout).to.contain(
      "unaltered: What you read here is, to the letter, what was recorded.",
    );
    expect((await explain("zh")).stdout).to.contain("未被篡改：您看到的内容与当初存证时逐字一致");
  });

  it("verify accepts the bundle when nothing runs any more", async () => {
    const lines = await examplesOf("verify");
    const [line, explained, withFile, online, ...more] = lines.filter((one) => !one.includes("demo-output"));
    expect([lines.length, more]).to.deep.equal([6, []]);
    expect((await type(explained!)).stdout).to.contain("未被篡改：您看到的内容与当初存证时逐字一致");
    expect((await type(withFile!)).stdout).to.contain("✔ of examples/contract.json");
    // Nobody answers any more, so how it stands now is open.
    expect((await type(online!)).exitCode).to.equal(3);
    const run = await type(line!);
    expect(run.exitCode, run.stdout).to.equal(0);
    expect(run.stdout).to.match(/^✔ VERIFIED {2}trade\.evidence\.json \(one operator alone witnesses the chain\)\n/);
    const policy = decodePolicy(await readFile(join(cwd, "policy.json")));
    expect(verify(await readFile(join(cwd, "trade.evidence.json")), policy).result).to.equal("verified");
  });
});
