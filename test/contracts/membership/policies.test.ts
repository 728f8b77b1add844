import { expect } from "chai";
import { AbiCoder, ZeroHash, id, keccak256 } from "ethers";
import { DAY, NO_END, REASON, decide, digestOf, ethers, networkHelpers, now } from "../fixture.ts";
import { fixture, type Watch } from "./watch.ts";

const NAME = "schema/trade.contract";
const POLICY = id(NAME);
const OTHER = "policy/red-lines";
const [FIRST, SECOND, THIRD] = ["first", "second", "third"].map((name) => digestOf(name)) as [string, string, string];
const MAX_NOTICE = 3652 * DAY;
const SOON = 100;

/** The contract as the council, and the second in which the next block is. */
async function chaired() {
  const context = await fixture();
  return { ...context, council: context.policies.connect(context.chair) };
}

/** Makes the next block one of this second. */
const at = (second: number): Promise<void> => networkHelpers.time.setNextBlockTimestamp(second);

const chained = (head: string, policy: string, version: number, digest: string, from: number, until: bigint | number) =>
  keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["bytes32", "bytes32", "uint32", "bytes32", "uint48", "uint48"],
      [head, policy, version, digest, from, until],
    ),
  );

describe("Policies: versions", () => {
  it("publishes under the next number, and tells name, digest and the second in which it begins", async () => {
    const { council, policies } = await chaired();
    const second = (await now()) + SOON;
    await at(second);
    await expect(council.publish(NAME, 1, FIRST, second + DAY))
      .to.emit(policies, "PolicyPublished")
      .withArgs(POLICY, 1, FIRST, NAME, second + DAY);
    expect(await policies.policyOf(POLICY, 1)).to.deep.equal([FIRST, second, second + DAY, NO_END].map(same));
    expect([await policies.latestVersion(POLICY), await policies.nameCount()]).to.deep.equal([1n, 1n]);
    await council.publish(OTHER, 1, THIRD, 0);
    await council.publish(NAME, 2, SECOND, 0);
    expect(await policies.latestVersion(POLICY)).to.equal(2n);
    expect([await policies.nameAt(1), await policies.nameAt(2)]).to.deep.equal([NAME, OTHER]);
    expect(await policies.nameCount()).to.equal(2n);
    expect((await policies.policyOf(POLICY, 1)).digest, "never overwritten").to.equal(FIRST);
  });

  it("is in force from its second on, until a newer one begins or it is retired, to the second", async () => {
    const { council, policies } = await chaired();
    const start = (await now()) + SOON;
    await at(start);
    await council.publish(NAME, 1, FIRST, start + 10);
    await council.publish(NAME, 2, SECOND, start + 20);
    await council.retire(POLICY, 2, start + 30, REASON);
    const seconds = [0, start + 9, start + 10, start + 19, start + 20, start + 29, start + 30, start + DAY];
    const inForce = await Promise.all(seconds.map((second) => policies.versionAt(POLICY, second)));
    expect(inForce).to.deep.equal([0, 0, 1, 1, 2, 2, 0, 0].map(BigInt));
    expect(await policies.versionAt(id(OTHER), start)).to.equal(0n);
  });

  it("begins and ends nothing in the past: what should have, begins or ends in the block", async () => {
    const { council, policies } = await chaired();
    const second = (await now()) + SOON;
    await at(second);
    await council.publish(NAME, 1, FIRST, second - 50);
    expect((await policies.policyOf(POLICY, 1)).effectiveFrom).to.equal(BigInt(second));
    await at(second + 5);
    await expect(council.retire(POLICY, 1, 0, REASON))
      .to.emit(policies, "PolicyRetired")
      .withArgs(POLICY, 1, second + 5, REASON);
    const inForce = await Promise.all([-1, 0, 4, 5].map((plus) => policies.versionAt(POLICY, second + plus)));
    expect(inForce).to.deep.equal([0, 1, 1, 0].map(BigInt));
  });

  it("does not bring back what was replaced, and takes what was retired before its time for never begun", async () => {
    const { council, policies } = await chaired();
    const start = (await now()) + SOON;
    await at(start);
    await council.publish(NAME, 1, FIRST, 0);
    await council.publish(NAME, 2, SECOND, start + 100);
    await council.retire(POLICY, 2, 0, REASON);
    expect(await policies.versionAt(POLICY, start + 200), "withdrawn before it began").to.equal(1n);
    await council.publish(NAME, 3, THIRD, start + 100);
    await council.retire(POLICY, 3, start + 150, REASON);
    const inForce = await Promise.all([99, 100, 149, 150].map((plus) => policies.versionAt(POLICY, start + plus)));
    expect(inForce).to.deep.equal([1, 3, 3, 0].map(BigInt));
    await council.publish(NAME, 4, FIRST, start + 160);
    expect(await policies.versionAt(POLICY, start + 160), "the first text again, under a new number").to.equal(4n);
  });

  it("passes over a version that would begin when a newer one already has", async () => {
    const { council, policies } = await chaired();
    const start = (await now()) + SOON;
    await at(start);
    await council.publish(NAME, 1, FIRST, start + 100);
    await council.publish(NAME, 2, SECOND, start + 50);
    const inForce = await Promise.all([49, 50, 100, 101].map((plus) => policies.versionAt(POLICY, start + plus)));
    expect(inForce).to.deep.equal([0, 2, 2, 2].map(BigInt));
  });

  it("chains all changes of all policies in its head", async () => {
    const { council, policies } = await chaired();
    expect(await policies.head()).to.equal(ZeroHash);
    const second = (await now()) + SOON;
    await council.publish(NAME, 1, FIRST, second + DAY);
    let head = chained(ZeroHash, POLICY, 1, FIRST, second + DAY, NO_END);
    expect(await policies.head()).to.equal(head);
    await council.publish(OTHER, 1, SECOND, second + DAY);
    head = chained(head, id(OTHER), 1, SECOND, second + DAY, NO_END);
    expect(await policies.head()).to.equal(head);
    await council.retire(POLICY, 1, second + 2 * DAY, REASON);
    head = chained(head, POLICY, 1, FIRST, second + DAY, second + 2 * DAY);
    expect(await policies.head()).to.equal(head);
  });
});

describe("Policies: what is refused", () => {
  it("takes names of 1 to 64 small letters and digits with single signs between them, and no others", async () => {
    const { council, policies } = await chaired();
    for (const name of ["a", "0", "a".repeat(64), "rulebook/trading", "x-1.y/z", "schema/authorization.grant"]) {
      await council.publish(name, 1, FIRST, 0);
      expect(await policies.latestVersion(id(name)), name).to.equal(1n);
    }
    const bad = ["", "a".repeat(65), "A", "a b", "a_b", "/a", "a/", "a//b", "a.-b", "-", "é", "a\u0000", "a\n", "政策"];
    for (const name of [...bad, "a`", "a{", "a:", "a,"]) {
      await expect(council.publish(name, 1, FIRST, 0), name)
        .to.be.revertedWithCustomError(policies, "PoliciesName")
        .withArgs(name);
    }
    expect(await policies.nameCount()).to.equal(6n);
  });

  it("refuses another number than the next, so that one of two open decisions fails instead of being renumbered", async () => {
    const { council, policies } = await chaired();
    for (const [expected, numbers] of [
      [1, [0, 2, 4294967295]],
      [2, [0, 1, 3]],
    ] as const) {
      for (const number of numbers) {
        await expect(council.publish(NAME, number, SECOND, 0))
          .to.be.revertedWithCustomError(policies, "PoliciesNumber")
          .withArgs(expected, number);
      }
      await council.publish(NAME, expected, FIRST, 0);
    }
  });

  it("refuses no digest, no reason, and more than ten years ahead, to the second", async () => {
    const { council, policies } = await chaired();
    await expect(council.publish(NAME, 1, ZeroHash, 0)).to.be.revertedWithCustomError(policies, "PoliciesZeroDigest");
    let second = (await now()) + SOON;
    await at(second);
    await expect(council.publish(NAME, 1, FIRST, second + MAX_NOTICE + 1))
      .to.be.revertedWithCustomError(policies, "PoliciesTooLate")
      .withArgs(second + MAX_NOTICE + 1, second + MAX_NOTICE);
    second += SOON;
    await at(second);
    await council.publish(NAME, 1, FIRST, second + MAX_NOTICE);
    await expect(council.retire(POLICY, 1, 0, ZeroHash)).to.be.revertedWithCustomError(policies, "PoliciesZeroReason");
    second += SOON;
    await at(second);
    await expect(council.retire(POLICY, 1, second + MAX_NOTICE + 1, REASON))
      .to.be.revertedWithCustomError(policies, "PoliciesTooLate")
      .withArgs(second + MAX_NOTICE + 1, second + MAX_NOTICE);
  });

  it("ends each version once, and none that was never published", async () => {
    const { council, policies } = await chaired();
    for (const version of [0, 1]) {
      const asked = [() => council.retire(POLICY, version, 0, REASON), () => policies.policyOf(POLICY, version)];
      for (const attempt of asked) {
        await expect(attempt()).to.be.revertedWithCustomError(policies, "PoliciesUnknown").withArgs(POLICY, version);
      }
    }
    await council.publish(NAME, 1, FIRST, 0);
    const end = (await now()) + DAY;
    await council.retire(POLICY, 1, end, REASON);
    await expect(council.retire(POLICY, 1, end + DAY, REASON))
      .to.be.revertedWithCustomError(policies, "PoliciesRetired")
      .withArgs(POLICY, 1, end);
    for (const number of [0, 2]) {
      await expect(policies.nameAt(number))
        .to.be.revertedWithCustomError(policies, "PoliciesUnknownName")
        .withArgs(number, 1);
    }
  });

  it("holds 1,024 versions of a policy and answers which is in force among them", async () => {
    const { council, policies } = await chaired();
    // The length of the list of versions, which the mapping in slot 1 has: publishing a thousand takes too long here.
    const slot = keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [POLICY, 1]));
    await council.publish(NAME, 1, FIRST, 0);
    const place = await policies.getAddress();
    expect(BigInt(await ethers.provider.getStorage(place, slot))).to.equal(1n);
    await networkHelpers.setStorageAt(place, slot, ethers.toBeHex(1023, 32));
    await council.publish(NAME, 1024, SECOND, 0);
    expect(await policies.versionAt(POLICY, await now())).to.equal(1024n);
    expect(await policies.versionAt(POLICY, (await now()) - 1), "down to the first").to.equal(1n);
    await expect(council.publish(NAME, 1025, THIRD, 0))
      .to.be.revertedWithCustomError(policies, "PoliciesNumber")
      .withArgs(1025, 1025);
  });
});

describe("Policies: the council", () => {
  const votersOf = ({ venue, notary, auditor, regulators }: Watch) => [venue, notary, auditor, regulators[0]];

  it("lets nobody else publish or retire", async () => {
    const { policies, chair, venue, outsider } = await fixture();
    await policies.connect(chair).publish(NAME, 1, FIRST, 0);
    for (const key of [venue.key, outsider]) {
      const caller = policies.connect(key);
      const attempts = [() => caller.publish(NAME, 2, SECOND, 0), () => caller.retire(POLICY, 1, 0, REASON)];
      for (const attempt of attempts) {
        await expect(attempt())
          .to.be.revertedWithCustomError(policies, "NotCouncil")
          .withArgs(await key.getAddress());
      }
    }
    expect(await policies.council()).to.equal(await chair.getAddress());
  });

  it("publishes a rule book and its schema by one decision of the real council's votes, or neither", async () => {
    const context = await fixture();
    const { council, policies } = context;
    const target = await policies.getAddress();
    const publication = (name: string, version: number) => ({
      target,
      data: policies.interface.encodeFunctionData("publish", [name, version, FIRST, 0]),
    });
    const torn = decide(council, votersOf(context), [publication(NAME, 1), publication(OTHER, 2)]);
    await expect(torn).to.be.revertedWithCustomError(policies, "PoliciesNumber");
    expect(await policies.nameCount()).to.equal(0n);
    await decide(council, votersOf(context), [publication(NAME, 1), publication(OTHER, 1)]);
    expect(await policies.versionAt(POLICY, await now())).to.equal(1n);
    expect(await policies.versionAt(id(OTHER), await now())).to.equal(1n);
  });
});

/** A value as ethers answers it. */
function same(value: string | number | bigint): string | bigint {
  return typeof value === "number" ? BigInt(value) : value;
}
