import { Act, MembersFactory, Standing, maskOfKinds } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import { HOUR, REASON, admit, consentOf, digestOf, ethers, networkHelpers, now, suspend, world } from "../fixture.ts";
import { checkCharacter, memberId, usccOf } from "../uscc.ts";

const PAPERS = digestOf("papers");
const SUPPLIER = maskOfKinds(["supplier"]);
const NEVER_ENDS = 2n ** 48n - 1n;
const fixture = () => networkHelpers.loadFixture(world);

describe("Members: the council's constructor", () => {
  it("makes each founding seat an active member with its key and kinds", async () => {
    const { members, venue, regulator, notary } = await fixture();
    expect(await members.council()).to.deep.equal([venue.id, regulator.id, notary.id]);
    expect(await members.threshold()).to.equal(2n);
    expect(await members.entryOf(venue.id)).to.deep.equal([BigInt(Standing.active), 1n, true, 1n]);
    expect(await members.memberOf(venue.address)).to.equal(venue.id);
    expect(await members.actorOf(venue.address)).to.equal(venue.id);
    expect(await members.hasKind(venue.id, 0)).to.equal(true);
    expect(await members.hasKind(venue.id, 1)).to.equal(false);
  });

  const sizes = [
    { seats: 1, threshold: 1, fault: undefined },
    { seats: 1, threshold: 0, fault: "MembersThreshold" },
    { seats: 2, threshold: 1, fault: "MembersThreshold" },
    { seats: 2, threshold: 2, fault: undefined },
    { seats: 3, threshold: 2, fault: undefined },
    { seats: 3, threshold: 4, fault: "MembersThreshold" },
    { seats: 4, threshold: 2, fault: "MembersThreshold" },
    { seats: 0, threshold: 0, fault: "MembersSeatCount" },
    { seats: 65, threshold: 33, fault: "MembersSeatCount" },
  ] as const;
  for (const { seats, threshold, fault } of sizes) {
    it(`${fault === undefined ? "takes" : "refuses"} ${seats} seats with a threshold of ${threshold}`, async () => {
      const { members, venue } = await fixture();
      const founders = Array.from({ length: seats }, (_, i) => ({
        member: memberId(usccOf(i)),
        key: `0x${(i + 1).toString(16).padStart(40, "0")}`,
        kinds: 1,
      }));
      const deployment = new MembersFactory(venue.key).deploy(founders, threshold);
      if (fault === undefined) expect(await (await deployment).threshold()).to.equal(BigInt(threshold));
      else await expect(deployment).to.be.revertedWithCustomError(members, fault);
    });
  }

  it("refuses one member on two seats, one key for two members and the zero key", async () => {
    const { members, venue } = await fixture();
    const [first, second] = [memberId(usccOf(1)), memberId(usccOf(2))];
    const [key, other] = [`0x${"11".repeat(20)}`, `0x${"22".repeat(20)}`];
    const deploy = (seats: { member: string; key: string; kinds: number }[]) =>
      new MembersFactory(venue.key).deploy(seats, 2);
    await expect(
      deploy([
        { member: first, key, kinds: 1 },
        { member: first, key: other, kinds: 1 },
      ]),
    )
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(first, Standing.active);
    await expect(
      deploy([
        { member: first, key, kinds: 1 },
        { member: second, key, kinds: 1 },
      ]),
    )
      .to.be.revertedWithCustomError(members, "MembersKeyTaken")
      .withArgs(key, first);
    await expect(
      deploy([
        { member: first, key, kinds: 1 },
        { member: second, key: ZeroAddress, kinds: 1 },
      ]),
    ).to.be.revertedWithCustomError(members, "MembersZeroKey");
  });
});

describe("Members: unified social credit codes", () => {
  const genuine = ["914403001922038216", "91330100799655058B", "9144030071526726XG"];

  for (const uscc of genuine) {
    it(`takes ${uscc}`, async () => {
      const { members, outsider } = await fixture();
      expect(checkCharacter(uscc.slice(0, 17))).to.equal(uscc.slice(17));
      await expect(members.connect(outsider).applyFor(memberId(uscc), SUPPLIER, PAPERS)).to.emit(
        members,
        "ProposalOpened",
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
    const refused = [...wrong, ...foreign, "91440300192203821".padEnd(17)];
    expect(refused).to.have.length(46);
    for (const code of refused) {
      const member = memberId(code);
      await expect(members.connect(outsider).applyFor.staticCall(member, SUPPLIER, PAPERS), code)
        .to.be.revertedWithCustomError(members, "MembersUscc")
        .withArgs(member);
    }
    await expect(
      members.connect(outsider).applyFor(`0x${"00".repeat(18)}`, SUPPLIER, PAPERS),
    ).to.be.revertedWithCustomError(members, "MembersUscc");
  });
});

describe("Members: admission", () => {
  const id = memberId(usccOf(50));

  it("admits at the threshold, not before, and binds the applying key", async () => {
    const { members, venue, regulator, outsider } = await fixture();
    const key = await outsider.getAddress();
    await members.connect(outsider).applyFor(id, SUPPLIER, PAPERS);
    const proposal = await members.proposalCount();
    expect(await members.applicationOf(id, key)).to.equal(proposal);
    await expect(members.connect(venue.key).vote(proposal))
      .to.emit(members, "VoteCast")
      .withArgs(proposal, venue.id, 1);
    expect(await members.isActive(id)).to.equal(false);
    expect(await members.memberOf(key)).to.equal(`0x${"00".repeat(18)}`);
    await expect(members.connect(regulator.key).vote(proposal))
      .to.emit(members, "ProposalDecided")
      .withArgs(proposal, Act.admission, id)
      .and.to.emit(members, "StandingChanged")
      .withArgs(id, Standing.active, PAPERS)
      .and.to.emit(members, "KindsSet")
      .withArgs(id, SUPPLIER)
      .and.to.emit(members, "KeyAdded");
    expect(await members.isActive(id)).to.equal(true);
    expect(await members.actorOf(key)).to.equal(id);
    expect((await members.proposalOf(proposal)).decided).to.equal(true);
  });

  it("refuses no kind, unknown kinds, no papers, a bound key, an active member and a second open application", async () => {
    const { members, outsider, seller, spare } = await fixture();
    const mine = members.connect(outsider);
    await expect(mine.applyFor(id, 0, PAPERS))
      .to.be.revertedWithCustomError(members, "MembersKinds")
      .withArgs(0);
    await expect(mine.applyFor(id, 1 << 13, PAPERS))
      .to.be.revertedWithCustomError(members, "MembersKinds")
      .withArgs(8192);
    await expect(mine.applyFor(id, SUPPLIER, ZeroHash)).to.be.revertedWithCustomError(members, "MembersZeroReason");
    await expect(members.connect(seller.key).applyFor(id, SUPPLIER, PAPERS))
      .to.be.revertedWithCustomError(members, "MembersKeyTaken")
      .withArgs(seller.address, seller.id);
    await expect(mine.applyFor(seller.id, SUPPLIER, PAPERS))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(seller.id, Standing.active);
    await mine.applyFor(id, SUPPLIER, PAPERS);
    const open = await members.proposalCount();
    await expect(mine.applyFor(id, SUPPLIER, PAPERS))
      .to.be.revertedWithCustomError(members, "MembersApplicationOpen")
      .withArgs(open);
    await expect(members.connect(spare[0]).applyFor(id, SUPPLIER, PAPERS)).to.emit(members, "ProposalOpened");
  });

  it("lets a key apply again from the second in which its application expires", async () => {
    const { members, outsider } = await fixture();
    await members.connect(outsider).applyFor(id, SUPPLIER, PAPERS);
    const open = await members.proposalCount();
    const { expires } = await members.proposalOf(open);
    await networkHelpers.time.setNextBlockTimestamp(expires - 1n);
    await expect(members.connect(outsider).applyFor(id, SUPPLIER, PAPERS))
      .to.be.revertedWithCustomError(members, "MembersApplicationOpen")
      .withArgs(open);
    await networkHelpers.time.setNextBlockTimestamp(expires);
    await expect(members.connect(outsider).applyFor(id, SUPPLIER, PAPERS)).to.emit(members, "ProposalOpened");
  });

  it("admits one of two applicants for a code, and binds a key that applied for two codes once", async () => {
    const { members, venue, regulator, outsider, spare } = await fixture();
    const seats = [venue, regulator];
    const other = memberId(usccOf(51));
    const genuine = { id, key: outsider, address: await outsider.getAddress() };
    await members.connect(spare[0]).applyFor(id, SUPPLIER, PAPERS);
    const rival = await members.proposalCount();
    await members.connect(outsider).applyFor(other, SUPPLIER, PAPERS);
    const double = await members.proposalCount();
    await admit(members, seats, genuine, ["supplier"]);
    await members.connect(venue.key).vote(rival);
    await members.connect(venue.key).vote(double);
    await expect(members.connect(regulator.key).vote(rival))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(id, Standing.active);
    await expect(members.connect(regulator.key).vote(double))
      .to.be.revertedWithCustomError(members, "MembersKeyTaken")
      .withArgs(genuine.address, id);
  });
});

describe("Members: votes", () => {
  it("refuses a second vote, a vote without a seat, on nothing, after the decision and after expiry", async () => {
    const { members, venue, regulator, notary, seller, buyer } = await fixture();
    await members.connect(venue.key).propose(Act.suspension, seller.id, REASON);
    const proposal = await members.proposalCount();
    const refused = async (who: typeof venue, number: bigint, fault: string, ...values: unknown[]) =>
      expect(members.connect(who.key).vote(number))
        .to.be.revertedWithCustomError(members, fault)
        .withArgs(...values);
    await refused(venue, proposal, "MembersVoted", proposal, venue.id);
    await refused(buyer, proposal, "MembersNoSeat", buyer.id);
    await refused(regulator, proposal + 1n, "MembersUnknownProposal", proposal + 1n);
    await members.connect(regulator.key).vote(proposal);
    await refused(notary, proposal, "MembersDecided", proposal);
    await members.connect(venue.key).propose(Act.suspension, buyer.id, REASON);
    const { expires } = await members.proposalOf(proposal + 1n);
    await networkHelpers.time.setNextBlockTimestamp(expires);
    await refused(regulator, proposal + 1n, "MembersProposalExpired", proposal + 1n, expires);
  });

  it("takes a vote in the last second of a proposal", async () => {
    const { members, venue, regulator, seller } = await fixture();
    await members.connect(venue.key).propose(Act.suspension, seller.id, REASON);
    const proposal = await members.proposalCount();
    await networkHelpers.time.setNextBlockTimestamp((await members.proposalOf(proposal)).expires - 1n);
    await expect(members.connect(regulator.key).vote(proposal)).to.emit(members, "ProposalDecided");
  });

  it("gives a suspended seat no vote and no longer counts the one it gave", async () => {
    const context = await fixture();
    const { members, venue, regulator, seller } = context;
    await members.connect(venue.key).propose(Act.suspension, seller.id, REASON);
    const proposal = await members.proposalCount();
    await suspend(context, venue.id);
    await expect(members.connect(venue.key).propose(Act.reinstatement, venue.id, REASON))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(venue.id, Standing.suspended);
    await expect(members.connect(regulator.key).vote(proposal))
      .to.emit(members, "VoteCast")
      .withArgs(proposal, regulator.id, 1);
    expect(await members.isActive(seller.id)).to.equal(true);
    expect(await members.hasVoted(proposal, venue.id)).to.equal(true);
  });

  it("lets anybody put a proposal into effect whose votes count again after a reinstatement", async () => {
    const context = await fixture();
    const { members, venue, regulator, notary, seller, outsider } = context;
    await members.connect(venue.key).propose(Act.suspension, seller.id, REASON);
    const proposal = await members.proposalCount();
    await suspend(context, venue.id);
    await members.connect(regulator.key).vote(proposal);
    await expect(members.connect(outsider).decide(proposal))
      .to.be.revertedWithCustomError(members, "MembersTooFewVotes")
      .withArgs(proposal, 1, 2);
    await members.connect(regulator.key).propose(Act.reinstatement, venue.id, REASON);
    await members.connect(notary.key).vote(await members.proposalCount());
    await expect(members.connect(outsider).decide(proposal))
      .to.emit(members, "StandingChanged")
      .withArgs(seller.id, Standing.suspended, REASON);
  });

  it("refuses a decision that leaves fewer voting seats than the threshold", async () => {
    const context = await fixture();
    const { members, venue, regulator, notary } = context;
    await suspend(context, venue.id);
    await members.connect(regulator.key).propose(Act.suspension, regulator.id, REASON);
    await expect(members.connect(notary.key).vote(await members.proposalCount()))
      .to.be.revertedWithCustomError(members, "MembersCouncilTooSmall")
      .withArgs(1, 2);
  });

  it("lets each of as few seats as the threshold block: no vote for its own suspension, no decision without it", async () => {
    const context = await fixture();
    const { members, venue, regulator, notary, seller } = context;
    await suspend(context, venue.id);
    await members.connect(regulator.key).propose(Act.suspension, seller.id, REASON);
    const proposal = await members.proposalCount();
    await expect(members.decide(proposal))
      .to.be.revertedWithCustomError(members, "MembersTooFewVotes")
      .withArgs(proposal, 1, 2);
    for (const act of [Act.suspension, Act.expulsion]) {
      await members.connect(notary.key).propose(act, regulator.id, REASON);
      await expect(members.connect(regulator.key).vote(await members.proposalCount()))
        .to.be.revertedWithCustomError(members, "MembersCouncilTooSmall")
        .withArgs(1, 2);
    }
  });

  it("lets a council of one seat decide by proposing", async () => {
    const { venue, seller } = await fixture();
    const alone = await new MembersFactory(venue.key).deploy([{ member: venue.id, key: venue.address, kinds: 1 }], 1);
    await alone.connect(seller.key).applyFor(seller.id, SUPPLIER, PAPERS);
    await alone.connect(venue.key).vote(1);
    await alone.connect(venue.key).propose(Act.expulsion, seller.id, REASON);
    expect((await alone.entryOf(seller.id)).standing).to.equal(BigInt(Standing.expelled));
  });
});

describe("Members: standing", () => {
  it("refuses acts that the standing does not allow, acts that are no proposals, and no reason", async () => {
    const context = await fixture();
    const { members, venue, seller, buyer } = context;
    const unknown = memberId(usccOf(77));
    await suspend(context, buyer.id);
    const cases = [
      [Act.suspension, unknown, Standing.none],
      [Act.suspension, buyer.id, Standing.suspended],
      [Act.reinstatement, seller.id, Standing.active],
      [Act.reinstatement, unknown, Standing.none],
      [Act.expulsion, unknown, Standing.none],
    ] as const;
    for (const [act, member, standing] of cases) {
      await expect(members.connect(venue.key).propose(act, member, REASON))
        .to.be.revertedWithCustomError(members, "MembersStanding")
        .withArgs(member, standing);
    }
    for (const act of [Act.none, Act.admission]) {
      await expect(members.connect(venue.key).propose(act, seller.id, REASON))
        .to.be.revertedWithCustomError(members, "MembersAct")
        .withArgs(act);
    }
    await expect(members.connect(venue.key).propose(Act.suspension, seller.id, ZeroHash)).to.be.revertedWithCustomError(
      members,
      "MembersZeroReason",
    );
  });

  it("remembers when a member was active", async () => {
    const context = await fixture();
    const { members, venue, regulator, seller } = context;
    const admitted = await now();
    await networkHelpers.time.increase(HOUR);
    await suspend(context, seller.id);
    const suspended = await now();
    await networkHelpers.time.increase(HOUR);
    await members.connect(venue.key).propose(Act.reinstatement, seller.id, REASON);
    await members.connect(regulator.key).vote(await members.proposalCount());
    const reinstated = await now();
    const answers = await Promise.all(
      [1, admitted, suspended - 1, suspended, reinstated - 1, reinstated, 2n ** 64n - 1n].map((time) =>
        members.isActiveAt(seller.id, time),
      ),
    );
    expect(answers).to.deep.equal([false, true, true, false, false, true, true]);
  });

  it("ends all keys of an expelled member, vacates its seat, and readmits it with a new key only", async () => {
    const { members, venue, regulator, notary, spare } = await fixture();
    await members.connect(regulator.key).propose(Act.expulsion, venue.id, REASON);
    await expect(members.connect(notary.key).vote(await members.proposalCount()))
      .to.emit(members, "StandingChanged")
      .withArgs(venue.id, Standing.expelled, REASON)
      .and.to.emit(members, "KeyRetired");
    expect(await members.council()).to.deep.equal([regulator.id, notary.id]);
    expect(await members.entryOf(venue.id)).to.deep.equal([BigInt(Standing.expelled), 1n, false, 0n]);
    const until = (await members.keyLife(venue.address)).until;
    await expect(members.actorOf(venue.address))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(venue.address, until);
    const again = { id: venue.id, key: spare[0]!, address: await spare[0]!.getAddress() };
    await admit(members, [regulator, notary], again, ["venue"]);
    expect(await members.actorOf(again.address)).to.equal(venue.id);
    await expect(members.actorOf(venue.address)).to.be.revertedWithCustomError(members, "MembersKeyNotLive");
    expect((await members.entryOf(venue.id)).seated).to.equal(false);
  });
});

describe("Members: keys", () => {
  it("adds a key that consents; what the old key did before its end stays valid", async () => {
    const { members, seller, spare } = await fixture();
    const key = spare[0]!;
    const address = await key.getAddress();
    const deadline = (await now()) + HOUR;
    const before = await now();
    await expect(
      members.connect(seller.key).rotateKey(address, deadline, await consentOf(members, seller.id, key, deadline)),
    )
      .to.emit(members, "KeyAdded")
      .and.to.emit(members, "KeyRetired");
    const end = await now();
    expect(await members.keyLiveAt(seller.id, seller.address, before)).to.equal(true);
    expect(await members.keyLiveAt(seller.id, seller.address, end - 1)).to.equal(true);
    expect(await members.keyLiveAt(seller.id, seller.address, end)).to.equal(false);
    expect(await members.keyLiveAt(seller.id, address, end - 1)).to.equal(false);
    expect(await members.keyLiveAt(seller.id, address, end)).to.equal(true);
    expect(await members.memberOf(seller.address)).to.equal(seller.id);
    expect(await members.keysOf(seller.id)).to.deep.equal([address]);
    expect((await members.keyLife(address)).until).to.equal(NEVER_ENDS);
    await expect(members.actorOf(seller.address))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(seller.address, end);
  });

  it("answers for no one with the key of another, an unknown key or member zero", async () => {
    const { members, seller, buyer, outsider } = await fixture();
    const time = await now();
    const none = `0x${"00".repeat(18)}`;
    expect(await members.keyLiveAt(buyer.id, seller.address, time)).to.equal(false);
    expect(await members.keyLiveAt(seller.id, await outsider.getAddress(), time)).to.equal(false);
    expect(await members.keyLiveAt(none, await outsider.getAddress(), time)).to.equal(false);
    await expect(members.actorOf(await outsider.getAddress()))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
  });

  it("refuses a key without its consent: over another member, key, time, chain or domain, or past its deadline", async () => {
    const { members, seller, buyer, spare } = await fixture();
    const [key, other] = [spare[0]!, spare[1]!];
    const address = await key.getAddress();
    const deadline = (await now()) + HOUR;
    const good = await consentOf(members, seller.id, key, deadline);
    const forged = [
      await consentOf(members, seller.id, other, deadline),
      await consentOf(members, buyer.id, key, deadline),
      await consentOf(members, seller.id, key, deadline + 1),
      await consentOf(members, seller.id, key, deadline, { chainId: 1n }),
      await consentOf(members, seller.id, key, deadline, { name: "Lianzheng Trades" }),
      "0x",
      good.slice(0, -2),
      `${good}00`,
    ];
    for (const consent of forged) {
      await expect(members.connect(seller.key).addKey(address, deadline, consent))
        .to.be.revertedWithCustomError(members, "MembersConsent")
        .withArgs(address);
    }
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1);
    await expect(members.connect(seller.key).addKey(address, deadline, good))
      .to.be.revertedWithCustomError(members, "MembersDeadline")
      .withArgs(deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await expect(members.connect(seller.key).addKey(address, deadline, good)).to.emit(members, "KeyAdded");
  });

  it("signs consent over the digest that the contract names", async () => {
    const { members, seller, spare } = await fixture();
    const address = await spare[0]!.getAddress();
    const digest = await members.consentDigest(seller.id, address, 7);
    const signature = await consentOf(members, seller.id, spare[0]!, 7);
    expect(ethers.recoverAddress(digest, signature)).to.equal(address);
  });

  it("keeps a key one member's for ever, retired or not, and never takes the zero key", async () => {
    const { members, seller, buyer, spare } = await fixture();
    const key = spare[0]!;
    const address = await key.getAddress();
    const deadline = (await now()) + HOUR;
    await members.connect(seller.key).addKey(address, deadline, await consentOf(members, seller.id, key, deadline));
    await members.connect(seller.key).retireKey(address);
    const consent = await consentOf(members, buyer.id, key, deadline);
    for (const [who, member] of [
      [buyer, buyer.id],
      [seller, seller.id],
    ] as const) {
      await expect(members.connect(who.key).addKey(address, deadline, consent), member)
        .to.be.revertedWithCustomError(members, "MembersKeyTaken")
        .withArgs(address, seller.id);
    }
    await expect(members.connect(buyer.key).addKey(ZeroAddress, deadline, consent)).to.be.revertedWithCustomError(
      members,
      "MembersZeroKey",
    );
  });

  it("retires only own live keys and never the last", async () => {
    const { members, seller, buyer, outsider, spare } = await fixture();
    const mine = members.connect(seller.key);
    const address = await spare[0]!.getAddress();
    const deadline = (await now()) + HOUR;
    await expect(mine.retireKey(seller.address))
      .to.be.revertedWithCustomError(members, "MembersLastKey")
      .withArgs(seller.address);
    await expect(mine.retireKey(buyer.address))
      .to.be.revertedWithCustomError(members, "MembersNotOwnKey")
      .withArgs(buyer.address, buyer.id);
    await expect(mine.retireKey(await outsider.getAddress())).to.be.revertedWithCustomError(
      members,
      "MembersUnknownKey",
    );
    await mine.addKey(address, deadline, await consentOf(members, seller.id, spare[0]!, deadline));
    await mine.retireKey(address);
    await expect(mine.retireKey(address))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(address, await now());
  });

  it("keeps at most 16 live keys, and rotates a key even then", async () => {
    const { members, seller } = await fixture();
    const deadline = (await now()) + HOUR;
    const keys = Array.from({ length: 17 }, () => ethers.Wallet.createRandom());
    const consents = await Promise.all(keys.map((key) => consentOf(members, seller.id, key, deadline)));
    for (let i = 0; i < 15; ++i) await members.connect(seller.key).addKey(keys[i]!.address, deadline, consents[i]!);
    await expect(members.connect(seller.key).addKey(keys[15]!.address, deadline, consents[15]!))
      .to.be.revertedWithCustomError(members, "MembersTooManyKeys")
      .withArgs(seller.id, 16);
    await members.connect(seller.key).rotateKey(keys[16]!.address, deadline, consents[16]!);
    expect(await members.keysOf(seller.id)).to.have.length(16);
  });
});
