import { expect } from "chai";
import { ZeroAddress, ZeroHash, encodeBytes32String, getCreateAddress, keccak256, type Signer } from "ethers";
import { Directory__factory as DirectoryFactory } from "../../../sdk/src/chain/contracts/factories/directory/Directory__factory.ts";
import { digestOf, ethers, networkHelpers } from "../fixture.ts";

const NAMES = ["Members", "Council", "Rights"].map(encodeBytes32String);
const [MEMBERS, COUNCIL, RIGHTS] = NAMES as [string, string, string];
const RELEASE = digestOf("release");

/** Creation code of a contract whose code is this one byte: MSTORE8 it and RETURN it. */
const creationOf = (byte: number): string => `0x60${byte.toString(16).padStart(2, "0")}60005360016000f3`;
/** Creation code that reverts with four bytes, one that just ends in INVALID, and two that leave no code. */
const refusing = "0x63deadbeef6000526004601cfd";
const failing = "0xfe";
const empty = ["0x", "0x00"];

async function scene() {
  const signers: readonly Signer[] = await ethers.getSigners();
  const [founder, stranger] = signers as [Signer, Signer];
  const directory = await new DirectoryFactory(founder).deploy(NAMES);
  const address = await directory.getAddress();
  const at = (number: number): string => getCreateAddress({ from: address, nonce: number });
  return { directory, founder, stranger, at };
}

/** All founding contracts stand; the council's address acts. */
async function founded() {
  const context = await scene();
  for (const number of [1, 2, 3]) await context.directory.place(number, creationOf(number));
  return { ...context, council: await impersonated(context.at(2)) };
}

async function impersonated(address: string): Promise<Signer> {
  await networkHelpers.impersonateAccount(address);
  return ethers.getSigner(address);
}

describe("Directory", () => {
  it("tells each founding address before its code exists", async () => {
    const { directory, at } = await networkHelpers.loadFixture(scene);
    expect(await directory.founding()).to.deep.equal(NAMES);
    for (let number = 1; number <= 32; ++number) expect(await directory.placeOf(number)).to.equal(at(number));
    for (const number of [0, 33]) {
      await expect(directory.placeOf(number))
        .to.be.revertedWithCustomError(directory, "DirectoryNumber")
        .withArgs(32, number);
    }
  });

  it("places founding contracts where it said, in their order", async () => {
    const { directory, at } = await networkHelpers.loadFixture(scene);
    for (const number of [1, 2, 3]) {
      const name = NAMES[number - 1]!;
      const code = `0x0${number}`;
      expect(await directory.place.staticCall(number, creationOf(number))).to.equal(at(number));
      await expect(directory.place(number, creationOf(number)))
        .to.emit(directory, "VersionEntered")
        .withArgs(name, 1, at(number), keccak256(code), keccak256(creationOf(number)));
      expect(await ethers.provider.getCode(at(number))).to.equal(code);
      const since = await ethers.provider.getBlockNumber();
      const expected = [at(number), keccak256(code), keccak256(creationOf(number)), BigInt(since)];
      expect(await directory.current(name)).to.deep.equal(expected);
      expect(await directory.placed()).to.equal(number);
      expect(await directory.isFounded()).to.equal(number === 3);
    }
  });

  it("places once what is sent twice, and nothing else under its number", async () => {
    const { directory, at } = await networkHelpers.loadFixture(scene);
    await directory.place(1, creationOf(1));
    await expect(directory.place(1, creationOf(1))).not.to.emit(directory, "VersionEntered");
    expect(await directory.place.staticCall(1, creationOf(1))).to.equal(at(1));
    expect(await directory.placed()).to.equal(1);
    for (const number of [0, 1, 3]) {
      await expect(directory.place(number, creationOf(9)))
        .to.be.revertedWithCustomError(directory, "DirectoryNumber")
        .withArgs(2, number);
    }
  });

  it("hands on the reason of a constructor that refuses, and stays as it was", async () => {
    const { directory, at } = await networkHelpers.loadFixture(scene);
    const raw = directory.place.staticCall(1, refusing).then(
      () => undefined,
      (error: unknown) => (error as { data?: string }).data,
    );
    expect(await raw).to.equal("0xdeadbeef");
    for (const creation of [failing, ...empty]) {
      await expect(directory.place(1, creation, { gasLimit: 1_000_000 }))
        .to.be.revertedWithCustomError(directory, "DirectoryCreation")
        .withArgs(MEMBERS);
    }
    await directory.place(1, creationOf(1));
    expect(await ethers.provider.getCode(at(1)), "the refused attempts took no address").to.equal("0x01");
  });

  it("lets nobody but the founder place, and nobody once it is founded", async () => {
    const { directory, founder, stranger } = await networkHelpers.loadFixture(founded);
    expect(await directory.founder()).to.equal(await founder.getAddress());
    await expect(directory.connect(stranger).place(4, creationOf(4)))
      .to.be.revertedWithCustomError(directory, "DirectoryNotFounder")
      .withArgs(await stranger.getAddress());
    await expect(directory.place(4, creationOf(4))).to.be.revertedWithCustomError(directory, "DirectoryFounded");
    await expect(directory.place(1, creationOf(9))).to.be.revertedWithCustomError(directory, "DirectoryFounded");
  });

  it("enters later versions by decision of the council, and keeps the earlier ones", async () => {
    const { directory, council, at } = await networkHelpers.loadFixture(founded);
    await expect(directory.connect(council).enter(RIGHTS, at(1), RELEASE))
      .to.emit(directory, "VersionEntered")
      .withArgs(RIGHTS, 2, at(1), keccak256("0x01"), RELEASE);
    expect(await directory.versionCount(RIGHTS)).to.equal(2);
    expect((await directory.current(RIGHTS)).place).to.equal(at(1));
    expect((await directory.versionOf(RIGHTS, 1)).place).to.equal(at(3));
    await directory.connect(council).enter(encodeBytes32String("New"), at(3), RELEASE);
    expect((await directory.current(encodeBytes32String("New"))).place).to.equal(at(3));
  });

  it("hands the directory on to a council that the council entered", async () => {
    const { directory, council, at } = await networkHelpers.loadFixture(founded);
    await directory.connect(council).enter(COUNCIL, at(3), RELEASE);
    await expect(directory.connect(council).enter(RIGHTS, at(1), RELEASE))
      .to.be.revertedWithCustomError(directory, "DirectoryNotCouncil")
      .withArgs(at(2));
    await directory.connect(await impersonated(at(3))).enter(RIGHTS, at(1), RELEASE);
  });

  it("refuses versions by others, before it is founded, of nothing, without a digest, and the one that stands", async () => {
    const { directory, founder, council, stranger, at } = await networkHelpers.loadFixture(founded);
    for (const caller of [founder, stranger]) {
      await expect(directory.connect(caller).enter(RIGHTS, at(1), RELEASE))
        .to.be.revertedWithCustomError(directory, "DirectoryNotCouncil")
        .withArgs(await caller.getAddress());
    }
    const mine = directory.connect(council);
    await expect(mine.enter(RIGHTS, ZeroAddress, RELEASE))
      .to.be.revertedWithCustomError(directory, "DirectoryNoContract")
      .withArgs(ZeroAddress);
    for (const [name, release] of [[ZeroHash, RELEASE] as const, [RIGHTS, ZeroHash] as const]) {
      await expect(mine.enter(name, at(1), release)).to.be.revertedWithCustomError(directory, "DirectoryZeroDigest");
    }
    await expect(mine.enter(RIGHTS, at(3), RELEASE))
      .to.be.revertedWithCustomError(directory, "DirectoryCurrent")
      .withArgs(RIGHTS, at(3));
    const young = await new DirectoryFactory(founder).deploy(NAMES);
    await expect(young.enter(RIGHTS, at(1), RELEASE))
      .to.be.revertedWithCustomError(directory, "DirectoryNotFounded")
      .withArgs(0, 3);
  });

  it("knows no version that was never entered", async () => {
    const { directory } = await networkHelpers.loadFixture(founded);
    const unknown = encodeBytes32String("Nothing");
    await expect(directory.current(unknown))
      .to.be.revertedWithCustomError(directory, "DirectoryUnknown")
      .withArgs(unknown, 0);
    await expect(directory.versionOf(MEMBERS, 2))
      .to.be.revertedWithCustomError(directory, "DirectoryUnknown")
      .withArgs(MEMBERS, 2);
  });

  it("is not made without a council, with a name twice, without a name, or with more than 32", async () => {
    const { founder, directory } = await networkHelpers.loadFixture(scene);
    const many = [COUNCIL, ...Array.from({ length: 32 }, (_, i) => encodeBytes32String(`name ${i}`))];
    const cases: readonly (readonly [readonly string[], string, number])[] = [
      [[], COUNCIL, 0],
      [[MEMBERS], COUNCIL, 1],
      [[COUNCIL, MEMBERS, COUNCIL], COUNCIL, 3],
      [[COUNCIL, ZeroHash], ZeroHash, 2],
      [many, ZeroHash, 33],
    ];
    for (const [names, name, count] of cases) {
      await expect(new DirectoryFactory(founder).deploy([...names]))
        .to.be.revertedWithCustomError(directory, "DirectoryNames")
        .withArgs(name, count);
    }
    await new DirectoryFactory(founder).deploy(many.slice(0, 32));
  });
});
