import { expect } from "chai";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { contractNames } from "@lianzheng/sdk/chain";
import { restartedName, revertedName, toldNames, type Registry, type ToldLaw } from "@lianzheng/node/registry";
import { inFolder, openFed, readAll, record } from "../events/fixture.ts";
import { networkHelpers, world } from "../contracts/fixture.ts";
import { chain, deploymentOf, openRegistry, withFolder } from "./scene.ts";
import { Story } from "./story.ts";

async function newStory(): Promise<Story> {
  return new Story(await networkHelpers.loadFixture(world));
}

async function trade(told: Story): Promise<void> {
  const { seller, buyer } = told.world;
  await told.resource(seller);
  await told.openTrade(seller, buyer, { at: told.subjects.length - 1 });
  await told.step(told.trades.length - 1);
}

async function snapshot(): Promise<() => Promise<void>> {
  const id: unknown = await chain.send("evm_snapshot", []);
  return async () => {
    await chain.send("evm_revert", [id]);
  };
}

/** Everything after a position, by small pages. */
async function eventsAfter(
  { events }: Registry,
  from: string | null,
): Promise<{ readonly told: readonly ToldLaw[]; readonly next: string | null }> {
  const told: ToldLaw[] = [];
  for (let next = from; ;) {
    const page = await events.after(next, 3);
    told.push(...page.events);
    next = page.next;
    if (page.events.length < 3) return { told, next };
  }
}

const blockOf = ({ data }: ToldLaw): unknown => (data["block"] as { readonly hash?: string } | undefined)?.hash;
const typesOf = (told: readonly ToldLaw[]): readonly string[] => told.map(({ type }) => type);

describe("events of the law", function () {
  this.timeout(120_000);

  it("have a name each, which no two share, and which a subscriber can ask for", () => {
    const names: string[] = [revertedName, restartedName];
    for (const contract of contractNames) {
      const events: string[] = [];
      contractInterfaces[contract].forEachEvent(({ name }) => events.push(name));
      const named = Object.keys(toldNames[contract]);
      expect(events.filter((name) => name !== "EIP712DomainChanged").sort(), contract).to.deep.equal(named.sort());
      names.push(...Object.values(toldNames[contract]));
    }
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) expect(name).to.match(/^law(?:\.[A-Za-z]+){1,2}$/);
  });

  it("are told in the chain's order beside those of the log, from every cursor on, also after a restart", async () => {
    const story = await newStory();
    await trade(story);
    const deployment = await deploymentOf(story.world);
    await withFolder((folder) =>
      inFolder(async (directory) => {
        const registry = await openRegistry(deployment, folder);
        const { feed, log, close } = await openFed(directory, { law: registry.events });
        const { generation } = feed;
        await registry.follow();
        expect(feed.generation, "followers are woken").to.be.greaterThan(generation);
        await record(log, "one");
        const { events } = await readAll(feed);
        const types = events.map(({ event }) => event.type);
        expect(types).to.include.members(["record.accepted", "law.member.standing", "law.trade.opened"]);
        expect(types.indexOf("law.trade.opened")).to.be.lessThan(types.indexOf("law.trade.stepped"));
        const ids = events.map(({ event }) => event.id);
        expect(new Set(ids).size).to.equal(ids.length);
        const stepped = events.find(({ event }) => event.type === "law.trade.stepped")?.event;
        expect(stepped).to.deep.include({ members: null, subject: null, time: null });
        expect(stepped?.data).to.deep.include({ contract: "trades", event: "StageRecorded" });
        expect(stepped?.data["facts"]).to.include({ tradeId: story.trades[0]?.id });
        const places = events.flatMap(({ event }) => {
          const block = event.data["block"] as { readonly number: number } | undefined;
          return block === undefined ? [] : [block.number * 10_000 + Number(event.data["logIndex"])];
        });
        expect(places).to.deep.equal([...places].sort((a, b) => a - b));
        for (const [at, { cursor }] of events.entries()) {
          if (at % 5 !== 0) continue;
          const rest = (await readAll(feed, cursor)).events.map(({ event }) => event.id);
          for (const id of ids.slice(at + 1)) expect(rest, `after ${at}`).to.include(id);
        }
        const end = await feed.end();
        await close();
        await registry.close();
        const again = await openRegistry(deployment, folder);
        const reopened = await openFed(directory, { law: again.events });
        expect((await readAll(reopened.feed)).events.map(({ event }) => event.id)).to.deep.equal(ids);
        expect((await readAll(reopened.feed, end)).events).to.deep.equal([]);
        await trade(story);
        await again.follow();
        const news = (await readAll(reopened.feed, end)).events.map(({ event }) => event.type);
        expect(news).to.include("law.trade.opened").and.not.to.include("record.accepted");
        await reopened.close();
        await again.close();
      }),
    );
  });

  it("of a replaced block are followed by law.reverted that names it, and those that came instead", async () => {
    const story = await newStory();
    const deployment = await deploymentOf(story.world);
    await withFolder(async (folder) => {
      const registry = await openRegistry(deployment, folder);
      await registry.follow();
      const start = await registry.events.end();
      const revert = await snapshot();
      await trade(story);
      await registry.follow();
      const before = await eventsAfter(registry, start);
      expect(typesOf(before.told)).to.include("law.trade.stepped");
      await revert();
      await story.suspend(story.world.buyer);
      for (let at = 0; at < 12; at += 1) await chain.send("evm_mine", []);
      await registry.follow();
      const { told } = await eventsAfter(registry, before.next);
      const reverted = told.filter(({ type }) => type === revertedName);
      const gone = [...new Set(before.told.map(blockOf))].reverse();
      expect(reverted.map(blockOf), "each block once, the newest first").to.deep.equal(gone);
      expect(typesOf(told).slice(gone.length)).to.include("law.member.standing").and.not.to.include(revertedName);
      const all = (await eventsAfter(registry, start)).told;
      expect(all.slice(0, before.told.length), "what was told stays told").to.deep.equal(before.told);
      expect(new Set(all.map(({ id }) => id)).size).to.equal(all.length);
      await registry.close();
    });
  });

  it("are told again after law.restarted where more was replaced than can be undone", async () => {
    const story = await newStory();
    const deployment = await deploymentOf(story.world);
    await withFolder(async (folder) => {
      const registry = await openRegistry(deployment, folder, { undoBlocks: 2 });
      await registry.follow();
      const revert = await snapshot();
      for (let at = 0; at < 5; at += 1) {
        await trade(story);
        await registry.follow();
      }
      const { told: before, next } = await eventsAfter(registry, null);
      await revert();
      await story.suspend(story.world.buyer);
      await registry.follow();
      expect(registry.status.rebuilt).to.equal(1);
      const { told } = await eventsAfter(registry, next);
      expect(told[0]?.type).to.equal(restartedName);
      const still = before.filter(({ id }) => told.some((one) => one.id === id));
      expect(still.length, "what is still true has its id still").to.be.greaterThan(10);
      expect(typesOf(told)).not.to.include("law.trade.opened");
      await registry.close();
    });
  });

  it("that a crash cut off are told again, or what came instead of them", async () => {
    const story = await newStory();
    const deployment = await deploymentOf(story.world);
    await withFolder(async (folder) => {
      const first = await openRegistry(deployment, folder);
      await trade(story);
      await first.follow();
      const { told, next } = await eventsAfter(first, null);
      await first.close();
      // What a machine loses that ends before its disk has everything: here a reader is five events further than the disk.
      const [name, era, place] = String(next).split(".");
      const ahead = `${String(name)}.${String(era)}.${Number(place) + 5}`;
      const second = await openRegistry(deployment, folder);
      await trade(story);
      await second.follow();
      const after = (await eventsAfter(second, ahead)).told;
      const all = (await eventsAfter(second, null)).told;
      expect(after).to.deep.equal(all.slice(told.length));
      expect(after.length).to.be.greaterThan(5);
      await second.close();
    });
  });
});
