import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { RegistryFailpoint } from "@lianzheng/node/registry";
import { networkHelpers, world } from "../contracts/fixture.ts";
import { deploymentOf, freshViews, openRegistry, viewsOf, withFolder } from "./scene.ts";
import { busyStory } from "./story.ts";

async function busy() {
  return await busyStory(await world());
}

const points = ["registry.beforeWrite", "registry.afterWrite"] as const;

/** Fails at the n-th write, before or after it reaches the disk. */
function failingAt(
  point: (typeof points)[number],
  write: number,
): { readonly failpoint: RegistryFailpoint; failed: () => boolean } {
  let seen = 0;
  let failed = false;
  return {
    failpoint: (name) => {
      if (name !== point || ++seen !== write) return Promise.resolve();
      failed = true;
      return Promise.reject(new Error("a test ends the write"));
    },
    failed: () => failed,
  };
}

describe("registry, when a write fails", () => {
  for (const point of points)
    it(`has all of a block or nothing, whichever write ends ${point === "registry.beforeWrite" ? "before" : "after"} the disk has it`, async function () {
      this.timeout(300_000);
      const { world: law } = await networkHelpers.loadFixture(busy);
      const deployment = await deploymentOf(law);
      const whole = await freshViews(deployment);
      let tried = 0;
      for (let write = 1; ; write += 9) {
        const { failpoint, failed } = failingAt(point, write);
        await withFolder(async (folder) => {
          const first = await openRegistry(deployment, folder, { failpoint });
          await first.follow().catch((error: unknown) => expect(error).to.have.property("code", "REGISTRY_FAILED"));
          await first.close();
          const second = await openRegistry(deployment, folder);
          await second.follow();
          expect(await viewsOf(second)).to.deep.equal(whole);
          await second.close();
        });
        if (!failed()) break;
        tried += 1;
      }
      expect(tried).to.be.greaterThan(8);
    });

  it("is the same, byte for byte, when it is deleted and made again", async function () {
    this.timeout(120_000);
    const { world: law } = await networkHelpers.loadFixture(busy);
    const deployment = await deploymentOf(law);
    await withFolder(async (folder) => {
      const first = await openRegistry(deployment, folder);
      await first.follow();
      const views = await viewsOf(first);
      await first.close();
      expect(await readdir(folder)).to.deep.equal(["views"]);
      await rm(join(folder, "views"), { recursive: true });
      const second = await openRegistry(deployment, folder);
      await second.follow();
      expect(views.size).to.be.greaterThan(200);
      expect(await viewsOf(second)).to.deep.equal(views);
      await second.close();
    });
  });
});
