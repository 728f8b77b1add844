import {
  ActClass,
  CouncilFactory,
  KeyRole,
  Kind,
  MembersFactory,
  Standing,
  maskOfKinds,
  maskOfRoles,
} from "@lianzheng/sdk/contracts";
import type { CallStruct, Council, CouncilRulesStruct, FounderStruct, Members } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, ZeroHash, keccak256, type Signer } from "ethers";
import {
  DAY,
  HOUR,
  REASON,
  admit,
  admitAll,
  apply,
  callOf,
  cast,
  decide,
  domainOf,
  ethers,
  expel,
  foundConsortium,
  founderOf,
  networkHelpers,
  newKeyOf,
  now,
  reinstate,
  rulesOf,
  suspend,
  type Actor,
  type Cast,
  type DomainChange,
} from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";

const PERIOD = 30 * DAY;
const MAX_COUNT = 64;

/** Members, of which the first three sit in a council that decides everything at once by two votes. */
interface Chamber extends Cast {
  readonly members: Members;
  readonly council: Council;
  /** The account that may freeze. */
  readonly emergency: Signer;
}

async function chamber(): Promise<Chamber> {
  const actors = await cast();
  const { venue, regulator, notary, spare } = actors;
  const emergency = spare.at(-1)!;
  const founders = [founderOf(venue, ["venue"]), founderOf(regulator, ["regulator"]), founderOf(notary, ["notary"])];
  const found = await foundConsortium(venue.key, await emergency.getAddress(), founders, rulesOf(2));
  await admitAll(found.members, actors);
  return { ...actors, ...found, emergency };
}
const fixture = () => networkHelpers.loadFixture(chamber);

/** A call of the council by its own decision. */
async function own(
  council: Council,
  name: "addSeat" | "removeSeat" | "setRules" | "setOrdinary" | "vote",
  ...values: unknown[]
): Promise<CallStruct> {
  return {
    target: await council.getAddress(),
    data: council.interface.encodeFunctionData(name as "addSeat", values as never),
  };
}

const suspending = async ({ members }: Chamber, { id }: { id: string }) => callOf(members, "suspend", [id, REASON]);

/** Opens a proposal by a seat and answers with its number. */
async function opened(council: Council, seat: Actor, calls: CallStruct[]): Promise<bigint> {
  await council.connect(seat.key).propose(calls, REASON);
  return council.proposalCount();
}

async function signVote(
  council: Council,
  vote: { proposal: bigint; content: string; seat: string; deadline: number },
  key: Signer,
  change: DomainChange = {},
): Promise<string> {
  const types = {
    Vote: [
      { name: "proposal", type: "uint256" },
      { name: "content", type: "bytes32" },
      { name: "seat", type: "bytes18" },
      { name: "deadline", type: "uint256" },
    ],
  };
  return key.signTypedData(await domainOf("Lianzheng Council", council, change), types, vote);
}

/** Rules of which the ordinary decide at once by 2 and the constitutional by 3 after two days. */
const slow: CouncilRulesStruct = {
  ordinary: { threshold: 2, period: PERIOD, delay: 0 },
  constitutional: { threshold: 3, period: 10 * DAY, delay: 2 * DAY },
};

/** As the fixture, but suspensions are ordinary, and all else needs all three seats and two days. */
async function slowChamber(): Promise<Chamber> {
  const context = await chamber();
  const { members, council, venue, regulator } = context;
  const act = { target: await members.getAddress(), selector: members.interface.getFunction("suspend").selector };
  const calls = [await own(council, "setOrdinary", [act], true), await own(council, "setRules", slow)];
  await decide(council, [venue, regulator], calls);
  return context;
}
const slowFixture = () => networkHelpers.loadFixture(slowChamber);

describe("Council: the constructor", () => {
  it("seats active members under version 1 of the rules", async () => {
    const { members, council, venue, regulator, notary } = await fixture();
    expect(await council.members()).to.equal(await members.getAddress());
    expect(await council.seats()).to.deep.equal([venue.id, regulator.id, notary.id]);
    expect(await council.isSeat(venue.id)).to.equal(true);
    expect(await council.votingSeats()).to.equal(3n);
    expect(await council.rulesVersion()).to.equal(1n);
    const rule = [2n, BigInt(PERIOD), 0n];
    expect(await council.rulesOf(1)).to.deep.equal([rule, rule]);
    for (const version of [0, 2]) {
      for (const asking of [council.rulesOf(version), council.isOrdinary(venue.address, "0x12345678", version)]) {
        await expect(asking).to.be.revertedWithCustomError(council, "CouncilUnknownVersion").withArgs(version);
      }
    }
  });

  it("refuses a register without code or that names another council, too many seats or acts, and seats of none", async () => {
    const { members, council, venue, seller } = await fixture();
    const factory = new CouncilFactory(venue.key);
    await expect(factory.deploy(seller.address, [venue.id], rulesOf(1), []))
      .to.be.revertedWithCustomError(council, "CouncilNoContract")
      .withArgs(seller.address);
    await expect(factory.deploy(members, [venue.id], rulesOf(1), []))
      .to.be.revertedWithCustomError(council, "CouncilNotNamed")
      .withArgs(await council.getAddress());
    const build = async (seats: string[], acts: { target: string; selector: string }[] = []) => {
      const nonce = await venue.key.getNonce();
      const place = ethers.getCreateAddress({ from: venue.address, nonce: nonce + 1 });
      const founders: FounderStruct[] = [founderOf(venue, ["venue"])];
      const register = await new MembersFactory(venue.key).deploy(founders, place, venue.address);
      return { place, deploying: factory.deploy(register, seats, rulesOf(1), acts) };
    };
    const many = Array.from({ length: MAX_COUNT + 1 }, (_, i) => memberId(usccOf(i)));
    const acts = many.map((_, i) => ({ target: seller.address, selector: `0x${i.toString(16).padStart(8, "0")}` }));
    const wrong: [string[], typeof acts, string, unknown[]][] = [
      [[], [], "CouncilSeatCount", [0]],
      [many, [], "CouncilSeatCount", [65]],
      [[venue.id, venue.id], [], "CouncilSeated", [venue.id]],
      [[seller.id], [], "CouncilNotActive", [seller.id]],
      [[venue.id], acts, "CouncilActCount", [65]],
      [[venue.id], [acts[0]!, acts[0]!], "CouncilActListed", [seller.address, "0x00000000", true]],
    ];
    for (const [seats, listed, fault, values] of wrong) {
      const { deploying } = await build(seats, listed);
      await expect(deploying, fault)
        .to.be.revertedWithCustomError(council, fault)
        .withArgs(...values);
    }
    await expect((await build([venue.id], acts.slice(1))).deploying).not.to.be.revert(ethers);
  });

  const sizes = [
    { seats: 1, ordinary: 1, constitutional: 1, fault: undefined },
    { seats: 1, ordinary: 0, constitutional: 1, fault: 0 },
    { seats: 2, ordinary: 1, constitutional: 2, fault: 1 },
    { seats: 3, ordinary: 2, constitutional: 3, fault: undefined },
    { seats: 3, ordinary: 2, constitutional: 4, fault: 4 },
    { seats: 3, ordinary: 3, constitutional: 2, fault: 3 },
    { seats: 4, ordinary: 2, constitutional: 3, fault: 2 },
  ] as const;
  for (const { seats, ordinary, constitutional, fault } of sizes) {
    it(`${fault === undefined ? "takes" : "refuses"} ${seats} seats of which ${ordinary} and ${constitutional} decide`, async () => {
      const { council, venue } = await fixture();
      const founders = Array.from({ length: seats }, (_, i) =>
        founderOf({ id: memberId(usccOf(i)), address: `0x${(i + 1).toString(16).padStart(40, "0")}` }, ["venue"]),
      );
      const rule = (threshold: number) => ({ threshold, period: PERIOD, delay: 0 });
      const rules = { ordinary: rule(ordinary), constitutional: rule(constitutional) };
      const founding = foundConsortium(venue.key, venue.address, founders, rules);
      if (fault === undefined) expect(await (await founding).council.votingSeats()).to.equal(BigInt(seats));
      else await expect(founding).to.be.revertedWithCustomError(council, "CouncilThreshold").withArgs(fault, seats);
    });
  }
});

describe("Council: proposals", () => {
  it("open with the seat's vote, are kept, and are decided by the vote that reaches the threshold", async () => {
    const context = await fixture();
    const { members, council, venue, regulator, seller } = context;
    const call = await suspending(context, seller);
    const content = keccak256(
      AbiCoder.defaultAbiCoder().encode(["tuple(address,bytes)[]", "bytes32"], [[[call.target, call.data]], REASON]),
    );
    const proposing = council.connect(venue.key).propose([call], REASON);
    await expect(proposing).to.emit(council, "VoteCast");
    const number = await council.proposalCount();
    const expires = BigInt((await now()) + PERIOD);
    await expect(proposing)
      .to.emit(council, "ProposalOpened")
      .withArgs(number, venue.id, content, ActClass.constitutional, REASON, [[call.target, call.data]], expires);
    await expect(proposing).to.emit(council, "VoteCast").withArgs(number, venue.id, venue.address, 1);
    expect(await council.contentOf(number)).to.equal(content);
    expect(await council.hasVoted(number, venue.id)).to.equal(true);
    expect(await council.hasVoted(number, regulator.id)).to.equal(false);
    expect(await members.isActive(seller.id)).to.equal(true);
    await expect(council.connect(regulator.key).vote(number))
      .to.emit(council, "ProposalDecided")
      .withArgs(number, ActClass.constitutional, 1, 2, 2)
      .and.to.emit(members, "StandingChanged")
      .withArgs(seller.id, Standing.suspended, REASON);
    const kept = await council.proposalOf(number);
    expect([kept.expires, kept.passedAt, kept.rulesVersion]).to.deep.equal([expires, BigInt(await now()), 1n]);
    expect([kept.reason, kept.class, kept.votes]).to.deep.equal([REASON, 1n, 2n]);
    expect(kept.calls).to.deep.equal([[call.target, call.data]]);
  });

  it("are refused without a seat, a Govern key, a reason, a contract, with no or nine calls, or too short or long ones", async () => {
    const context = await fixture();
    const { members, council, venue, seller, outsider, spare } = context;
    const call = await suspending(context, seller);
    const mine = council.connect(venue.key);
    const roles = maskOfRoles(["manage", "act", "publish"]);
    await members
      .connect(venue.key)
      .addKey(await newKeyOf(members, venue.id, spare[0]!, (await now()) + HOUR, { roles }));
    await expect(council.connect(spare[0]).propose([call], REASON))
      .to.be.revertedWithCustomError(members, "MembersKeyRole")
      .withArgs(await spare[0]!.getAddress(), KeyRole.govern);
    await expect(council.connect(outsider).propose([call], REASON)).to.be.revertedWithCustomError(
      members,
      "MembersUnknownKey",
    );
    await expect(council.connect(seller.key).propose([call], REASON))
      .to.be.revertedWithCustomError(council, "CouncilNoSeat")
      .withArgs(seller.id);
    await expect(mine.propose([call], ZeroHash)).to.be.revertedWithCustomError(council, "CouncilZeroReason");
    const sized = (bytes: number) => ({ ...call, data: `0x${"11".repeat(bytes)}` });
    const wrong: [CallStruct[], string, unknown[]][] = [
      [[], "CouncilCallCount", [0]],
      [Array<CallStruct>(9).fill(call), "CouncilCallCount", [9]],
      [[call, sized(3)], "CouncilCallLength", [1, 3]],
      [[sized(2049)], "CouncilCallLength", [0, 2049]],
      [[{ ...call, target: seller.address }], "CouncilNoContract", [seller.address]],
    ];
    for (const [calls, fault, values] of wrong) {
      await expect(mine.propose(calls, REASON), fault)
        .to.be.revertedWithCustomError(council, fault)
        .withArgs(...values);
    }
    await mine.propose(Array<CallStruct>(8).fill(sized(2048)), REASON);
    await mine.propose([sized(4)], REASON);
  });

  it("take no second vote, none without a seat, on nothing, after the decision and after expiry", async () => {
    const context = await fixture();
    const { council, venue, regulator, notary, seller, buyer } = context;
    const number = await opened(council, venue, [await suspending(context, seller)]);
    const refused = async (who: Actor, proposal: bigint, fault: string, ...values: unknown[]) =>
      expect(council.connect(who.key).vote(proposal))
        .to.be.revertedWithCustomError(council, fault)
        .withArgs(...values);
    await refused(venue, number, "CouncilVoted", number, venue.id);
    await refused(buyer, number, "CouncilNoSeat", buyer.id);
    await refused(regulator, number + 1n, "CouncilUnknownProposal", number + 1n);
    await council.connect(regulator.key).vote(number);
    await refused(notary, number, "CouncilDecided", number);
    await expect(council.decide(number)).to.be.revertedWithCustomError(council, "CouncilDecided").withArgs(number);
    const next = await opened(council, venue, [await suspending(context, buyer)]);
    const { expires } = await council.proposalOf(next);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(expires);
    await refused(regulator, next, "CouncilExpired", next, expires);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(expires - 1n);
    await expect(council.connect(regulator.key).vote(next)).to.emit(council, "ProposalDecided");
  });

  it("give a seat one vote, whichever of its keys votes", async () => {
    const context = await fixture();
    const { members, council, venue, seller, spare } = context;
    await members.connect(venue.key).addKey(await newKeyOf(members, venue.id, spare[0]!, (await now()) + HOUR));
    const number = await opened(council, venue, [await suspending(context, seller)]);
    await expect(council.connect(spare[0]).vote(number))
      .to.be.revertedWithCustomError(council, "CouncilVoted")
      .withArgs(number, venue.id);
  });

  it("do all of their calls in their order or none, with the error of the call that fails", async () => {
    const context = await fixture();
    const { members, council, venue, regulator, notary, seller, outsider } = context;
    const applicant = { id: memberId(usccOf(50)), key: outsider };
    const application = await apply(members, applicant, ["supplier"]);
    const kinds = maskOfKinds(["supplier"]);
    const admission = await callOf(members, "admit", [application, kinds, 0, REASON]);
    const seating = await own(council, "addSeat", applicant.id);
    const failing = await opened(council, venue, [
      admission,
      await callOf(members, "addKind", [seller.id, Kind.supplier, REASON]),
    ]);
    await expect(council.connect(regulator.key).vote(failing))
      .to.be.revertedWithCustomError(members, "MembersKind")
      .withArgs(seller.id, Kind.supplier);
    expect(await members.isActive(applicant.id)).to.equal(false);
    expect(await council.hasVoted(failing, regulator.id)).to.equal(false);
    expect((await council.proposalOf(failing)).rulesVersion).to.equal(0n);
    // With four seats more than two must decide: the rules change in the same decision, and only its end is judged.
    const alone = await opened(council, venue, [admission, seating]);
    await expect(council.connect(regulator.key).vote(alone))
      .to.be.revertedWithCustomError(council, "CouncilThreshold")
      .withArgs(2, 4);
    await decide(council, [venue, regulator], [admission, seating, await own(council, "setRules", rulesOf(3))]);
    expect(await council.seats()).to.deep.equal([venue.id, regulator.id, notary.id, applicant.id]);
    expect(await council.rulesVersion()).to.equal(2n);
  });

  it("reach no call to a contract that is gone, and name no error where the callee gives none", async () => {
    const { council, venue, regulator } = await fixture();
    const target = ethers.Wallet.createRandom().address;
    await networkHelpers.setCode(target, "0x5f5ffd");
    const number = await opened(council, venue, [{ target, data: "0x12345678" }]);
    await expect(council.connect(regulator.key).vote(number)).to.be.revertedWithCustomError(council, "FailedCall");
    await networkHelpers.setCode(target, "0x");
    await expect(council.connect(regulator.key).vote(number))
      .to.be.revertedWithCustomError(council, "AddressEmptyCode")
      .withArgs(target);
  });

  it("let no call target vote, decide or propose while they are carried out", async () => {
    const context = await fixture();
    const { council, venue, regulator, notary, seller } = context;
    const other = await opened(council, venue, [await suspending(context, seller)]);
    const calls = [
      council.interface.encodeFunctionData("vote", [other]),
      council.interface.encodeFunctionData("decide", [other]),
    ];
    const place = (await council.getAddress()).slice(2).toLowerCase();
    for (const data of calls) {
      // The notary's key as a contract: calls the council and reverts with what that answered.
      const word = (hex: string) => `7f${hex.padEnd(64, "0")}`;
      const store = `${word(data.slice(2, 66))}5f52${word(data.slice(66))}602052`;
      const forward = `5f5f60245f5f73${place}5af1`;
      await networkHelpers.setCode(notary.address, `0x${store}${forward}3d5f5f3e3d5ffd`);
      const number = await opened(council, venue, [{ target: notary.address, data: "0x12345678" }]);
      await expect(council.connect(regulator.key).vote(number)).to.be.revertedWithCustomError(
        council,
        "ReentrancyGuardReentrantCall",
      );
    }
    expect((await council.proposalOf(other)).votes).to.equal(1n);
  });

  it("let a council of one seat decide by proposing", async () => {
    const { venue, seller } = await fixture();
    const founded = await foundConsortium(
      venue.key,
      venue.address,
      [founderOf(venue, ["venue"]), founderOf(seller, ["supplier"])],
      rulesOf(2),
    );
    await decide(
      founded.council,
      [venue, seller],
      [await own(founded.council, "removeSeat", seller.id), await own(founded.council, "setRules", rulesOf(1))],
    );
    await founded.council
      .connect(venue.key)
      .propose([await callOf(founded.members, "expel", [seller.id, REASON])], REASON);
    expect((await founded.members.entryOf(seller.id)).standing).to.equal(BigInt(Standing.expelled));
  });
});

describe("Council: seats that come and go", () => {
  it("gives a suspended or frozen seat no vote and does not count the one it gave", async () => {
    const context = await fixture();
    const { members, council, emergency, venue, regulator, seller } = context;
    for (const stop of [
      () => suspend(context, venue.id),
      async () => members.connect(emergency).freeze(venue.id, (await now()) + DAY, REASON),
    ]) {
      const snapshot = await networkHelpers.takeSnapshot();
      const number = await opened(council, venue, [await suspending(context, seller)]);
      await stop();
      await expect(council.connect(venue.key).propose([await suspending(context, seller)], REASON)).to.be.revert(
        ethers,
      );
      await expect(council.connect(regulator.key).vote(number))
        .to.emit(council, "VoteCast")
        .withArgs(number, regulator.id, regulator.address, 1);
      await expect(council.decide(number))
        .to.be.revertedWithCustomError(council, "CouncilTooFewVotes")
        .withArgs(number, 1, 2);
      expect(await members.isActive(seller.id)).to.equal(true);
      expect(await council.hasVoted(number, venue.id)).to.equal(true);
      await snapshot.restore();
    }
  });

  it("lets anybody decide what has votes enough again after a reinstatement", async () => {
    const context = await fixture();
    const { members, council, venue, regulator, seller, outsider } = context;
    const number = await opened(council, venue, [await suspending(context, seller)]);
    await suspend(context, venue.id);
    await council.connect(regulator.key).vote(number);
    await reinstate(context, venue.id);
    const snapshot = await networkHelpers.takeSnapshot();
    const { expires } = await council.proposalOf(number);
    await networkHelpers.time.setNextBlockTimestamp(expires);
    await expect(council.connect(outsider).decide(number))
      .to.be.revertedWithCustomError(council, "CouncilExpired")
      .withArgs(number, expires);
    await snapshot.restore();
    await expect(council.connect(outsider).decide(number))
      .to.emit(members, "StandingChanged")
      .withArgs(seller.id, Standing.suspended, REASON);
  });

  it("vacates the seat of an expelled member, and readmitted it has none", async () => {
    const context = await fixture();
    const { members, council, venue, regulator, notary, spare } = context;
    await expel(context, venue.id);
    expect(await council.seats()).to.have.members([regulator.id, notary.id]);
    const again = { id: venue.id, key: spare[0]!, address: await spare[0]!.getAddress() };
    await admit(members, [regulator, notary], again, ["venue"]);
    expect(await council.isSeat(venue.id)).to.equal(false);
    await expect(council.connect(venue.key).vacate(regulator.id))
      .to.be.revertedWithCustomError(council, "CouncilNotMembers")
      .withArgs(venue.address);
  });

  it("counts no vote of a seat that was removed and added again, and takes a new one", async () => {
    const context = await fixture();
    const { council, venue, regulator, notary, seller } = context;
    const number = await opened(council, venue, [await suspending(context, seller)]);
    const removing = await own(council, "removeSeat", venue.id);
    const adding = await own(council, "addSeat", venue.id);
    await expect(decide(council, [regulator, notary], [removing, adding])).not.to.be.revert(ethers);
    expect(await council.hasVoted(number, venue.id)).to.equal(false);
    expect((await council.proposalOf(number)).votes).to.equal(0n);
    await council.connect(regulator.key).vote(number);
    await expect(council.connect(venue.key).vote(number)).to.emit(council, "ProposalDecided");
  });

  it("adds active members without a seat only, removes seats only, by its own decision only, with their numbers", async () => {
    const context = await fixture();
    const { council, venue, regulator, notary, seller, buyer } = context;
    await suspend(context, buyer.id);
    const wrong: [CallStruct, string, unknown[]][] = [
      [await own(council, "addSeat", venue.id), "CouncilSeated", [venue.id]],
      [await own(council, "addSeat", buyer.id), "CouncilNotActive", [buyer.id]],
      [await own(council, "removeSeat", seller.id), "CouncilNoSeat", [seller.id]],
    ];
    for (const [call, fault, values] of wrong) {
      await expect(decide(council, [venue, regulator], [call]), fault)
        .to.be.revertedWithCustomError(council, fault)
        .withArgs(...values);
    }
    const mine = council.connect(venue.key);
    for (const call of [
      mine.addSeat(seller.id),
      mine.removeSeat(notary.id),
      mine.setRules(rulesOf(2)),
      mine.setOrdinary([], true),
    ]) {
      await expect(call).to.be.revertedWithCustomError(council, "CouncilNotSelf").withArgs(venue.address);
    }
    const calls = [await own(council, "removeSeat", venue.id), await own(council, "addSeat", seller.id)];
    const number = await opened(council, venue, calls);
    await expect(council.connect(regulator.key).vote(number))
      .to.emit(council, "SeatRemoved")
      .withArgs(venue.id, 1)
      .and.to.emit(council, "SeatAdded")
      .withArgs(seller.id, 4);
    expect(await council.seats()).to.deep.equal([notary.id, regulator.id, seller.id]);
  });

  it("refuses a decision that leaves fewer voting seats than decide, by suspension, expulsion or removal", async () => {
    const context = await fixture();
    const { members, council, venue, regulator, notary } = context;
    await suspend(context, venue.id);
    const calls = [
      await callOf(members, "suspend", [regulator.id, REASON]),
      await callOf(members, "expel", [regulator.id, REASON]),
      await own(council, "removeSeat", regulator.id),
    ];
    for (const call of calls) {
      await expect(decide(council, [regulator, notary], [call]))
        .to.be.revertedWithCustomError(council, "CouncilTooSmall")
        .withArgs(1, 2);
    }
    expect(await council.votingSeats()).to.equal(2n);
  });

  it("lets each of as few seats as the threshold block", async () => {
    const context = await fixture();
    const { council, venue, regulator, seller } = context;
    await suspend(context, venue.id);
    const number = await opened(council, regulator, [await suspending(context, seller)]);
    await expect(council.decide(number))
      .to.be.revertedWithCustomError(council, "CouncilTooFewVotes")
      .withArgs(number, 1, 2);
  });
});

describe("Council: rules", () => {
  it("keep every version, and a decision names the one under which it was taken", async () => {
    const { members, council, venue, regulator } = await fixture();
    const selector = members.interface.getFunction("suspend").selector;
    const target = await members.getAddress();
    const first = await decide(council, [venue, regulator], [await own(council, "setRules", slow)]);
    expect((await council.proposalOf(first)).rulesVersion).to.equal(1n);
    expect(await council.rulesVersion()).to.equal(2n);
    expect((await council.rulesOf(1)).constitutional.threshold).to.equal(2n);
    expect((await council.rulesOf(2)).constitutional).to.deep.equal([3n, BigInt(10 * DAY), BigInt(2 * DAY)]);
    expect(await council.isOrdinary(target, selector, 2)).to.equal(false);
  });

  it("put acts on the list and take them off it, never the council's own", async () => {
    const { members, council, venue, regulator } = await fixture();
    const selector = members.interface.getFunction("suspend").selector;
    const target = await members.getAddress();
    const act = { target, selector };
    const number = await opened(council, venue, [await own(council, "setOrdinary", [act], true)]);
    await expect(council.connect(regulator.key).vote(number))
      .to.emit(council, "OrdinarySet")
      .withArgs(2, target, selector, true)
      .and.to.emit(council, "RulesSet")
      .withArgs(2, [
        [2, PERIOD, 0],
        [2, PERIOD, 0],
      ]);
    await decide(council, [venue, regulator], [await own(council, "setOrdinary", [act], false)]);
    const listed = await Promise.all([1, 2, 3].map((version) => council.isOrdinary(target, selector, version)));
    expect(listed).to.deep.equal([false, true, false]);
    const self = { target: await council.getAddress(), selector: council.interface.getFunction("setRules").selector };
    const wrong: [CallStruct, string, unknown[]][] = [
      [await own(council, "setOrdinary", [self], true), "CouncilConstitutional", [self.target, self.selector]],
      [await own(council, "setOrdinary", [act], false), "CouncilActListed", [target, selector, false]],
      [await own(council, "setOrdinary", [], true), "CouncilActCount", [0]],
    ];
    for (const [call, fault, values] of wrong) {
      await expect(decide(council, [venue, regulator], [call]), fault)
        .to.be.revertedWithCustomError(council, fault)
        .withArgs(...values);
    }
  });

  it("are refused with a threshold, period or delay out of bounds", async () => {
    const { council, venue, regulator } = await fixture();
    const good = { threshold: 2, period: PERIOD, delay: 0 };
    const change = (part: object) => ({ ordinary: good, constitutional: { ...good, ...part } });
    const wrong: [CouncilRulesStruct, string, unknown[]][] = [
      [rulesOf(1), "CouncilThreshold", [1, 3]],
      [rulesOf(4), "CouncilThreshold", [4, 3]],
      [{ ordinary: { ...good, threshold: 3 }, constitutional: good }, "CouncilThreshold", [3, 3]],
      [change({ period: HOUR - 1 }), "CouncilPeriod", [HOUR - 1]],
      [change({ period: 365 * DAY + 1 }), "CouncilPeriod", [365 * DAY + 1]],
      [change({ delay: 90 * DAY + 1 }), "CouncilDelay", [90 * DAY + 1]],
      [{ ordinary: { ...good, delay: 90 * DAY + 1 }, constitutional: good }, "CouncilDelay", [90 * DAY + 1]],
    ];
    for (const [rules, fault, values] of wrong) {
      await expect(decide(council, [venue, regulator], [await own(council, "setRules", rules)]), fault)
        .to.be.revertedWithCustomError(council, fault)
        .withArgs(...values);
    }
    await decide(
      council,
      [venue, regulator],
      [await own(council, "setRules", change({ period: 365 * DAY, delay: 90 * DAY }))],
    );
    expect(await council.rulesVersion()).to.equal(2n);
  });

  it("let ordinary acts be decided by fewer at once, and what has one other call in it by more", async () => {
    const context = await slowFixture();
    const { members, council, venue, regulator, seller, buyer } = context;
    await decide(council, [venue, regulator], [await suspending(context, seller)]);
    expect(await members.isActive(seller.id)).to.equal(false);
    const mixed = [await suspending(context, buyer), await callOf(members, "reinstate", [seller.id, REASON])];
    const number = await decide(council, [venue, regulator], mixed);
    const kept = await council.proposalOf(number);
    expect([kept.class, kept.votes, kept.passedAt]).to.deep.equal([BigInt(ActClass.constitutional), 2n, 0n]);
    expect(await members.isActive(buyer.id)).to.equal(true);
  });

  it("never let ordinary votes gain the vote of a seat by giving its member other keys", async () => {
    const { members, council, venue, regulator, notary, seller, spare } = await fixture();
    const target = await members.getAddress();
    const { selector } = members.interface.getFunction("recover");
    const listing = await own(council, "setOrdinary", [{ target, selector }], true);
    await decide(council, [venue, regulator], [listing, await own(council, "setRules", slow)]);
    const recovering = async ({ id, address }: Actor, key: Signer): Promise<CallStruct> => {
      const added = await newKeyOf(members, id, key, (await now()) + DAY);
      return { target, data: members.interface.encodeFunctionData("recover", [id, added, [address], REASON]) };
    };
    const [taken, lost] = spare as [Signer, Signer];
    const seizing = await decide(council, [venue, regulator], [await recovering(notary, taken)]);
    const kept = await council.proposalOf(seizing);
    expect([kept.class, kept.votes, kept.rulesVersion]).to.deep.equal([BigInt(ActClass.constitutional), 2n, 0n]);
    expect(await members.actorOf(notary.address, KeyRole.govern)).to.equal(notary.id);
    await decide(council, [venue, regulator], [await recovering(seller, lost)]);
    expect(await members.actorOf(await lost.getAddress(), KeyRole.govern)).to.equal(seller.id);
    const short = decide(council, [venue, regulator], [{ target, data: `${selector}${notary.id.slice(2, 20)}` }]);
    await expect(short).to.be.revertedWithCustomError(council, "FailedCall");
  });

  it("delay a decision to the second, and close it a period after that", async () => {
    const context = await slowFixture();
    const { members, council, venue, regulator, notary, outsider, seller } = context;
    const number = await decide(council, [venue, regulator], [await callOf(members, "expel", [seller.id, REASON])]);
    const passing = council.connect(notary.key).vote(number);
    await expect(passing).to.emit(council, "ProposalPassed");
    const passedAt = await now();
    const from = passedAt + 2 * DAY;
    await expect(passing).to.emit(council, "ProposalPassed").withArgs(number, from);
    const mine = council.connect(outsider);
    await networkHelpers.time.setNextBlockTimestamp(from - 1);
    await expect(mine.decide(number)).to.be.revertedWithCustomError(council, "CouncilTooEarly").withArgs(number, from);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(from + 10 * DAY);
    await expect(mine.decide(number))
      .to.be.revertedWithCustomError(council, "CouncilExpired")
      .withArgs(number, from + 10 * DAY);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(from);
    await expect(mine.decide(number))
      .to.emit(council, "ProposalDecided")
      .withArgs(number, ActClass.constitutional, 3, 3, 3);
    expect((await members.entryOf(seller.id)).standing).to.equal(BigInt(Standing.expelled));
  });

  it("refuse what lost its votes during the delay", async () => {
    const context = await slowFixture();
    const { members, council, emergency, venue, regulator, notary, seller } = context;
    const lower = { ordinary: slow.ordinary, constitutional: { ...slow.constitutional, threshold: 2 } };
    const first = await decide(council, [venue, regulator, notary], [await own(council, "setRules", lower)]);
    await networkHelpers.time.increase(2 * DAY);
    await council.decide(first);
    const number = await decide(council, [venue, regulator], [await callOf(members, "expel", [seller.id, REASON])]);
    await members.connect(emergency).freeze(venue.id, (await now()) + 5 * DAY, REASON);
    await networkHelpers.time.increase(2 * DAY);
    await expect(council.decide(number))
      .to.be.revertedWithCustomError(council, "CouncilTooFewVotes")
      .withArgs(number, 1, 2);
    await networkHelpers.time.increase(3 * DAY);
    await expect(council.decide(number))
      .to.emit(council, "ProposalDecided")
      .withArgs(number, ActClass.constitutional, 4, 2, 2);
  });

  it("in force when a decision is taken are those that count: a lower threshold lets anybody begin the delay", async () => {
    const context = await slowFixture();
    const { members, council, venue, regulator, notary, seller } = context;
    const number = await decide(council, [venue, regulator], [await callOf(members, "expel", [seller.id, REASON])]);
    const lower = { ordinary: slow.ordinary, constitutional: { ...slow.constitutional, threshold: 2 } };
    const first = await decide(council, [venue, regulator, notary], [await own(council, "setRules", lower)]);
    await networkHelpers.time.increase(2 * DAY);
    await council.decide(first);
    const beginning = council.decide(number);
    await expect(beginning).to.emit(council, "ProposalPassed");
    await expect(beginning)
      .to.emit(council, "ProposalPassed")
      .withArgs(number, (await now()) + 2 * DAY);
    expect((await council.proposalOf(number)).rulesVersion).to.equal(0n);
    await networkHelpers.time.increase(2 * DAY);
    await expect(council.decide(number))
      .to.emit(council, "ProposalDecided")
      .withArgs(number, ActClass.constitutional, 4, 2, 2);
  });
});

describe("Council: signed votes", () => {
  async function signed() {
    const context = await fixture();
    const { council, venue, regulator, seller } = context;
    const proposal = await opened(council, venue, [await suspending(context, seller)]);
    const deadline = (await now()) + HOUR;
    const content = await council.contentOf(proposal);
    const vote = { proposal, content, seat: regulator.id, deadline };
    return { ...context, proposal, deadline, vote, signature: await signVote(council, vote, regulator.key) };
  }

  it("are relayed by anybody, once, until the last second of their deadline", async () => {
    const { members, council, regulator, seller, outsider, proposal, deadline, signature, vote } = await signed();
    expect(
      ethers.recoverAddress(await council.voteDigest(proposal, vote.content, vote.seat, deadline), signature),
    ).to.equal(regulator.address);
    const relayed = () => council.connect(outsider).voteSigned(proposal, regulator.address, deadline, signature);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1);
    await expect(relayed()).to.be.revertedWithCustomError(council, "CouncilDeadline").withArgs(deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await expect(relayed()).to.emit(council, "VoteCast").withArgs(proposal, regulator.id, regulator.address, 2);
    expect(await members.isActive(seller.id)).to.equal(false);
    await expect(relayed()).to.be.revertedWithCustomError(council, "CouncilDecided").withArgs(proposal);
  });

  it("are refused over other values, by another key, for another chain or contract, or malformed", async () => {
    const { council, venue, regulator, notary, seller, proposal, deadline, signature, vote } = await signed();
    const forged = [
      await signVote(council, { ...vote, proposal: proposal + 1n }, regulator.key),
      await signVote(council, { ...vote, content: REASON }, regulator.key),
      await signVote(council, { ...vote, seat: notary.id }, regulator.key),
      await signVote(council, { ...vote, deadline: deadline + 1 }, regulator.key),
      await signVote(council, vote, notary.key),
      await signVote(council, vote, regulator.key, { chainId: 1n }),
      await signVote(council, vote, regulator.key, { name: "Lianzheng Members" }),
      "0x",
      signature.slice(0, -2),
      `${signature}00`,
    ];
    for (const wrong of forged) {
      await expect(council.voteSigned(proposal, regulator.address, deadline, wrong))
        .to.be.revertedWithCustomError(council, "CouncilSignature")
        .withArgs(regulator.address);
    }
    for (const [who, fault, values] of [
      [venue, "CouncilVoted", [proposal, venue.id]],
      [seller, "CouncilNoSeat", [seller.id]],
    ] as const) {
      const own = await signVote(council, { ...vote, seat: who.id }, who.key);
      await expect(council.voteSigned(proposal, who.address, deadline, own))
        .to.be.revertedWithCustomError(council, fault)
        .withArgs(...values);
    }
    expect((await council.proposalOf(proposal)).votes).to.equal(1n);
  });

  const wallets = [
    { name: "answers with the magic value", code: `0x7f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: true },
    { name: "reverts", code: "0x5f5ffd", good: false },
    { name: "answers garbage", code: `0x7f${"ff".repeat(32)}5f5260205ff3`, good: false },
    { name: "burns all gas", code: "0x5b5f56", good: false },
    { name: "writes its storage first", code: `0x60015f557f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: false },
  ];
  for (const { name, code, good } of wallets) {
    it(`of a contract are ${good ? "taken" : "refused"} if it ${name}`, async () => {
      const { council, regulator, outsider, proposal, deadline } = await signed();
      await networkHelpers.setCode(regulator.address, code);
      const relaying = council
        .connect(outsider)
        .voteSigned(proposal, regulator.address, deadline, "0x12", { gasLimit: 3_000_000 });
      if (good) await expect(relaying).to.emit(council, "ProposalDecided");
      else
        await expect(relaying).to.be.revertedWithCustomError(council, "CouncilSignature").withArgs(regulator.address);
      expect(await council.hasVoted(proposal, regulator.id)).to.equal(good);
    });
  }
});
