import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  DAY,
  DOCUMENT,
  Entry,
  Grade,
  HOUR,
  REASON,
  RightKind,
  Source,
  SubjectKind,
  Validity,
  accepts,
  at,
  attest,
  consent,
  digestOf,
  fixture,
  freeze,
  hold,
  made,
  mineAt,
  networkHelpers,
  now,
  offerOf,
  offered,
  registered,
  registration,
  suspend,
  validity,
  withdraw,
} from "./scene.ts";

/** The seller offers the processor a right to process. */
async function pending() {
  const scene = await fixture();
  const offer = offerOf(scene.holding, scene.processor, scene.scope({ depth: 2 }));
  const right = await offered(scene, scene.seller, offer);
  return { ...scene, offer, right };
}

describe("Rights: acceptance by a call", () => {
  it("makes the right valid from its block on, and is noted as a licence", async () => {
    const { rights, registry, processor, right, resource } = await pending();
    expect(await validity(rights, right, await now())).to.deep.equal(["notAccepted", right]);
    const accepting = rights.connect(processor.key).accept(right, DOCUMENT);
    await expect(accepting).to.emit(rights, "RightAccepted").withArgs(right, processor.id);
    const time = await now();
    expect((await rights.rightOf(right)).acceptedAt).to.equal(BigInt(time));
    const [added] = await registry.queryFilter(registry.filters.HistoryAdded(resource, Entry.licence));
    expect([added!.args.party, added!.args.document]).to.deep.equal([processor.id, DOCUMENT]);
    expect(await rights.isValidAt(right, time)).to.equal(true);
    expect(await validity(rights, right, time - 1)).to.deep.equal(["notAccepted", right]);
  });

  it("is the holder's alone, of this document, once", async () => {
    const { rights, seller, processor, right, holding } = await pending();
    await expect(rights.connect(seller.key).accept(right, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(right, processor.id, seller.id);
    const mine = rights.connect(processor.key);
    await expect(mine.accept(right, REASON))
      .to.be.revertedWithCustomError(rights, "RightsDocument")
      .withArgs(right, REASON);
    await expect(mine.accept(REASON, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsUnknownRight")
      .withArgs(REASON);
    await expect(rights.connect(seller.key).accept(holding, DOCUMENT)).to.be.revertedWithCustomError(
      rights,
      "RightsAlreadyAccepted",
    );
    await mine.accept(right, DOCUMENT);
    const time = await now();
    await expect(mine.accept(right, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsAlreadyAccepted")
      .withArgs(right, time);
  });

  it("is refused once the offer is revoked, by either side, and the revocation is the cause that is named", async () => {
    for (const side of ["seller", "processor"] as const) {
      const scene = await pending();
      const { rights, processor, right } = scene;
      await rights.connect(scene[side].key).revoke(right, REASON);
      const time = await now();
      await expect(rights.connect(processor.key).accept(right, DOCUMENT))
        .to.be.revertedWithCustomError(rights, "RightsAlreadyRevoked")
        .withArgs(right, time);
      expect(await validity(rights, right, time)).to.deep.equal(["revoked", right]);
    }
  });

  it("is taken in the last second of the period and not in the first after it", async () => {
    const scene = await fixture();
    const { rights, seller, processor, buyer, holding, scope } = scene;
    const until = (await now()) + HOUR;
    const first = await offered(scene, seller, offerOf(holding, processor, scope({ depth: 0, until })));
    const second = await offered(scene, seller, offerOf(holding, buyer, scope({ depth: 0, until })));
    await at(until - 1);
    await expect(rights.connect(processor.key).accept(first, DOCUMENT)).to.emit(rights, "RightAccepted");
    await at(until);
    await expect(rights.connect(buyer.key).accept(second, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(second, Validity.expired, second);
  });

  it("may come before the period begins", async () => {
    const scene = await fixture();
    const { rights, seller, processor, holding, scope } = scene;
    const from = (await now()) + DAY;
    const right = await offered(scene, seller, offerOf(holding, processor, scope({ depth: 0, from })));
    await rights.connect(processor.key).accept(right, DOCUMENT);
    expect(await validity(rights, right, from - 1)).to.deep.equal(["notYet", right]);
    await mineAt(from);
    expect(await rights.isValid(right)).to.equal(true);
  });

  it("is refused when the base is not valid any more, but not for the granter's standing", async () => {
    const scene = await pending();
    const { rights, seller, processor, right, holding } = scene;
    const snapshot = await networkHelpers.takeSnapshot();
    await suspend(scene, seller);
    await expect(rights.connect(processor.key).accept(right, DOCUMENT)).to.emit(rights, "RightAccepted");
    await snapshot.restore();
    await rights.connect(seller.key).revoke(holding, REASON);
    await expect(rights.connect(processor.key).accept(right, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(holding, Validity.revoked, holding);
  });

  it("waits while the resource is held or frozen", async () => {
    const scene = await pending();
    const { rights, seller, processor, right, resource } = scene;
    const mine = rights.connect(processor.key);
    const release = await hold(scene, SubjectKind.resource, resource, seller);
    await expect(mine.accept(right, DOCUMENT)).to.be.revertedWithCustomError(rights, "RightsHeld").withArgs(resource);
    await release();
    const end = await freeze(scene, SubjectKind.resource, resource);
    await expect(mine.accept(right, DOCUMENT)).to.be.revertedWithCustomError(rights, "RightsFrozen").withArgs(resource);
    await mineAt(end);
    await expect(mine.accept(right, DOCUMENT)).to.emit(rights, "RightAccepted");
  });

  it("asks again for the statements that the grade asks for, unless the product is sold on", async () => {
    const scene = await fixture();
    const { rights, attestations, notary, seller, processor, buyer, scope } = scene;
    const grade = Grade.important;
    const important = await registered(scene, seller, registration("important", { grade }), scope());
    const product = await made(scene, seller, registration("product", { grade }), scope(), [important.right]);
    await attest(scene, SubjectKind.resource, important.subject);
    const right = await offered(scene, seller, offerOf(important.right, processor, scope({ depth: 0 })));
    const kind = RightKind.operating;
    const resale = await offered(scene, seller, offerOf(product.right, buyer, scope({ depth: 0 }), { kind }));
    const statement = await attestations.latestOf(notary.id, 1, SubjectKind.resource, important.subject);
    await attestations.connect(notary.key).revoke(statement, REASON);
    await expect(rights.connect(processor.key).accept(right, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsRequirementsUnmet")
      .withArgs(important.subject, 1 << 1);
    expect((await rights.rightOf(right)).acceptedAt).to.equal(0n);
    await expect(rights.connect(buyer.key).accept(resale, DOCUMENT)).to.emit(rights, "RightAccepted");
  });

  it("is refused once the consent is withdrawn, and no licence is noted", async () => {
    const scene = await fixture();
    const { rights, registry, seller, processor, scope } = scene;
    const what = registration("personal", { source: Source.personal });
    const personal = await registered(scene, seller, what, scope());
    const given = await consent(scene, personal.subject, processor);
    const narrow = scope({ depth: 0, purposes: 0b0011, until: (await now()) + 50 * DAY });
    const right = await offered(scene, seller, offerOf(personal.right, processor, narrow, { consent: given }));
    await withdraw(scene, given);
    const history = await registry.headOf(personal.subject);
    await expect(rights.connect(processor.key).accept(right, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsConsent")
      .withArgs(given, processor.id);
    expect(await registry.headOf(personal.subject)).to.deep.equal(history);
  });

  it("is what everything else waits for: nothing derives from an offer, nobody uses or transfers it", async () => {
    const { rights, processor, buyer, right, scope } = await pending();
    const mine = rights.connect(processor.key);
    const attempts = [
      () => mine.grant(offerOf(right, buyer, scope({ depth: 0 }))),
      () => mine.registerProduct(registration("early"), scope(), [right]),
      () => mine.recordUse(right, 1, REASON),
    ];
    for (const attempt of attempts) {
      await expect(attempt())
        .to.be.revertedWithCustomError(rights, "RightsNotValid")
        .withArgs(right, Validity.notAccepted, right);
    }
  });
});

describe("Rights: acceptance beforehand", () => {
  it("grants and accepts in one call, whoever's key of the granter brings it", async () => {
    const scene = await fixture();
    const { rights, registry, seller, processor, holding, scope } = scene;
    const offer = offerOf(holding, processor, scope({ uses: 5, depth: 2 }));
    const acceptance = await accepts(scene, processor, seller, offer);
    const right = await rights.rightIdOf(seller.id, offer);
    const granting = rights.connect(seller.key).grantAccepted(offer, acceptance);
    await expect(granting).to.emit(rights, "RightGranted");
    await expect(granting).to.emit(rights, "RightAccepted").withArgs(right, processor.id);
    await expect(granting).to.emit(rights, "NonceUsed").withArgs(processor.id, 7);
    await expect(granting).to.emit(registry, "HistoryAdded");
    expect(await rights.isValid(right)).to.equal(true);
    expect(await rights.isNonceUsed(processor.id, 7)).to.equal(true);
    expect(await rights.isNonceUsed(processor.id, 8)).to.equal(false);
  });

  it("binds every term: a right with any other is not what was accepted", async () => {
    const scene = await fixture();
    const { rights, seller, processor, holding, scope } = scene;
    const offer = offerOf(holding, processor, scope({ depth: 2 }));
    const acceptance = await accepts(scene, processor, seller, offer);
    const bent = [
      { ...offer, scope: scope({ depth: 1 }) },
      { ...offer, scope: scope({ depth: 2, purposes: 1 }) },
      { ...offer, scope: scope({ depth: 2, territories: 1 }) },
      { ...offer, scope: scope({ depth: 2, uses: 1 }) },
      { ...offer, scope: scope({ depth: 2, from: 1 }) },
      { ...offer, scope: scope({ depth: 2, until: scene.end - 1 }) },
      { ...offer, kind: RightKind.holding },
      { ...offer, document: REASON },
    ];
    for (const wrong of bent) {
      await expect(rights.connect(seller.key).grantAccepted(wrong, acceptance))
        .to.be.revertedWithCustomError(rights, "RightsSignature")
        .withArgs(processor.address);
    }
    const right = await rights.rightIdOf(seller.id, offer);
    expect(await rights.validityAt(right, await now())).to.deep.equal([BigInt(Validity.unknown), right]);
    expect(await rights.isNonceUsed(processor.id, 7)).to.equal(false);
    await expect(rights.connect(seller.key).grantAccepted(offer, acceptance)).to.emit(rights, "RightAccepted");
  });

  it("is good for the granter that it names alone", async () => {
    const scene = await fixture();
    const { rights, seller, processor, buyer, holding, scope } = scene;
    const offer = offerOf(holding, processor, scope({ depth: 2 }));
    const acceptance = await accepts(scene, processor, buyer, offer);
    await expect(rights.connect(seller.key).grantAccepted(offer, acceptance))
      .to.be.revertedWithCustomError(rights, "RightsSignature")
      .withArgs(processor.address);
    const other = await accepts(scene, buyer, seller, offer);
    await expect(rights.connect(seller.key).grantAccepted(offer, other))
      .to.be.revertedWithCustomError(rights, "RightsWrongSigner")
      .withArgs(processor.id, buyer.id);
  });

  it("may carry an empty consent where none is needed", async () => {
    const { rights, right } = await pending();
    expect((await rights.rightOf(right)).consent).to.equal(ZeroHash);
    expect(digestOf("authorization")).to.equal(DOCUMENT);
  });
});
