import { execFile } from "node:child_process";
import { copyFile, mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { withFolder } from "../journal/fixture.ts";
import type { Acknowledged } from "./crash-fixture.ts";
import { checkAfter, crash } from "./crash-fixture.ts";

const run = promisify(execFile);

/**
 * What a power cut leaves: the log writes on a file system in an image; it is killed, and the image is copied as it is,
 * without sync or unmounting. Only what was synced is in the copy; a kill alone cannot show that, for the kernel's
 * memory outlives the process.
 */
async function powerCut(folder: string, number: number, disk: "synced" | "unsynced"): Promise<readonly Acknowledged[]> {
  const [image, mounted, copy, after] = ["image", "mounted", "copy", "after"].map((name) =>
    join(folder, `${name}-${number}`),
  ) as [string, string, string, string];
  await writeFile(image, "");
  await truncate(image, 96 * 1024 * 1024);
  await run("mkfs.ext4", ["-q", image]);
  await Promise.all([mkdir(mounted), mkdir(after)]);
  await run("mount", ["-o", "loop", image, mounted]);
  try {
    const told = await crash(join(mounted, "node"), "never", 0, number, disk);
    await copyFile(image, copy);
    await run("mount", ["-o", "loop", copy, after]);
    try {
      await checkAfter(join(after, "node"), told, false);
      return told;
    } finally {
      await run("umount", [after]);
    }
  } finally {
    await run("umount", [mounted]);
  }
}

// Needs root, loop devices and mkfs.ext4: part of the long suite only.
const suite = process.env["LIANZHENG_LONG"] === "1" ? describe : describe.skip;

suite("a log whose power is cut", () => {
  it("has everything that it acknowledged, 20 times", () =>
    withFolder(async (folder) => {
      let told = 0;
      for (let number = 0; number < 20; number += 1) told += (await powerCut(folder, number, "synced")).length;
      expect(told).to.be.greaterThan(20 * 40);
    })).timeout(300_000);

  it("does not, if its disk only pretends to sync: the test can tell", () =>
    withFolder(async (folder) => {
      const outcome = await powerCut(folder, 0, "unsynced").then(
        () => "nothing lost",
        () => "lost",
      );
      expect(outcome).to.equal("lost");
    })).timeout(60_000);
});
