import { spawn, spawnSync, type ChildProcess, type SpawnSyncReturns } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { blocksOf, commandsOf, root, type Block } from "./blocks.ts";

/** A port that was free a moment ago: the README names 8080, which a developer's machine may have in use. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A stranger's clone: the project's files as they are, and an empty place for what the tour makes. */
function clone(): string {
  const folder = mkdtempSync(join(tmpdir(), "lianzheng-tour-"));
  for (const name of ["node_modules", "package.json", "examples", "cli", "node", "sdk"]) {
    symlinkSync(join(root, name), join(folder, name));
  }
  return folder;
}

async function ready(url: string, node: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (node.exitCode !== null) throw new Error(`the node of the tour ended with exit code ${node.exitCode}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the node of the tour did not become ready");
}

for (const readme of ["README.md", "README.zh-CN.md"]) {
  describe(`the tour of ${readme}`, () => {
    const blocks = blocksOf(readme).filter(({ label }) => label.startsWith("tour"));
    let folder: string;
    let port: number;
    let node: ChildProcess | undefined;

    before(async () => {
      folder = clone();
      port = await freePort();
    });

    after(async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const env = (): NodeJS.ProcessEnv => ({ ...process.env, NO_COLOR: "1", LIANZHENG_PORT: String(port) });
    const local = (text: string): string => text.replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`);

    function run(block: Block): SpawnSyncReturns<string> {
      const script = ["set -e", ...commandsOf(block).map(local)].join("\n");
      return spawnSync("sh", ["-c", script], { cwd: folder, env: env(), encoding: "utf8" });
    }

    async function start(block: Block): Promise<void> {
      const [command, ...more] = commandsOf(block);
      expect(more).to.deep.equal([]);
      // `exec`, so that the signal below reaches what a reader's Ctrl-C reaches.
      node = spawn("sh", ["-c", `exec ${String(command)}`], {
        cwd: folder,
        env: env(),
        stdio: "ignore",
        detached: true,
      });
      await ready(`http://127.0.0.1:${port}`, node);
    }

    async function stop(): Promise<void> {
      if (node?.pid === undefined || node.exitCode !== null) return;
      const ended = once(node, "exit");
      process.kill(-node.pid, "SIGINT");
      await ended;
      node = undefined;
    }

    it("has every step", () => {
      const labels = blocks.map(({ label }) => label);
      expect(labels).to.deep.equal(["tour", "tour start", "tour", "tour", "tour stopped", "tour refused"]);
    });

    for (const block of blocks) {
      it(`line ${block.line}: ${commandsOf(block)[0] ?? ""}`, async () => {
        if (block.label === "tour start") return start(block);
        if (block.label === "tour stopped") await stop();
        const { status, stdout, stderr } = run(block);
        expect(status, stdout + stderr).to.equal(block.label === "tour refused" ? 1 : 0);
        if (block.label === "tour stopped") expect(stdout).to.contain("✔ VERIFIED");
        if (block.label === "tour refused") expect(stdout).to.contain("✘ NOT VERIFIED");
      });
    }
  });
}
