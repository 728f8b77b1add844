import { expect } from "chai";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { contractNames } from "@lianzheng/sdk/chain";
import { handlers } from "../../node/src/registry/law/index.ts";
import { checkedTables } from "../../node/src/registry/questions.ts";
import { networkHelpers, world } from "../contracts/fixture.ts";
import { deploymentOf, openRegistry, withFolder } from "./scene.ts";
import { busyStory } from "./story.ts";

async function busy() {
  return await busyStory(await world());
}

describe("registry, against the contracts", () => {
  it("takes in every event of every contract, and knows no other", () => {
    for (const name of contractNames) {
      const events: string[] = [];
      contractInterfaces[name].forEachEvent((event) => events.push(event.name));
      expect(Object.keys(handlers[name]).toSorted(), name).to.deep.equal(events.toSorted());
    }
  });

  it("has every row as the contracts' own views have it", async function () {
    this.timeout(120_000);
    const { world: law } = await networkHelpers.loadFixture(busy);
    await withFolder(async (folder) => {
      const registry = await openRegistry(await deploymentOf(law), folder);
      try {
        await registry.follow();
        const { differences, rows } = await registry.check();
        expect(differences).to.deep.equal([]);
        expect(rows).to.be.greaterThan(40);
        const reading = await registry.read();
        for (const table of checkedTables)
          if (table !== "mandates" && table !== "policies")
            expect((await reading.idsFrom(table, "", 1)).length, table).to.equal(1);
        await reading.close();
      } finally {
        await registry.close();
      }
    });
  });
});
