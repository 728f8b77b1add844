import {
  ApplicationStatus,
  KeyRole,
  Kind,
  MembersFactory,
  Standing,
  Tier,
  maskOfKinds,
  maskOfRoles,
} from "@lianzheng/sdk/contracts";
import type { FounderStruct, Members } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { ZeroAddress, ZeroHash, type Signer } from "ethers";
import {
  ALL_ROLES,
  DAY,
  HOUR,
  METADATA,
  NO_END,
  NO_PARENT,
  REASON,
  admit,
  apply,
  consentOf,
  digestOf,
  ethers,
  founderOf,
  impersonated,
  networkHelpers,
  newKeyOf,
  now,
  world,
  type Actor,
  type World,
} from "../fixture.ts";
import { checkCharacter, memberId, usccOf } from "../uscc.ts";

const PAPERS = digestOf("papers");
const SUPPLIER = maskOfKinds(["supplier"]);
const BOTH = maskOfKinds(["supplier", "operator"]);
const LIFETIME = 180 * DAY;
const LAST_TIME = 2n ** 64n - 1n;

interface Scene extends World {
  /** The register as the council's contract calls it. */
  readonly ruled: Members;
  /** The emergency's contract as a caller. */
  readonly freezer: Signer;
}

async function scene(): Promise<Scene> {
  const context = await world();
  const ruled = context.members.connect(await impersonated(context.council));
  return { ...context, ruled, freezer: await impersonated(context.emergency) };
}
const fixture = () => networkHelpers.loadFixture(scene);

/** Arguments of an application that is accepted, with changes. */
const asked = (
  change: { id?: string; kinds?: number; tier?: number; parent?: string; metadata?: string; papers?: string } = {},
) =>
  [
    change.id ?? memberId(usccOf(50)),
    change.kinds ?? SUPPLIER,
    change.tier ?? Tier.none,
    change.parent ?? NO_PARENT,
    change.metadata ?? METADATA,
    change.papers ?? PAPERS,
  ] as const;

/** Adds a member of number `number` below `parent`, and answers with its id. */
async function addMember({ members, ruled }: Scene, number: number, parent = NO_PARENT): Promise<string> {
  const key = ethers.Wallet.createRandom().connect(ethers.provider);
  const id = memberId(usccOf(number));
  await members.connect(key).applyFor(...asked({ id, parent }), { gasPrice: 0 });
  await ruled.admit(await members.applicationCount(), SUPPLIER, Tier.none, REASON);
  return id;
}

const later = async (seconds = HOUR): Promise<number> => (await now()) + seconds;
const randomKeys = (count: number): Signer[] => Array.from({ length: count }, () => ethers.Wallet.createRandom());
const addressOf = async (signer: Signer): Promise<string> => signer.getAddress();

describe("Members: the founders", () => {
  it("are active members with a key of all roles, kinds, tier, parent and description", async () => {
    const { members, council, freezer, venue, regulator } = await fixture();
    const founders: FounderStruct[] = [
      { ...founderOf(venue, ["venue", "operator"]), tier: Tier.province },
      { ...founderOf(regulator, ["regulator"]), parent: venue.id, metadata: PAPERS },
    ];
    const place = await addressOf(freezer);
    const own = await new MembersFactory(venue.key).deploy(founders, council, place);
    expect(await own.council()).to.equal(await council.getAddress());
    expect(await own.emergency()).to.equal(place);
    const kinds = BigInt(maskOfKinds(["venue", "operator"]));
    expect(await own.entryOf(venue.id)).to.deep.equal([1n, kinds, BigInt(Tier.province), 0n, NO_PARENT, 1n, METADATA]);
    expect(await own.entryOf(regulator.id)).to.deep.equal([1n, 1024n, 0n, 0n, venue.id, 0n, PAPERS]);
    expect(await own.keysOf(venue.id)).to.deep.equal([venue.address]);
    const from = BigInt(await now());
    expect(await own.keyLife(venue.address)).to.deep.equal([venue.id, BigInt(ALL_ROLES), from, NO_END]);
    for (const role of Object.values(KeyRole)) expect(await own.actorOf(venue.address, role)).to.equal(venue.id);
    expect(await members.hasKind(venue.id, Kind.venue)).to.equal(true);
    expect(await members.hasKind(venue.id, Kind.supplier)).to.equal(false);
  });

  for (const count of [0, 65]) {
    it(`are refused if they are ${count}`, async () => {
      const { members, venue } = await fixture();
      const founders = Array.from({ length: count }, (_, i) =>
        founderOf({ id: memberId(usccOf(i)), address: `0x${(i + 1).toString(16).padStart(40, "0")}` }, ["venue"]),
      );
      await expect(new MembersFactory(venue.key).deploy(founders, venue.address, venue.address))
        .to.be.revertedWithCustomError(members, "MembersFounderCount")
        .withArgs(count);
    });
  }

  it("are refused with one code twice, one key twice, the zero key, no kinds, no description, a parent that comes later", async () => {
    const { members, venue } = await fixture();
    const [first, second] = [memberId(usccOf(1)), memberId(usccOf(2))];
    const [key, other] = [`0x${"11".repeat(20)}`, `0x${"22".repeat(20)}`];
    const good = founderOf({ id: first, address: key }, ["venue"]);
    const next = founderOf({ id: second, address: other }, ["venue"]);
    const wrong: [FounderStruct[], string, unknown[]][] = [
      [[good, { ...next, member: first }], "MembersStanding", [first, Standing.active]],
      [[good, { ...next, key }], "MembersKeyTaken", [key, first]],
      [[good, { ...next, key: ZeroAddress }], "MembersZeroKey", []],
      [[{ ...good, kinds: 0 }], "MembersKinds", [0]],
      [[{ ...good, kinds: 1 << 13 }], "MembersKinds", [8192]],
      [[{ ...good, metadata: ZeroHash }], "MembersZeroDigest", []],
      [[{ ...good, parent: second }, next], "MembersParent", [first, second]],
    ];
    for (const [founders, fault, values] of wrong) {
      await expect(new MembersFactory(venue.key).deploy(founders, venue.address, venue.address), fault)
        .to.be.revertedWithCustomError(members, fault)
        .withArgs(...values);
    }
  });
});

describe("Members: unified social credit codes", () => {
  const genuine = ["914403001922038216", "91330100799655058B", "9144030071526726XG"];

  for (const uscc of genuine) {
    it(`takes ${uscc}`, async () => {
      const { members, outsider } = await fixture();
      expect(checkCharacter(uscc.slice(0, 17))).to.equal(uscc.slice(17));
      await expect(members.connect(outsider).applyFor(...asked({ id: memberId(uscc) }))).to.emit(
        members,
        "ApplicationMade",
      );
    });
  }

  it("refuses every other check character, and every character outside the alphabet", async () => {
    const { members, outsider } = await fixture();
    const first17 = "91440300192203821";
    const wrong = Array.from("0123456789ABCDEFGHJKLMNPQRTUWXY")
      .filter((c) => c !== "6")
      .map((c) => first17 + c);
    const foreign = Array.from("IOSVZabz!/:@[ -").map((c) => c + first17.slice(1) + "6");
    const refused = [...wrong, ...foreign, "91440300192203821".padEnd(17)].map(memberId);
    refused.push(NO_PARENT);
    expect(refused).to.have.length(47);
    for (const id of refused) {
      await expect(members.connect(outsider).applyFor.staticCall(...asked({ id })), id)
        .to.be.revertedWithCustomError(members, "MembersUscc")
        .withArgs(id);
    }
  });
});

describe("Members: applications", () => {
  const id = memberId(usccOf(50));

  it("are numbered and kept, and make a code known without making it a member", async () => {
    const { members, venue, outsider } = await fixture();
    const key = await addressOf(outsider);
    const number = (await members.applicationCount()) + 1n;
    const applying = members.connect(outsider).applyFor(...asked({ kinds: BOTH, tier: Tier.node, parent: venue.id }));
    await expect(applying).to.emit(members, "StandingChanged").withArgs(id, Standing.applied, PAPERS);
    const expires = BigInt((await now()) + LIFETIME);
    await expect(applying)
      .to.emit(members, "ApplicationMade")
      .withArgs(number, id, key, BOTH, Tier.node, venue.id, METADATA, PAPERS, expires);
    expect(await members.applicationCount()).to.equal(number);
    expect(await members.applicationBy(key)).to.equal(number);
    const kept = [id, expires, 1n, BigInt(Tier.node), BigInt(BOTH), key, venue.id, METADATA, PAPERS];
    expect(await members.applicationOf(number)).to.deep.equal(kept);
    expect((await members.entryOf(id)).standing).to.equal(BigInt(Standing.applied));
    expect(await members.isActive(id)).to.equal(false);
    expect(await members.memberOf(key)).to.equal(NO_PARENT);
    await expect(members.applicationOf(number + 1n))
      .to.be.revertedWithCustomError(members, "MembersUnknownApplication")
      .withArgs(number + 1n);
  });

  it("are refused without kinds, description or papers, with unknown kinds, a bound key, a member's code or a wrong parent", async () => {
    const { members, outsider, seller } = await fixture();
    const unknown = memberId(usccOf(77));
    const wrong: [Parameters<typeof asked>[0], string, unknown[]][] = [
      [{ kinds: 0 }, "MembersKinds", [0]],
      [{ kinds: 1 << 13 }, "MembersKinds", [8192]],
      [{ metadata: ZeroHash }, "MembersZeroDigest", []],
      [{ papers: ZeroHash }, "MembersZeroDigest", []],
      [{ id: seller.id }, "MembersStanding", [seller.id, Standing.active]],
      [{ parent: id }, "MembersParent", [id, id]],
      [{ parent: unknown }, "MembersParent", [id, unknown]],
    ];
    for (const [change, fault, values] of wrong) {
      await expect(members.connect(outsider).applyFor(...asked(change)), fault)
        .to.be.revertedWithCustomError(members, fault)
        .withArgs(...values);
    }
    await expect(members.connect(seller.key).applyFor(...asked()))
      .to.be.revertedWithCustomError(members, "MembersKeyTaken")
      .withArgs(seller.address, seller.id);
    expect((await members.entryOf(id)).standing).to.equal(BigInt(Standing.none));
  });

  it("stand side by side for one code, one open for a key, until the second in which they expire", async () => {
    const { members, ruled, outsider, spare } = await fixture();
    const mine = members.connect(outsider);
    await mine.applyFor(...asked());
    const open = await members.applicationCount();
    await members.connect(spare[0]).applyFor(...asked());
    expect(await members.applicationCount()).to.equal(open + 1n);
    const { expires } = await members.applicationOf(open);
    await networkHelpers.time.setNextBlockTimestamp(expires - 1n);
    await expect(mine.applyFor(...asked({ id: memberId(usccOf(51)) })))
      .to.be.revertedWithCustomError(members, "MembersApplicationOpen")
      .withArgs(open);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(expires);
    await expect(ruled.admit(open, SUPPLIER, 0, REASON))
      .to.be.revertedWithCustomError(members, "MembersApplicationExpired")
      .withArgs(open, expires);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(expires);
    await expect(mine.applyFor(...asked())).to.emit(members, "ApplicationMade");
  });

  it("are withdrawn by the key that made them, which may apply again then", async () => {
    const { members, ruled, outsider, spare } = await fixture();
    await members.connect(outsider).applyFor(...asked());
    const open = await members.applicationCount();
    await expect(members.connect(spare[0]).withdrawApplication(open))
      .to.be.revertedWithCustomError(members, "MembersNotApplicant")
      .withArgs(open, await addressOf(spare[0]!));
    await expect(members.connect(outsider).withdrawApplication(open))
      .to.emit(members, "ApplicationClosed")
      .withArgs(open, id, ApplicationStatus.withdrawn, ZeroHash);
    for (const closing of [
      members.connect(outsider).withdrawApplication(open),
      ruled.admit(open, SUPPLIER, 0, REASON),
      ruled.refuse(open, REASON),
    ]) {
      await expect(closing)
        .to.be.revertedWithCustomError(members, "MembersApplicationClosed")
        .withArgs(open, ApplicationStatus.withdrawn);
    }
    await members.connect(outsider).applyFor(...asked());
    expect(await members.applicationBy(await addressOf(outsider))).to.equal(open + 1n);
  });

  it("are refused by the council with a reason", async () => {
    const { members, ruled, outsider } = await fixture();
    await members.connect(outsider).applyFor(...asked());
    const open = await members.applicationCount();
    await expect(ruled.refuse(open, ZeroHash)).to.be.revertedWithCustomError(members, "MembersZeroDigest");
    await expect(ruled.refuse(open, REASON))
      .to.emit(members, "ApplicationClosed")
      .withArgs(open, id, ApplicationStatus.refused, REASON);
    expect((await members.entryOf(id)).standing).to.equal(BigInt(Standing.applied));
    await expect(ruled.refuse(open + 1n, REASON))
      .to.be.revertedWithCustomError(members, "MembersUnknownApplication")
      .withArgs(open + 1n);
  });

  it("are admitted with a part of the kinds, and bind the applying key with all roles and without end", async () => {
    const { members, ruled, venue, outsider } = await fixture();
    const key = await addressOf(outsider);
    await members.connect(outsider).applyFor(...asked({ kinds: BOTH, tier: Tier.node, parent: venue.id }));
    const number = await members.applicationCount();
    for (const kinds of [0, BOTH | 1]) {
      await expect(ruled.admit(number, kinds, 0, REASON))
        .to.be.revertedWithCustomError(members, "MembersKinds")
        .withArgs(kinds);
    }
    await expect(ruled.admit(number, SUPPLIER, 0, ZeroHash)).to.be.revertedWithCustomError(
      members,
      "MembersZeroDigest",
    );
    const admitting = ruled.admit(number, SUPPLIER, Tier.sector, REASON);
    const emitted: [string, unknown[]][] = [
      ["ApplicationClosed", [number, id, ApplicationStatus.admitted, REASON]],
      ["StandingChanged", [id, Standing.active, REASON]],
      ["KindsSet", [id, SUPPLIER, REASON]],
      ["TierSet", [id, Tier.sector, REASON]],
      ["ParentSet", [id, venue.id, REASON]],
      ["MetadataSet", [id, METADATA]],
    ];
    for (const [event, values] of emitted) {
      await expect(admitting, event)
        .to.emit(members, event)
        .withArgs(...values);
    }
    await expect(admitting)
      .to.emit(members, "KeyAdded")
      .withArgs(id, key, ALL_ROLES, await now(), NO_END);
    expect(await members.actorOf(key, KeyRole.manage)).to.equal(id);
    expect((await members.entryOf(venue.id)).children).to.equal(1n);
    expect((await members.applicationOf(number)).status).to.equal(BigInt(ApplicationStatus.admitted));
  });

  it("are admitted for a code once, and for a key once", async () => {
    const { members, ruled, outsider, spare } = await fixture();
    await members.connect(spare[0]).applyFor(...asked());
    const rival = await members.applicationCount();
    await members.connect(outsider).applyFor(...asked());
    await ruled.admit(rival + 1n, SUPPLIER, 0, REASON);
    await expect(ruled.admit(rival, SUPPLIER, 0, REASON))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(id, Standing.active);
    const other = memberId(usccOf(51));
    const { members: again, ruled: council, seller } = await fixture();
    await again.connect(spare[0]).applyFor(...asked({ id: other }));
    const number = await again.applicationCount();
    const deadline = await later();
    await again.connect(seller.key).addKey(await newKeyOf(again, seller.id, spare[0]!, deadline));
    await expect(council.admit(number, SUPPLIER, 0, REASON))
      .to.be.revertedWithCustomError(again, "MembersKeyTaken")
      .withArgs(await addressOf(spare[0]!), seller.id);
  });

  it("need the council", async () => {
    const { members, venue, seller, outsider } = await fixture();
    const number = await apply(members, { id, key: outsider }, ["supplier"]);
    const added = { key: seller.address, roles: 1, until: NO_END, deadline: 0, consent: "0x" };
    for (const who of [venue.key, seller.key, outsider]) {
      const mine = members.connect(who);
      const calls = [
        mine.admit(number, SUPPLIER, 0, REASON),
        mine.refuse(number, REASON),
        mine.addKind(seller.id, Kind.broker, REASON),
        mine.withdrawKind(seller.id, Kind.supplier, REASON),
        mine.setTier(seller.id, Tier.node, REASON),
        mine.setParent(seller.id, venue.id, REASON),
        mine.suspend(seller.id, REASON),
        mine.reinstate(seller.id, REASON),
        mine.expel(seller.id, REASON),
        mine.recover(seller.id, added, [], REASON),
      ];
      expect(calls).to.have.length(10);
      for (const call of calls) {
        await expect(call)
          .to.be.revertedWithCustomError(members, "NotCouncil")
          .withArgs(await addressOf(who));
      }
    }
  });
});

describe("Members: kinds, tier, parent and description", () => {
  it("adds and withdraws single kinds, keeps the last, and remembers when which was held", async () => {
    const { members, ruled, seller } = await fixture();
    const admitted = await now();
    await expect(ruled.addKind(seller.id, Kind.supplier, REASON))
      .to.be.revertedWithCustomError(members, "MembersKind")
      .withArgs(seller.id, Kind.supplier);
    await expect(ruled.withdrawKind(seller.id, Kind.broker, REASON))
      .to.be.revertedWithCustomError(members, "MembersKind")
      .withArgs(seller.id, Kind.broker);
    await expect(ruled.withdrawKind(seller.id, Kind.supplier, REASON))
      .to.be.revertedWithCustomError(members, "MembersLastKind")
      .withArgs(seller.id, Kind.supplier);
    await networkHelpers.time.increase(HOUR);
    await expect(ruled.addKind(seller.id, Kind.broker, REASON))
      .to.emit(members, "KindsSet")
      .withArgs(seller.id, maskOfKinds(["supplier", "broker"]), REASON);
    const added = await now();
    await networkHelpers.time.increase(HOUR);
    await expect(ruled.withdrawKind(seller.id, Kind.supplier, REASON))
      .to.emit(members, "KindsSet")
      .withArgs(seller.id, maskOfKinds(["broker"]), REASON);
    const withdrawn = await now();
    const answers = async (kind: number) =>
      Promise.all(
        [1, admitted, added - 1, added, withdrawn - 1, withdrawn, LAST_TIME].map((time) =>
          members.hasKindAt(seller.id, kind, time),
        ),
      );
    expect(await answers(Kind.supplier)).to.deep.equal([false, true, true, true, true, false, false]);
    expect(await answers(Kind.broker)).to.deep.equal([false, false, false, true, true, true, true]);
    expect(await members.hasKind(seller.id, Kind.supplier)).to.equal(false);
    expect(await members.hasKind(seller.id, Kind.broker)).to.equal(true);
  });

  it("changes neither kinds nor tier nor parent of an unknown, and nothing without a reason", async () => {
    const { members, ruled, venue, seller } = await fixture();
    const unknown = memberId(usccOf(77));
    const calls = (member: string, reason: string) => [
      ruled.addKind(member, Kind.broker, reason),
      ruled.withdrawKind(member, Kind.supplier, reason),
      ruled.setTier(member, Tier.node, reason),
      ruled.setParent(member, venue.id, reason),
    ];
    for (const call of calls(unknown, REASON)) {
      await expect(call).to.be.revertedWithCustomError(members, "MembersStanding").withArgs(unknown, Standing.none);
    }
    for (const call of calls(seller.id, ZeroHash)) {
      await expect(call).to.be.revertedWithCustomError(members, "MembersZeroDigest");
    }
  });

  it("sets tier and parent, and counts children", async () => {
    const { members, ruled, venue, notary, seller } = await fixture();
    await expect(ruled.setTier(seller.id, Tier.sector, REASON))
      .to.emit(members, "TierSet")
      .withArgs(seller.id, Tier.sector, REASON);
    await expect(ruled.setParent(seller.id, venue.id, REASON))
      .to.emit(members, "ParentSet")
      .withArgs(seller.id, venue.id, REASON);
    expect((await members.entryOf(venue.id)).children).to.equal(1n);
    await ruled.setParent(seller.id, notary.id, REASON);
    expect((await members.entryOf(venue.id)).children).to.equal(0n);
    expect((await members.entryOf(notary.id)).children).to.equal(1n);
    await ruled.setParent(seller.id, NO_PARENT, REASON);
    const entry = await members.entryOf(seller.id);
    expect([entry.parent, entry.tier]).to.deep.equal([NO_PARENT, BigInt(Tier.sector)]);
    expect((await members.entryOf(notary.id)).children).to.equal(0n);
  });

  it("looses a member that is expelled or leaves from its parent, which can then be placed itself", async () => {
    const { members, ruled, venue, notary, seller, buyer, processor } = await fixture();
    for (const { id } of [seller, buyer]) await ruled.setParent(id, venue.id, REASON);
    await ruled.setParent(processor.id, seller.id, REASON);
    await expect(ruled.expel(seller.id, REASON)).to.emit(members, "ParentSet").withArgs(seller.id, NO_PARENT, REASON);
    await expect(members.connect(buyer.key).leave(PAPERS))
      .to.emit(members, "ParentSet")
      .withArgs(buyer.id, NO_PARENT, PAPERS);
    expect((await members.entryOf(venue.id)).children).to.equal(0n);
    expect((await members.entryOf(processor.id)).parent).to.equal(seller.id);
    expect((await members.entryOf(seller.id)).children).to.equal(1n);
    await expect(ruled.setParent(venue.id, notary.id, REASON))
      .to.emit(members, "ParentSet")
      .withArgs(venue.id, notary.id, REASON);
    await expect(ruled.expel(processor.id, REASON)).to.emit(members, "ParentSet");
    await expect(ruled.expel(notary.id, REASON)).not.to.emit(members, "ParentSet");
    expect((await members.entryOf(venue.id)).parent).to.equal(notary.id);
  });

  it("closes no circle, has no parent outside, and at most 8 above a member", async () => {
    const context = await fixture();
    const { members, ruled, venue, seller, buyer } = context;
    await expect(ruled.setParent(seller.id, seller.id, REASON))
      .to.be.revertedWithCustomError(members, "MembersParent")
      .withArgs(seller.id, seller.id);
    await ruled.setParent(seller.id, venue.id, REASON);
    await expect(ruled.setParent(venue.id, seller.id, REASON))
      .to.be.revertedWithCustomError(members, "MembersHasChildren")
      .withArgs(venue.id, 1);
    await ruled.expel(buyer.id, REASON);
    await expect(ruled.setParent(seller.id, buyer.id, REASON))
      .to.be.revertedWithCustomError(members, "MembersParent")
      .withArgs(seller.id, buyer.id);
    let above = seller.id;
    for (let number = 60; number < 67; ++number) above = await addMember(context, number, above);
    const last = memberId(usccOf(67));
    await expect(members.connect(context.outsider).applyFor(...asked({ id: last, parent: above })))
      .to.be.revertedWithCustomError(members, "MembersParentDepth")
      .withArgs(last, above);
  });

  it("admits nobody below a parent that was expelled after the application", async () => {
    const { members, ruled, seller, outsider } = await fixture();
    await members.connect(outsider).applyFor(...asked({ parent: seller.id }));
    await ruled.expel(seller.id, REASON);
    await expect(ruled.admit(await members.applicationCount(), SUPPLIER, 0, REASON))
      .to.be.revertedWithCustomError(members, "MembersParent")
      .withArgs(asked()[0], seller.id);
  });

  it("lets a member change its description by a key of role Act", async () => {
    const { members, seller, spare } = await fixture();
    const publisher = spare[0]!;
    const roles = maskOfRoles(["publish"]);
    await members.connect(seller.key).addKey(await newKeyOf(members, seller.id, publisher, await later(), { roles }));
    await expect(members.connect(publisher).setMetadata(PAPERS))
      .to.be.revertedWithCustomError(members, "MembersKeyRole")
      .withArgs(await addressOf(publisher), KeyRole.act);
    await expect(members.connect(seller.key).setMetadata(ZeroHash)).to.be.revertedWithCustomError(
      members,
      "MembersZeroDigest",
    );
    await expect(members.connect(seller.key).setMetadata(PAPERS))
      .to.emit(members, "MetadataSet")
      .withArgs(seller.id, PAPERS);
    expect((await members.entryOf(seller.id)).metadata).to.equal(PAPERS);
  });
});

describe("Members: standing", () => {
  it("goes from active to suspended and back, to expelled from both, and nowhere else", async () => {
    const { members, ruled, seller, buyer, processor, outsider } = await fixture();
    const [unknown, applied] = [memberId(usccOf(77)), memberId(usccOf(50))];
    await members.connect(outsider).applyFor(...asked());
    await ruled.suspend(buyer.id, REASON);
    await ruled.expel(processor.id, REASON);
    const refused: [Promise<unknown>, string, number][] = [
      [ruled.suspend(buyer.id, REASON), buyer.id, Standing.suspended],
      [ruled.reinstate(seller.id, REASON), seller.id, Standing.active],
    ];
    for (const [id, standing] of [
      [unknown, Standing.none],
      [applied, Standing.applied],
      [processor.id, Standing.expelled],
    ] as const) {
      refused.push([ruled.suspend(id, REASON), id, standing]);
      refused.push([ruled.reinstate(id, REASON), id, standing]);
      refused.push([ruled.expel(id, REASON), id, standing]);
    }
    for (const [call, id, standing] of refused) {
      await expect(call).to.be.revertedWithCustomError(members, "MembersStanding").withArgs(id, standing);
    }
    expect(refused).to.have.length(11);
    for (const call of [
      ruled.suspend(seller.id, ZeroHash),
      ruled.reinstate(buyer.id, ZeroHash),
      ruled.expel(buyer.id, ZeroHash),
    ]) {
      await expect(call).to.be.revertedWithCustomError(members, "MembersZeroDigest");
    }
    await expect(ruled.expel(buyer.id, REASON))
      .to.emit(members, "StandingChanged")
      .withArgs(buyer.id, Standing.expelled, REASON);
  });

  it("remembers when a member was active", async () => {
    const { members, ruled, seller } = await fixture();
    const admitted = await now();
    await networkHelpers.time.increase(HOUR);
    await ruled.suspend(seller.id, REASON);
    const suspended = await now();
    await networkHelpers.time.increase(HOUR);
    await ruled.reinstate(seller.id, REASON);
    const reinstated = await now();
    const times = [1, admitted, suspended - 1, suspended, reinstated - 1, reinstated, LAST_TIME];
    const active = await Promise.all(times.map((time) => members.isActiveAt(seller.id, time)));
    expect(active).to.deep.equal([false, true, true, false, false, true, true]);
    const standings = await Promise.all(times.map((time) => members.standingAt(seller.id, time)));
    expect(standings).to.deep.equal([0n, 1n, 1n, 2n, 2n, 1n, 1n]);
  });

  it("ends all keys of an expelled member, and readmits it with a new key only", async () => {
    const { members, ruled, venue, regulator, seller, spare } = await fixture();
    await expect(ruled.expel(seller.id, REASON)).to.emit(members, "KeyRetired");
    const end = await now();
    expect(await members.keysOf(seller.id)).to.deep.equal([]);
    await expect(members.actorOf(seller.address, KeyRole.act))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(seller.address, end);
    const again: Actor = { id: seller.id, key: spare[0]!, address: await addressOf(spare[0]!) };
    await admit(members, [venue, regulator], again, ["operator"]);
    expect(await members.actorOf(again.address, KeyRole.act)).to.equal(seller.id);
    expect(await members.hasKind(seller.id, Kind.supplier)).to.equal(false);
    await expect(members.actorOf(seller.address, KeyRole.act)).to.be.revertedWithCustomError(
      members,
      "MembersKeyNotLive",
    );
    expect(await members.keyLiveAt(seller.id, seller.address, end - 1)).to.equal(true);
  });

  it("lets a member leave, not one with a seat, a suspended one or by another key than Manage", async () => {
    const { members, ruled, venue, seller, buyer, spare } = await fixture();
    const roles = maskOfRoles(["govern", "act", "publish"]);
    await members.connect(seller.key).addKey(await newKeyOf(members, seller.id, spare[0]!, await later(), { roles }));
    await expect(members.connect(spare[0]).leave(REASON))
      .to.be.revertedWithCustomError(members, "MembersKeyRole")
      .withArgs(await addressOf(spare[0]!), KeyRole.manage);
    await expect(members.connect(venue.key).leave(REASON))
      .to.be.revertedWithCustomError(members, "MembersSeated")
      .withArgs(venue.id);
    await ruled.suspend(buyer.id, REASON);
    await expect(members.connect(buyer.key).leave(REASON))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(buyer.id, Standing.suspended);
    await expect(members.connect(seller.key).leave(ZeroHash)).to.be.revertedWithCustomError(
      members,
      "MembersZeroDigest",
    );
    await expect(members.connect(seller.key).leave(REASON))
      .to.emit(members, "StandingChanged")
      .withArgs(seller.id, Standing.left, REASON);
    expect(await members.keysOf(seller.id)).to.deep.equal([]);
    expect(await members.isActive(seller.id)).to.equal(false);
    await expect(members.connect(spare[1]).applyFor(...asked({ id: seller.id }))).not.to.emit(
      members,
      "StandingChanged",
    );
    expect((await members.entryOf(seller.id)).standing).to.equal(BigInt(Standing.left));
    await ruled.admit(await members.applicationCount(), SUPPLIER, 0, REASON);
    expect(await members.actorOf(await addressOf(spare[1]!), KeyRole.act)).to.equal(seller.id);
  });
});

describe("Members: freezes", () => {
  it("stop all keys until their end, changed or lifted before", async () => {
    const { members, freezer, seller } = await fixture();
    const mine = members.connect(freezer);
    const start = (await now()) + HOUR;
    await networkHelpers.time.setNextBlockTimestamp(start);
    await expect(mine.freeze(seller.id, start + DAY, REASON))
      .to.emit(members, "MemberFrozen")
      .withArgs(seller.id, start + DAY, REASON);
    expect(await members.isActive(seller.id)).to.equal(false);
    expect((await members.entryOf(seller.id)).frozenUntil).to.equal(BigInt(start + DAY));
    for (const role of Object.values(KeyRole)) {
      await expect(members.actorOf(seller.address, role))
        .to.be.revertedWithCustomError(members, "MembersFrozen")
        .withArgs(seller.id, start + DAY);
      expect(await members.holderOf(seller.address, role)).to.equal(seller.id);
    }
    const at = (time: number) => members.isActiveAt(seller.id, time);
    expect(await Promise.all([start - 1, start, start + DAY - 1, start + DAY].map(at))).to.deep.equal([
      true,
      false,
      false,
      true,
    ]);
    expect(await members.frozenAt(seller.id, start)).to.equal(BigInt(start + DAY));
    expect(await members.frozenAt(seller.id, start + DAY)).to.equal(0n);
    await networkHelpers.time.setNextBlockTimestamp(start + 100);
    await expect(mine.freeze(seller.id, 0, PAPERS))
      .to.emit(members, "MemberFrozen")
      .withArgs(seller.id, 0, PAPERS);
    expect(await members.actorOf(seller.address, KeyRole.act)).to.equal(seller.id);
    expect(await Promise.all([start, start + 99, start + 100, start + DAY - 1].map(at))).to.deep.equal([
      false,
      false,
      true,
      true,
    ]);
  });

  it("end in their last second and not before, and one that ends now lifts", async () => {
    const { members, freezer, seller } = await fixture();
    const until = (await now()) + DAY;
    await members.connect(freezer).freeze(seller.id, until, REASON);
    await networkHelpers.time.setNextBlockTimestamp(until - 1);
    await expect(members.connect(seller.key).setMetadata(PAPERS))
      .to.be.revertedWithCustomError(members, "MembersFrozen")
      .withArgs(seller.id, until);
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(members.connect(seller.key).setMetadata(PAPERS)).to.emit(members, "MetadataSet");
    const next = until + 10;
    await networkHelpers.time.setNextBlockTimestamp(next);
    await expect(members.connect(freezer).freeze(seller.id, next, REASON))
      .to.emit(members, "MemberFrozen")
      .withArgs(seller.id, 0, REASON);
  });

  it("are the emergency contract's alone, and of members only", async () => {
    const { members, ruled, freezer, venue, council } = await fixture();
    const until = await later();
    await expect(members.connect(venue.key).freeze(venue.id, until, REASON))
      .to.be.revertedWithCustomError(members, "MembersNotEmergency")
      .withArgs(venue.address);
    await expect(ruled.freeze(venue.id, until, REASON))
      .to.be.revertedWithCustomError(members, "MembersNotEmergency")
      .withArgs(await council.getAddress());
    const unknown = memberId(usccOf(77));
    await expect(members.connect(freezer).freeze(unknown, until, REASON))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(unknown, Standing.none);
  });

  it("of who was expelled are lifted, and get no other end", async () => {
    const { members, ruled, freezer, seller } = await fixture();
    const mine = members.connect(freezer);
    const until = await later(DAY);
    await mine.freeze(seller.id, until, REASON);
    await ruled.expel(seller.id, REASON);
    await expect(mine.freeze(seller.id, until + 1, REASON))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(seller.id, Standing.expelled);
    expect(await members.frozenAt(seller.id, await now())).to.equal(BigInt(until));
    await expect(mine.freeze(seller.id, 0, PAPERS))
      .to.emit(members, "MemberFrozen")
      .withArgs(seller.id, 0, PAPERS);
    expect(await members.frozenAt(seller.id, await now())).to.equal(0n);
  });

  it("do not leave the council unable to decide", async () => {
    const { members, council, freezer, venue, notary } = await fixture();
    const mine = members.connect(freezer);
    const until = await later(DAY);
    await mine.freeze(venue.id, until, REASON);
    expect(await council.votingSeats()).to.equal(2n);
    await expect(mine.freeze(notary.id, until, REASON))
      .to.be.revertedWithCustomError(council, "CouncilTooSmall")
      .withArgs(1, 2);
    await mine.freeze(venue.id, 0, REASON);
    await mine.freeze(notary.id, until, REASON);
    expect(await council.votingSeats()).to.equal(2n);
  });

  it("freeze before the council stands", async () => {
    const { venue, seller } = await fixture();
    const own = await new MembersFactory(venue.key).deploy(
      [founderOf(venue, ["venue"])],
      seller.address,
      venue.address,
    );
    await own.connect(venue.key).freeze(venue.id, await later(), REASON);
    expect(await own.isActive(venue.id)).to.equal(false);
  });
});

describe("Members: keys", () => {
  it("act in their roles only", async () => {
    const { members, seller, spare, outsider } = await fixture();
    const named = Object.entries(KeyRole);
    for (const [i, [name, role]] of named.entries()) {
      const key = spare[i]!;
      const roles = 1 << role;
      const added = await newKeyOf(members, seller.id, key, await later(), { roles });
      await expect(members.connect(seller.key).addKey(added), name).to.emit(members, "KeyAdded");
      for (const [, other] of named) {
        const asking = members.actorOf(await addressOf(key), other);
        if (other === role) expect(await asking).to.equal(seller.id);
        else {
          await expect(asking)
            .to.be.revertedWithCustomError(members, "MembersKeyRole")
            .withArgs(await addressOf(key), other);
        }
      }
      if (name === "manage") continue;
      const mine = members.connect(key);
      const address = await addressOf(key);
      for (const call of [
        mine.addKey(added),
        mine.rotateKey(seller.address, added),
        mine.retireKey(address),
        mine.leave(REASON),
      ]) {
        await expect(call).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(address, KeyRole.manage);
      }
    }
    await expect(members.actorOf(await addressOf(outsider), KeyRole.act))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await addressOf(outsider));
    await expect(members.holderOf(await addressOf(outsider), KeyRole.act))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await addressOf(outsider));
  });

  it("rotate with consent; what the old key did before its end stays valid", async () => {
    const { members, seller, spare } = await fixture();
    const key = spare[0]!;
    const address = await addressOf(key);
    const before = await now();
    const rotating = members
      .connect(seller.key)
      .rotateKey(seller.address, await newKeyOf(members, seller.id, key, await later()));
    await expect(rotating).to.emit(members, "KeyAdded");
    const end = await now();
    await expect(rotating).to.emit(members, "KeyRetired").withArgs(seller.id, seller.address, end);
    const live = (who: string, time: number) => members.keyLiveAt(seller.id, who, time);
    expect(await Promise.all([before, end - 1, end].map((time) => live(seller.address, time)))).to.deep.equal([
      true,
      true,
      false,
    ]);
    expect(await Promise.all([end - 1, end].map((time) => live(address, time)))).to.deep.equal([false, true]);
    expect(await members.memberOf(seller.address)).to.equal(seller.id);
    expect(await members.keysOf(seller.id)).to.deep.equal([address]);
    await expect(members.actorOf(seller.address, KeyRole.act))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(seller.address, end);
  });

  it("end by themselves in the second that they were added with", async () => {
    const { members, seller, spare } = await fixture();
    const [key, mine] = [spare[0]!, members.connect(seller.key)];
    const address = await addressOf(key);
    const until = await later(DAY);
    await mine.addKey(await newKeyOf(members, seller.id, key, await later(), { until, roles: maskOfRoles(["act"]) }));
    const from = await now();
    expect(await members.keyLife(address)).to.deep.equal([seller.id, 4n, BigInt(from), BigInt(until)]);
    await networkHelpers.time.increaseTo(until - 1);
    expect(await members.actorOf(address, KeyRole.act)).to.equal(seller.id);
    expect(await members.keysOf(seller.id)).to.deep.equal([seller.address, address]);
    await networkHelpers.time.increaseTo(until);
    await expect(members.actorOf(address, KeyRole.act))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(address, until);
    expect(await members.keysOf(seller.id)).to.deep.equal([seller.address]);
    expect(await members.keyLiveAt(seller.id, address, until - 1)).to.equal(true);
    expect(await members.keyLiveAt(seller.id, address, until)).to.equal(false);
    await expect(mine.retireKey(address))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(address, until);
  });

  it("are refused with no or unknown roles, or an end that is not in the future", async () => {
    const { members, seller, spare } = await fixture();
    const mine = members.connect(seller.key);
    for (const roles of [0, 16, 255]) {
      await expect(mine.addKey(await newKeyOf(members, seller.id, spare[0]!, await later(), { roles })))
        .to.be.revertedWithCustomError(members, "MembersRoles")
        .withArgs(roles);
    }
    const until = await later();
    const added = await newKeyOf(members, seller.id, spare[0]!, await later(DAY), { until });
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(mine.addKey(added)).to.be.revertedWithCustomError(members, "MembersKeyEnd").withArgs(added.key, until);
  });

  it("never leave a member without a Manage key that has no end", async () => {
    const { members, seller, spare } = await fixture();
    const mine = members.connect(seller.key);
    const deadline = await later(DAY);
    const kept: [Signer, { roles?: number; until?: number }][] = [
      [spare[0]!, { until: await later(DAY) }],
      [spare[1]!, { roles: maskOfRoles(["govern", "act", "publish"]) }],
    ];
    const last = async (call: Promise<unknown>) =>
      expect(call).to.be.revertedWithCustomError(members, "MembersLastKey").withArgs(seller.id);
    await last(mine.retireKey(seller.address));
    for (const [key, change] of kept) {
      await last(mine.rotateKey(seller.address, await newKeyOf(members, seller.id, key, deadline, change)));
      await mine.addKey(await newKeyOf(members, seller.id, key, deadline, change));
      await last(mine.retireKey(seller.address));
    }
    // The key with an end manages, but neither it nor the other lets the lasting one go.
    await last(members.connect(spare[0]).retireKey(seller.address));
    await mine.addKey(await newKeyOf(members, seller.id, spare[2]!, deadline, { roles: maskOfRoles(["manage"]) }));
    await expect(mine.retireKey(seller.address)).to.emit(members, "KeyRetired");
  });

  it("answer for no one with the key of another, an unknown key or member zero", async () => {
    const { members, seller, buyer, outsider } = await fixture();
    const time = await now();
    expect(await members.keyLiveAt(buyer.id, seller.address, time)).to.equal(false);
    expect(await members.keyLiveAt(seller.id, await addressOf(outsider), time)).to.equal(false);
    expect(await members.keyLiveAt(NO_PARENT, await addressOf(outsider), time)).to.equal(false);
  });

  it("are refused without their consent: over another member, key, role, end, time, chain or domain, or past the deadline", async () => {
    const { members, seller, buyer, spare } = await fixture();
    const [key, other] = [spare[0]!, spare[1]!];
    const deadline = await later();
    const added = await newKeyOf(members, seller.id, key, deadline, { roles: 6, until: NO_END });
    const sign = (member: string, signer: Signer, end: number, change: object = {}) =>
      consentOf(members, member, signer, end, { roles: 6, ...change });
    const good = await sign(seller.id, key, deadline);
    const forged = [
      await sign(seller.id, other, deadline),
      await sign(buyer.id, key, deadline),
      await sign(seller.id, key, deadline + 1),
      await sign(seller.id, key, deadline, { roles: 4 }),
      await sign(seller.id, key, deadline, { until: deadline + DAY }),
      await sign(seller.id, key, deadline, { chainId: 1n }),
      await sign(seller.id, key, deadline, { name: "Lianzheng Council" }),
      await sign(seller.id, key, deadline, { version: "2" }),
      "0x",
      good.slice(0, -2),
      `${good}00`,
    ];
    for (const consent of forged) {
      await expect(members.connect(seller.key).addKey({ ...added, consent }))
        .to.be.revertedWithCustomError(members, "MembersConsent")
        .withArgs(added.key);
    }
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1);
    await expect(members.connect(seller.key).addKey(added))
      .to.be.revertedWithCustomError(members, "MembersDeadline")
      .withArgs(deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await expect(members.connect(seller.key).addKey(added))
      .to.emit(members, "KeyAdded")
      .withArgs(seller.id, added.key, 6, deadline, NO_END);
  });

  it("sign consent over the digest that the contract names", async () => {
    const { members, seller, spare } = await fixture();
    const address = await addressOf(spare[0]!);
    const digest = await members.consentDigest(seller.id, address, 3, 9, 7);
    const signature = await consentOf(members, seller.id, spare[0]!, 7, { roles: 3, until: 9 });
    expect(ethers.recoverAddress(digest, signature)).to.equal(address);
  });

  it("are one member's for ever, retired or not, and never the zero key", async () => {
    const { members, seller, buyer, spare } = await fixture();
    const key = spare[0]!;
    const deadline = await later();
    const added = await newKeyOf(members, seller.id, key, deadline);
    await members.connect(seller.key).addKey(added);
    await members.connect(seller.key).retireKey(added.key);
    const others = await newKeyOf(members, buyer.id, key, deadline);
    for (const [who, again] of [
      [buyer, others],
      [seller, added],
    ] as const) {
      await expect(members.connect(who.key).addKey(again), who.id)
        .to.be.revertedWithCustomError(members, "MembersKeyTaken")
        .withArgs(added.key, seller.id);
    }
    await expect(members.connect(buyer.key).addKey({ ...others, key: ZeroAddress })).to.be.revertedWithCustomError(
      members,
      "MembersZeroKey",
    );
  });

  it("are retired by their member only, while they live", async () => {
    const { members, seller, buyer, outsider, spare } = await fixture();
    const mine = members.connect(seller.key);
    await expect(mine.retireKey(buyer.address))
      .to.be.revertedWithCustomError(members, "MembersNotOwnKey")
      .withArgs(buyer.address, buyer.id);
    await expect(mine.retireKey(await addressOf(outsider)))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await addressOf(outsider));
    const added = await newKeyOf(members, seller.id, spare[0]!, await later());
    await mine.addKey(added);
    await mine.retireKey(added.key);
    await expect(mine.retireKey(added.key))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(added.key, await now());
  });

  it("are at most 16 that live: one rotates even then, and one that reached its end makes room", async () => {
    const { members, seller } = await fixture();
    const mine = members.connect(seller.key);
    const deadline = await later(10 * DAY);
    const until = await later(DAY);
    const keys = randomKeys(18);
    const added = await Promise.all(
      keys.map((key, i) => newKeyOf(members, seller.id, key, deadline, i === 3 ? { until } : {})),
    );
    for (const one of added.slice(0, 15)) await mine.addKey(one);
    await expect(mine.addKey(added[15]!))
      .to.be.revertedWithCustomError(members, "MembersTooManyKeys")
      .withArgs(seller.id, 16);
    await mine.rotateKey(seller.address, added[16]!);
    expect(await members.keysOf(seller.id)).to.have.length(16);
    await networkHelpers.time.increaseTo(until);
    expect(await members.keysOf(seller.id)).to.have.length(15);
    const again = members.connect(keys[0]!.connect(ethers.provider));
    await again.addKey(added[17]!, { gasPrice: 0 });
    expect(await members.keysOf(seller.id))
      .to.have.length(16)
      .and.not.to.include(added[3]!.key);
    await expect(again.addKey(added[15]!, { gasPrice: 0 }))
      .to.be.revertedWithCustomError(members, "MembersTooManyKeys")
      .withArgs(seller.id, 16);
  });
});

describe("Members: keys that are contracts", () => {
  const wallets = [
    { name: "answers with the magic value", code: `0x7f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: true },
    { name: "reverts", code: "0x5f5ffd", good: false },
    { name: "answers nothing", code: "0x00", good: false },
    { name: "answers garbage", code: `0x7f${"ff".repeat(32)}5f5260205ff3`, good: false },
    { name: "answers four bytes", code: `0x7f1626ba7e${"00".repeat(28)}5f5260045ff3`, good: false },
    { name: "burns all gas", code: "0x5b5f56", good: false },
    { name: "writes its storage first", code: `0x60015f557f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: false },
  ];
  for (const { name, code, good } of wallets) {
    it(`are ${good ? "taken" : "refused"} if the contract ${name}`, async () => {
      const { members, seller } = await fixture();
      const key = ethers.Wallet.createRandom().address;
      await networkHelpers.setCode(key, code);
      const added = { key, roles: ALL_ROLES, until: NO_END, deadline: await later(), consent: "0x1234" };
      const adding = members.connect(seller.key).addKey(added, { gasLimit: 3_000_000 });
      if (good) await expect(adding).to.emit(members, "KeyAdded");
      else await expect(adding).to.be.revertedWithCustomError(members, "MembersConsent").withArgs(key);
      expect(await members.memberOf(key)).to.equal(good ? seller.id : NO_PARENT);
    });
  }
});

describe("Members: recovery by the council", () => {
  it("ends the named keys and binds a consenting one, also of a suspended member", async () => {
    const { members, ruled, seller, spare } = await fixture();
    const stolen = await newKeyOf(members, seller.id, spare[0]!, await later());
    await members.connect(seller.key).addKey(stolen);
    await ruled.suspend(seller.id, REASON);
    const added = await newKeyOf(members, seller.id, spare[1]!, await later());
    await expect(ruled.recover(seller.id, added, [seller.address, stolen.key], REASON))
      .to.emit(members, "MemberRecovered")
      .withArgs(seller.id, added.key, REASON);
    expect(await members.keysOf(seller.id)).to.deep.equal([added.key]);
    expect((await members.keyLife(stolen.key)).until).to.equal(BigInt(await now()));
  });

  it("takes no key without consent, of another or that does not live, no stranger, no reason missing, and locks nobody out", async () => {
    const { members, ruled, seller, buyer, outsider, spare } = await fixture();
    const deadline = await later();
    const added = await newKeyOf(members, seller.id, spare[0]!, deadline);
    const unmanaged = await newKeyOf(members, seller.id, spare[0]!, deadline, { roles: maskOfRoles(["act"]) });
    const ending = await newKeyOf(members, seller.id, spare[0]!, deadline, { until: await later(DAY) });
    const unknown = memberId(usccOf(77));
    const wrong: [string, typeof added, string[], string, string, unknown[]][] = [
      [seller.id, { ...added, consent: "0x" }, [], REASON, "MembersConsent", [added.key]],
      [seller.id, added, [buyer.address], REASON, "MembersNotOwnKey", [buyer.address, buyer.id]],
      [seller.id, added, [await addressOf(outsider)], REASON, "MembersUnknownKey", [await addressOf(outsider)]],
      [seller.id, added, [], ZeroHash, "MembersZeroDigest", []],
      [unknown, added, [], REASON, "MembersStanding", [unknown, Standing.none]],
      [seller.id, unmanaged, [seller.address], REASON, "MembersLastKey", [seller.id]],
      [seller.id, ending, [seller.address], REASON, "MembersLastKey", [seller.id]],
      [seller.id, added, Array<string>(17).fill(seller.address), REASON, "MembersTooManyEnded", [17, 16]],
    ];
    for (const [member, key, ended, reason, fault, values] of wrong) {
      await expect(ruled.recover(member, key, ended, reason), fault)
        .to.be.revertedWithCustomError(members, fault)
        .withArgs(...values);
    }
    const end = await later();
    await networkHelpers.time.setNextBlockTimestamp(end);
    await expect(ruled.recover(seller.id, added, [seller.address, seller.address], REASON))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(seller.address, end);
    expect(await members.keysOf(seller.id)).to.deep.equal([seller.address]);
  });
});
