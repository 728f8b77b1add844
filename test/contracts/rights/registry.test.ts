import { expect } from "chai";
import { AbiCoder, ZeroAddress, ZeroHash, encodeBytes32String, keccak256 } from "ethers";
import {
  DAY,
  Entry,
  Grade,
  NOBODY,
  NOTICE,
  ObjectionState,
  RULES,
  ReviewState,
  Source,
  Status,
  bit,
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
  registrationOf,
  reviewed,
  sanction,
  signBoth,
  type RegistrationFields,
  type Scene,
} from "./registry-scene.ts";

const GROUNDS = digestOf("grounds");
const OPINION = digestOf("opinion");
const DOCUMENT = digestOf("document");
const draftOf = (name: string) => ({
  digest: digestOf(`${name} digest`),
  metadata: digestOf(`${name} metadata`),
  contents: [{ algorithm: 2, value: digestOf(`${name} content`) }],
});
const LINK_TYPES = ["bytes32", "bytes32", "bytes32", "tuple(uint16 algorithm, bytes32 value)[]"];
const linkOf = (previous: string, { digest, metadata, contents }: ReturnType<typeof draftOf>): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(LINK_TYPES, [previous, digest, metadata, contents]));

/** Enters what needs notice and both sign-offs, and brings it to its completion. */
async function registered(scene: Scene, change: Partial<RegistrationFields> = {}): Promise<string> {
  const subject = await enter(scene, { ...reviewed(scene), ...change });
  await signBoth(scene, subject);
  await networkHelpers.time.increase(NOTICE);
  await scene.registry.complete(subject);
  return subject;
}

describe("Registry: entering", () => {
  it("registers at once where the rule asks for nothing and no venue is named", async () => {
    const scene = await fixture();
    const { registry, owner } = scene;
    const subject = await enter(scene);
    const at = await now();
    const link = linkOf(ZeroHash, registrationOf() as never);
    const head = headAfter(ZeroHash, Entry.first, owner.id, link, at);
    const filter = registry.filters.HistoryAdded(subject);
    const [added] = await registry.queryFilter(filter);
    expect([...(added?.args as unknown as Iterable<unknown>)]).to.deep.equal([
      subject,
      1n,
      owner.id,
      1n,
      link,
      BigInt(at),
      head,
    ]);
    expect(await registry.headOf(subject)).to.deep.equal([1n, head]);
    expect(await registry.briefOf(subject)).to.deep.equal([owner.id, 0n, 0n, false, true]);
    const record = await registry.recordOf(subject);
    expect([record.status, record.registeredAt, record.versions, record.number, record.round]).to.deep.equal(
      [Status.registered, at, 1, 1, 1].map(BigInt),
    );
    expect([record.head, record.right]).to.deep.equal([head, digestOf("right")]);
    const version = await registry.versionOf(subject, 1);
    expect([version.digest, version.metadata, version.link]).to.deep.equal([
      digestOf("resource"),
      digestOf("metadata of the resource"),
      link,
    ]);
    expect(await registry.venueEntryAt(subject, 0)).to.deep.equal([NOBODY, 1n, BigInt(at), 0n]);
    expect(await registry.subjectOfNumber(1)).to.equal(subject);
    expect(await registry.inForceAt(subject, at - 1)).to.equal(false);
    expect(await registry.inForceAt(subject, at)).to.equal(true);
  });

  it("tells of the application and its review", async () => {
    const scene = await fixture();
    const { registry, rights, owner, venue } = scene;
    const registration = registrationOf(reviewed(scene));
    const subject = await registry.subjectIdOf(owner.id, registration.digest);
    expect(subject).to.equal(
      keccak256(AbiCoder.defaultAbiCoder().encode(["bytes18", "bytes32"], [owner.id, registration.digest])),
    );
    const parents = [digestOf("parent")];
    const entering = registry.connect(rights).enter(owner.id, digestOf("right"), true, registration as never, parents);
    await expect(entering)
      .to.emit(registry, "SubjectEntered")
      .withArgs(
        subject,
        owner.id,
        true,
        1,
        digestOf("right"),
        Object.values({ ...registration, contents: [[1n, digestOf("content")]] }),
        parents,
      );
    const ends = (await now()) + NOTICE;
    await expect(entering).to.emit(registry, "ReviewOpened").withArgs(subject, 1, Entry.first, 1, ends, venue.id);
    expect(await registry.parentsOf(subject)).to.deep.equal(parents);
    expect(await registry.briefOf(subject)).to.deep.equal([owner.id, 1n, 0n, true, false]);
    expect(await registry.headOf(subject)).to.deep.equal([0n, ZeroHash]);
    expect(await registry.inForceAt(subject, 2 ** 40)).to.equal(false);
  });

  it("is called by the contract of rights alone", async () => {
    const { registry, owner } = await fixture();
    const entering = registry.connect(owner.key).enter(owner.id, ZeroHash, false, registrationOf() as never, []);
    await expect(entering).to.be.revertedWithCustomError(registry, "RegistryNotRights").withArgs(owner.address);
    const noting = registry.connect(owner.key).note(digestOf("x"), Entry.licence, owner.id, DOCUMENT);
    await expect(noting).to.be.revertedWithCustomError(registry, "RegistryNotRights").withArgs(owner.address);
  });

  const content = (algorithm: number, value = digestOf("value")) => ({ algorithm, value });
  const bad: readonly (readonly [string, Partial<RegistrationFields>, string, readonly unknown[]])[] = [
    ["a zero digest", { digest: ZeroHash }, "RegistryZeroDigest", []],
    ["zero metadata", { metadata: ZeroHash }, "RegistryZeroDigest", []],
    ["no content", { contents: [] }, "RegistryContentCount", [0, 4]],
    ["five digests", { contents: [1, 2, 3, 4, 5].map((i) => content(i)) }, "RegistryContentCount", [5, 4]],
    ["a zero digest of the content", { contents: [content(1, ZeroHash)] }, "RegistryZeroDigest", []],
    ["an unknown algorithm", { contents: [content(3)] }, "RegistryAlgorithm", [3]],
    ["algorithm zero", { contents: [content(0)] }, "RegistryAlgorithm", [0]],
    ["one algorithm twice", { contents: [content(2), content(1), content(2)] }, "RegistryAlgorithmTwice", [2]],
  ];
  for (const [what, change, error, values] of bad) {
    it(`refuses ${what}`, async () => {
      const scene = await fixture();
      const refused = expect(enter(scene, change)).to.be.revertedWithCustomError(scene.registry, error);
      await (values.length === 0 ? refused : refused.withArgs(...values));
      expect(await scene.registry.lastNumber()).to.equal(0n);
    });
  }

  it("takes SHA-256 and SM3 side by side", async () => {
    const scene = await fixture();
    const subject = await enter(scene, { contents: [content(2), content(1)] });
    const { contents } = await scene.registry.versionOf(subject, 1);
    expect(contents.map(({ algorithm }) => algorithm)).to.deep.equal([2n, 1n]);
  });

  it("refuses a venue that is none, not active, or the owner", async () => {
    const scene = await fixture();
    const { registry, members, council, other, venue, secondVenue } = scene;
    for (const wrong of [other.id, `0x${"ab".repeat(18)}`]) {
      await expect(enter(scene, { venue: wrong }))
        .to.be.revertedWithCustomError(registry, "RegistryVenue")
        .withArgs(wrong);
    }
    await expect(enter(scene, { venue: venue.id }, [], venue))
      .to.be.revertedWithCustomError(registry, "RegistryVenue")
      .withArgs(venue.id);
    await members.connect(council).suspend(secondVenue.id, GROUNDS);
    await expect(enter(scene, { venue: secondVenue.id }))
      .to.be.revertedWithCustomError(registry, "RegistryVenue")
      .withArgs(secondVenue.id);
  });

  it("takes products with 1 to 16 parents and resources with none", async () => {
    const scene = await fixture();
    const { registry, rights, owner } = scene;
    const parents = Array.from({ length: 17 }, (_, i) => digestOf(`parent ${i}`));
    for (const [isProduct, count] of [
      [true, 0],
      [true, 17],
      [false, 1],
    ] as const) {
      const entering = registry
        .connect(rights)
        .enter(owner.id, DOCUMENT, isProduct, registrationOf() as never, parents.slice(0, count));
      await expect(entering).to.be.revertedWithCustomError(registry, "RegistryParents").withArgs(count, isProduct);
    }
    await enter(scene, {}, parents.slice(1));
  });

  it("takes a digest once of each member, whatever became of it", async () => {
    const scene = await fixture();
    const { registry, owner, other } = scene;
    const subject = await enter(scene);
    await expect(enter(scene)).to.be.revertedWithCustomError(registry, "RegistryAlreadyEntered").withArgs(subject);
    const theirs = await enter(scene, {}, [], other);
    expect(theirs).not.to.equal(subject);
    await registry.connect(owner.key).cancel(subject, DOCUMENT);
    await expect(enter(scene)).to.be.revertedWithCustomError(registry, "RegistryAlreadyEntered").withArgs(subject);
  });

  it("refuses an owner that is not active, or sanctioned", async () => {
    const scene = await fixture();
    const { registry, members, council, owner, crowd } = scene;
    await sanction(scene, owner);
    await expect(enter(scene)).to.be.revertedWithCustomError(registry, "RegistrySanctioned").withArgs(owner.id);
    const [member] = crowd;
    await members.connect(council).suspend(member!.id, GROUNDS);
    await expect(enter(scene, {}, [], member))
      .to.be.revertedWithCustomError(registry, "RegistryOwnerNotActive")
      .withArgs(member!.id);
  });

  it("registers nothing at once under an id that is held or frozen", async () => {
    const scene = await fixture();
    const { registry, owner } = scene;
    const [held, frozen] = [digestOf("held"), digestOf("frozen")];
    await hold(scene, await registry.subjectIdOf(owner.id, held));
    await freeze(scene, await registry.subjectIdOf(owner.id, frozen));
    for (const digest of [held, frozen]) {
      await expect(enter(scene, { digest }))
        .to.be.revertedWithCustomError(registry, "RegistryHeld")
        .withArgs(await registry.subjectIdOf(owner.id, digest));
    }
  });
});

describe("Registry: review", () => {
  it("completes after the notice, to the second, with every sign-off", async () => {
    const scene = await fixture();
    const { registry, certifier, venue, outsider } = scene;
    const subject = await enter(scene, reviewed(scene));
    const ends = (await now()) + NOTICE;
    await expect(registry.connect(certifier.key).signOff(subject, 1, OPINION))
      .to.emit(registry, "SignedOff")
      .withArgs(subject, 1, certifier.id, OPINION);
    await networkHelpers.time.setNextBlockTimestamp(ends - 1);
    await expect(registry.complete(subject))
      .to.be.revertedWithCustomError(registry, "RegistryNotice")
      .withArgs(subject, ends);
    await networkHelpers.time.setNextBlockTimestamp(ends);
    await expect(registry.complete(subject))
      .to.be.revertedWithCustomError(registry, "RegistryNotSignedOff")
      .withArgs(subject);
    await registry.connect(venue.key).signOff(subject, 1, OPINION);
    await expect(registry.connect(outsider).complete(subject))
      .to.emit(registry, "NumberGiven")
      .withArgs(subject, 1, venue.id);
    const at = await now();
    expect(await registry.inForceAt(subject, at - 1)).to.equal(false);
    expect(await registry.inForceAt(subject, at)).to.equal(true);
    const review = await registry.reviewOf(subject, 1);
    expect([review.state, review.rule, review.noticeEnds]).to.deep.equal([2n, 1n, BigInt(ends)]);
    expect([review.reviewer, review.venueSigned]).to.deep.equal([certifier.id, true]);
    await expect(registry.complete(subject))
      .to.be.revertedWithCustomError(registry, "RegistryNoReview")
      .withArgs(subject);
  });

  it("asks for the reviewer's sign-off as well as the venue's", async () => {
    const scene = await fixture();
    const { registry, venue } = scene;
    const subject = await enter(scene, reviewed(scene));
    await registry.connect(venue.key).signOff(subject, 1, OPINION);
    await networkHelpers.time.increase(NOTICE);
    await expect(registry.complete(subject)).to.be.revertedWithCustomError(registry, "RegistryNotSignedOff");
  });

  it("asks for the venue where the rule asks for nothing", async () => {
    const scene = await fixture();
    const { registry, venue } = scene;
    const subject = await enter(scene, { venue: venue.id });
    await expect(registry.complete(subject)).to.be.revertedWithCustomError(registry, "RegistryNotSignedOff");
    await registry.connect(venue.key).signOff(subject, 1, OPINION);
    await registry.complete(subject);
    expect((await registry.briefOf(subject)).inForce).to.equal(true);
  });

  it("takes one sign-off of each that has to give one", async () => {
    const scene = await fixture();
    const { registry, certifier, notary, venue, secondVenue, other } = scene;
    const subject = await enter(scene, reviewed(scene));
    await signBoth(scene, subject);
    for (const { id, key } of [certifier, notary, venue]) {
      await expect(registry.connect(key).signOff(subject, 1, OPINION))
        .to.be.revertedWithCustomError(registry, "RegistryAlreadySigned")
        .withArgs(subject, id);
    }
    for (const { id, key } of [secondVenue, other]) {
      await expect(registry.connect(key).signOff(subject, 1, OPINION))
        .to.be.revertedWithCustomError(registry, "RegistryNotReviewer")
        .withArgs(subject, id);
    }
  });

  it("counts one sign-off for both where the venue is of one of the kinds", async () => {
    const scene = await fixture();
    const { registry, council, venue } = scene;
    const rule = { notice: 0, reviewers: bit("venue") };
    await registry.connect(council).setReviewRule(Source.enterprise, Grade.general, rule);
    const subject = await enter(scene, { venue: venue.id });
    await registry.connect(venue.key).signOff(subject, 1, OPINION);
    await registry.complete(subject);
    expect((await registry.briefOf(subject)).inForce).to.equal(true);
  });

  it("lets no owner review its own", async () => {
    const scene = await fixture();
    const { registry, certifier } = scene;
    const subject = await enter(scene, reviewed(scene), [], certifier);
    for (const act of [
      registry.connect(certifier.key).signOff(subject, 1, OPINION),
      registry.connect(certifier.key).refuse(subject, GROUNDS),
      registry.connect(certifier.key).resolve(subject, 1, 0, false, GROUNDS),
    ]) {
      await expect(act).to.be.revertedWithCustomError(registry, "RegistryNotReviewer").withArgs(subject, certifier.id);
    }
  });

  it("hears the roles of keys: Govern reviews, Act applies and objects", async () => {
    const scene = await fixture();
    const { registry, members, certifier, other, owner } = scene;
    const subject = await enter(scene, reviewed(scene));
    const acting = await keyOfRole(scene, certifier, 2, "acting");
    const address = await acting.getAddress();
    for (const act of [
      registry.connect(acting).signOff(subject, 1, OPINION),
      registry.connect(acting).refuse(subject, GROUNDS),
      registry.connect(acting).resolve(subject, 1, 0, true, GROUNDS),
    ]) {
      await expect(act).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(address, 1);
    }
    const governing = await keyOfRole(scene, other, 1, "governing");
    await expect(registry.connect(governing).object(subject, GROUNDS))
      .to.be.revertedWithCustomError(members, "MembersKeyRole")
      .withArgs(await governing.getAddress(), 2);
    const office = await keyOfRole(scene, owner, 1, "office");
    await expect(registry.connect(office).withdraw(subject))
      .to.be.revertedWithCustomError(members, "MembersKeyRole")
      .withArgs(await office.getAddress(), 2);
  });

  it("refuses a stranger everywhere", async () => {
    const scene = await fixture();
    const { registry, members, outsider } = scene;
    const subject = await enter(scene, reviewed(scene));
    const stranger = registry.connect(outsider);
    const address = await outsider.getAddress();
    for (const act of [
      stranger.signOff(subject, 1, OPINION),
      stranger.refuse(subject, GROUNDS),
      stranger.object(subject, GROUNDS),
      stranger.resolve(subject, 1, 0, true, GROUNDS),
      stranger.withdraw(subject),
      stranger.cancel(subject, DOCUMENT),
      stranger.alter(subject, draftOf("new"), DOCUMENT),
      stranger.resubmit(subject, registrationOf() as never),
    ]) {
      await expect(act).to.be.revertedWithCustomError(members, "MembersUnknownKey").withArgs(address);
    }
  });

  it("keeps a refusal for ever and lets the owner apply anew, with no lower grade", async () => {
    const scene = await fixture();
    const { registry, notary, owner } = scene;
    const subject = await enter(scene, reviewed(scene));
    await expect(registry.connect(notary.key).refuse(subject, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "RegistryZeroDigest",
    );
    await expect(registry.connect(notary.key).refuse(subject, GROUNDS))
      .to.emit(registry, "Refused")
      .withArgs(subject, 1, notary.id, GROUNDS);
    expect((await registry.recordOf(subject)).status).to.equal(BigInt(Status.refused));
    const lower = registrationOf({ grade: Grade.general });
    await expect(registry.connect(owner.key).resubmit(subject, lower as never))
      .to.be.revertedWithCustomError(registry, "RegistryGrade")
      .withArgs(Grade.general, Grade.important);
    const again = registrationOf({ ...reviewed(scene), digest: digestOf("better"), source: Source.personal });
    await registry.connect(owner.key).resubmit(subject, again as never);
    const first = await registry.reviewOf(subject, 1);
    expect([first.state, first.grounds]).to.deep.equal([BigInt(ReviewState.refused), GROUNDS]);
    expect((await registry.draftOf(subject, 1)).digest).to.equal(digestOf("resource"));
    expect((await registry.draftOf(subject, 2)).digest).to.equal(digestOf("better"));
    expect((await registry.briefOf(subject)).source).to.equal(BigInt(Source.personal));
    await registry.connect(owner.key).withdraw(subject);
    const otherwise = { ...again, source: Source.enterprise };
    await expect(registry.connect(owner.key).resubmit(subject, otherwise as never))
      .to.be.revertedWithCustomError(registry, "RegistryPersonal")
      .withArgs(subject);
    await registry.connect(owner.key).resubmit(subject, again as never);
    await expect(registry.connect(owner.key).resubmit(subject, again as never))
      .to.be.revertedWithCustomError(registry, "RegistryStatus")
      .withArgs(subject, Status.pending);
  });

  it("starts the notice and the sign-offs again when an application is made anew", async () => {
    const scene = await fixture();
    const { registry, owner } = scene;
    const subject = await enter(scene, reviewed(scene));
    await signBoth(scene, subject);
    await expect(registry.connect(owner.key).withdraw(subject)).to.emit(registry, "Withdrawn").withArgs(subject, 1);
    expect((await registry.recordOf(subject)).status).to.equal(BigInt(Status.withdrawn));
    await registry.connect(owner.key).resubmit(subject, registrationOf(reviewed(scene)) as never);
    const ends = (await now()) + NOTICE;
    expect((await registry.reviewOf(subject, 2)).noticeEnds).to.equal(BigInt(ends));
    await networkHelpers.time.increase(NOTICE);
    await expect(registry.complete(subject)).to.be.revertedWithCustomError(registry, "RegistryNotSignedOff");
  });

  it("takes a sign-off for the draft that was read alone, not for another that the owner put in its place", async () => {
    const scene = await fixture();
    const { registry, owner, certifier, venue } = scene;
    const subject = await enter(scene, reviewed(scene));
    await registry.connect(owner.key).withdraw(subject);
    const swapped = { ...reviewed(scene), contents: [{ algorithm: 1, value: digestOf("never read") }] };
    await registry.connect(owner.key).resubmit(subject, registrationOf(swapped) as never);
    for (const { key } of [certifier, venue]) {
      await expect(registry.connect(key).signOff(subject, 1, OPINION))
        .to.be.revertedWithCustomError(registry, "RegistryRound")
        .withArgs(subject, 2, 1);
    }
    await expect(registry.connect(certifier.key).signOff(subject, 3, OPINION))
      .to.be.revertedWithCustomError(registry, "RegistryRound")
      .withArgs(subject, 2, 3);
    const { reviewer, venueSigned } = await registry.reviewOf(subject, 2);
    expect([reviewer, venueSigned]).to.deep.equal([NOBODY, false]);
    await expect(registry.connect(certifier.key).signOff(subject, 2, OPINION))
      .to.emit(registry, "SignedOff")
      .withArgs(subject, 2, certifier.id, OPINION);
  });

  it("takes nothing by a venue that a sanction keeps from its service, nor its sign-off", async () => {
    const scene = await fixture();
    const { registry, rights, owner, venue, certifier, outsider } = scene;
    const subject = await enter(scene, reviewed(scene));
    await registry.connect(certifier.key).object(subject, GROUNDS);
    await sanction(scene, venue, 1 << 2);
    const office = registry.connect(venue.key);
    for (const act of [
      office.signOff(subject, 1, OPINION),
      office.refuse(subject, GROUNDS),
      office.resolve(subject, 1, 0, false, GROUNDS),
    ]) {
      await expect(act).to.be.revertedWithCustomError(registry, "RegistryNotReviewer").withArgs(subject, venue.id);
    }
    const next = registrationOf({ digest: digestOf("next"), venue: venue.id });
    await expect(registry.connect(rights).enter(owner.id, digestOf("right"), false, next as never, []))
      .to.be.revertedWithCustomError(registry, "RegistryVenue")
      .withArgs(venue.id);
    const plain = await enter(scene, { digest: digestOf("plain") });
    const [fromVenue, deadline] = [NOBODY, (await now()) + DAY];
    const move = { subject: plain, owner: owner.id, fromVenue, toVenue: venue.id, number: 1, deadline };
    await expect(registry.connect(outsider).move(move, []))
      .to.be.revertedWithCustomError(registry, "RegistryVenue")
      .withArgs(venue.id);
  });

  it("hears no venue that is of this kind no more", async () => {
    const scene = await fixture();
    const { registry, members, council, venue } = scene;
    const subject = await enter(scene, reviewed(scene));
    await members.connect(council).addKind(venue.id, 1, GROUNDS);
    await members.connect(council).withdrawKind(venue.id, 0, GROUNDS);
    await expect(registry.connect(venue.key).signOff(subject, 1, OPINION))
      .to.be.revertedWithCustomError(registry, "RegistryNotReviewer")
      .withArgs(subject, venue.id);
  });

  it("keeps to the rule under which the review opened", async () => {
    const scene = await fixture();
    const { registry, council } = scene;
    const subject = await enter(scene, reviewed(scene));
    const rule = { notice: 100 * DAY, reviewers: bit("regulator") };
    await expect(registry.connect(council).setReviewRule(Source.enterprise, Grade.important, rule))
      .to.emit(registry, "ReviewRuleSet")
      .withArgs(Source.enterprise, Grade.important, 2, Object.values(rule));
    await signBoth(scene, subject);
    await networkHelpers.time.increase(NOTICE);
    await registry.complete(subject);
    expect((await registry.reviewOf(subject, 1)).rule).to.equal(1n);
    const next = await enter(scene, { ...reviewed(scene), digest: digestOf("next") });
    const review = await registry.reviewOf(next, 1);
    expect([review.rule, review.reviewers]).to.deep.equal([2n, BigInt(rule.reviewers)]);
  });

  it("completes nothing for an owner that is suspended or sanctioned meanwhile, nor what is held", async () => {
    const scene = await fixture();
    const { registry, members, council, owner } = scene;
    const subject = await enter(scene, reviewed(scene));
    await signBoth(scene, subject);
    await networkHelpers.time.increase(NOTICE);
    await members.connect(council).suspend(owner.id, GROUNDS);
    await expect(registry.complete(subject))
      .to.be.revertedWithCustomError(registry, "RegistryOwnerNotActive")
      .withArgs(owner.id);
    await members.connect(council).reinstate(owner.id, GROUNDS);
    await hold(scene, subject);
    await expect(registry.complete(subject)).to.be.revertedWithCustomError(registry, "RegistryHeld").withArgs(subject);
    await sanction(scene, owner);
    await expect(registry.complete(subject))
      .to.be.revertedWithCustomError(registry, "RegistrySanctioned")
      .withArgs(owner.id);
  });

  it("leaves what has only a notice to the regulators", async () => {
    const scene = await fixture();
    const { registry, regulator, certifier } = scene;
    const subject = await enter(scene, { source: Source.public });
    await expect(registry.connect(certifier.key).refuse(subject, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryNotReviewer")
      .withArgs(subject, certifier.id);
    await expect(registry.connect(regulator.key).signOff(subject, 1, OPINION))
      .to.be.revertedWithCustomError(registry, "RegistryNotReviewer")
      .withArgs(subject, regulator.id);
    await registry.connect(regulator.key).refuse(subject, GROUNDS);
    expect((await registry.briefOf(subject)).inForce).to.equal(false);
  });

  it("registers core data as any other, under its rule", async () => {
    const scene = await fixture();
    const { registry, regulator } = scene;
    const subject = await enter(scene, { grade: Grade.core });
    await registry.connect(regulator.key).signOff(subject, 1, OPINION);
    await networkHelpers.time.increase(NOTICE);
    await registry.complete(subject);
    expect(await registry.briefOf(subject)).to.deep.include.members([2n, true]);
  });
});

describe("Registry: objections", () => {
  it("stop the completion until a reviewer dismissed them", async () => {
    const scene = await fixture();
    const { registry, other, notary, owner } = scene;
    const subject = await enter(scene, reviewed(scene));
    await signBoth(scene, subject);
    await expect(registry.connect(other.key).object(subject, GROUNDS))
      .to.emit(registry, "Objected")
      .withArgs(subject, 1, other.id, 0, GROUNDS);
    const objectedAt = await now();
    let head = headAfter(ZeroHash, Entry.objection, other.id, GROUNDS, objectedAt);
    expect(await registry.headOf(subject)).to.deep.equal([1n, head]);
    await networkHelpers.time.increase(NOTICE);
    await expect(registry.complete(subject))
      .to.be.revertedWithCustomError(registry, "RegistryObjectionsOpen")
      .withArgs(subject, 1);
    const resolution = digestOf("resolution");
    await expect(registry.connect(notary.key).resolve(subject, 1, 0, false, resolution))
      .to.emit(registry, "ObjectionResolved")
      .withArgs(subject, 1, notary.id, 0, false, resolution);
    head = headAfter(head, Entry.objection, notary.id, resolution, await now());
    await registry.complete(subject);
    const link = (await registry.versionOf(subject, 1)).link;
    head = headAfter(head, Entry.first, owner.id, link, await now());
    expect(await registry.headOf(subject)).to.deep.equal([3n, head]);
    const dismissed = [other.id, BigInt(ObjectionState.dismissed), GROUNDS, resolution];
    expect(await registry.objectionsOf(subject, 1)).to.deep.equal([dismissed]);
  });

  it("refuse the registration when they are upheld", async () => {
    const scene = await fixture();
    const { registry, other, venue } = scene;
    const subject = await enter(scene, reviewed(scene));
    await registry.connect(other.key).object(subject, GROUNDS);
    await expect(registry.connect(venue.key).resolve(subject, 1, 0, true, DOCUMENT))
      .to.emit(registry, "Refused")
      .withArgs(subject, 1, venue.id, DOCUMENT);
    expect((await registry.recordOf(subject)).status).to.equal(BigInt(Status.refused));
    await expect(registry.connect(venue.key).resolve(subject, 1, 0, true, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryNoReview")
      .withArgs(subject);
  });

  it("are taken during the notice, to its last second, of others and once each", async () => {
    const scene = await fixture();
    const { registry, owner, other, recipient } = scene;
    const subject = await enter(scene, reviewed(scene));
    const ends = (await now()) + NOTICE;
    await expect(registry.connect(owner.key).object(subject, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryOwnObjection")
      .withArgs(subject);
    await expect(registry.connect(other.key).object(subject, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "RegistryZeroDigest",
    );
    await registry.connect(other.key).object(subject, GROUNDS);
    await expect(registry.connect(other.key).object(subject, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryObjected")
      .withArgs(subject, other.id);
    await networkHelpers.time.setNextBlockTimestamp(ends - 1);
    await registry.connect(recipient.key).object(subject, GROUNDS);
    await expect(registry.connect(scene.trustee.key).object(subject, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryNoticeOver")
      .withArgs(subject, ends);
  });

  it("are 16 at most", async () => {
    const scene = await fixture();
    const { registry, crowd } = scene;
    const subject = await enter(scene, reviewed(scene));
    for (const { key } of crowd.slice(0, 16)) await registry.connect(key).object(subject, GROUNDS);
    await expect(registry.connect(crowd[16]!.key).object(subject, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryTooManyObjections")
      .withArgs(subject, 16);
  });

  it("are resolved in the review in which they were read", async () => {
    const scene = await fixture();
    const { registry, owner, other, notary } = scene;
    const subject = await enter(scene, reviewed(scene));
    await registry.connect(other.key).object(subject, GROUNDS);
    await registry.connect(owner.key).withdraw(subject);
    await registry.connect(owner.key).resubmit(subject, registrationOf(reviewed(scene)) as never);
    await registry.connect(other.key).object(subject, DOCUMENT);
    await expect(registry.connect(notary.key).resolve(subject, 1, 0, false, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryRound")
      .withArgs(subject, 2, 1);
    expect((await registry.objectionsOf(subject, 2)).map(({ state }) => state)).to.deep.equal([
      BigInt(ObjectionState.open),
    ]);
  });

  it("are resolved once, by reviewers", async () => {
    const scene = await fixture();
    const { registry, other, notary } = scene;
    const subject = await enter(scene, reviewed(scene));
    await registry.connect(other.key).object(subject, GROUNDS);
    await expect(registry.connect(other.key).resolve(subject, 1, 0, false, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryNotReviewer")
      .withArgs(subject, other.id);
    const reviewer = registry.connect(notary.key);
    await expect(reviewer.resolve(subject, 1, 1, false, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryObjection")
      .withArgs(subject, 1);
    await expect(reviewer.resolve(subject, 1, 0, false, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "RegistryZeroDigest",
    );
    await reviewer.resolve(subject, 1, 0, false, GROUNDS);
    await expect(reviewer.resolve(subject, 1, 0, true, GROUNDS))
      .to.be.revertedWithCustomError(registry, "RegistryObjection")
      .withArgs(subject, 0);
  });
});

describe("Registry: alteration and cancellation", () => {
  it("alters at once where no review is asked for, and links the versions", async () => {
    const scene = await fixture();
    const { registry, owner } = scene;
    const subject = await enter(scene);
    const draft = draftOf("second");
    const first = linkOf(ZeroHash, registrationOf() as never);
    const link = linkOf(first, draft);
    await expect(registry.connect(owner.key).alter(subject, draft, DOCUMENT))
      .to.emit(registry, "VersionInForce")
      .withArgs(subject, 2, 2, draft.digest, draft.metadata, [[2n, digestOf("second content")]], link);
    const at = await now();
    const [old, altered] = [await registry.versionOf(subject, 1), await registry.versionOf(subject, 2)];
    expect([old.link, altered.link, altered.from]).to.deep.equal([first, link, BigInt(at)]);
    const record = await registry.recordOf(subject);
    expect([record.versions, record.number, record.historyCount]).to.deep.equal([2n, 1n, 2n]);
  });

  it("reviews an alteration as the rule says, with the version before in force meanwhile", async () => {
    const scene = await fixture();
    const { registry, owner, notary } = scene;
    const subject = await registered(scene);
    await registry.connect(owner.key).alter(subject, draftOf("refused"), DOCUMENT);
    expect([(await registry.recordOf(subject)).versions, (await registry.briefOf(subject)).inForce]).to.deep.equal([
      1n,
      true,
    ]);
    await expect(registry.connect(owner.key).alter(subject, draftOf("more"), DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryReviewOpen")
      .withArgs(subject, 2);
    await expect(registry.connect(owner.key).cancel(subject, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryReviewOpen")
      .withArgs(subject, 2);
    await registry.connect(notary.key).refuse(subject, GROUNDS);
    expect((await registry.recordOf(subject)).status).to.equal(BigInt(Status.registered));
    await registry.connect(owner.key).alter(subject, draftOf("withdrawn"), DOCUMENT);
    await registry.connect(owner.key).withdraw(subject);
    expect((await registry.recordOf(subject)).status).to.equal(BigInt(Status.registered));
    await registry.connect(owner.key).alter(subject, draftOf("good"), DOCUMENT);
    await signBoth(scene, subject);
    await networkHelpers.time.increase(NOTICE);
    const before = (await registry.headOf(subject)).head;
    await registry.complete(subject);
    expect((await registry.headOf(subject)).head).to.equal(
      headAfter(before, Entry.alteration, owner.id, DOCUMENT, await now()),
    );
    const version = await registry.versionOf(subject, 2);
    expect([version.digest, version.link]).to.deep.equal([
      digestOf("good digest"),
      linkOf((await registry.versionOf(subject, 1)).link, draftOf("good")),
    ]);
    expect((await registry.versionOf(subject, 3)).digest).to.equal(ZeroHash);
    expect(await registry.lastNumber()).to.equal(1n);
  });

  it("refuses the alteration of another's, of what is not registered, and without a document", async () => {
    const scene = await fixture();
    const { registry, owner, other } = scene;
    const [subject, pending] = [await enter(scene), await enter(scene, { ...reviewed(scene), digest: digestOf("p") })];
    await expect(registry.connect(other.key).alter(subject, draftOf("x"), DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryNotOwner")
      .withArgs(subject, owner.id, other.id);
    const mine = registry.connect(owner.key);
    await expect(mine.alter(pending, draftOf("x"), DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryStatus")
      .withArgs(pending, Status.pending);
    await expect(mine.alter(subject, draftOf("x"), ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "RegistryZeroDigest",
    );
    await expect(mine.alter(DOCUMENT, draftOf("x"), DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryUnknownSubject")
      .withArgs(DOCUMENT);
    await expect(mine.alter(subject, { ...draftOf("x"), contents: [] }, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryContentCount")
      .withArgs(0, 4);
    expect((await registry.recordOf(subject)).round).to.equal(1n);
  });

  it("cancels for ever, for the whole second", async () => {
    const scene = await fixture();
    const { registry, owner, other } = scene;
    const subject = await enter(scene);
    const registeredAt = await now();
    await expect(registry.connect(other.key).cancel(subject, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryNotOwner")
      .withArgs(subject, owner.id, other.id);
    await expect(registry.connect(owner.key).cancel(subject, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "RegistryZeroDigest",
    );
    const before = (await registry.headOf(subject)).head;
    const at = registeredAt + 100;
    await networkHelpers.time.setNextBlockTimestamp(at);
    await registry.connect(owner.key).cancel(subject, DOCUMENT);
    expect((await registry.headOf(subject)).head).to.equal(
      headAfter(before, Entry.cancellation, owner.id, DOCUMENT, at),
    );
    expect(await registry.inForceAt(subject, registeredAt)).to.equal(true);
    expect(await registry.inForceAt(subject, at - 1)).to.equal(true);
    expect(await registry.inForceAt(subject, at)).to.equal(false);
    expect((await registry.briefOf(subject)).inForce).to.equal(false);
    expect((await registry.venueEntryAt(subject, 0)).until).to.equal(BigInt(at));
    await expect(registry.connect(owner.key).cancel(subject, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryStatus")
      .withArgs(subject, Status.cancelled);
    await expect(registry.connect(owner.key).resubmit(subject, registrationOf() as never))
      .to.be.revertedWithCustomError(registry, "RegistryStatus")
      .withArgs(subject, Status.cancelled);
  });

  for (const [what, stop] of [
    ["held", hold],
    ["frozen", freeze],
  ] as const) {
    it(`neither alters nor cancels what is ${what}`, async () => {
      const scene = await fixture();
      const { registry, owner } = scene;
      const subject = await enter(scene);
      await stop(scene, subject);
      const mine = registry.connect(owner.key);
      for (const act of [mine.alter(subject, draftOf("x"), DOCUMENT), mine.cancel(subject, DOCUMENT)]) {
        await expect(act).to.be.revertedWithCustomError(registry, "RegistryHeld").withArgs(subject);
      }
    });
  }
});

describe("Registry: licences and transfers", () => {
  it("enter the history, and a transfer changes the owner", async () => {
    const scene = await fixture();
    const { registry, rights, owner, other, recipient } = scene;
    const subject = await enter(scene);
    let { head } = await registry.headOf(subject);
    await registry.connect(rights).note(subject, Entry.licence, recipient.id, DOCUMENT);
    head = headAfter(head, Entry.licence, recipient.id, DOCUMENT, await now());
    expect((await registry.briefOf(subject)).owner).to.equal(owner.id);
    await registry.connect(rights).note(subject, Entry.transfer, other.id, GROUNDS);
    head = headAfter(head, Entry.transfer, other.id, GROUNDS, await now());
    expect(await registry.headOf(subject)).to.deep.equal([3n, head]);
    expect((await registry.briefOf(subject)).owner).to.equal(other.id);
    await expect(registry.connect(owner.key).cancel(subject, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryNotOwner")
      .withArgs(subject, other.id, owner.id);
    await registry.connect(other.key).cancel(subject, DOCUMENT);
  });

  it("are all that the contract of rights adds, to what is registered", async () => {
    const scene = await fixture();
    const { registry, rights, other, owner } = scene;
    const subject = await registered(scene);
    const noting = registry.connect(rights);
    for (const entry of [0, 1, 4, 5, 6, 7]) {
      await expect(noting.note(subject, entry, other.id, DOCUMENT))
        .to.be.revertedWithCustomError(registry, "RegistryEntry")
        .withArgs(entry);
    }
    await expect(noting.note(subject, Entry.licence, other.id, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "RegistryZeroDigest",
    );
    const pending = await enter(scene, { ...reviewed(scene), digest: digestOf("p") });
    for (const entry of [Entry.licence, Entry.transfer]) {
      await expect(noting.note(pending, entry, other.id, DOCUMENT))
        .to.be.revertedWithCustomError(registry, "RegistryStatus")
        .withArgs(pending, Status.pending);
    }
    await registry.connect(owner.key).alter(subject, draftOf("x"), DOCUMENT);
    await expect(noting.note(subject, Entry.transfer, other.id, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryReviewOpen")
      .withArgs(subject, 2);
    await noting.note(subject, Entry.licence, other.id, DOCUMENT);
    await expect(noting.note(DOCUMENT, Entry.licence, other.id, DOCUMENT))
      .to.be.revertedWithCustomError(registry, "RegistryUnknownSubject")
      .withArgs(DOCUMENT);
  });
});

describe("Registry: rules of the council", () => {
  it("stand from the constructor on, version 1 of each", async () => {
    const { registry } = await fixture();
    for (const [i, rule] of RULES.entries()) {
      const [source, grade] = [Math.floor(i / 3), i % 3];
      const expected = [BigInt(rule.notice), BigInt(rule.reviewers)];
      expect(await registry.reviewRule(source, grade)).to.deep.equal([1n, expected]);
      expect(await registry.reviewRuleAt(source, grade, 1)).to.deep.equal(expected);
    }
  });

  it("are the council's alone, and bounded", async () => {
    const { registry, council, owner } = await fixture();
    const rule = { notice: 180 * DAY, reviewers: (1 << 13) - 1 };
    for (const act of [
      registry.connect(owner.key).setReviewRule(0, 0, rule),
      registry.connect(owner.key).addAlgorithm(encodeBytes32String("SHA3-256")),
      registry.connect(owner.key).retireAlgorithm(1),
    ]) {
      await expect(act).to.be.revertedWithCustomError(registry, "NotCouncil").withArgs(owner.address);
    }
    const wrong = [
      { notice: 180 * DAY + 1, reviewers: 0 },
      { notice: 0, reviewers: 1 << 13 },
    ];
    for (const { notice, reviewers } of wrong) {
      await expect(registry.connect(council).setReviewRule(0, 0, { notice, reviewers }))
        .to.be.revertedWithCustomError(registry, "RegistryRule")
        .withArgs(notice, reviewers);
    }
    await registry.connect(council).setReviewRule(0, 0, rule);
    expect((await registry.reviewRule(0, 0)).version).to.equal(2n);
    expect((await registry.reviewRuleAt(0, 0, 1)).notice).to.equal(0n);
  });

  it("add and retire algorithms; old digests stay readable", async () => {
    const scene = await fixture();
    const { registry, council } = scene;
    const name = encodeBytes32String("SHA3-256");
    expect((await registry.algorithmOf(1)).name).to.equal(encodeBytes32String("SHA-256"));
    expect((await registry.algorithmOf(2)).name).to.equal(encodeBytes32String("SM3"));
    const subject = await enter(scene);
    await expect(registry.connect(council).addAlgorithm(name)).to.emit(registry, "AlgorithmAdded").withArgs(3, name);
    await expect(registry.connect(council).retireAlgorithm(1)).to.emit(registry, "AlgorithmRetired").withArgs(1);
    const [known, at] = [await registry.algorithmOf(1), await now()];
    expect([known.retiredAt, await registry.algorithmCount()]).to.deep.equal([BigInt(at), 3n]);
    await expect(enter(scene, { digest: digestOf("new") }))
      .to.be.revertedWithCustomError(registry, "RegistryAlgorithm")
      .withArgs(1);
    await enter(scene, { digest: digestOf("new"), contents: [{ algorithm: 3, value: digestOf("v") }] });
    expect((await registry.versionOf(subject, 1)).contents[0]?.algorithm).to.equal(1n);
    for (const algorithm of [1, 4]) {
      await expect(registry.connect(council).retireAlgorithm(algorithm))
        .to.be.revertedWithCustomError(registry, "RegistryAlgorithm")
        .withArgs(algorithm);
    }
    await expect(registry.connect(council).addAlgorithm(ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "RegistryZeroDigest",
    );
  });

  it("need contracts where the constructor names them, but for the council and the rights to come", async () => {
    const { registry, members, cases, emergency, council, rights } = await fixture();
    const factory = await ethers.getContractFactory("Registry");
    const [authority, caller] = [await council.getAddress(), await rights.getAddress()];
    const all = [members, cases, emergency];
    for (const missing of [0, 1, 2]) {
      const [m, c, e] = all.map((contract, i) => (i === missing ? ZeroAddress : contract));
      await expect(factory.deploy(m!, authority, c!, e!, caller, RULES))
        .to.be.revertedWithCustomError(registry, "RegistryNoContract")
        .withArgs(ZeroAddress);
    }
    expect([await registry.council(), await registry.rights()]).to.deep.equal([authority, caller]);
  });
});
