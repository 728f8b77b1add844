import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  DAY,
  Entry,
  HOUR,
  NOBODY,
  REASON,
  RightKind,
  Validity,
  approvals,
  at,
  digestOf,
  ethers,
  fixture,
  granted,
  made,
  networkHelpers,
  now,
  offerOf,
  offered,
  productFixture,
  registered,
  registration,
  suspend,
  transferOf,
  transferred,
  validity,
} from "./scene.ts";

const TRANSFER = digestOf("transfer");

describe("Rights: transfer of a founding right", () => {
  it("moves the right and the ownership, and is noted in the history", async () => {
    const scene = await fixture();
    const { rights, registry, seller, buyer, holding, resource } = scene;
    const moving = transferred(scene, holding, seller, buyer);
    await expect(moving).to.emit(rights, "RightTransferred").withArgs(holding, seller.id, buyer.id, TRANSFER);
    await expect(moving).to.emit(rights, "NonceUsed").withArgs(seller.id, 7);
    await expect(moving).to.emit(rights, "NonceUsed").withArgs(buyer.id, 7);
    await expect(moving).to.emit(registry, "HistoryAdded");
    const [added] = await registry.queryFilter(registry.filters.HistoryAdded(resource, Entry.transfer));
    expect([added!.args.party, added!.args.document]).to.deep.equal([buyer.id, TRANSFER]);
    expect((await rights.rightOf(holding)).holder).to.equal(buyer.id);
    expect((await rights.rightOf(holding)).granter).to.equal(seller.id);
    expect((await registry.briefOf(resource)).owner).to.equal(buyer.id);
    expect(await rights.granterOf(holding)).to.equal(buyer.id);
    expect(await rights.listingOf(resource, holding, buyer.id, false)).to.equal(0n);
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(5n);
  });

  it("leaves what was granted before in force, and gives the granter's place to the new holder", async () => {
    const scene = await productFixture();
    const { rights, seller, buyer, holding, processing, operating } = scene;
    await transferred(scene, holding, seller, buyer);
    expect(await rights.isValid(operating)).to.equal(true);
    expect(await rights.granterOf(processing)).to.equal(buyer.id);
    await expect(rights.connect(seller.key).revoke(processing, REASON))
      .to.be.revertedWithCustomError(rights, "RightsNotParty")
      .withArgs(processing, seller.id);
    await expect(rights.connect(seller.key).revoke(holding, REASON))
      .to.be.revertedWithCustomError(rights, "RightsNotParty")
      .withArgs(holding, seller.id);
    await rights.connect(buyer.key).revoke(processing, REASON);
    expect(await validity(rights, operating, await now())).to.deep.equal(["revoked", processing]);
  });

  it("lets the new owner of a product process it, list it and grant it on, and the old one no more", async () => {
    const scene = await productFixture();
    const { rights, processor, buyer, notary, product, operating, scope } = scene;
    await transferred(scene, operating, processor, buyer);
    const kind = RightKind.operating;
    await expect(rights.connect(processor.key).grant(offerOf(operating, notary, scope({ depth: 0 }), { kind })))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(operating, buyer.id, processor.id);
    const derived = await made(scene, buyer, registration("derived"), scope(), [operating]);
    expect(await rights.isValid(derived.right)).to.equal(true);
    expect(await rights.listingOf(product, operating, buyer.id, false)).to.equal(0n);
  });
});

describe("Rights: transfer of a granted right", () => {
  it("needs the signature of the granter too, and is not noted as the owner's", async () => {
    const scene = await productFixture();
    const { rights, registry, seller, processor, buyer, outsider, processing, resource } = scene;
    const transfer = transferOf(processing, processor, buyer);
    const two = await approvals(scene, [processor, buyer], transfer);
    await expect(rights.connect(outsider).transfer(transfer, two))
      .to.be.revertedWithCustomError(rights, "RightsApprovalCount")
      .withArgs(3, 2);
    const { historyCount } = await registry.recordOf(resource);
    await expect(transferred(scene, processing, processor, buyer, [seller]))
      .to.emit(rights, "RightTransferred")
      .withArgs(processing, processor.id, buyer.id, TRANSFER);
    expect((await registry.briefOf(resource)).owner).to.equal(seller.id);
    expect((await registry.recordOf(resource)).historyCount).to.equal(historyCount);
  });

  it("asks the member that holds the base now, not the one that granted it then", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, buyer, notary, outsider, holding, processing } = scene;
    await transferred(scene, holding, seller, notary);
    const transfer = transferOf(processing, processor, buyer);
    const old = await approvals(scene, [processor, buyer, seller], transfer, { nonce: 8 });
    await expect(rights.connect(outsider).transfer(transfer, old))
      .to.be.revertedWithCustomError(rights, "RightsWrongSigner")
      .withArgs(notary.id, seller.id);
    const fresh = await approvals(scene, [processor, buyer, notary], transfer, { nonce: 8 });
    await expect(rights.connect(outsider).transfer(transfer, fresh)).to.emit(rights, "RightTransferred");
  });

  it("takes one signature where the granter is one of the two: given back to it, or out of its own hands", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, buyer, processing } = scene;
    await transferred(scene, processing, processor, seller);
    expect((await rights.rightOf(processing)).holder).to.equal(seller.id);
    await transferred(scene, processing, seller, buyer, [], { nonce: 8 });
    expect((await rights.rightOf(processing)).holder).to.equal(buyer.id);
  });

  it("leaves the product that was made from it to its maker, and valid", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, buyer, processing, operating } = scene;
    await transferred(scene, processing, processor, buyer, [seller]);
    expect(await rights.isValid(operating)).to.equal(true);
    await rights.connect(buyer.key).revoke(processing, REASON);
    expect(await rights.isValid(operating)).to.equal(false);
  });
});

describe("Rights: who held a right when", () => {
  it("is exact to the second after several transfers", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, notary, holding } = scene;
    const born = Number((await rights.rightOf(holding)).grantedAt);
    const start = await now();
    const moves = [
      { from: seller, to: buyer, time: start + DAY },
      { from: buyer, to: notary, time: start + 2 * DAY },
      { from: notary, to: seller, time: start + 3 * DAY },
    ];
    for (const [i, { from, to, time }] of moves.entries()) {
      const transfer = transferOf(holding, from, to);
      const signatures = await approvals(scene, [from, to], transfer, { nonce: i, deadline: time });
      await at(time);
      await rights.transfer(transfer, signatures);
    }
    const expected: readonly [number, string][] = [
      [born - 1, NOBODY],
      [born, seller.id],
      [start + DAY - 1, seller.id],
      [start + DAY, buyer.id],
      [start + 2 * DAY - 1, buyer.id],
      [start + 2 * DAY, notary.id],
      [start + 3 * DAY - 1, notary.id],
      [start + 3 * DAY, seller.id],
      [start + 30 * DAY, seller.id],
      [2 ** 48, seller.id],
    ];
    for (const [time, holder] of expected) expect(await rights.holderAt(holding, time)).to.equal(holder);
  });

  it("decides whose standing counted: the past is that of the member that held it then", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, holding } = scene;
    await transferred(scene, holding, seller, buyer);
    const moved = await now();
    await networkHelpers.time.increase(DAY);
    await suspend(scene, seller);
    const later = await now();
    expect(await rights.isValidAt(holding, later)).to.equal(true);
    expect(await rights.isValidAt(holding, moved - 1)).to.equal(true);
    await networkHelpers.time.increase(DAY);
    await suspend(scene, buyer);
    expect(await validity(rights, holding, await now())).to.deep.equal(["holderNotActive", holding]);
    expect(await rights.isValidAt(holding, later)).to.equal(true);
  });

  it("counts the last holder for the whole second of two transfers in one block", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, notary, outsider, holding } = scene;
    const first = transferOf(holding, seller, buyer);
    const second = transferOf(holding, buyer, notary);
    const one = await approvals(scene, [seller, buyer], first, { nonce: 1 });
    const two = await approvals(scene, [buyer, notary], second, { nonce: 2 });
    const time = (await now()) + HOUR / 2;
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      const relay = rights.connect(outsider);
      await relay.transfer(first, one, { gasLimit: 1_000_000 });
      await relay.transfer(second, two, { gasLimit: 1_000_000 });
      await at(time);
      await networkHelpers.mine();
    } finally {
      await ethers.provider.send("evm_setAutomine", [true]);
    }
    await networkHelpers.mine();
    expect(await rights.holderAt(holding, time)).to.equal(notary.id);
    expect(await rights.holderAt(holding, time - 1)).to.equal(seller.id);
  });
});

describe("Rights: what stands open at a transfer", () => {
  it("is void while another holds the base: nobody accepts what the new holder did not offer", async () => {
    const scene = await fixture();
    const { rights, registry, seller, processor, buyer, resource, holding, scope } = scene;
    const right = await offered(scene, seller, offerOf(holding, processor, scope({ depth: 0 })));
    await transferred(scene, holding, seller, buyer);
    const history = await registry.headOf(resource);
    await expect(rights.connect(processor.key).accept(right, digestOf("authorization")))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(holding, buyer.id, seller.id);
    expect((await rights.rightOf(right)).acceptedAt).to.equal(0n);
    expect(await registry.headOf(resource)).to.deep.equal(history);
    await expect(rights.connect(buyer.key).revoke(right, REASON)).to.emit(rights, "RightRevoked");
  });

  it("counts again once the base is back", async () => {
    const scene = await fixture();
    const { rights, seller, processor, buyer, holding, scope } = scene;
    const right = await offered(scene, seller, offerOf(holding, processor, scope({ depth: 0 })));
    await transferred(scene, holding, seller, buyer);
    await transferred(scene, holding, buyer, seller, [], { nonce: 8 });
    await rights.connect(processor.key).accept(right, digestOf("authorization"));
    expect(await rights.isValid(right)).to.equal(true);
  });

  it("may change between signature and transfer: what is handed over is the right as it stands then", async () => {
    const scene = await fixture();
    const { rights, registry, seller, processor, buyer, resource, holding, scope } = scene;
    const transfer = transferOf(holding, seller, buyer);
    const signatures = await approvals(scene, [seller, buyer], transfer);
    const below = await granted(scene, seller, processor, offerOf(holding, processor, scope({ depth: 0 })));
    const { digest, metadata, contents } = registration("another");
    await registry.connect(seller.key).alter(resource, { digest, metadata, contents }, REASON);
    await rights.transfer(transfer, signatures);
    expect((await registry.recordOf(resource)).versions).to.equal(2n);
    expect(await rights.isValid(below)).to.equal(true);
  });
});

describe("Rights: transfers that are refused", () => {
  it("of an unknown right, from another than the holder, to itself, to nobody active, without document", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, notary, holding } = scene;
    const attempt = (transfer: ReturnType<typeof transferOf>) => rights.transfer(transfer, []);
    await expect(attempt(transferOf(TRANSFER, seller, buyer)))
      .to.be.revertedWithCustomError(rights, "RightsUnknownRight")
      .withArgs(TRANSFER);
    await expect(attempt(transferOf(holding, notary, buyer)))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(holding, seller.id, notary.id);
    await expect(attempt(transferOf(holding, seller, seller)))
      .to.be.revertedWithCustomError(rights, "RightsSelfTransfer")
      .withArgs(seller.id);
    await expect(attempt({ ...transferOf(holding, seller, buyer), to: NOBODY }))
      .to.be.revertedWithCustomError(rights, "RightsHolderNotActive")
      .withArgs(NOBODY);
    await expect(attempt(transferOf(holding, seller, buyer, ZeroHash))).to.be.revertedWithCustomError(
      rights,
      "RightsZeroDigest",
    );
    await suspend(scene, buyer);
    await expect(attempt(transferOf(holding, seller, buyer)))
      .to.be.revertedWithCustomError(rights, "RightsHolderNotActive")
      .withArgs(buyer.id);
  });

  it("of a right that is revoked, over, not begun, or not accepted", async () => {
    const scene = await fixture();
    const { rights, seller, processor, buyer, holding, scope } = scene;
    const time = await now();
    const offer = await offered(scene, seller, offerOf(holding, processor, scope({ depth: 0 })));
    const later = await registered(scene, seller, registration("later"), scope({ from: time + DAY }));
    const short = await registered(scene, seller, registration("short"), scope({ until: time + HOUR }));
    await networkHelpers.time.increase(2 * HOUR);
    const refusals = [
      [offer, processor, Validity.notAccepted],
      [later.right, seller, Validity.notYet],
      [short.right, seller, Validity.expired],
    ] as const;
    for (const [right, from, code] of refusals) {
      await expect(rights.transfer(transferOf(right, from, buyer), []))
        .to.be.revertedWithCustomError(rights, "RightsNotValid")
        .withArgs(right, code, right);
    }
    await rights.connect(seller.key).revoke(holding, REASON);
    await expect(rights.transfer(transferOf(holding, seller, buyer), []))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(holding, Validity.revoked, holding);
  });

  it("of more signatures than it binds", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, notary, holding } = scene;
    const transfer = transferOf(holding, seller, buyer);
    await expect(rights.transfer(transfer, await approvals(scene, [seller, buyer, notary], transfer)))
      .to.be.revertedWithCustomError(rights, "RightsApprovalCount")
      .withArgs(2, 3);
  });

  it("that come again, even when the right is back with the first holder", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, holding } = scene;
    const transfer = transferOf(holding, seller, buyer);
    const signatures = await approvals(scene, [seller, buyer], transfer);
    await rights.transfer(transfer, signatures);
    await expect(rights.transfer(transfer, signatures))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(holding, buyer.id, seller.id);
    await transferred(scene, holding, buyer, seller, [], { nonce: 8 });
    await expect(rights.transfer(transfer, signatures))
      .to.be.revertedWithCustomError(rights, "RightsNonceUsed")
      .withArgs(seller.id, 7);
    expect((await rights.rightOf(holding)).holder).to.equal(seller.id);
  });

  it("while the resource is being altered", async () => {
    const scene = await fixture();
    const { rights, registry, buyer, processor, scope } = scene;
    const open = await registered(scene, buyer, registration("public", { source: 1 }), scope());
    expect(await validity(rights, open.right, await now())).to.deep.equal(["subjectNotInForce", open.right]);
    await networkHelpers.time.increase(DAY);
    await registry.complete(open.subject);
    const draft = {
      digest: digestOf("new"),
      metadata: digestOf("new metadata"),
      contents: registration("new").contents,
    };
    await registry.connect(buyer.key).alter(open.subject, draft, digestOf("alteration"));
    const transfer = transferOf(open.right, buyer, processor);
    await expect(
      rights.transfer(transfer, await approvals(scene, [buyer, processor], transfer)),
    ).to.be.revertedWithCustomError(registry, "RegistryReviewOpen");
    expect((await rights.rightOf(open.right)).holder).to.equal(buyer.id);
    expect(await rights.isNonceUsed(buyer.id, 7)).to.equal(false);
  });
});

describe("Rights: a transferred right below another", () => {
  it("may still be granted on within its depth by the new holder", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, buyer, notary, processing, scope } = scene;
    await transferred(scene, processing, processor, buyer, [seller]);
    const right = await granted(scene, buyer, notary, offerOf(processing, notary, scope({ depth: 1 })));
    expect(await rights.isValid(right)).to.equal(true);
    expect(await rights.granterOf(right)).to.equal(buyer.id);
  });
});
