import { expect } from "chai";
import { Status, Validity } from "@lianzheng/sdk/contracts";
import { RegistryDesk } from "@lianzheng/node/registry";
import { DAY, ethers, networkHelpers, world } from "../contracts/fixture.ts";
import { deploymentOf, openRegistry, withFolder } from "./scene.ts";
import { busyStory, type Story } from "./story.ts";

const nameIn = (names: Readonly<Record<string, number>>, number: bigint): string =>
  Object.keys(names).find((name) => names[name] === Number(number)) ?? "?";

/** A world in which rights end in every way: revoked, refused, frozen, held, without consent, of a suspended holder. */
async function troubled(): Promise<Story> {
  const story = await busyStory(await world());
  const { rights, seller, processor, buyer, regulator } = story.world;
  const [first] = story.rights;
  await rights.connect(processor.key).revoke(story.rights[1]!.id, ethers.id("reason"));
  await story.freeze(3, first!.id, 5);
  const held = await story.openCase(buyer, seller, 2, 3, story.subjects[1]!.right);
  // A dispute is decided by arbitrators.
  const arbitrator = await story.newcomer(3, ["arbitrator"]);
  await story.rule(held, arbitrator, 1);
  await story.rule(held, arbitrator, 3);
  await story.suspend(buyer);
  await story.attest(regulator, 1, 2, story.subjects[0]!.id).catch(() => undefined);
  return story;
}

describe("registry, at a time", () => {
  it("says of every right what the contract says, for every second in which something changed and those around it", async function () {
    this.timeout(300_000);
    const story = await networkHelpers.loadFixture(troubled);
    const { rights, attestations, cases, members, emergency } = story.world;
    await withFolder(async (folder) => {
      const registry = await openRegistry(await deploymentOf(story.world), folder);
      try {
        await registry.follow();
        const desk = new RegistryDesk(registry);
        const newest = registry.status.block!.number;
        const times = new Set<number>();
        for (let number = newest - 90; number <= newest; number += 4) {
          const { timestamp } = (await ethers.provider.getBlock(number))!;
          for (const second of [timestamp - 1, timestamp]) times.add(second);
        }
        const last = registry.status.block!.time;
        for (const later of [0, 1, 4 * DAY, 6 * DAY, 40 * DAY, 400 * DAY]) times.add(last + later);
        const { items } = await desk.list("rights", { filters: {}, limit: 1000 });
        const seen = new Set<string>();
        let asked = 0;
        for (const right of items.map((item) => item["right"] as string)) {
          for (const time of times) {
            const [validity, cause] = await rights.validityAt(right, time, { blockTag: newest });
            const expected = { validity: nameIn(Validity, validity), cause: validity === 0n ? null : cause };
            const { item } = (await desk.right(right, time))!;
            expect({ validity: item["validity"], cause: item["cause"] }, `${right} at ${time - last}`).to.deep.equal(
              expected,
            );
            seen.add(expected.validity);
            asked += 1;
          }
        }
        expect(asked).to.be.greaterThan(300);
        for (const way of [
          "valid",
          "revoked",
          "frozen",
          "held",
          "unknown",
          "notAccepted",
          "consentNotValid",
          "subjectNotInForce",
          "expired",
          "holderNotActive",
        ])
          expect([...seen], way).to.include(way);
        for (const { id } of story.attestations)
          for (const time of times)
            expect((await desk.show("attestations", id, time))!.item["status"]).to.equal(
              nameIn(Status, await attestations.statusAt(id, time)),
            );
        for (const id of story.cases)
          for (const time of times)
            expect((await desk.show("cases", id, time))!.item["inEffect"]).to.equal(await cases.effectAt(id, time));
        for (const { id } of [story.world.buyer, story.world.seller, story.world.processor])
          for (const time of times) {
            const uscc = ethers.toUtf8String(id);
            const { item } = (await desk.show("members", uscc, time))!;
            expect(item["active"]).to.equal(await members.isActiveAt(id, time));
          }
        for (const time of times) {
          const { item } = (await desk.show("trades", story.trades[1]!.id, time))!;
          expect(item["frozen"]).to.equal(await emergency.isFrozenAt(story.trades[1]!.id, time));
        }
      } finally {
        await registry.close();
      }
    });
  });
});
