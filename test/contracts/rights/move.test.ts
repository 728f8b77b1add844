import { expect } from "chai";
import { ZeroHash, type Signer, type TypedDataField } from "ethers";
import type { MemberSignatureStruct, MoveStruct } from "../../../sdk/src/chain/contracts/rights/Registry.ts";
import { callingBack } from "../wallets.ts";
import {
  Entry,
  HOUR,
  NOBODY,
  Status,
  digestOf,
  enter,
  ethers,
  fixture,
  freeze,
  headAfter,
  hold,
  keyOfRole,
  networkHelpers,
  now,
  reviewed,
  type Actor,
  type Scene,
} from "./registry-scene.ts";

const TYPES: Record<string, TypedDataField[]> = {
  Move: [
    { name: "subject", type: "bytes32" },
    { name: "owner", type: "bytes18" },
    { name: "fromVenue", type: "bytes18" },
    { name: "toVenue", type: "bytes18" },
    { name: "number", type: "uint64" },
    { name: "deadline", type: "uint256" },
  ],
};
const REASON = digestOf("reason");

/** Signatures over a move in the domain of the registry, or one that differs. */
async function sign(
  { registry }: Scene,
  move: MoveStruct,
  keys: readonly Signer[],
  change: object = {},
): Promise<MemberSignatureStruct[]> {
  const { chainId } = await ethers.provider.getNetwork();
  const verifyingContract = await registry.getAddress();
  const domain = { name: "Lianzheng Registry", version: "1", chainId, verifyingContract, ...change };
  return Promise.all(
    keys.map(async (key) => ({
      key: await key.getAddress(),
      signature: await key.signTypedData(domain, TYPES, move),
    })),
  );
}

/** A resource at the first venue, and its move to the second. */
async function atVenue(scene: Scene): Promise<{ subject: string; move: MoveStruct; signers: readonly Actor[] }> {
  const { registry, owner, venue, secondVenue } = scene;
  const subject = await enter(scene, { venue: venue.id });
  await registry.connect(venue.key).signOff(subject, 1, REASON);
  await registry.complete(subject);
  const deadline = (await now()) + HOUR;
  const move = { subject, owner: owner.id, fromVenue: venue.id, toVenue: secondVenue.id, number: 1, deadline };
  return { subject, move, signers: [owner, venue, secondVenue] };
}

const keysOf = (actors: readonly Actor[]): Signer[] => actors.map(({ key }) => key);

describe("Registry: move", () => {
  it("takes a registration and its history to another venue, under a new number", async () => {
    const scene = await fixture();
    const { registry, venue, secondVenue, outsider } = scene;
    const { subject, move, signers } = await atVenue(scene);
    const from = (await registry.venueEntryAt(subject, 0)).from;
    const { head } = await registry.headOf(subject);
    const signatures = await sign(scene, move, keysOf(signers));
    await expect(registry.connect(outsider).move(move, signatures))
      .to.emit(registry, "NumberGiven")
      .withArgs(subject, 2, secondVenue.id);
    const at = BigInt(await now());
    expect(await registry.venueEntryCount(subject)).to.equal(2n);
    expect(await registry.venueEntryAt(subject, 0)).to.deep.equal([venue.id, 1n, from, at]);
    expect(await registry.venueEntryAt(subject, 1)).to.deep.equal([secondVenue.id, 2n, at, 0n]);
    const digest = await registry.moveDigest(move);
    expect((await registry.headOf(subject)).head).to.equal(
      headAfter(head, Entry.move, secondVenue.id, digest, Number(at)),
    );
    expect([await registry.subjectOfNumber(1), await registry.subjectOfNumber(2)]).to.deep.equal([subject, subject]);
    expect((await registry.recordOf(subject)).number).to.equal(2n);
    await expect(registry.move(move, signatures))
      .to.be.revertedWithCustomError(registry, "RegistryMove")
      .withArgs(subject, move.owner, secondVenue.id, 2);
  });

  it("takes what has no venue to one, by owner and venue", async () => {
    const scene = await fixture();
    const { registry, owner, venue } = scene;
    const subject = await enter(scene);
    const deadline = (await now()) + HOUR;
    const move = { subject, owner: owner.id, fromVenue: NOBODY, toVenue: venue.id, number: 1, deadline };
    await registry.move(move, await sign(scene, move, keysOf([owner, venue])));
    expect((await registry.venueEntryAt(subject, 1)).venue).to.equal(venue.id);
  });

  it("does not ask a venue that is not active", async () => {
    const scene = await fixture();
    const { registry, members, council, venue, owner, secondVenue } = scene;
    const { subject, move, signers } = await atVenue(scene);
    await members.connect(council).suspend(venue.id, REASON);
    await expect(registry.move(move, await sign(scene, move, keysOf(signers))))
      .to.be.revertedWithCustomError(registry, "RegistrySignatureCount")
      .withArgs(2, 3);
    await registry.move(move, await sign(scene, move, keysOf([owner, secondVenue])));
    expect((await registry.recordOf(subject)).number).to.equal(2n);
  });

  it("counts its deadline to the last second", async () => {
    const scene = await fixture();
    const { registry } = scene;
    const { subject, move, signers } = await atVenue(scene);
    const signatures = await sign(scene, move, keysOf(signers));
    const deadline = Number(move.deadline);
    const [late, last] = [deadline + 1, deadline];
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(late);
    await expect(registry.move(move, signatures))
      .to.be.revertedWithCustomError(registry, "RegistryDeadline")
      .withArgs(deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(last);
    await registry.move(move, signatures);
    expect(await registry.venueEntryCount(subject)).to.equal(2n);
  });

  it("refuses owner, venue or number that are not the subject's", async () => {
    const scene = await fixture();
    const { registry, other, owner, venue, secondVenue } = scene;
    const { subject, move, signers } = await atVenue(scene);
    for (const change of [{ owner: other.id }, { fromVenue: secondVenue.id }, { fromVenue: NOBODY }, { number: 2 }]) {
      const wrong = { ...move, ...change };
      await expect(registry.move(wrong, await sign(scene, wrong, keysOf(signers))))
        .to.be.revertedWithCustomError(registry, "RegistryMove")
        .withArgs(subject, owner.id, venue.id, 1);
    }
  });

  it("refuses a new venue that is none, the old one, no venue, or the owner", async () => {
    const scene = await fixture();
    const { registry, other, owner, venue } = scene;
    const { move, signers } = await atVenue(scene);
    for (const toVenue of [NOBODY, venue.id, other.id, owner.id]) {
      const wrong = { ...move, toVenue };
      await expect(registry.move(wrong, await sign(scene, wrong, keysOf(signers))))
        .to.be.revertedWithCustomError(registry, "RegistryVenue")
        .withArgs(toVenue);
    }
  });

  it("refuses signatures that are of others, in another order, too few or too many", async () => {
    const scene = await fixture();
    const { registry, members, outsider, other } = scene;
    const { move, signers } = await atVenue(scene);
    const [owner, venue, secondVenue] = signers as [Actor, Actor, Actor];
    const cases = [
      [[other, venue, secondVenue], owner.id, other.id],
      [[owner, secondVenue, venue], venue.id, secondVenue.id],
      [[owner, venue, venue], secondVenue.id, venue.id],
    ] as const;
    for (const [wrong, expected, given] of cases) {
      await expect(registry.move(move, await sign(scene, move, keysOf(wrong))))
        .to.be.revertedWithCustomError(registry, "RegistryWrongSigner")
        .withArgs(expected, given);
    }
    for (const wrong of [[], [owner, venue], [owner, venue, secondVenue, other]]) {
      await expect(registry.move(move, await sign(scene, move, keysOf(wrong))))
        .to.be.revertedWithCustomError(registry, "RegistrySignatureCount")
        .withArgs(3, wrong.length);
    }
    await expect(registry.move(move, await sign(scene, move, [owner.key, venue.key, outsider])))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
  });

  it("asks for an Act key of the owner and Govern keys of the venues", async () => {
    const scene = await fixture();
    const { registry, members } = scene;
    const { move, signers } = await atVenue(scene);
    for (const [place, role, asked] of [
      [0, 1, 2],
      [1, 2, 1],
      [2, 2, 1],
    ] as const) {
      const keys = keysOf(signers);
      const wrong = await keyOfRole(scene, signers[place]!, role, `role at ${place}`);
      keys[place] = wrong;
      await expect(registry.move(move, await sign(scene, move, keys)))
        .to.be.revertedWithCustomError(members, "MembersKeyRole")
        .withArgs(await wrong.getAddress(), asked);
    }
  });

  it("refuses signatures over anything else", async () => {
    const scene = await fixture();
    const { registry, owner } = scene;
    const { move, signers } = await atVenue(scene);
    const changes = [{ deadline: Number(move.deadline) + 1 }, { number: 7 }, { subject: digestOf("other") }];
    for (const change of changes) {
      await expect(registry.move(move, await sign(scene, { ...move, ...change }, keysOf(signers))))
        .to.be.revertedWithCustomError(registry, "RegistrySignature")
        .withArgs(owner.address);
    }
    const domains = [
      { name: "Lianzheng Trades" },
      { version: "2" },
      { chainId: 1n },
      { verifyingContract: owner.address },
    ];
    for (const domain of domains) {
      await expect(registry.move(move, await sign(scene, move, keysOf(signers), domain)))
        .to.be.revertedWithCustomError(registry, "RegistrySignature")
        .withArgs(owner.address);
    }
    const good = await sign(scene, move, keysOf(signers));
    for (const signature of [
      "0x",
      `0x${"00".repeat(65)}`,
      String(good[0]!.signature).slice(0, -2),
      `0x${"ff".repeat(66)}`,
    ]) {
      await expect(registry.move(move, [{ key: owner.address, signature }, good[1]!, good[2]!]))
        .to.be.revertedWithCustomError(registry, "RegistrySignature")
        .withArgs(owner.address);
    }
  });

  it("waits for a review, and moves neither what is held, frozen, pending nor cancelled", async () => {
    const scene = await fixture();
    const { registry, owner, venue } = scene;
    const { subject, move, signers } = await atVenue(scene);
    const signatures = await sign(scene, move, keysOf(signers));
    const snapshot = await networkHelpers.takeSnapshot();
    const contents = [{ algorithm: 1, value: REASON }];
    await registry.connect(owner.key).alter(subject, { digest: REASON, metadata: REASON, contents }, REASON);
    await expect(registry.move(move, signatures))
      .to.be.revertedWithCustomError(registry, "RegistryReviewOpen")
      .withArgs(subject, 2);
    for (const stop of [hold, freeze]) {
      await snapshot.restore();
      await stop(scene, subject);
      await expect(registry.move(move, signatures))
        .to.be.revertedWithCustomError(registry, "RegistryHeld")
        .withArgs(subject);
    }
    await snapshot.restore();
    await registry.connect(owner.key).cancel(subject, REASON);
    await expect(registry.move(move, signatures))
      .to.be.revertedWithCustomError(registry, "RegistryStatus")
      .withArgs(subject, Status.cancelled);
    const pending = await enter(scene, { ...reviewed(scene), digest: REASON });
    await expect(registry.move({ ...move, subject: pending, fromVenue: venue.id }, signatures))
      .to.be.revertedWithCustomError(registry, "RegistryStatus")
      .withArgs(pending, Status.pending);
    await expect(registry.move({ ...move, subject: ZeroHash }, signatures))
      .to.be.revertedWithCustomError(registry, "RegistryUnknownSubject")
      .withArgs(ZeroHash);
  });

  const wallets = [
    { name: "answers yes", code: `0x7f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: true },
    { name: "reverts", code: "0x5f5ffd", good: false },
    { name: "answers garbage", code: `0x7f${"ff".repeat(32)}5f5260205ff3`, good: false },
    { name: "burns all gas", code: "0x5b5f56", good: false },
    { name: "writes its storage first", code: `0x60015f557f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: false },
  ];
  for (const { name, code, good } of wallets) {
    it(`${good ? "takes" : "refuses"} the signature of a key that is a contract which ${name}`, async () => {
      const scene = await fixture();
      const { registry, venue, outsider } = scene;
      const { subject, move, signers } = await atVenue(scene);
      const signatures = await sign(scene, move, keysOf(signers));
      signatures[1] = { key: venue.address, signature: "0x1234" };
      await networkHelpers.setCode(venue.address, code);
      const moving = registry.connect(outsider).move(move, signatures, { gasLimit: 1_500_000 });
      if (good) await expect(moving).to.emit(registry, "NumberGiven");
      else await expect(moving).to.be.revertedWithCustomError(registry, "RegistrySignature").withArgs(venue.address);
      expect(await registry.venueEntryCount(subject)).to.equal(good ? 2n : 1n);
    });
  }

  it("refuses a wallet that calls back to write while it is asked", async () => {
    const scene = await fixture();
    const { registry, owner, venue, outsider } = scene;
    const { subject, move, signers } = await atVenue(scene);
    const pending = await enter(scene, { digest: REASON, grade: 1 });
    const inner = registry.interface.encodeFunctionData("object", [pending, REASON]);
    const signatures = await sign(scene, move, keysOf(signers));
    signatures[1] = { key: venue.address, signature: "0x" };
    await networkHelpers.setCode(venue.address, callingBack(await registry.getAddress(), inner));
    await expect(registry.connect(outsider).move(move, signatures, { gasLimit: 1_500_000 }))
      .to.be.revertedWithCustomError(registry, "RegistrySignature")
      .withArgs(venue.address);
    expect(await registry.objectionsOf(pending, 1)).to.have.length(0);
    expect((await registry.recordOf(subject)).owner).to.equal(owner.id);
    // The same code may write when it is called by a transaction: it was the question for the signature that bound its hands.
    await outsider.sendTransaction({ to: venue.address });
    expect(await registry.objectionsOf(pending, 1)).to.have.length(1);
  });
});
