import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import { loadUntil } from "../store/load.ts";
import { makeImage, mountImage } from "../store/mounts.ts";
import { checkStore } from "../store/oracle.ts";
import { StoreNode } from "../store/store-node.ts";

/**
 * What a power cut leaves: the folder is on a file system in an image; the process is killed, and the image is copied as it
 * is, neither synced nor unmounted. Only what was synced is in the copy; a kill alone cannot show that, for the kernel's
 * memory outlives the process. @returns how much was acknowledged @throws what the oracle finds in the copy
 */
async function cutPower(context: FaultContext, system: "ext4" | "xfs", unsynced: boolean): Promise<number> {
  const folder = await context.folder();
  const [image, copy] = [join(folder, "image"), join(folder, "copy")];
  await makeImage(image, system);
  await mountImage(context, { image, system }, join(folder, "disk"));
  const store = new StoreNode(join(folder, "disk", "node"));
  context.defer(() => store.kill());
  await store.start({ unsynced });
  const dying = pause(250 + context.random() * 500).then(() => store.kill());
  await loadUntil(store, "cut", () => !store.isRunning);
  await dying;
  await copyFile(image, copy);
  await mountImage(context, { image: copy, system }, join(folder, "after"));
  const after = store.at(join(folder, "after", "node"));
  context.defer(() => after.kill());
  await checkStore(after);
  return store.told.size;
}

function powerCase(id: string, system: "ext4" | "xfs"): FaultCase {
  return {
    ...{ id, title: `the power is cut under load, on ${system}: all that was acknowledged is on the disk` },
    how: `loop-mounted image of ${system}, kill -9, image copied unsynced, copy mounted`,
    run: async (context: FaultContext): Promise<void> => {
      let told = 0;
      const rounds = context.isLong ? 100 : 3;
      for (let round = 0; round < rounds; round++) told += await cutPower(context, system, false);
      context.say(`${rounds} cuts, ${told} acknowledged requests kept`);
      if (told < rounds)
        throw new Error(`only ${told} requests were acknowledged: the cut came too early to show anything`);
    },
  };
}

export const powerCases: readonly FaultCase[] = [
  powerCase("F-D9", "ext4"),
  powerCase("F-D9b", "xfs"),
  {
    id: "F-D9c",
    title:
      "the power is cut, and the disk had only pretended to sync: acknowledged records are lost, and the oracle tells",
    how: "as F-D9, with a sync that does nothing: shows that F-D9 can fail",
    run: async (context: FaultContext): Promise<void> => {
      const outcome = await cutPower(context, "ext4", true).then(
        () => "nothing was found",
        () => "found",
      );
      if (outcome !== "found")
        throw new Error("a disk that does not sync goes unnoticed: the rows of power cuts show nothing");
    },
  },
];
