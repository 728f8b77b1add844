import { Standing } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, TypedDataEncoder, Wallet, ZeroAddress, ZeroHash, encodeBytes32String, keccak256 } from "ethers";
import { DAY, REASON, apply, decide, digestOf, ethers, networkHelpers, newKeyOf, now } from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";
import { callingBack } from "../wallets.ts";
import {
  ORDER_TYPES,
  RELEASE_TYPES,
  RULES,
  Review,
  SUBJECT,
  State,
  SubjectKind,
  asSubject,
  domainOf,
  fixture,
  frozen,
  opened,
  orderOf,
  signed,
  ticket,
  type Watch,
} from "./watch.ts";

const { time } = networkHelpers;
const codec = AbiCoder.defaultAbiCoder();
const OTHER = digestOf("other");

describe("Emergency: ordering a freeze", () => {
  it("opens an order under an id that is bound to all that is ordered, with the opener's voice", async () => {
    const { emergency, regulators } = await fixture();
    const content = await orderOf();
    const id = keccak256(
      codec.encode(
        ["bytes32", "bytes18", "uint8", "bytes32", "bytes32", "uint48"],
        [encodeBytes32String("order"), regulators[0].id, ...Object.values<string | number>({ ...content })],
      ),
    );
    expect(await emergency.orderIdOf(regulators[0].id, content)).to.equal(id);
    const at = (await now()) + 5;
    await time.setNextBlockTimestamp(at);
    const opening = emergency.connect(regulators[0].key).order(content);
    await expect(opening)
      .to.emit(emergency, "OrderOpened")
      .withArgs(id, regulators[0].id, SUBJECT, 1, REASON, content.until, at + RULES.longestOpen, 1);
    await expect(opening).to.emit(emergency, "OrderCosigned").withArgs(id, regulators[0].id, regulators[0].address, 1);
    const kept = await emergency.orderOf(id);
    expect([...kept.content]).to.deep.equal([1n, SUBJECT, REASON, BigInt(content.until)]);
    expect([kept.opener, kept.version, kept.lapsesAt]).to.deep.equal([
      regulators[0].id,
      1n,
      BigInt(at + RULES.longestOpen),
    ]);
    expect([kept.effectiveAt, kept.until, kept.liftedAt, kept.reviewedAt, kept.review, kept.state]).to.deep.equal(
      [0, 0, 0, 0, Review.none, State.open].map(BigInt),
    );
    expect(kept.reviewReason).to.equal(ZeroHash);
    expect([...(await emergency.voicesOf(id))]).to.deep.equal([regulators[0].id]);
    expect(await emergency.isFrozen(SUBJECT)).to.equal(false);
  });

  it("freezes with the voice that reaches the threshold, in that second, until the second that was ordered", async () => {
    const context = await fixture();
    const { emergency, regulators } = context;
    const id = await opened(context);
    const until = Number((await emergency.orderOf(id)).content.until);
    const at = (await now()) + 100;
    await time.setNextBlockTimestamp(at);
    const cosigning = emergency.connect(regulators[1].key).cosign(id);
    await expect(cosigning)
      .to.emit(emergency, "OrderCosigned")
      .withArgs(id, regulators[1].id, regulators[1].address, 2);
    await expect(cosigning).to.emit(emergency, "SubjectFrozen").withArgs(id, SUBJECT, until);
    const frozenAt = (second: number) => emergency.isFrozenAt(SUBJECT, second);
    expect(await Promise.all([at - 1, at, until - 1, until].map(frozenAt))).to.deep.equal([false, true, true, false]);
    expect(await emergency.isFrozenAt(SUBJECT, 2n ** 64n - 1n)).to.equal(false);
    expect((await emergency.orderOf(id)).state).to.equal(State.inForce);
    expect([...(await emergency.newestOf(SUBJECT))]).to.deep.equal([id, 0n]);
    await time.increaseTo(until - 1);
    expect(await emergency.isFrozen(SUBJECT)).to.equal(true);
    await time.increaseTo(until);
    expect(await emergency.isFrozen(SUBJECT)).to.equal(false);
    expect((await emergency.orderOf(id)).state).to.equal(State.ended);
    expect(await frozenAt(at)).to.equal(true);
  });

  it("refuses those that are no regulators, and keys that don't govern", async () => {
    const { members, emergency, venue, regulators, outsider, spare } = await fixture();
    const content = await orderOf();
    await expect(emergency.connect(venue.key).order(content))
      .to.be.revertedWithCustomError(emergency, "EmergencyNotRegulator")
      .withArgs(venue.id);
    await expect(emergency.connect(outsider).order(content))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
    const publisher = await newKeyOf(members, regulators[0].id, spare[0]!, (await now()) + DAY, { roles: 0b1101 });
    await members.connect(regulators[0].key).addKey(publisher);
    for (const attempt of [
      emergency.connect(spare[0]).order(content),
      emergency.connect(spare[0]).cosign(REASON),
      emergency.connect(spare[0]).release(REASON, REASON),
      emergency.connect(spare[0]).spendNonce(REASON),
    ]) {
      await expect(attempt).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(publisher.key, 1);
    }
  });

  it("refuses subjects that can't be frozen, and names that don't fit their kind", async () => {
    const { emergency, venue, regulators } = await fixture();
    const wrong: [number, string][] = [
      [SubjectKind.none, SUBJECT],
      [SubjectKind.record, SUBJECT],
      [SubjectKind.product, ZeroHash],
      [SubjectKind.member, ZeroHash],
      [SubjectKind.member, SUBJECT],
      [SubjectKind.member, `${venue.id}${"00".repeat(13)}01`],
      [SubjectKind.member, asSubject(`${venue.id.slice(0, -2)}5a`)],
      [SubjectKind.product, asSubject(venue.id)],
      [SubjectKind.trade, asSubject(venue.id)],
    ];
    for (const [subjectKind, subject] of wrong) {
      await expect(emergency.connect(regulators[0].key).order(await orderOf({ subjectKind, subject })))
        .to.be.revertedWithCustomError(emergency, "EmergencySubject")
        .withArgs(subjectKind, subject);
    }
    for (const subjectKind of [1, 2, 3, 4]) await opened(await fixture(), { subjectKind });
  });

  it("refuses an order without reason, without time, for too long, and the same again", async () => {
    const context = await fixture();
    const { emergency, regulators } = context;
    const regulator = emergency.connect(regulators[0].key);
    await expect(regulator.order(await orderOf({ reason: ZeroHash }))).to.be.revertedWithCustomError(
      emergency,
      "EmergencyZeroReason",
    );
    const at = (await now()) + 10;
    const latest = at + 30 * DAY;
    for (const until of [0, at, latest + 1]) {
      await time.setNextBlockTimestamp(at);
      const snapshot = await networkHelpers.takeSnapshot();
      await expect(regulator.order(await orderOf({ until })))
        .to.be.revertedWithCustomError(emergency, "EmergencyPeriod")
        .withArgs(until, latest);
      await snapshot.restore();
    }
    await time.setNextBlockTimestamp(at);
    const longest = await opened(context, { until: latest });
    await expect(regulator.order(await orderOf({ until: latest })))
      .to.be.revertedWithCustomError(emergency, "EmergencyExists")
      .withArgs(longest);
    await emergency.connect(regulators[1].key).order(await orderOf({ until: latest }));
  });

  it("lapses after seven days, or at the end that was ordered if that is sooner", async () => {
    const context = await fixture();
    const { emergency, regulators } = context;
    const ids = [await opened(context), await opened(context, { subject: OTHER, until: (await now()) + DAY })];
    for (const id of ids.reverse()) {
      const { lapsesAt, content } = await emergency.orderOf(id);
      expect(lapsesAt <= content.until).to.equal(true);
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(lapsesAt - 1n);
      await emergency.connect(regulators[1].key).cosign(id);
      await snapshot.restore();
      await time.increaseTo(lapsesAt);
      for (const attempt of ["cosign", "enact"] as const) {
        await expect(emergency.connect(regulators[1].key)[attempt](id))
          .to.be.revertedWithCustomError(emergency, "EmergencyLapsed")
          .withArgs(id, lapsesAt);
      }
      expect((await emergency.orderOf(id)).state).to.equal(State.lapsed);
    }
    expect([...(await emergency.newestOf(OTHER))]).to.deep.equal([ZeroHash, 0n]);
  });

  it("gives each member one voice, whichever of its keys speaks, and none after the effect", async () => {
    const context = await fixture();
    const { members, emergency, regulators, spare } = context;
    const id = await opened(context);
    await members
      .connect(regulators[0].key)
      .addKey(await newKeyOf(members, regulators[0].id, spare[0]!, (await now()) + DAY));
    for (const key of [regulators[0].key, spare[0]!]) {
      await expect(emergency.connect(key).cosign(id))
        .to.be.revertedWithCustomError(emergency, "EmergencyVoiced")
        .withArgs(id, regulators[0].id);
    }
    await emergency.connect(regulators[1].key).cosign(id);
    const at = await now();
    await expect(emergency.connect(regulators[2].key).cosign(id))
      .to.be.revertedWithCustomError(emergency, "EmergencyEffective")
      .withArgs(id, at);
    await expect(emergency.connect(regulators[2].key).cosign(REASON))
      .to.be.revertedWithCustomError(emergency, "EmergencyUnknownOrder")
      .withArgs(REASON);
  });

  it("takes 32 voices that don't count any more, and no more than that", async () => {
    const context = await fixture();
    const { members, emergency, regulators, chair } = context;
    const id = await opened(context, { until: (await now()) + 6 * DAY });
    const council = members.connect(chair);
    await council.suspend(regulators[0].id, REASON);
    for (let i = 1; i <= 32; ++i) {
      const key = new Wallet(digestOf(`regulator ${i}`), ethers.provider);
      await networkHelpers.setBalance(key.address, 10n ** 18n);
      const regulator = { id: memberId(usccOf(100 + i)), key };
      await council.admit(await apply(members, regulator, ["regulator"]), 1 << 10, 0, REASON);
      const voice = emergency.connect(key).cosign(id);
      if (i === 32) {
        await expect(voice).to.be.revertedWithCustomError(emergency, "EmergencyTooManyVoices").withArgs(id, 32);
      } else {
        await expect(voice).to.emit(emergency, "OrderCosigned").withArgs(id, regulator.id, key.address, 1);
        await council.suspend(regulator.id, REASON);
      }
    }
    expect(await emergency.voicesOf(id)).to.have.length(32);
    expect(await emergency.isFrozen(SUBJECT)).to.equal(false);
  });

  it("counts no voice of a member that is no regulator, suspended or frozen at that moment, until it is again", async () => {
    const context = await fixture();
    const { members, emergency, regulators, chair, outsider } = context;
    const [first, second, third, fourth] = regulators;
    const changes: [() => Promise<unknown>, () => Promise<unknown>][] = [
      [
        () => members.connect(chair).suspend(first.id, REASON),
        () => members.connect(chair).reinstate(first.id, REASON),
      ],
      [
        async () => {
          await members.connect(chair).addKind(first.id, 0, REASON);
          await members.connect(chair).withdrawKind(first.id, 10, REASON);
        },
        () => members.connect(chair).addKind(first.id, 10, REASON),
      ],
      [
        async () => {
          const freeze = await orderOf({ subjectKind: SubjectKind.member, subject: asSubject(first.id) });
          await emergency.connect(third.key).order(freeze);
          await emergency.connect(fourth.key).cosign(await emergency.orderIdOf(third.id, freeze));
        },
        async () => {
          const [order] = await emergency.newestOf(asSubject(first.id));
          await emergency.connect(chair).lift(order, REASON);
        },
      ],
    ];
    for (const [i, [fall, rise]] of changes.entries()) {
      const subject = digestOf(`subject ${i}`);
      const id = await opened(context, { subject });
      await fall();
      await expect(emergency.connect(second.key).cosign(id))
        .to.emit(emergency, "OrderCosigned")
        .withArgs(id, second.id, second.address, 1);
      await expect(emergency.connect(outsider).enact(id))
        .to.be.revertedWithCustomError(emergency, "EmergencyTooFewVoices")
        .withArgs(id, 1, 2);
      expect(await emergency.isFrozen(subject)).to.equal(false);
      await rise();
      const until = (await emergency.orderOf(id)).content.until;
      await expect(emergency.connect(outsider).enact(id))
        .to.emit(emergency, "SubjectFrozen")
        .withArgs(id, subject, until);
      expect([...(await emergency.voicesOf(id))]).to.deep.equal([first.id, second.id]);
    }
  });
});

describe("Emergency: freezing a member", () => {
  const freezing = (member: string) => ({ subjectKind: SubjectKind.member, subject: asSubject(member) });

  it("freezes it in the register, moves the end with a review, and releases it there", async () => {
    const context = await fixture();
    const { members, emergency, venue, regulators, chair } = context;
    const id = await opened(context, freezing(venue.id));
    const { until } = (await emergency.orderOf(id)).content;
    await expect(emergency.connect(regulators[1].key).cosign(id))
      .to.emit(members, "MemberFrozen")
      .withArgs(venue.id, until, id);
    expect(await members.isActive(venue.id)).to.equal(false);
    const longer = (await now()) + 100 * DAY;
    await expect(emergency.connect(chair).confirm(id, longer))
      .to.emit(members, "MemberFrozen")
      .withArgs(venue.id, longer, id);
    await expect(emergency.connect(chair).lift(id, REASON)).to.emit(members, "MemberFrozen").withArgs(venue.id, 0, id);
    expect(await members.isActive(venue.id)).to.equal(true);
    expect(await emergency.isFrozen(asSubject(venue.id))).to.equal(false);
  });

  for (const by of ["the council", "the regulators"] as const) {
    it(`is lifted by ${by} also of who was expelled since, and gets no other end`, async () => {
      const context = await fixture();
      const { members, emergency, venue, regulators, chair } = context;
      const id = await frozen(context, freezing(venue.id));
      await members.connect(chair).expel(venue.id, REASON);
      await expect(emergency.connect(chair).confirm(id, (await now()) + 100 * DAY))
        .to.be.revertedWithCustomError(members, "MembersStanding")
        .withArgs(venue.id, Standing.expelled);
      const [, second, third] = regulators;
      await emergency.connect(second.key).release(id, REASON);
      const lifting =
        by === "the council"
          ? emergency.connect(chair).lift(id, REASON)
          : emergency.connect(third.key).release(id, REASON);
      await expect(lifting)
        .to.emit(emergency, "SubjectReleased")
        .withArgs(id, asSubject(venue.id), by === "the council");
      await expect(lifting).to.emit(members, "MemberFrozen").withArgs(venue.id, 0, id);
      expect(await emergency.isFrozen(asSubject(venue.id))).to.equal(false);
      expect(await members.frozenAt(venue.id, await now())).to.equal(0n);
    });
  }

  it("lets no regulator speak on its own freeze or release", async () => {
    const context = await fixture();
    const { emergency, regulators } = context;
    const [first, second, third] = regulators;
    const self = await orderOf(freezing(first.id));
    await expect(emergency.connect(first.key).order(self))
      .to.be.revertedWithCustomError(emergency, "EmergencySelf")
      .withArgs(first.id);
    const id = await opened(context, freezing(third.id));
    await expect(emergency.connect(third.key).cosign(id))
      .to.be.revertedWithCustomError(emergency, "EmergencySelf")
      .withArgs(third.id);
    await emergency.connect(second.key).cosign(id);
    expect(await emergency.isFrozen(asSubject(third.id))).to.equal(true);
  });

  it("does not freeze so many seats that the council could no longer decide", async () => {
    const context = await fixture();
    const { council, emergency, venue, notary, regulators, chair } = context;
    for (const { id } of regulators.slice(0, 2)) await council.connect(chair).removeSeat(id);
    await frozen(context, freezing(venue.id));
    const last = await opened(context, freezing(notary.id));
    await expect(emergency.connect(regulators[1].key).cosign(last))
      .to.be.revertedWithCustomError(council, "CouncilTooSmall")
      .withArgs(3, 4);
    expect([...(await emergency.voicesOf(last))]).to.deep.equal([regulators[0].id]);
  });

  it("leaves as many seats as decide, without those of the members that voiced it", async () => {
    for (const seated of [2, 1]) {
      const context = await fixture();
      const { members, council, emergency, venue, notary, regulators, chair } = context;
      for (const { id } of regulators.slice(seated, 2)) await council.connect(chair).removeSeat(id);
      await frozen(context, freezing(venue.id));
      expect(await council.votingSeats()).to.equal(4 + seated);
      const last = await opened(context, freezing(notary.id));
      await expect(emergency.connect(regulators[1].key).cosign(last))
        .to.be.revertedWithCustomError(emergency, "EmergencyTooFewSeats")
        .withArgs(last, 3, 4);
      expect(await members.isActive(notary.id)).to.equal(true);
      expect(await emergency.isFrozen(asSubject(notary.id))).to.equal(false);
      expect([...(await emergency.voicesOf(last))]).to.deep.equal([regulators[0].id]);
    }
  });

  it("leaves out the seats of voices that no longer count, and of none twice", async () => {
    const context = await fixture();
    const { members, council, emergency, venue, regulators, chair } = context;
    const [first, second, third] = regulators;
    const id = await opened(context, freezing(venue.id));
    const attempt = () => emergency.connect(third.key).cosign(id);
    const refused = async (seats: number) =>
      expect(attempt()).to.be.revertedWithCustomError(emergency, "EmergencyTooFewSeats").withArgs(id, seats, 4);
    const snapshot = await networkHelpers.takeSnapshot();
    await members.connect(chair).suspend(first.id, REASON);
    await emergency.connect(second.key).cosign(id);
    await refused(3);
    await snapshot.restore();
    await members.connect(chair).addKind(first.id, 0, REASON);
    await members.connect(chair).withdrawKind(first.id, 10, REASON);
    await emergency.connect(second.key).cosign(id);
    await refused(3);
    await council.connect(chair).removeSeat(first.id);
    await council.connect(chair).removeSeat(third.id);
    await refused(3);
    await council.connect(chair).removeSeat(venue.id);
    await expect(attempt()).to.emit(members, "MemberFrozen");
  });

  it("asks for no seats beside those that voiced it when the council confirms", async () => {
    const context = await fixture();
    const { members, council, emergency, venue, notary, chair } = context;
    const id = await frozen(context, freezing(venue.id));
    await members.connect(chair).suspend(notary.id, REASON);
    expect(await council.votingSeats()).to.equal(5n);
    const longer = (await now()) + 100 * DAY;
    await expect(emergency.connect(chair).confirm(id, longer))
      .to.emit(members, "MemberFrozen")
      .withArgs(venue.id, longer, id);
  });
});

describe("Emergency: releasing and reviewing", () => {
  it("ends a freeze by as many regulators as freeze, confirmed or not", async () => {
    for (const confirmed of [false, true]) {
      const context = await fixture();
      const { emergency, regulators, chair } = context;
      const id = await frozen(context);
      if (confirmed) await emergency.connect(chair).confirm(id, (await now()) + 90 * DAY);
      await expect(emergency.connect(regulators[2].key).release(id, OTHER))
        .to.emit(emergency, "ReleaseAsked")
        .withArgs(id, regulators[2].id, regulators[2].address, OTHER, 1);
      expect(await emergency.isFrozen(SUBJECT)).to.equal(true);
      const at = (await now()) + 7;
      await time.setNextBlockTimestamp(at);
      await expect(emergency.connect(regulators[0].key).release(id, REASON))
        .to.emit(emergency, "SubjectReleased")
        .withArgs(id, SUBJECT, false);
      expect(await emergency.isFrozenAt(SUBJECT, at - 1)).to.equal(true);
      expect(await emergency.isFrozenAt(SUBJECT, at)).to.equal(false);
      const kept = await emergency.orderOf(id);
      expect([kept.state, kept.until, kept.liftedAt]).to.deep.equal([State.lifted, at, at].map(BigInt));
      expect([...(await emergency.releasesOf(id))]).to.deep.equal([regulators[2].id, regulators[0].id]);
    }
  });

  it("refuses a release of what is not frozen, without reason, twice by one, or by others", async () => {
    const context = await fixture();
    const { emergency, venue, regulators } = context;
    const id = await opened(context);
    const regulator = emergency.connect(regulators[0].key);
    await expect(regulator.release(id, REASON))
      .to.be.revertedWithCustomError(emergency, "EmergencyNotEffective")
      .withArgs(id);
    await emergency.connect(regulators[1].key).cosign(id);
    await expect(regulator.release(id, ZeroHash)).to.be.revertedWithCustomError(emergency, "EmergencyZeroReason");
    await expect(emergency.connect(venue.key).release(id, REASON))
      .to.be.revertedWithCustomError(emergency, "EmergencyNotRegulator")
      .withArgs(venue.id);
    await regulator.release(id, REASON);
    await expect(regulator.release(id, OTHER))
      .to.be.revertedWithCustomError(emergency, "EmergencyVoiced")
      .withArgs(id, regulators[0].id);
    await expect(regulator.enact(id))
      .to.be.revertedWithCustomError(emergency, "EmergencyTooFewVoices")
      .withArgs(id, 1, 2);
    const { until } = await emergency.orderOf(id);
    await time.increaseTo(until);
    for (const attempt of [emergency.connect(regulators[1].key).release(id, REASON), regulator.enact(id)]) {
      await expect(attempt).to.be.revertedWithCustomError(emergency, "EmergencyNotInForce").withArgs(id, until);
    }
  });

  it("lets the council confirm for 180 days from its decision at most, longer or shorter, more than once", async () => {
    const context = await fixture();
    const { emergency, chair } = context;
    const id = await frozen(context);
    const at = (await now()) + 10;
    const latest = at + 180 * DAY;
    for (const until of [at, latest + 1]) {
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(at);
      await expect(emergency.connect(chair).confirm(id, until))
        .to.be.revertedWithCustomError(emergency, "EmergencyPeriod")
        .withArgs(until, latest);
      await snapshot.restore();
    }
    await time.setNextBlockTimestamp(at);
    const confirming = emergency.connect(chair).confirm(id, latest);
    await expect(confirming)
      .to.emit(emergency, "OrderReviewed")
      .withArgs(id, SUBJECT, Review.confirmed, latest, ZeroHash, 1);
    await expect(confirming).to.emit(emergency, "SubjectFrozen").withArgs(id, SUBJECT, latest);
    expect(await emergency.isFrozenAt(SUBJECT, latest - 1)).to.equal(true);
    expect(await emergency.isFrozenAt(SUBJECT, latest)).to.equal(false);
    const shorter = (await now()) + DAY;
    await emergency.connect(chair).confirm(id, shorter);
    const kept = await emergency.orderOf(id);
    expect([kept.until, kept.reviewedAt]).to.deep.equal([shorter, await now()].map(BigInt));
    await time.increaseTo(shorter);
    await expect(emergency.connect(chair).confirm(id, shorter + DAY))
      .to.be.revertedWithCustomError(emergency, "EmergencyNotInForce")
      .withArgs(id, shorter);
    expect(await emergency.isFrozenAt(SUBJECT, at)).to.equal(true);
  });

  it("takes a review of each order once when nothing is left to decide", async () => {
    const context = await fixture();
    const { emergency, chair } = context;
    const council = emergency.connect(chair);
    const ids = [await frozen(context), await frozen(context, { subject: OTHER })] as const;
    const { until } = await emergency.orderOf(ids[1]);
    await time.increaseTo(until);
    await expect(council.confirm(ids[0], 0))
      .to.emit(emergency, "OrderReviewed")
      .withArgs(ids[0], SUBJECT, Review.confirmed, (await emergency.orderOf(ids[0])).until, ZeroHash, 1);
    await expect(council.lift(ids[1], ZeroHash)).to.be.revertedWithCustomError(emergency, "EmergencyZeroReason");
    await expect(council.lift(ids[1], REASON))
      .to.emit(emergency, "OrderReviewed")
      .withArgs(ids[1], OTHER, Review.lifted, until, REASON, 1);
    const kept = await emergency.orderOf(ids[1]);
    expect([kept.state, kept.liftedAt, kept.review]).to.deep.equal([State.ended, 0, Review.lifted].map(BigInt));
    expect(kept.reviewReason).to.equal(REASON);
    for (const [id, review] of [
      [ids[0], Review.confirmed],
      [ids[1], Review.lifted],
    ] as const) {
      for (const attempt of [council.confirm(id, 0), council.lift(id, REASON)]) {
        await expect(attempt).to.be.revertedWithCustomError(emergency, "EmergencyReviewed").withArgs(id, review);
      }
    }
  });

  it("lets the council alone review and set the rules", async () => {
    const context = await fixture();
    const { emergency, venue, regulators, outsider, chair } = context;
    const id = await frozen(context);
    for (const key of [outsider, venue.key, regulators[0].key]) {
      const caller = emergency.connect(key);
      for (const attempt of [caller.confirm(id, 0), caller.lift(id, REASON), caller.setRules(RULES)]) {
        await expect(attempt)
          .to.be.revertedWithCustomError(emergency, "NotCouncil")
          .withArgs(await key.getAddress());
      }
    }
    for (const attempt of [emergency.connect(chair).confirm(OTHER, 0), emergency.connect(chair).lift(OTHER, REASON)]) {
      await expect(attempt).to.be.revertedWithCustomError(emergency, "EmergencyUnknownOrder").withArgs(OTHER);
    }
    const waiting = await opened(context, { subject: OTHER });
    for (const attempt of [
      emergency.connect(chair).confirm(waiting, 0),
      emergency.connect(chair).lift(waiting, REASON),
    ]) {
      await expect(attempt).to.be.revertedWithCustomError(emergency, "EmergencyNotEffective").withArgs(waiting);
    }
  });

  it("reviews by a decision of the real council's votes", async () => {
    const context = await fixture();
    const { council, emergency, venue, notary, auditor, regulators } = context;
    const id = await frozen(context);
    const data = emergency.interface.encodeFunctionData("lift", [id, REASON]);
    await decide(council, [venue, notary, auditor, regulators[0]], [{ target: await emergency.getAddress(), data }]);
    expect((await emergency.orderOf(id)).review).to.equal(Review.lifted);
    expect(await emergency.isFrozen(SUBJECT)).to.equal(false);
  });
});

describe("Emergency: the rule against endless freezes", () => {
  const again = async ({ emergency, regulators }: Watch, from?: number) =>
    emergency.connect(regulators[2].key).order(await orderOf({ reason: OTHER, until: (from ?? (await now())) + DAY }));

  it("freezes nothing that is frozen, and nothing twice without the council's review", async () => {
    const context = await fixture();
    const { emergency, regulators, chair } = context;
    const rival = await opened(context, { reason: OTHER, until: (await now()) + 29 * DAY });
    const id = await frozen(context, { until: (await now()) + DAY });
    await expect(again(context)).to.be.revertedWithCustomError(emergency, "EmergencyFrozen").withArgs(SUBJECT, id);
    await expect(emergency.connect(regulators[1].key).cosign(rival))
      .to.be.revertedWithCustomError(emergency, "EmergencyFrozen")
      .withArgs(SUBJECT, id);
    const { until } = await emergency.orderOf(id);
    await time.increaseTo(until);
    for (const attempt of [() => again(context), () => emergency.connect(regulators[1].key).cosign(rival)]) {
      await expect(attempt()).to.be.revertedWithCustomError(emergency, "EmergencyUnreviewed").withArgs(SUBJECT, id);
    }
    await emergency.connect(chair).confirm(id, 0);
    await emergency.connect(regulators[1].key).cosign(rival);
    expect(await emergency.isFrozen(SUBJECT)).to.equal(true);
    expect([...(await emergency.newestOf(SUBJECT))]).to.deep.equal([rival, 0n]);
    expect(await emergency.isFrozenAt(SUBJECT, until)).to.equal(false);
    expect(await emergency.isFrozenAt(SUBJECT, until - 1n)).to.equal(true);
  });

  it("takes a release by the regulators, and new rules, for no review", async () => {
    const context = await fixture();
    const { emergency, regulators, chair } = context;
    const id = await frozen(context);
    for (const { key } of regulators.slice(0, 2)) await emergency.connect(key).release(id, REASON);
    await emergency.connect(chair).setRules(RULES);
    await expect(again(context)).to.be.revertedWithCustomError(emergency, "EmergencyUnreviewed").withArgs(SUBJECT, id);
  });

  it("lets a subject rest after the council lifted an order on it, to the second", async () => {
    const context = await fixture();
    const { emergency, chair } = context;
    const id = await frozen(context);
    await emergency.connect(chair).lift(id, REASON);
    const rested = (await now()) + RULES.rest;
    expect([...(await emergency.newestOf(SUBJECT))]).to.deep.equal([id, BigInt(rested)]);
    await time.setNextBlockTimestamp(rested - 1);
    await expect(again(context, rested))
      .to.be.revertedWithCustomError(emergency, "EmergencyRests")
      .withArgs(SUBJECT, rested);
    await time.setNextBlockTimestamp(rested);
    await again(context, rested);
  });
});

describe("Emergency: rules", () => {
  it("keeps every version, and each order the one under which it was opened", async () => {
    const context = await fixture();
    const { emergency, regulators, chair } = context;
    const id = await opened(context);
    const rules = { ...RULES, threshold: 3, longestOpen: DAY };
    await expect(emergency.connect(chair).setRules(rules))
      .to.emit(emergency, "EmergencyRulesSet")
      .withArgs(2, Object.values(rules));
    expect(await emergency.rulesVersion()).to.equal(2n);
    expect([...(await emergency.rulesOf(1))]).to.deep.equal(Object.values(RULES).map(BigInt));
    expect([...(await emergency.rulesOf(2))]).to.deep.equal(Object.values(rules).map(BigInt));
    for (const version of [0, 3]) {
      await expect(emergency.rulesOf(version))
        .to.be.revertedWithCustomError(emergency, "EmergencyUnknownRules")
        .withArgs(version);
    }
    await emergency.connect(regulators[1].key).cosign(id);
    expect(await emergency.isFrozen(SUBJECT)).to.equal(true);
    const later = await frozen(context, { subject: OTHER });
    expect((await emergency.orderOf(later)).version).to.equal(2n);
    expect(await emergency.isFrozen(OTHER)).to.equal(false);
    await emergency.connect(regulators[2].key).cosign(later);
    expect(await emergency.isFrozen(OTHER)).to.equal(true);
  });

  it("refuses values outside their bounds, and takes the bounds", async () => {
    const { members, council, emergency, chair } = await fixture();
    const bent = [
      { threshold: 1 },
      { threshold: 17 },
      { longestOpen: 0 },
      { longestOpen: 30 * DAY + 1 },
      { longestFreeze: 0 },
      { longestFreeze: 30 * DAY + 1 },
      { longestConfirmed: 0 },
      { longestConfirmed: 180 * DAY + 1 },
      { rest: 180 * DAY + 1 },
    ].map((change) => ({ ...RULES, ...change }));
    for (const rules of bent) {
      await expect(emergency.connect(chair).setRules(rules))
        .to.be.revertedWithCustomError(emergency, "EmergencyRulesRange")
        .withArgs(Object.values(rules));
    }
    expect(await emergency.rulesVersion()).to.equal(1n);
    const [least, most] = [
      { threshold: 2, longestOpen: 1, longestFreeze: 1, longestConfirmed: 1, rest: 0 },
      { threshold: 16, longestOpen: 30 * DAY, longestFreeze: 30 * DAY, longestConfirmed: 180 * DAY, rest: 180 * DAY },
    ];
    for (const rules of [least, most]) await emergency.connect(chair).setRules(rules);
    await expect(ethers.deployContract("Emergency", [ZeroAddress, council, RULES]))
      .to.be.revertedWithCustomError(emergency, "EmergencyNoContract")
      .withArgs(ZeroAddress);
    await expect(ethers.deployContract("Emergency", [members, council, RULES]))
      .to.be.revertedWithCustomError(emergency, "EmergencyNotNamed")
      .withArgs(await emergency.getAddress());
  });
});

describe("Emergency: voices by signature", () => {
  it("takes what a regulator signed from anybody, for an order and for a release, each nonce once", async () => {
    const context = await fixture();
    const { emergency, regulators, outsider } = context;
    const [first, second] = regulators;
    const id = await opened(context);
    const brought = emergency.connect(outsider);
    const voice = await signed(emergency, second, id, await ticket());
    const bringing = brought.cosignSigned(id, voice);
    await expect(bringing).to.emit(emergency, "NonceSpent").withArgs(second.id, voice.nonce);
    await expect(bringing).to.emit(emergency, "OrderCosigned").withArgs(id, second.id, second.address, 2);
    expect(await emergency.isSpent(second.id, voice.nonce)).to.equal(true);
    await expect(brought.cosignSigned(id, voice))
      .to.be.revertedWithCustomError(emergency, "EmergencyNonceSpent")
      .withArgs(second.id, voice.nonce);
    const release = await signed(emergency, second, id, await ticket("2"), OTHER);
    await expect(brought.releaseSigned(id, OTHER, release))
      .to.emit(emergency, "ReleaseAsked")
      .withArgs(id, second.id, second.address, OTHER, 1);
    await brought.releaseSigned(id, REASON, await signed(emergency, first, id, await ticket("2"), REASON));
    expect(await emergency.isFrozen(SUBJECT)).to.equal(false);
  });

  it("refuses a signature over any other value, of any other key, out of time, or given up", async () => {
    const context = await fixture();
    const { emergency, regulators, outsider } = context;
    const [, second, third] = regulators;
    const id = await opened(context);
    const until = await ticket();
    const domain = await domainOf(emergency);
    const good = { id, regulator: second.id, ...until };
    const bent: [Record<string, unknown>, Record<string, unknown>][] = [
      [domain, { ...good, id: OTHER }],
      [domain, { ...good, regulator: third.id }],
      [domain, { ...good, nonce: OTHER }],
      [domain, { ...good, deadline: until.deadline + 1 }],
      [{ ...domain, chainId: 1n }, good],
      [{ ...domain, version: "2" }, good],
      [{ ...domain, name: "Lianzheng Members" }, good],
      [{ ...domain, verifyingContract: second.address }, good],
    ];
    const signatures = await Promise.all(bent.map(([d, m]) => second.key.signTypedData(d, ORDER_TYPES, m)));
    signatures.push(await third.key.signTypedData(domain, ORDER_TYPES, good), "0x", `0x${"00".repeat(65)}`);
    signatures.push(await second.key.signTypedData(domain, RELEASE_TYPES, { ...good, reason: REASON }));
    for (const signature of signatures) {
      await expect(emergency.connect(outsider).cosignSigned(id, { key: second.address, ...until, signature }))
        .to.be.revertedWithCustomError(emergency, "EmergencySignature")
        .withArgs(second.address);
    }
    expect(signatures).to.have.length(12);
    const voice = await signed(emergency, second, id, until);
    const snapshot = await networkHelpers.takeSnapshot();
    await time.setNextBlockTimestamp(until.deadline + 1);
    await expect(emergency.cosignSigned(id, voice))
      .to.be.revertedWithCustomError(emergency, "EmergencyDeadline")
      .withArgs(until.deadline);
    await snapshot.restore();
    await emergency.connect(second.key).spendNonce(until.nonce);
    await expect(emergency.cosignSigned(id, voice))
      .to.be.revertedWithCustomError(emergency, "EmergencyNonceSpent")
      .withArgs(second.id, until.nonce);
    const last = await signed(emergency, second, id, { ...until, nonce: OTHER });
    await time.setNextBlockTimestamp(until.deadline);
    await emergency.cosignSigned(id, last);
  });

  const magic = `7f1626ba7e${"00".repeat(28)}5f5260`;
  const wallets = [
    { name: "answers with the magic value", code: `0x${magic}205ff3`, good: true },
    { name: "reverts", code: "0x5f5ffd", good: false },
    { name: "answers garbage", code: `0x7f${"ff".repeat(32)}5f5260205ff3`, good: false },
    { name: "answers four bytes", code: `0x${magic}045ff3`, good: false },
    { name: "burns all gas", code: "0x5b5f56", good: false },
    { name: "writes its storage first", code: `0x60015f55${magic}205ff3`, good: false },
  ];
  for (const { name, code, good } of wallets) {
    it(`${good ? "takes" : "refuses"} the signature of a key that is a contract which ${name}`, async () => {
      const context = await fixture();
      const { emergency, regulators, outsider } = context;
      const id = await opened(context);
      const { address: key, id: member } = regulators[1];
      await networkHelpers.setCode(key, code);
      const voice = { key, ...(await ticket()), signature: "0x1234" };
      const bringing = emergency.connect(outsider).cosignSigned(id, voice, { gasLimit: 2_000_000 });
      if (good) await expect(bringing).to.emit(emergency, "OrderCosigned").withArgs(id, member, key, 2);
      else await expect(bringing).to.be.revertedWithCustomError(emergency, "EmergencySignature").withArgs(key);
      expect(await emergency.isSpent(member, voice.nonce)).to.equal(good);
      expect(await emergency.isFrozen(SUBJECT)).to.equal(good);
    });
  }

  it("refuses a wallet that calls back to write while it is asked", async () => {
    const context = await fixture();
    const { emergency, regulators, outsider } = context;
    const id = await opened(context);
    const { address: key, id: member } = regulators[1];
    const inner = emergency.interface.encodeFunctionData("cosign", [id]);
    await networkHelpers.setCode(key, callingBack(await emergency.getAddress(), inner));
    const voice = { key, ...(await ticket()), signature: "0x" };
    await expect(emergency.connect(outsider).cosignSigned(id, voice, { gasLimit: 2_000_000 }))
      .to.be.revertedWithCustomError(emergency, "EmergencySignature")
      .withArgs(key);
    expect([...(await emergency.voicesOf(id))]).to.deep.equal([regulators[0].id]);
    // The same code may write when it is called by a transaction: it was the question for the signature that bound its hands.
    await outsider.sendTransaction({ to: key });
    expect([...(await emergency.voicesOf(id))]).to.deep.equal([regulators[0].id, member]);
  });

  it("asks for Govern keys, under an order and under a release", async () => {
    const context = await fixture();
    const { members, emergency, regulators, spare } = context;
    const [, second] = regulators;
    const id = await opened(context);
    const added = await newKeyOf(members, second.id, spare[0]!, (await now()) + DAY, { roles: 0b1101 });
    await members.connect(second.key).addKey(added);
    const other = { ...second, key: spare[0]!, address: await spare[0]!.getAddress() };
    const voice = await signed(emergency, other, id, await ticket());
    const release = await signed(emergency, other, id, await ticket(), REASON);
    for (const attempt of [
      () => emergency.cosignSigned(id, voice),
      () => emergency.releaseSigned(id, REASON, release),
    ]) {
      await expect(attempt()).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(other.address, 1);
    }
  });

  it("tells the digests that EIP-712 asks for", async () => {
    const { emergency, regulators } = await fixture();
    const domain = await domainOf(emergency);
    const message = { id: SUBJECT, regulator: regulators[0].id, reason: REASON, nonce: OTHER, deadline: 5 };
    expect(await emergency.cosignDigest(SUBJECT, regulators[0].id, OTHER, 5)).to.equal(
      TypedDataEncoder.hash(domain, ORDER_TYPES, message),
    );
    expect(await emergency.releaseDigest(SUBJECT, regulators[0].id, REASON, OTHER, 5)).to.equal(
      TypedDataEncoder.hash(domain, RELEASE_TYPES, message),
    );
  });
});
