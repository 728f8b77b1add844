import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  DOCUMENT,
  HOUR,
  Listing,
  REASON,
  Validity,
  digestOf,
  fixture,
  granted,
  made,
  mineAt,
  networkHelpers,
  now,
  offerOf,
  offered,
  registered,
  registration,
  transferred,
  type Titled,
} from "./scene.ts";

const EVIDENCE = digestOf("evidence of use");

/** The seller holds a second resource with ten uses. */
async function counted() {
  const scene = await fixture();
  const ten = await registered(scene, scene.seller, registration("ten"), scene.scope({ uses: 10 }));
  return { ...scene, counted: ten.right, subject: ten.subject };
}

const usedOf = async ({ rights }: Titled, right: string): Promise<number> => Number((await rights.rightOf(right)).used);

describe("Rights: counted uses", () => {
  it("are taken off the base by what is granted from it, accepted or not", async () => {
    const scene = await counted();
    const { rights, seller, processor, buyer, counted: base, scope } = scene;
    await granted(scene, seller, processor, offerOf(base, processor, scope({ uses: 6, depth: 0 })));
    await offered(scene, seller, offerOf(base, buyer, scope({ uses: 3, depth: 0 })));
    expect(await usedOf(scene, base)).to.equal(9);
    const mine = rights.connect(seller.key);
    const two = offerOf(base, buyer, scope({ uses: 2, depth: 0 }), { document: digestOf("second") });
    await expect(mine.grant(two)).to.be.revertedWithCustomError(rights, "RightsUsesExceed").withArgs(base, 2, 1);
    expect(await usedOf(scene, base)).to.equal(9);
    await expect(mine.grant({ ...two, scope: scope({ uses: 1, depth: 0 }) })).to.emit(rights, "RightGranted");
    expect(await usedOf(scene, base)).to.equal(10);
  });

  it("bind what derives from them to count too, granted or made", async () => {
    const scene = await counted();
    const { rights, seller, processor, counted: base, scope } = scene;
    const mine = rights.connect(seller.key);
    await expect(mine.grant(offerOf(base, processor, scope({ depth: 0 }))))
      .to.be.revertedWithCustomError(rights, "RightsUsesExceed")
      .withArgs(base, 0, 10);
    await expect(mine.registerProduct(registration("free"), scope(), [base]))
      .to.be.revertedWithCustomError(rights, "RightsUsesExceed")
      .withArgs(base, 0, 10);
  });

  it("may begin below a right that is not counted, and take nothing off it", async () => {
    const scene = await fixture();
    const { seller, processor, holding, scope } = scene;
    await granted(scene, seller, processor, offerOf(holding, processor, scope({ uses: 2 ** 32 - 1, depth: 0 })));
    expect(await usedOf(scene, holding)).to.equal(0);
  });

  it("are taken off each counted right that a product is made from", async () => {
    const scene = await counted();
    const { rights, seller, counted: base, holding, scope } = scene;
    const other = await registered(scene, seller, registration("five"), scope({ uses: 5 }));
    const basis = [base, holding, other.right];
    await expect(rights.connect(seller.key).registerProduct(registration("mixed"), scope({ uses: 6 }), basis))
      .to.be.revertedWithCustomError(rights, "RightsUsesExceed")
      .withArgs(other.right, 6, 5);
    expect([await usedOf(scene, base), await usedOf(scene, other.right)]).to.deep.equal([0, 0]);
    const { right } = await made(scene, seller, registration("mixed"), scope({ uses: 5 }), basis);
    expect([await usedOf(scene, base), await usedOf(scene, holding), await usedOf(scene, other.right)]).to.deep.equal([
      5, 0, 5,
    ]);
    expect((await rights.rightOf(right)).uses).to.equal(5n);
  });

  it("are recorded by the holder with evidence, one or many, and no more than are left", async () => {
    const scene = await counted();
    const { rights, seller, counted: right } = scene;
    const mine = rights.connect(seller.key);
    await expect(mine.recordUse(right, 1, EVIDENCE))
      .to.emit(rights, "RightUsed")
      .withArgs(right, seller.id, 1, 1, EVIDENCE);
    await expect(mine.recordUse(right, 8, EVIDENCE))
      .to.emit(rights, "RightUsed")
      .withArgs(right, seller.id, 8, 9, EVIDENCE);
    await expect(mine.recordUse(right, 2, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsUseCount")
      .withArgs(right, 2, 1);
    await expect(mine.recordUse(right, 0, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsUseCount")
      .withArgs(right, 0, 1);
    await expect(mine.recordUse(right, 1, ZeroHash)).to.be.revertedWithCustomError(rights, "RightsZeroDigest");
    await expect(mine.recordUse(right, 2 ** 32 - 1, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsUseCount")
      .withArgs(right, 2 ** 32 - 1, 1);
    expect(await usedOf(scene, right)).to.equal(9);
  });

  it("are not recorded by another, of a right that is not counted, unknown or not valid", async () => {
    const scene = await counted();
    const { rights, seller, buyer, counted: right, holding } = scene;
    await expect(rights.connect(buyer.key).recordUse(right, 1, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(right, seller.id, buyer.id);
    const mine = rights.connect(seller.key);
    await expect(mine.recordUse(holding, 1, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsNotCounted")
      .withArgs(holding);
    await expect(mine.recordUse(DOCUMENT, 1, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsUnknownRight")
      .withArgs(DOCUMENT);
    await mine.revoke(right, REASON);
    await expect(mine.recordUse(right, 1, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(right, Validity.revoked, right);
  });

  it("once gone, stop deriving, using and listing, while the right and what derives from it stay valid", async () => {
    const scene = await counted();
    const { rights, seller, processor, buyer, counted: right, subject, scope } = scene;
    const below = await granted(scene, seller, processor, offerOf(right, processor, scope({ uses: 4, depth: 1 })));
    const mine = rights.connect(seller.key);
    expect(await rights.listingOf(subject, right, seller.id, false)).to.equal(BigInt(Listing.allowed));
    await mine.recordUse(right, 6, EVIDENCE);
    expect(await rights.usabilityOf(right)).to.deep.equal([BigInt(Validity.exhausted), right]);
    expect(await rights.usabilityOf(below)).to.deep.equal([BigInt(Validity.valid), ZeroHash]);
    expect(await rights.listingOf(subject, right, seller.id, false)).to.equal(BigInt(Listing.exhausted));
    expect([await rights.isValid(right), await rights.isValid(below)]).to.deep.equal([true, true]);
    const attempts = [
      () => mine.recordUse(right, 1, EVIDENCE),
      () => mine.grant(offerOf(right, buyer, scope({ uses: 1, depth: 0 }))),
      () => mine.registerProduct(registration("late"), scope({ uses: 1 }), [right]),
    ];
    for (const attempt of attempts) {
      await expect(attempt())
        .to.be.revertedWithCustomError(rights, "RightsNotValid")
        .withArgs(right, Validity.exhausted, right);
    }
    await expect(rights.connect(processor.key).recordUse(below, 4, EVIDENCE)).to.emit(rights, "RightUsed");
  });

  it("are not given back by revocation, refusal or expiry", async () => {
    const scene = await counted();
    const { rights, seller, processor, buyer, counted: base, scope } = scene;
    const until = (await now()) + HOUR;
    const right = await granted(scene, seller, processor, offerOf(base, processor, scope({ uses: 4, depth: 0 })));
    const refused = await offered(scene, seller, offerOf(base, buyer, scope({ uses: 3, depth: 0 })));
    const document = digestOf("short");
    await granted(scene, seller, buyer, offerOf(base, buyer, scope({ uses: 2, depth: 0, until }), { document }));
    await rights.connect(seller.key).revoke(right, REASON);
    await rights.connect(buyer.key).revoke(refused, REASON);
    await mineAt(until);
    expect(await usedOf(scene, base)).to.equal(9);
  });

  it("go along with a transfer, used ones and all", async () => {
    const scene = await counted();
    const { rights, seller, buyer, counted: right } = scene;
    await rights.connect(seller.key).recordUse(right, 7, EVIDENCE);
    await transferred(scene, right, seller, buyer);
    await expect(rights.connect(buyer.key).recordUse(right, 4, EVIDENCE))
      .to.be.revertedWithCustomError(rights, "RightsUseCount")
      .withArgs(right, 4, 3);
    await rights.connect(buyer.key).recordUse(right, 3, EVIDENCE);
    expect((await rights.usabilityOf(right))[0]).to.equal(BigInt(Validity.exhausted));
  });

  it("change nothing for the past: a right that is used up now was valid then", async () => {
    const scene = await counted();
    const { rights, seller, counted: right } = scene;
    const before = await now();
    await rights.connect(seller.key).recordUse(right, 10, EVIDENCE);
    await networkHelpers.mine();
    expect(await rights.isValidAt(right, before)).to.equal(true);
    expect(await rights.isValidAt(right, (await now()) + HOUR)).to.equal(true);
  });
});
