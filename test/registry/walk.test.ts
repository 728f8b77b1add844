import { expect } from "chai";
import fc from "fast-check";
import type { Registry } from "@lianzheng/node/registry";
import { networkHelpers, world, type Actor } from "../contracts/fixture.ts";
import { chain, deploymentOf, freshViews, openRegistry, viewsOf, withFolder } from "./scene.ts";
import { memberSubject, Story } from "./story.ts";

/** Acts that a walk takes; one that the law refuses changes nothing. */
const acts: readonly ((story: Story, actor: Actor, other: Actor, n: number) => Promise<unknown>)[] = [
  (story, actor) => story.resource(actor),
  (story, actor, other, n) => story.grant(actor, story.subjects[n % story.subjects.length]!.right, other),
  (story, actor, _other, n) => story.product(actor, [story.rights[n % story.rights.length]!.id]),
  (story, actor, other, n) => story.openTrade(actor, other, { at: n }),
  (story, _actor, _other, n) => story.step(n),
  (story, _actor, _other, n) => story.step(n),
  (story, _actor, _other, n) => story.terminate(n),
  (story, actor, _other, n) => story.attest(actor, 1, 2, story.subjects[n % story.subjects.length]!.id),
  (story, actor, other) => story.openCase(actor, other, 1, 5, memberSubject(other)),
  (story, _actor, _other, n) => story.rule(story.cases[n % story.cases.length]!, story.world.regulator, (n % 6) + 1),
  (story, actor) => story.suspend(actor),
  (story, actor) => story.reinstate(actor),
  (story, actor) => story.log(actor),
  (story, _actor, _other, n) => story.publish(n),
  (story, actor, _other, n) => story.addKey(actor, n),
  (story, _actor, _other, n) => story.freeze(2, story.subjects[n % story.subjects.length]!.id),
];

interface Act {
  readonly act: number;
  readonly who: number;
  readonly n: number;
}

/** A fork is followed, then replaced by what comes after it. */
type Move =
  | ({ readonly kind: "act" } & Act)
  | { readonly kind: "fork"; readonly acts: readonly Act[] }
  | { readonly kind: "follow" | "reopen" };

const anyAct = { act: fc.nat(acts.length - 1), who: fc.nat(2), n: fc.nat(20) };
const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("act" as const), ...anyAct }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fork" as const),
      acts: fc.array(fc.record(anyAct), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("follow" as const, "reopen" as const) }) },
);

/** One walk over a chain of its own: the registry that follows it, and what was done. */
class Walk {
  taken = 0;
  undone = 0;
  registry: Registry;
  readonly #story: Story;
  readonly #reopen: () => Promise<Registry>;

  constructor(story: Story, registry: Registry, reopen: () => Promise<Registry>) {
    this.#story = story;
    this.registry = registry;
    this.#reopen = reopen;
  }

  async move(move: Move): Promise<void> {
    if (move.kind === "act") await this.#act(move);
    else if (move.kind === "fork") await this.#fork(move.acts);
    else if (move.kind === "follow") await this.follow();
    else {
      await this.registry.close();
      this.registry = await this.#reopen();
    }
  }

  async follow(): Promise<void> {
    const before = this.registry.status.undone;
    await this.registry.follow();
    this.undone += this.registry.status.undone - before;
  }

  /** What the law refuses, or would act on something that is not there, changes nothing. */
  async #act({ act, who, n }: Act): Promise<void> {
    const { seller, buyer, processor } = this.#story.world;
    const actors = [seller, buyer, processor];
    const take = acts[act]!;
    const taken = Promise.resolve().then(() => take(this.#story, actors[who]!, actors[(who + 1) % 3]!, n));
    this.taken += await taken.then(
      () => 1,
      () => 0,
    );
  }

  async #fork(all: readonly Act[]): Promise<void> {
    const before: unknown = await chain.send("evm_snapshot", []);
    for (const act of all) await this.#act(act);
    await this.follow();
    await chain.send("evm_revert", [before]);
  }
}

describe("registry, on random walks", () => {
  it("shows after every walk, with blocks replaced in between, what a follower from nothing shows", async function () {
    this.timeout(600_000);
    const runs = process.env["LIANZHENG_LONG"] === "1" ? 60 : 6;
    let [taken, undone] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 25, maxLength: 60 }), async (walked) => {
        const story = new Story(await networkHelpers.loadFixture(world));
        const deployment = await deploymentOf(story.world);
        await withFolder(async (folder) => {
          const open = (): Promise<Registry> => openRegistry(deployment, folder);
          const walk = new Walk(story, await open(), open);
          try {
            for (const move of walked) await walk.move(move);
            await walk.follow();
            expect((await walk.registry.check()).differences).to.deep.equal([]);
            expect(await viewsOf(walk.registry)).to.deep.equal(await freshViews(deployment));
          } finally {
            taken += walk.taken;
            undone += walk.undone;
            await walk.registry.close();
          }
        });
      }),
      { numRuns: runs, seed: 20261123, endOnFailure: true },
    );
    expect(taken).to.be.greaterThan(runs * 5);
    expect(undone).to.be.greaterThan(runs);
  });
});
