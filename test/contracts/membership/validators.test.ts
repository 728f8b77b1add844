import { expect } from "chai";
import { AbiCoder, ZeroAddress, ZeroHash, getAddress, keccak256, toBeHex, zeroPadValue } from "ethers";
import { METADATA, NO_PARENT, REASON, callOf, decide, digestOf, ethers, networkHelpers } from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";
import { FIRST, fixture, type Validators, type Watch } from "./watch.ts";

const addressOf = (number: number): string => getAddress(zeroPadValue(toBeHex(number), 20));
const LOW = addressOf(0xa0);
const HIGH = addressOf(0xb0);
const NEW = addressOf(0xa8);
const NOBODY = memberId(usccOf(90));

const digestOfSet = (set: readonly string[]): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(["address[]"], [set]));
const setOf = async (validators: Validators): Promise<string[]> => [...(await validators.getValidators())];

describe("Validators: the set", () => {
  it("answers Besu's call with the set, ascending, whatever the order in which it was given", async () => {
    const { validators, venue, notary } = await fixture();
    expect(FIRST.map((address) => getAddress(address))).to.deep.equal([HIGH, LOW]);
    // The selector of `getValidators()`, with no arguments: what Besu sends.
    const answer = await ethers.provider.call({ to: await validators.getAddress(), data: "0xb7ab4db5" });
    expect(AbiCoder.defaultAbiCoder().decode(["address[]"], answer)[0]).to.deep.equal([LOW, HIGH]);
    expect(await validators.memberOf(HIGH)).to.equal(venue.id);
    expect(await validators.memberOf(LOW)).to.equal(notary.id);
    expect([await validators.isValidator(LOW), await validators.isValidator(NEW)]).to.deep.equal([true, false]);
    expect([await validators.version(), await validators.digestOf(1)]).to.deep.equal([1n, digestOfSet([LOW, HIGH])]);
  });

  it("adds, replaces and removes by the council, and tells each set, its number, digest and block", async () => {
    const { validators, auditor, notary, chair } = await fixture();
    const council = validators.connect(chair);
    const born = await validators.changedAt();
    const adding = council.add(NEW, auditor.id);
    await expect(adding).to.emit(validators, "ValidatorAdded").withArgs(2, NEW, auditor.id);
    await expect(adding).to.emit(validators, "ValidatorsSet").withArgs(2, [LOW, NEW, HIGH]);
    const second = await validators.changedAt();
    expect(second).to.equal(BigInt(await ethers.provider.getBlockNumber()));
    await networkHelpers.mine(3);
    const successor = addressOf(0xff);
    const replacing = council.replace(LOW, successor);
    await expect(replacing).to.emit(validators, "ValidatorAdded").withArgs(3, successor, notary.id);
    await expect(replacing).to.emit(validators, "ValidatorRemoved").withArgs(3, LOW, notary.id);
    await expect(replacing).to.emit(validators, "ValidatorsSet").withArgs(3, [NEW, HIGH, successor]);
    const third = await validators.changedAt();
    const removing = council.remove(NEW);
    await expect(removing).to.emit(validators, "ValidatorRemoved").withArgs(4, NEW, auditor.id);
    await expect(removing).to.emit(validators, "ValidatorsSet").withArgs(4, [HIGH, successor]);
    expect(await setOf(validators)).to.deep.equal([HIGH, successor]);
    expect(await validators.memberOf(NEW)).to.equal(NO_PARENT);
    const blocks = [born - 1n, born, second - 1n, second, third - 1n, third, third + 1n, 2n ** 64n - 1n];
    expect(await Promise.all(blocks.map((block) => validators.versionAfter(block)))).to.deep.equal(
      [0, 1, 1, 2, 2, 3, 4, 4].map(BigInt),
    );
    const sets = [[], [LOW, HIGH], [LOW, NEW, HIGH], [NEW, HIGH, successor], [HIGH, successor]];
    for (const [number, set] of sets.entries()) {
      expect(await validators.digestOf(number)).to.equal(number === 0 ? ZeroHash : digestOfSet(set));
    }
    expect(await validators.digestOf(5)).to.equal(ZeroHash);
  });

  it("refuses zero, duplicates, strangers' addresses and members that are not active", async () => {
    const { members, validators, venue, auditor, chair } = await fixture();
    const council = validators.connect(chair);
    for (const attempt of [council.add(ZeroAddress, venue.id), council.replace(LOW, ZeroAddress)]) {
      await expect(attempt).to.be.revertedWithCustomError(validators, "ValidatorsZeroAddress");
    }
    for (const attempt of [council.add(HIGH, auditor.id), council.replace(LOW, HIGH), council.replace(HIGH, HIGH)]) {
      await expect(attempt).to.be.revertedWithCustomError(validators, "ValidatorsTaken").withArgs(HIGH, venue.id);
    }
    for (const attempt of [council.remove(NEW), council.replace(NEW, LOW)]) {
      await expect(attempt).to.be.revertedWithCustomError(validators, "ValidatorsUnknown").withArgs(NEW);
    }
    await expect(council.add(NEW, NOBODY))
      .to.be.revertedWithCustomError(validators, "ValidatorsMemberNotActive")
      .withArgs(NOBODY);
    await members.connect(chair).suspend(venue.id, REASON);
    for (const attempt of [council.add(NEW, venue.id), council.replace(HIGH, NEW)]) {
      await expect(attempt).to.be.revertedWithCustomError(validators, "ValidatorsMemberNotActive").withArgs(venue.id);
    }
    expect(await setOf(validators)).to.deep.equal([LOW, HIGH]);
    await council.remove(HIGH);
    expect([await setOf(validators), await validators.version()]).to.deep.equal([[LOW], 2n]);
  });

  it("never becomes empty: the last is replaced, not removed", async () => {
    const { validators, chair } = await fixture();
    const council = validators.connect(chair);
    await council.remove(LOW);
    await expect(council.remove(HIGH)).to.be.revertedWithCustomError(validators, "ValidatorsLast").withArgs(HIGH);
    await council.replace(HIGH, NEW);
    expect(await setOf(validators)).to.deep.equal([NEW]);
  });

  it("holds 64 and no more; one of 64 can be replaced", async () => {
    const { members, council, validators, venue } = await fixture();
    const entries = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ validator: addressOf(1000 - i), member: venue.id }));
    const full: Validators = await ethers.deployContract("Validators", [council, members, entries(64)]);
    const chair = full.connect(await ethers.getSigner(await council.getAddress()));
    await expect(chair.add(NEW, venue.id)).to.be.revertedWithCustomError(full, "ValidatorsTooMany").withArgs(64);
    await chair.replace(addressOf(1000), NEW);
    const set = await setOf(full);
    expect([set.length, set[0], set[63]]).to.deep.equal([64, NEW, addressOf(999)]);
    for (const count of [0, 65]) {
      await expect(ethers.deployContract("Validators", [council, members, entries(count)]))
        .to.be.revertedWithCustomError(validators, "ValidatorsCount")
        .withArgs(count, 64);
    }
  });

  it("refuses a first set with zero, a duplicate or a stranger, and no register", async () => {
    const { members, council, validators, venue } = await fixture();
    const deploy = (register: unknown, ...first: { validator: string; member: string }[]) =>
      ethers.deployContract("Validators", [council, register as string, first]);
    const one = { validator: NEW, member: venue.id };
    await expect(deploy(members, { ...one, validator: ZeroAddress })).to.be.revertedWithCustomError(
      validators,
      "ValidatorsZeroAddress",
    );
    await expect(deploy(members, one, one))
      .to.be.revertedWithCustomError(validators, "ValidatorsTaken")
      .withArgs(NEW, venue.id);
    await expect(deploy(members, { ...one, member: NOBODY }))
      .to.be.revertedWithCustomError(validators, "ValidatorsMemberNotActive")
      .withArgs(NOBODY);
    await expect(deploy(NEW, one)).to.be.revertedWithCustomError(validators, "ValidatorsNoContract").withArgs(NEW);
  });
});

describe("Validators: the council", () => {
  it("lets nobody else change the set", async () => {
    const { validators, venue, outsider } = await fixture();
    for (const key of [venue.key, outsider]) {
      const caller = validators.connect(key);
      for (const attempt of [caller.add(NEW, venue.id), caller.remove(LOW), caller.replace(LOW, NEW)]) {
        await expect(attempt)
          .to.be.revertedWithCustomError(validators, "NotCouncil")
          .withArgs(await key.getAddress());
      }
    }
    expect(await validators.council()).to.equal(await (await fixture()).council.getAddress());
  });

  const votersOf = ({ venue, notary, auditor, regulators }: Watch) => [venue, notary, auditor, regulators[0]];

  it("admits a member and adds its validator by one decision", async () => {
    const context = await fixture();
    const { members, council, validators, spare } = context;
    const asked = [NOBODY, 1, 0, NO_PARENT, METADATA, digestOf("papers")] as const;
    await members.connect(spare[0]).applyFor(...asked);
    const admission = await callOf(members, "admit", [await members.applicationCount(), 1, 0, REASON]);
    const target = await validators.getAddress();
    const addition = { target, data: validators.interface.encodeFunctionData("add", [NEW, NOBODY]) };
    await decide(council, votersOf(context), [admission, addition]);
    expect([await members.isActive(NOBODY), await validators.memberOf(NEW)]).to.deep.equal([true, NOBODY]);
  });

  it("does neither if the second can't be done, for a decision is all or nothing", async () => {
    const context = await fixture();
    const { members, council, validators, spare } = context;
    const asked = [NOBODY, 1, 0, NO_PARENT, METADATA, digestOf("papers")] as const;
    await members.connect(spare[0]).applyFor(...asked);
    const admission = await callOf(members, "admit", [await members.applicationCount(), 1, 0, REASON]);
    const target = await validators.getAddress();
    const addition = { target, data: validators.interface.encodeFunctionData("add", [LOW, NOBODY]) };
    await expect(decide(council, votersOf(context), [admission, addition])).to.be.revertedWithCustomError(
      validators,
      "ValidatorsTaken",
    );
    expect(await members.isActive(NOBODY)).to.equal(false);
  });

  it("counts several changes of one block as several sets, of which the last seals", async () => {
    const context = await fixture();
    const { council, validators, venue } = context;
    const target = await validators.getAddress();
    const calls = [
      { target, data: validators.interface.encodeFunctionData("add", [NEW, venue.id]) },
      { target, data: validators.interface.encodeFunctionData("remove", [LOW]) },
    ];
    await decide(council, votersOf(context), calls);
    const block = await validators.changedAt();
    expect([await validators.version(), await validators.versionAfter(block)]).to.deep.equal([3n, 3n]);
    expect(await validators.versionAfter(block - 1n)).to.equal(1n);
    expect(await validators.digestOf(2)).to.equal(digestOfSet([LOW, NEW, HIGH]));
  });
});

describe("Validators: in a genesis file", () => {
  it("works from code and storage alone, at the slots that it documents", async () => {
    const { members, council, validators, venue, notary, chair } = await fixture();
    const [from, to] = [await validators.getAddress(), addressOf(0x8888)];
    const word = (value: bigint | string) => zeroPadValue(typeof value === "string" ? value : toBeHex(value), 32);
    const slotOf = (key: string | bigint, slot: bigint) => keccak256(word(key) + word(slot).slice(2));
    const arrayAt = (slot: bigint, index: bigint) => word(BigInt(keccak256(word(slot))) + index);
    const slots = [
      word(0n),
      arrayAt(0n, 0n),
      arrayAt(0n, 1n),
      slotOf(LOW, 1n),
      slotOf(HIGH, 1n),
      word(2n),
      arrayAt(2n, 0n),
      slotOf(1n, 3n),
    ];
    await networkHelpers.setCode(to, await ethers.provider.getCode(from));
    for (const slot of slots) {
      const value = await ethers.provider.getStorage(from, slot);
      expect(value, slot).to.not.equal(ZeroHash);
      await networkHelpers.setStorageAt(to, slot, value);
    }
    const copy = validators.attach(to) as Validators;
    expect(await setOf(copy)).to.deep.equal([LOW, HIGH]);
    expect([await copy.memberOf(HIGH), await copy.memberOf(LOW)]).to.deep.equal([venue.id, notary.id]);
    expect([await copy.version(), await copy.changedAt()]).to.deep.equal([1n, await validators.changedAt()]);
    expect(await copy.council()).to.equal(await council.getAddress());
    await copy.connect(chair).add(NEW, venue.id);
    expect(await setOf(copy)).to.deep.equal([LOW, NEW, HIGH]);
    await members.connect(chair).suspend(venue.id, REASON);
    await expect(copy.connect(chair).add(addressOf(1), venue.id))
      .to.be.revertedWithCustomError(copy, "ValidatorsMemberNotActive")
      .withArgs(venue.id);
  });
});
