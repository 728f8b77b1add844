import { expect } from "chai";
import { RegistryDesk, type Registry } from "@lianzheng/node/registry";
import { lawFromRegistry } from "../../node/src/law-at.ts";
import { NodeError } from "../../node/src/errors.ts";
import { networkHelpers, world } from "../contracts/fixture.ts";
import { usccOf } from "../contracts/uscc.ts";
import { deploymentOf, openRegistry, withFolder } from "./scene.ts";
import { busyStory } from "./story.ts";

const busy = async () => await busyStory(await world());

describe("the law that a monitor asks", function () {
  this.timeout(60_000);

  it("is the registry's: rights at a time, grades, parties of trades, each with its block", async () => {
    const { world: law, subjects, trades, rights } = await networkHelpers.loadFixture(busy);
    await withFolder(async (folder) => {
      const registry = await openRegistry(await deploymentOf(law), folder);
      await registry.follow();
      const asked = lawFromRegistry({ registry, desk: new RegistryDesk(registry) });
      const { number: block = 0, time = 0 } = registry.status.block ?? {};
      const old = { atMs: time * 1000, receivedAtMs: 0 };
      const validities = new Set<string>();
      for (const { id } of rights) {
        const answer = await asked.right(id, old);
        const [validity] = await law.rights.validityAt(id, time);
        expect(answer.block).to.equal(block);
        expect(answer.validity === "valid", id).to.equal(validity === 0n);
        validities.add(answer.validity);
      }
      expect(validities.size).to.be.greaterThan(1);
      const nobody = `0x${"9".repeat(64)}`;
      expect(await asked.right(nobody, old)).to.deep.equal({ validity: "unknown", block });
      expect(await asked.product(subjects[0]!.id)).to.deep.equal({ grade: "general", block });
      const trade = await asked.trade(trades[0]!.id);
      expect(trade?.parties).to.include(usccOf(5));
      expect(subjects.map(({ id }) => id)).to.include(trade?.product);
      expect([await asked.product(nobody), await asked.trade(nobody)]).to.deep.equal([undefined, undefined]);
      await registry.close();
    });
  });

  it("is not answered while the views stand still, save that a right was valid", async () => {
    const { world: law, rights } = await networkHelpers.loadFixture(busy);
    await withFolder(async (folder) => {
      const registry = await openRegistry(await deploymentOf(law), folder);
      await registry.follow();
      const still = Object.create(registry, {
        status: { value: { ...registry.status, fault: { code: "C_UNREACHABLE", message: "", attempts: 3 } } },
      }) as Registry;
      const asked = lawFromRegistry({ registry: still, desk: new RegistryDesk(registry) });
      const atMs = (registry.status.block?.time ?? 0) * 1000;
      const outcomes = new Set<string>();
      for (const { id } of rights) {
        const outcome = await asked.right(id, { atMs, receivedAtMs: 0 }).then(
          ({ validity }) => validity,
          (error: unknown) => (error instanceof NodeError ? error.code : String(error)),
        );
        outcomes.add(outcome);
      }
      expect([...outcomes].toSorted()).to.deep.equal(["E_NOT_READY", "valid"]);
      await registry.close();
    });
  });
});
