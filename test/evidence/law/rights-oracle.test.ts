/** What is read out of proofs beside what the contracts answer, over random walks of everything that members do. */
import { expect } from "chai";
import fc from "fast-check";
import { memberIdOf } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { whyInactive, whyNoKey } from "../../../sdk/src/evidence/law/members.ts";
import { holderAt, validityAt, type Validity } from "../../../sdk/src/evidence/law/rights.ts";
import { LawState, NotShown, type LawProofs } from "../../../sdk/src/evidence/law/state.ts";
import { networkHelpers, world, DAY, HOUR, REASON, type Actor } from "../../contracts/fixture.ts";
import { chain } from "../../registry/scene.ts";
import { memberSubject, type Story } from "../../registry/story.ts";
import { chainTime, LawScene, usccOfActor } from "./scene.ts";

/** `IRights.Validity` by number; a hold has no past and `Exhausted` is no cause of `validityAt`. */
const validities: readonly (Validity | "exhausted" | "held")[] = [
  ...(["valid", "unknown", "notYet", "expired", "revoked", "holderNotActive", "subjectNotInForce"] as const),
  ...(["notAccepted", "exhausted", "consentNotValid", "frozen", "held"] as const),
];

type Act = (story: Story, actor: Actor, other: Actor, n: number) => Promise<unknown>;
const rightOf = ({ rights, subjects }: Story, n: number): string =>
  n % 3 === 0 || rights.length === 0 ? subjects[n % subjects.length]!.right : rights[n % rights.length]!.id;

const acts: readonly Act[] = [
  (story, actor) => story.resource(actor),
  (story, actor, other, n) => story.grant(actor, story.subjects[n % story.subjects.length]!.right, other),
  (story, actor, other, n) => story.grant(actor, rightOf(story, n), other, { accepted: n % 4 > 0 }),
  (story, actor, _other, n) => story.product(actor, [story.rights[n % story.rights.length]!.id]),
  (story, actor, _other, n) => story.world.rights.connect(actor.key).revoke(rightOf(story, n), `0x${"11".repeat(32)}`),
  (story, actor) => story.suspend(actor),
  (story, actor) => story.reinstate(actor),
  (story, actor, _other, n) => story.addKey(actor, n),
  (story, actor, _other, n) => story.retireKey(actor, n),
  (story, _actor, _other, n) => story.freeze(3, rightOf(story, n)),
  (story, actor) => story.freeze(5, memberSubject(actor)),
  (story, actor, _other, n) =>
    story.world.registry
      .connect(actor.key)
      .cancel(story.subjects[n % story.subjects.length]!.id, `0x${"12".repeat(32)}`),
  async (story, actor, other, n) => {
    const subject = await story.resource(actor, { source: 2 });
    const consent = await story.consent(subject, other);
    return await story.grant(actor, story.subjects.at(-1)!.right, other, { consent, accepted: n % 2 === 0 });
  },
  (story, _actor, _other, n) => story.withdrawConsent(n),
  (_story, _actor, _other, n) => networkHelpers.time.increase(((n % 3) + 1) * HOUR),
  (_story, _actor, _other, n) => networkHelpers.time.increase(n * 2 * DAY),
];
const anyAct = fc.record({ act: fc.nat(acts.length - 1), who: fc.nat(2), n: fc.nat(20) });

/** The state of the newest block, shown slot by slot as it is asked for. */
class NewestState {
  readonly #scene: LawScene;
  readonly #stateRoot: Hex;
  readonly #proofs: Record<string, NonNullable<LawProofs["members"]>> = {};
  #state: LawState;

  private constructor(scene: LawScene, stateRoot: Hex) {
    this.#scene = scene;
    this.#stateRoot = stateRoot;
    this.#state = new LawState(stateRoot, scene.deployment.contracts, {});
  }

  static async of(scene: LawScene): Promise<NewestState> {
    const { stateRoot } = (await chain.send("eth_getBlockByNumber", ["latest", false])) as { stateRoot: Hex };
    return new NewestState(scene, stateRoot);
  }

  async ask<Answer>(read: (state: LawState) => Answer): Promise<Answer> {
    for (;;) {
      try {
        return read(this.#state);
      } catch (error) {
        if (!(error instanceof NotShown)) throw error;
        await this.#show(error);
      }
    }
  }

  async #show({ contract, slots }: NotShown): Promise<void> {
    const { contracts } = this.#scene.deployment;
    const answer = (await chain.send("eth_getProof", [contracts[contract].address, slots, "latest"])) as Proof;
    const known = this.#proofs[contract]?.storage ?? [];
    const storage = [...new Set([...known, ...answer.storageProof.flatMap(({ proof }) => proof)])];
    expect(storage.length, "each answer shows more").to.be.greaterThan(known.length);
    this.#proofs[contract] = { account: answer.accountProof, storage };
    this.#state = new LawState(this.#stateRoot, contracts, this.#proofs);
  }
}

interface Proof {
  readonly accountProof: readonly Hex[];
  readonly storageProof: readonly { readonly proof: readonly Hex[] }[];
}

/** Compares all rights, members and keys at these times. Answers with how often each answer was given. */
async function compare(scene: LawScene, times: readonly number[], seen: Map<string, number>): Promise<void> {
  const { story, world: law } = scene;
  const state = await NewestState.of(scene);
  const rights = [...story.subjects.map(({ right }) => right), ...story.rights.map(({ id }) => id)] as Hex[];
  const key = (await law.spare[3]!.getAddress()).toLowerCase() as Hex;
  for (const time of times) {
    for (const right of rights) {
      const [number] = await law.rights.validityAt(right, time);
      const { validity } = await state.ask((shown) => validityAt(shown, right, time));
      expect(validity, `${right} at ${time}`).to.equal(validities[Number(number)]);
      const holder = await state.ask((shown) => holderAt(shown, right, time));
      expect(holder ?? `0x${"00".repeat(18)}`).to.equal(await law.rights.holderAt(right, time));
      seen.set(validity, (seen.get(validity) ?? 0) + 1);
    }
    for (const actor of [law.seller, law.buyer, law.processor]) {
      const member = memberIdOf(usccOfActor(actor));
      const why = await state.ask((shown) => whyInactive(shown, member, time));
      expect(why === undefined).to.equal(await law.members.isActiveAt(member, time));
      const noKey = await state.ask((shown) => whyNoKey(shown, member, key, time));
      expect(noKey === undefined).to.equal(await law.members.keyLiveAt(member, key, time));
    }
  }
}

describe("evidence: the law read from the state", function () {
  this.timeout(600_000);

  it("answers what the contracts answer, of every right, member and key, at every time until now", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { minLength: 25, maxLength: 60 }), async (moves) => {
        const scene = await LawScene.of(await world());
        const { story, world: law } = scene;
        const actors = [law.seller, law.buyer, law.processor];
        const times = [await chainTime()];
        for (const { act, who, n } of moves) {
          await Promise.resolve()
            .then(() => acts[act]!(story, actors[who]!, actors[(who + 1) % 3]!, n))
            .catch(() => undefined);
          times.push(await chainTime());
        }
        const last = times.at(-1)!;
        await compare(scene, [0, times[0]! - 1, ...times.filter((_, at) => at % 5 === 0), last - 1, last], seen);
      }),
      { numRuns: process.env["LIANZHENG_LONG"] === undefined ? 2 : 100, seed: 20261123 },
    );
    expect([...seen.values()].reduce((sum, count) => sum + count, 0)).to.be.greaterThan(100);
  });

  it("answers with every cause that there is, after acts that bring each of them about", async () => {
    const scene = await LawScene.of(await world());
    const { story, world: law } = scene;
    const { seller, buyer, processor, rights, registry } = law;
    const [first, second, third] = [
      await story.resource(seller),
      await story.resource(seller),
      await story.resource(seller),
    ];
    const personal = await story.resource(seller, { source: 2 });
    const held = (subject: string): string => story.subjects.find(({ id }) => id === subject)!.right;
    const granted = await story.grant(seller, held(first), buyer);
    await story.grant(seller, held(first), processor, { accepted: false });
    await story.product(buyer, [granted]);
    await story.grant(seller, held(second), buyer);
    await story.grant(seller, held(third), processor);
    await story.grant(seller, held(personal), buyer, { consent: await story.consent(personal, buyer) });
    const scope = { ...(await story.scope()), from: (await chainTime()) + 30 * DAY };
    const [registration, mine] = [story.registration(), rights.connect(seller.key)];
    const { subject, right } = await mine.registerResource.staticCall(registration, scope);
    const acts: readonly (() => Promise<unknown>)[] = [
      () => mine.registerResource(registration, scope),
      () => transfer(scene, held(second), seller, processor),
      () => story.withdrawConsent(0),
      () => story.freeze(3, held(third)),
      () => story.suspend(buyer),
      () => story.reinstate(buyer),
      () => mine.revoke(granted, REASON),
      () => registry.connect(seller.key).cancel(third, REASON),
      () => networkHelpers.time.increase(400 * DAY),
    ];
    const times = [await chainTime()];
    for (const act of acts) {
      await act();
      times.push(await chainTime());
      await networkHelpers.time.increase(HOUR);
    }
    await networkHelpers.mine();
    story.subjects.push({ id: subject, right, owner: seller });
    const seen = new Map<string, number>();
    await compare(scene, [...times.flatMap((time) => [time - 1, time]), await chainTime()], seen);
    expect([...seen.keys()]).to.have.members(validities.filter((name) => name !== "exhausted" && name !== "held"));
  });
});

/** Hands a founding right over, as both sides sign it. */
async function transfer({ world: { rights } }: LawScene, right: string, from: Actor, to: Actor): Promise<void> {
  const transferred = { right, from: from.id, to: to.id, document: REASON };
  const once = { nonce: 7n, deadline: (await chainTime()) + HOUR };
  const verifyingContract = await rights.getAddress();
  const domain = { name: "Lianzheng Rights", version: "1", chainId: 31337, verifyingContract };
  const approvals = [from, to].map(async (by) => {
    const signature = await by.key.signTypedData(domain, transferTypes, { by: by.id, ...transferred, ...once });
    return { key: by.address, ...once, signature };
  });
  await rights.transfer(transferred, await Promise.all(approvals));
}

const transferTypes = {
  Transfer: [
    { name: "by", type: "bytes18" },
    { name: "right", type: "bytes32" },
    { name: "from", type: "bytes18" },
    { name: "to", type: "bytes18" },
    { name: "document", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};
