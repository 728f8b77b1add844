import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { expect } from "chai";
import type { AnchorFailpoint } from "@lianzheng/node/anchor";
import { writeDeployment } from "@lianzheng/node/deployment";
import { openGround, Scene, type Ground } from "./scene.ts";

const child = resolve(import.meta.dirname, "anchoring-child.ts");
const isLong = process.env["LIANZHENG_LONG"] === "1";

/** In this order, for the first half is what an ordinary run has time for. */
const failpoints: readonly AnchorFailpoint[] = [
  "anchor.afterPersist",
  "anchor.afterSend",
  "anchor.beforeRecord",
  "anchor.beforeClear",
  "anchor.beforeSign",
  "anchor.beforePersist",
  "anchor.afterRecord",
  "anchor.afterClear",
];

describe("an anchoring process that is killed", () => {
  let ground: Ground;
  before(async () => (ground = await openGround()));
  after(() => ground.oracle.close());

  it("has eight places to die at", () => expect(failpoints).to.have.length(8));

  // Killed once at each place, then again at the next one while it recovers, then left alone.
  for (const [at, failpoint] of failpoints.slice(0, isLong ? 8 : 4).entries())
    it(`at ${failpoint}, and again while it recovers: each tree once, everything in the end`, async function () {
      this.timeout(120_000);
      const scene = await Scene.open(ground);
      const folder = join(scene.folder, "node");
      await writeDeployment(join(folder, "deployment.json"), scene.deployment);
      await scene.log.close();
      const deaths = isLong ? [failpoint, ...failpoints] : [failpoint, failpoints[(at + 3) % failpoints.length]!];
      for (const [round, place] of deaths.entries())
        // A step that recovery does not come by again lets the process live: then it ends by itself.
        expect(await run(scene, folder, place, round === 0 ? 2 : 1)).to.be.oneOf(
          round === 0 ? ["SIGKILL"] : ["SIGKILL", "done"],
        );
      expect(await run(scene, folder, "none", 1)).to.equal("done");
      const again = await scene.anotherLog("node");
      expect(await scene.problemsOf(again)).to.deep.equal([]);
      expect(again.size).to.equal(2 + deaths.length);
      await scene.close();
    });

  function run(scene: Scene, folder: string, failpoint: string, records: number): Promise<string> {
    const key = (scene.key as { readonly privateKey: string }).privateKey;
    const args = [child, folder, scene.origin, ground.oracle.door.url, key, failpoint, "1", String(records)];
    return new Promise((done, fail) => {
      const process_ = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      process_.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      process_.on("error", fail);
      process_.on("exit", (code, signal) => {
        if (signal !== null || code === 0) done(signal ?? "done");
        else fail(new Error(output));
      });
    });
  }
});
