import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { finish, inFolder, jsonOf, plainEnvironment } from "./command.ts";

const starter = resolve(import.meta.dirname, "../../cli/bin/lianzheng.mjs");

/** Makes the process believe that it is run by Node 20, which the starter must hand over from. */
const pretendOld =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})';

function start(args: readonly string[], file = starter): ChildProcess {
  return spawn(process.execPath, ["--import", pretendOld, file, ...args], { env: plainEnvironment() });
}

describe("the starter under a Node that is too old", function () {
  this.timeout(60_000);

  it("hands over to the project's Node, with arguments, streams and exit code", async () => {
    const run = await finish(start(["verify", "--json"]));
    expect(run.exitCode).to.equal(2);
    expect(jsonOf(run)).to.include({ code: "E_USAGE", exitCode: 2 });
  });

  const signals = [
    ["SIGTERM", 0],
    ["SIGINT", 130],
  ] as const;

  for (const [signal, exitCode] of signals) {
    it(`passes ${signal} on and ends with ${exitCode}`, () =>
      inFolder(async (folder) => {
        const child = start(["chain", join(folder, "chain"), "--port", "0", "--json"]);
        await once(child.stdout!, "data");
        child.kill(signal);
        expect((await finish(child)).exitCode).to.equal(exitCode);
      }));
  }

  it("says what to do where the project's Node is missing", () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, "bin"));
      const alone = join(folder, "bin", "lianzheng.mjs");
      await copyFile(starter, alone);
      const run = await finish(start(["--json"], alone));
      expect(run.exitCode).to.equal(3);
      expect(jsonOf(run)).to.include({ result: "error", code: "E_NODE_VERSION", exitCode: 3 });
      expect(jsonOf(run)["detail"]).to.contain("npm ci").and.contain("20.20.2");
    }));
});
