import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  DAY,
  Grade,
  Listing,
  REASON,
  Restriction,
  RightKind,
  Source,
  SubjectKind,
  Validity,
  approvals,
  at,
  attest,
  consent,
  digestOf,
  fixture,
  freeze,
  granted,
  hold,
  made,
  mineAt,
  networkHelpers,
  now,
  offerOf,
  productFixture,
  registered,
  registration,
  sanction,
  suspend,
  transferOf,
  transferred,
  validity,
  withdraw,
} from "./scene.ts";

const listing = (code: number): bigint => BigInt(code);

describe("Rights: sanctions", () => {
  it("on listing stop registration and listing, and nothing else", async () => {
    const scene = await fixture();
    const { rights, seller, processor, resource, holding, scope } = scene;
    const offer = offerOf(holding, processor, scope({ depth: 0 }));
    await sanction(scene, seller, Restriction.listing);
    const mine = rights.connect(seller.key);
    for (const attempt of [
      () => mine.registerResource(registration("new"), scope()),
      () => mine.registerProduct(registration("new"), scope(), [holding]),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(rights, "RightsSanctioned")
        .withArgs(seller.id, Restriction.listing);
    }
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(listing(Listing.sanctioned));
    expect(await rights.isValid(holding)).to.equal(true);
    await expect(mine.grant(offer)).to.emit(rights, "RightGranted");
  });

  it("on granting stop grants and transfers by the member, not to it, and no revocation", async () => {
    const scene = await fixture();
    const { rights, seller, processor, buyer, resource, holding, scope } = scene;
    const right = await granted(scene, seller, processor, offerOf(holding, processor, scope({ depth: 0 })));
    const other = await registered(scene, buyer, registration("other"), scope());
    await sanction(scene, seller, Restriction.granting);
    const mine = rights.connect(seller.key);
    await expect(mine.grant(offerOf(holding, buyer, scope({ depth: 0 }))))
      .to.be.revertedWithCustomError(rights, "RightsSanctioned")
      .withArgs(seller.id, Restriction.granting);
    const transfer = transferOf(holding, seller, buyer);
    await expect(rights.transfer(transfer, await approvals(scene, [seller, buyer], transfer)))
      .to.be.revertedWithCustomError(rights, "RightsSanctioned")
      .withArgs(seller.id, Restriction.granting);
    await expect(transferred(scene, other.right, buyer, seller)).to.emit(rights, "RightTransferred");
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(listing(Listing.allowed));
    await expect(mine.revoke(right, REASON)).to.emit(rights, "RightRevoked");
  });
});

describe("Rights: holds", () => {
  it("on a resource stop grants, products, transfers and listing; rights that stand are valid on", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, buyer, resource, holding, processing, operating, scope } = scene;
    const release = await hold(scene, SubjectKind.resource, resource, seller);
    const mine = rights.connect(seller.key);
    const grant = offerOf(holding, buyer, scope({ depth: 0 }));
    const transfer = transferOf(holding, seller, buyer);
    const both = await approvals(scene, [seller, buyer], transfer);
    const attempts = [
      () => mine.grant(grant),
      () => rights.transfer(transfer, both),
      () => rights.connect(processor.key).registerProduct(registration("second"), scope(), [processing]),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).to.be.revertedWithCustomError(rights, "RightsHeld").withArgs(resource);
    }
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(listing(Listing.held));
    expect([await rights.isValid(holding), await rights.isValid(operating)]).to.deep.equal([true, true]);
    await release();
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(listing(Listing.allowed));
    await expect(mine.grant(grant)).to.emit(rights, "RightGranted");
  });

  it("on a right make it and all below not valid for now, and leave no trace in the past", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, buyer, holding, processing, product, operating, scope } = scene;
    const release = await hold(scene, SubjectKind.right, processing, processor);
    const time = await now();
    expect(await validity(rights, processing, time)).to.deep.equal(["held", processing]);
    expect(await validity(rights, operating, time)).to.deep.equal(["held", processing]);
    expect(await validity(rights, operating, time + DAY)).to.deep.equal(["held", processing]);
    expect(await validity(rights, operating, time - 1)).to.deep.equal(["valid", ZeroHash]);
    expect(await rights.isValid(holding)).to.equal(true);
    expect(await rights.listingOf(product, operating, processor.id, false)).to.equal(listing(Listing.rightNotValid));
    await expect(rights.connect(processor.key).grant(offerOf(processing, buyer, scope({ depth: 0 }))))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(processing, Validity.held, processing);
    await expect(rights.connect(seller.key).revoke(processing, REASON)).to.emit(rights, "RightRevoked");
    await release();
    expect(await validity(rights, processing, time)).to.deep.equal(["valid", ZeroHash]);
  });
});

describe("Rights: freezes", () => {
  it("on a resource stop grants, products, transfers and listing until they end", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, resource, holding, scope } = scene;
    const until = await freeze(scene, SubjectKind.resource, resource);
    const mine = rights.connect(seller.key);
    const transfer = transferOf(holding, seller, buyer);
    const attempts = [
      () => mine.grant(offerOf(holding, buyer, scope({ depth: 0 }))),
      () => mine.registerProduct(registration("product"), scope(), [holding]),
      async () => rights.transfer(transfer, await approvals(scene, [seller, buyer], transfer)),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).to.be.revertedWithCustomError(rights, "RightsFrozen").withArgs(resource);
    }
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(listing(Listing.frozen));
    expect(await rights.isValid(holding)).to.equal(true);
    await mineAt(until - 1);
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(listing(Listing.frozen));
    await mineAt(until);
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(listing(Listing.allowed));
  });

  it("on a right are exact to the second, for it and all below, for ever", async () => {
    const scene = await productFixture();
    const { rights, holding, operating } = scene;
    const until = await freeze(scene, SubjectKind.right, holding);
    const from = await now();
    await mineAt(until + DAY);
    for (const right of [holding, operating]) {
      expect(await validity(rights, right, from - 1)).to.deep.equal(["valid", ZeroHash]);
      expect(await validity(rights, right, from)).to.deep.equal(["frozen", holding]);
      expect(await validity(rights, right, until - 1)).to.deep.equal(["frozen", holding]);
      expect(await validity(rights, right, until)).to.deep.equal(["valid", ZeroHash]);
      expect(await rights.isValid(right)).to.equal(true);
    }
  });

  it("of the holder make the right rest, and what derives from it goes on", async () => {
    const scene = await productFixture();
    const { rights, council, seller, holding, operating } = scene;
    // The council of these tests is a key: asked whether the seller has a seat, it says no.
    await networkHelpers.setCode(await council.getAddress(), "0x5f5f5260205ff3");
    const until = await freeze(scene, 5, seller.id.padEnd(66, "0"));
    const from = await now();
    expect(await validity(rights, holding, from)).to.deep.equal(["holderNotActive", holding]);
    expect(await rights.isValid(operating)).to.equal(true);
    await mineAt(until);
    expect(await rights.isValid(holding)).to.equal(true);
    expect(await validity(rights, holding, until - 1)).to.deep.equal(["holderNotActive", holding]);
  });
});

describe("Rights: statements that the grade asks for", () => {
  it("are asked before important data goes to another to hold or process, not before it is sold on", async () => {
    const scene = await fixture();
    const { rights, seller, processor, buyer, scope } = scene;
    const grade = Grade.important;
    const important = await registered(scene, seller, registration("important", { grade }), scope());
    const mine = rights.connect(seller.key);
    const COMPLIANCE = 1 << 1;
    for (const kind of [RightKind.holding, RightKind.processing]) {
      await expect(mine.grant(offerOf(important.right, processor, scope({ depth: 0 }), { kind })))
        .to.be.revertedWithCustomError(rights, "RightsRequirementsUnmet")
        .withArgs(important.subject, COMPLIANCE);
    }
    const transfer = transferOf(important.right, seller, buyer);
    await expect(rights.transfer(transfer, await approvals(scene, [seller, buyer], transfer)))
      .to.be.revertedWithCustomError(rights, "RightsRequirementsUnmet")
      .withArgs(important.subject, COMPLIANCE);
    const product = await made(scene, seller, registration("product", { grade }), scope(), [important.right]);
    const kind = RightKind.operating;
    await expect(mine.grant(offerOf(product.right, buyer, scope({ depth: 0 }), { kind }))).to.emit(
      rights,
      "RightGranted",
    );
    await attest(scene, SubjectKind.product, important.subject);
    await expect(mine.grant(offerOf(important.right, processor, scope({ depth: 0 })))).to.be.revertedWithCustomError(
      rights,
      "RightsRequirementsUnmet",
    );
    await attest(scene, SubjectKind.resource, important.subject);
    await expect(mine.grant(offerOf(important.right, processor, scope({ depth: 0 })))).to.emit(rights, "RightGranted");
    await expect(rights.transfer(transfer, await approvals(scene, [seller, buyer], transfer))).to.emit(
      rights,
      "RightTransferred",
    );
  });

  it("are asked before a listing, more of them where the data leaves the country", async () => {
    const scene = await fixture();
    const { rights, seller, resource, holding, scope } = scene;
    expect(await rights.listingOf(resource, holding, seller.id, true)).to.equal(listing(Listing.requirementsUnmet));
    const grade = Grade.important;
    const important = await registered(scene, seller, registration("important", { grade }), scope());
    const product = await made(scene, seller, registration("product", { grade }), scope(), [important.right]);
    for (const [kind, { subject, right }] of [
      [SubjectKind.resource, important],
      [SubjectKind.product, product],
    ] as const) {
      expect(await rights.listingOf(subject, right, seller.id, false)).to.equal(listing(Listing.requirementsUnmet));
      await attest(scene, kind, subject);
      expect(await rights.listingOf(subject, right, seller.id, false)).to.equal(listing(Listing.allowed));
      expect(await rights.listingOf(subject, right, seller.id, true)).to.equal(listing(Listing.requirementsUnmet));
    }
  });
});

describe("Rights: registrations that are not in force", () => {
  it("make the founding right and all below not valid, to the second", async () => {
    const scene = await fixture();
    const { rights, registry, seller, processor, scope } = scene;
    const open = await registered(scene, seller, registration("public", { source: Source.public }), scope());
    const born = await now();
    expect(await validity(rights, open.right, born)).to.deep.equal(["subjectNotInForce", open.right]);
    expect(await rights.listingOf(open.subject, open.right, seller.id, false)).to.equal(listing(Listing.notInForce));
    const mine = rights.connect(seller.key);
    await expect(mine.grant(offerOf(open.right, processor, scope({ depth: 0 }))))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(open.right, Validity.subjectNotInForce, open.right);
    await at(born + DAY);
    await registry.complete(open.subject);
    const processing = await granted(scene, seller, processor, offerOf(open.right, processor, scope({ depth: 0 })));
    const product = await made(scene, processor, registration("product"), scope(), [processing]);
    await networkHelpers.time.increase(DAY);
    await registry.connect(seller.key).cancel(open.subject, digestOf("cancellation"));
    const cancelled = await now();
    await networkHelpers.mine();
    expect(await validity(rights, open.right, born + DAY - 1)).to.deep.equal(["subjectNotInForce", open.right]);
    expect(await validity(rights, open.right, born + DAY)).to.deep.equal(["valid", ZeroHash]);
    for (const right of [open.right, processing, product.right]) {
      expect(await validity(rights, right, cancelled - 1)).to.deep.equal(["valid", ZeroHash]);
      expect(await validity(rights, right, cancelled)).to.deep.equal(["subjectNotInForce", open.right]);
    }
    expect(await rights.listingOf(product.subject, product.right, processor.id, false)).to.equal(
      listing(Listing.rightNotValid),
    );
  });

  it("take their own product down alone", async () => {
    const { rights, registry, processor, product, operating, processing } = await productFixture();
    await registry.connect(processor.key).cancel(product, digestOf("cancellation"));
    expect((await validity(rights, operating, await now()))[0]).to.equal("subjectNotInForce");
    expect(await rights.isValid(processing)).to.equal(true);
  });
});

/** The seller holds personal data. */
async function personal() {
  const scene = await fixture();
  const what = registration("personal", { source: Source.personal });
  const { subject, right } = await registered(scene, scene.seller, what, scene.scope());
  return { ...scene, subject, base: right };
}

describe("Rights: consents", () => {
  it("are needed to let another hold or process personal data", async () => {
    const scene = await personal();
    const { rights, seller, processor, base, scope } = scene;
    for (const kind of [RightKind.holding, RightKind.processing]) {
      await expect(rights.connect(seller.key).grant(offerOf(base, processor, scope({ depth: 0 }), { kind })))
        .to.be.revertedWithCustomError(rights, "RightsConsent")
        .withArgs(ZeroHash, processor.id);
    }
  });

  it("cover the member, the purposes and the period, or nothing is granted", async () => {
    const scene = await personal();
    const { rights, seller, processor, buyer, subject, base, resource, holding, scope } = scene;
    const id = await consent(scene, subject, processor);
    const until = (await now()) + 50 * DAY;
    const within = scope({ depth: 1, purposes: 0b0011, until });
    const mine = rights.connect(seller.key);
    const bent = [
      offerOf(base, buyer, within, { consent: id }),
      offerOf(base, processor, scope({ depth: 1, purposes: 0b0111, until }), { consent: id }),
      offerOf(base, processor, scope({ depth: 1, purposes: 0b0011 }), { consent: id }),
      offerOf(base, processor, within, { consent: REASON }),
      offerOf(holding, processor, within, { consent: id }),
    ];
    for (const offer of bent) {
      await expect(mine.grant(offer))
        .to.be.revertedWithCustomError(rights, "RightsConsent")
        .withArgs(offer.consent, offer.holder);
    }
    expect(resource).not.to.equal(subject);
    const right = await granted(scene, seller, processor, offerOf(base, processor, within, { consent: id }));
    expect((await rights.rightOf(right)).consent).to.equal(id);
    expect(await rights.isValid(right)).to.equal(true);
  });

  it("end the right and all below when they are withdrawn, and leave the past as it was", async () => {
    const scene = await personal();
    const { rights, seller, processor, subject, base, scope } = scene;
    const id = await consent(scene, subject, processor);
    const narrow = scope({ depth: 1, purposes: 0b0011, until: (await now()) + 50 * DAY });
    const right = await granted(scene, seller, processor, offerOf(base, processor, narrow, { consent: id }));
    const product = await made(scene, processor, registration("product", { source: Source.personal }), narrow, [right]);
    await networkHelpers.time.increase(DAY);
    await withdraw(scene, id);
    const time = await now();
    await networkHelpers.mine();
    expect(await rights.isValid(base)).to.equal(true);
    for (const each of [right, product.right]) {
      expect(await validity(rights, each, time - 1)).to.deep.equal(["valid", ZeroHash]);
      expect(await validity(rights, each, time)).to.deep.equal(["consentNotValid", right]);
    }
    await expect(rights.connect(processor.key).registerProduct(registration("late"), narrow, [right]))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(right, Validity.consentNotValid, right);
  });

  it("bind a transfer: the right goes to no member that they do not cover", async () => {
    const scene = await personal();
    const { rights, seller, processor, buyer, subject, base, scope } = scene;
    const id = await consent(scene, subject, processor);
    const narrow = scope({ depth: 1, purposes: 0b0011, until: (await now()) + 50 * DAY });
    const right = await granted(scene, seller, processor, offerOf(base, processor, narrow, { consent: id }));
    const transfer = transferOf(right, processor, buyer);
    await expect(rights.transfer(transfer, await approvals(scene, [processor, buyer, seller], transfer)))
      .to.be.revertedWithCustomError(rights, "RightsConsent")
      .withArgs(id, buyer.id);
    await expect(transferred(scene, base, seller, buyer)).to.emit(rights, "RightTransferred");
    expect(await rights.isValid(right)).to.equal(true);
  });

  it("are not asked for where a product of personal data is sold on", async () => {
    const scene = await personal();
    const { rights, seller, buyer, base, scope } = scene;
    const product = await made(scene, seller, registration("made", { source: Source.personal }), scope(), [base]);
    const kind = RightKind.operating;
    const mine = rights.connect(seller.key);
    await expect(mine.grant(offerOf(product.right, buyer, scope({ depth: 0 }), { kind }))).to.emit(
      rights,
      "RightGranted",
    );
    await expect(mine.grant(offerOf(product.right, buyer, scope({ depth: 0 })))).to.be.revertedWithCustomError(
      rights,
      "RightsConsent",
    );
  });
});

describe("Rights: which cause is named first", () => {
  it("is the holder's standing, then what the right itself says, then what others say of it", async () => {
    const scene = await productFixture();
    const { rights, processor, processing } = scene;
    await freeze(scene, SubjectKind.right, processing);
    await hold(scene, SubjectKind.right, processing, processor);
    expect((await validity(rights, processing, await now()))[0]).to.equal("frozen");
    const snapshot = await networkHelpers.takeSnapshot();
    await rights.connect(processor.key).revoke(processing, REASON);
    expect((await validity(rights, processing, await now()))[0]).to.equal("revoked");
    await snapshot.restore();
    await suspend(scene, processor);
    expect((await validity(rights, processing, await now()))[0]).to.equal("holderNotActive");
  });
});
