import { expect } from "chai";
import { ethers, networkHelpers, world, type World } from "../contracts/fixture.ts";
import { chain, deploymentOf, freshViews, openRegistry, quietLogger, viewsOf, withFolder } from "./scene.ts";
import { Story } from "./story.ts";

/** A snapshot of the chain, to which it is taken back by `revert`. */
async function snapshot(): Promise<() => Promise<void>> {
  const id: unknown = await chain.send("evm_snapshot", []);
  return async () => {
    await chain.send("evm_revert", [id]);
  };
}

/** A story of its own for each test: the fixture takes the chain back, not what the story remembers. */
async function newStory(): Promise<Story> {
  return new Story(await networkHelpers.loadFixture(world));
}

async function acts(told: Story, seller: World["seller"], buyer: World["buyer"]): Promise<void> {
  await told.resource(seller);
  await told.openTrade(seller, buyer, { at: told.subjects.length - 1 });
  await told.step(told.trades.length - 1);
}

describe("registry, when the chain replaces blocks", () => {
  it("undoes what is gone and takes in what replaced it, as a follower from nothing has it", async function () {
    this.timeout(120_000);
    const told = await newStory();
    const { seller, buyer, processor } = told.world;
    const deployment = await deploymentOf(told.world);
    await withFolder(async (folder) => {
      const registry = await openRegistry(deployment, folder);
      try {
        await acts(told, seller, buyer);
        await registry.follow();
        const before = await viewsOf(registry);
        const revert = await snapshot();
        await acts(told, seller, buyer);
        await told.suspend(buyer);
        await registry.follow();
        expect(await viewsOf(registry)).not.to.deep.equal(before);
        const head = registry.status.block;
        await revert();
        // Other blocks at the same heights, and more of them.
        await told.resource(processor);
        await told.suspend(seller);
        for (let at = 0; at < 8; at += 1) await chain.send("evm_mine", []);
        await registry.follow();
        expect(registry.status.undone).to.be.greaterThan(0);
        expect(registry.status.rebuilt).to.equal(0);
        expect(registry.status.block?.number).to.be.greaterThan(head?.number ?? 0);
        expect(await viewsOf(registry)).to.deep.equal(await freshViews(deployment));
      } finally {
        await registry.close();
      }
    });
  });

  it("goes back on a chain that became shorter", async function () {
    this.timeout(120_000);
    const told = await newStory();
    const deployment = await deploymentOf(told.world);
    await withFolder(async (folder) => {
      const registry = await openRegistry(deployment, folder);
      try {
        await registry.follow();
        const before = await viewsOf(registry);
        const revert = await snapshot();
        await acts(told, told.world.seller, told.world.buyer);
        await registry.follow();
        await revert();
        await registry.follow();
        expect(await viewsOf(registry)).to.deep.equal(before);
        expect(registry.status.block?.number).to.equal(await ethers.provider.getBlockNumber());
      } finally {
        await registry.close();
      }
    });
  });

  it("is made again from nothing, and says so, when more was replaced than can be undone", async function () {
    this.timeout(120_000);
    const told = await newStory();
    const deployment = await deploymentOf(told.world);
    const logger = quietLogger();
    await withFolder(async (folder) => {
      const registry = await openRegistry(deployment, folder, { undoBlocks: 2, logger });
      try {
        await registry.follow();
        const revert = await snapshot();
        for (let at = 0; at < 5; at += 1) {
          await acts(told, told.world.seller, told.world.buyer);
          await registry.follow();
        }
        await revert();
        await told.resource(told.world.processor);
        await registry.follow();
        expect(registry.status.rebuilt).to.equal(1);
        expect(logger.lines.join("\n")).to.contain("the registry is made again from nothing");
        expect(await viewsOf(registry)).to.deep.equal(await freshViews(deployment));
      } finally {
        await registry.close();
      }
    });
  });
});
