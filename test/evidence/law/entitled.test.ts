import { expect } from "chai";
import { world } from "../../contracts/fixture.ts";
import { answerTo } from "../question-of.ts";
import { LawScene } from "./scene.ts";

describe("evidence: entitled", function () {
  this.timeout(120_000);

  it("passes for the steps of a trade that the chain recorded", async () => {
    const scene = await LawScene.of(await world());
    const { story } = scene;
    const { seller, buyer } = scene.world;
    await story.resource(seller);
    const trade = await story.openTrade(seller, buyer);
    const subject = `trade:${trade}`;
    const listing = await scene.record(seller, { type: "trade.listing", subject });
    await story.step(0, listing.id);
    const offer = await scene.record(buyer, { type: "trade.offer", subject, sequence: 1, previous: listing });
    await story.step(0, offer.id);
    const shown = await scene.evidence([listing, offer]);
    const verdict = scene.judge(shown);
    console.log(
      verdict,
      JSON.stringify(shown.bundle).length,
      Object.entries(shown.bundle.law).map(([n, p]) => [n, JSON.stringify(p).length]),
    );
    expect(answerTo("entitled", verdict).answer).to.equal("pass");
  });
});
