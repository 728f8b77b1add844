import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { blocksOf, commandsOf, root, type Block } from "./blocks.ts";

const pages = ["docs/api-tour.md", "docs/api-tour.zh-CN.md"];

/** curl and jq are what the tour is about: without them it cannot be taken. */
const tools = ["curl", "jq"].every((name) => spawnSync(name, ["--version"]).status === 0);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("the tour of the API", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "lianzheng-api-tour-"));
  let port = 0;
  let node: ChildProcess | undefined;

  before(async function () {
    if (!tools) {
      console.error("\n  SKIPPED: the tour of the API was not run, for curl or jq is not on this machine\n");
      this.skip();
    }
    for (const name of ["node_modules", "package.json", "examples", "cli", "node", "sdk"]) {
      symlinkSync(join(root, name), join(folder, name));
    }
    port = await freePort();
  });

  after(async () => {
    if (node?.pid !== undefined && node.exitCode === null) {
      const ended = once(node, "exit");
      process.kill(-node.pid, "SIGINT");
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const scriptOf = (block: Block): string =>
    ["set -e", ...commandsOf(block)].join("\n").replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`);
  const environment = (): NodeJS.ProcessEnv => ({ ...process.env, NO_COLOR: "1", LIANZHENG_PORT: String(port) });

  async function start(block: Block): Promise<void> {
    const script = `exec ${commandsOf(block).join("\n")}`;
    node = spawn("sh", ["-c", script], { cwd: folder, env: environment(), stdio: "ignore", detached: true });
    for (let attempt = 0; attempt < 600; attempt += 1) {
      if (node.exitCode !== null) throw new Error(`the node of the tour ended with exit code ${node.exitCode}`);
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the node of the tour did not become ready");
  }

  const blocks = blocksOf(pages[0]!).filter(({ language }) => language === "sh");

  it("is the same in both languages", () => {
    const [english, chinese] = pages.map((page) =>
      blocksOf(page).map(({ language, label, text }) => [language, label, text]),
    );
    expect(chinese).to.deep.equal(english);
    expect(blocks).to.have.length(13);
  });

  it("needs nothing but curl, jq, the command and what every shell has", () => {
    const known = /^(npx lianzheng|curl|jq|echo|until|tail)\b/;
    for (const command of blocks.flatMap(commandsOf)) expect(command).to.match(known);
  });

  for (const block of blocks) {
    it(`line ${block.line}: ${(commandsOf(block)[0] ?? "").slice(0, 60)}`, async () => {
      if (block.label === "tour start") return start(block);
      const options = { cwd: folder, env: environment(), encoding: "utf8", timeout: 60_000 } as const;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", scriptOf(block)], options);
      expect(status, stdout + stderr).to.equal(0);
    });
  }
});
