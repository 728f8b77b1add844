import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { startNode } from "@lianzheng/node";
import { callerOf, init, recordOf, silent } from "../node/fixture.ts";
import { inFolder, lianzheng } from "./command.ts";

/** A node's folder with 300 records in it; the node has stopped. */
async function usedNode(folder: string): Promise<void> {
  const { adminToken } = await init(folder);
  const node = await startNode({ folder, logger: silent, environment: {} });
  try {
    const { submit } = callerOf(node, adminToken);
    for (const batch of ["a", "b", "c"]) {
      const records = Array.from({ length: 100 }, (_, step) => recordOf(`trade:${batch}`, step));
      expect((await submit(records, batch)).status).to.equal(201);
    }
  } finally {
    await node.close();
  }
}

describe("lianzheng fsck and rebuild", () => {
  it("say that a folder is sound, name what is damaged, and mend what can be made again", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "node");
      await usedNode(folder);
      const sound = await lianzheng(["fsck", folder]);
      expect([sound.exitCode, sound.stderr]).to.deep.equal([0, ""]);
      expect(sound.stdout)
        .to.match(/log +log\.example\/node, 300 records/)
        .and.match(/result +sound/);

      expect(sound.stdout).to.match(/bodies +not checked/);
      const bodies = await lianzheng(["fsck", folder, "--bodies", "--json"]);
      expect(JSON.parse(bodies.stdout)).to.deep.include({ result: "sound", exitCode: 0 });
      expect((JSON.parse(bodies.stdout) as { counts: object }).counts).to.deep.include({
        bodiesChecked: 300,
        bodiesUnchecked: 0,
      });

      const tile = join(folder, "log/tile/0/000");
      const good = await readFile(tile);
      await writeFile(
        tile,
        good.map((byte, at) => (at === 77 ? byte ^ 1 : byte)),
      );
      await rm(join(folder, "index"), { recursive: true });
      const damaged = await lianzheng(["fsck", folder]);
      expect(damaged.exitCode).to.equal(5);
      expect(damaged.stdout).to.include("TILE_DAMAGED").and.include(`${tile} byte 77`).and.include("INDEX_MISMATCH");
      expect(damaged.stdout).to.match(/lianzheng rebuild/);

      const rebuilt = await lianzheng(["rebuild", folder, "--json"]);
      expect(JSON.parse(rebuilt.stdout)).to.deep.include({
        result: "done",
        size: 300,
        tiles: 1,
        cut: null,
        exitCode: 0,
      });
      expect((await readFile(tile)).equals(good)).to.equal(true);
      expect((await lianzheng(["fsck", folder, "--quiet"])).exitCode).to.equal(0);

      const journal = join(folder, "journal", `${"0".repeat(16)}.journal`);
      const bytes = await readFile(journal);
      await writeFile(
        journal,
        bytes.map((byte, at) => (at === 5000 ? byte ^ 8 : byte)),
      );
      const broken = await lianzheng(["fsck", folder, "--json"]);
      const answer = JSON.parse(broken.stdout) as {
        result: string;
        found: object;
        findings: { file: string; offset: number }[];
      };
      expect([broken.exitCode, answer.result, answer.found]).to.deep.equal([5, "damaged", { FRAME_DAMAGED: 1 }]);
      expect(answer.findings[0]?.file).to.equal(journal);
      expect(answer.findings[0]?.offset).to.be.at.most(5000);
      const refused = await lianzheng(["rebuild", folder]);
      expect([refused.exitCode, refused.stderr.includes("JOURNAL_CORRUPT")]).to.deep.equal([5, true]);
    })).timeout(120_000);

  it("do not run beside the node, nor on what is no node's folder", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "node");
      await init(folder);
      const node = await startNode({ folder, logger: silent, environment: {} });
      try {
        for (const command of ["fsck", "rebuild"]) {
          const { exitCode, stderr } = await lianzheng([command, folder]);
          expect([exitCode, stderr.includes("JOURNAL_LOCKED")]).to.deep.equal([3, true]);
          expect((await lianzheng([command, parent])).exitCode).to.equal(2);
        }
      } finally {
        await node.close();
      }
    })).timeout(120_000);
});
