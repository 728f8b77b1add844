import { MAX_DEPTH } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, ZeroHash, keccak256 } from "ethers";
import {
  DAY,
  DOCUMENT,
  Entry,
  Grade,
  HOUR,
  Listing,
  NOBODY,
  REASON,
  RightKind,
  Source,
  SubjectKind,
  Validity,
  at,
  attest,
  deploy,
  digestOf,
  ethers,
  fixture,
  granted,
  made,
  mineAt,
  networkHelpers,
  now,
  offerOf,
  offered,
  productFixture,
  registered,
  registration,
  suspend,
  validity,
  type Change,
} from "./scene.ts";

/** A kind of attestation, and a result, of IAttestations.sol. */
const RISK_ASSESSMENT = 9;
const Conditional = 2;

const coder = AbiCoder.defaultAbiCoder();
const subjectId = (owner: string, digest: string): string =>
  keccak256(coder.encode(["bytes18", "bytes32"], [owner, digest]));
const rightId = (granter: string, base: string, holder: string, kind: number, document: string): string =>
  keccak256(
    coder.encode(["bytes18", "bytes32", "bytes18", "uint8", "bytes32"], [granter, base, holder, kind, document]),
  );

describe("Rights: deployment", () => {
  it("refuses each of its six contracts where no contract stands", async () => {
    const { members, registry, consents, cases, emergency, attestations, rights, outsider } = await deploy();
    const nobody = await outsider.getAddress();
    const law = await Promise.all(
      [members, registry, consents, cases, emergency, attestations].map((contract) => contract.getAddress()),
    );
    for (let i = 0; i < law.length; ++i) {
      const bent = law.map((address, place) => (place === i ? nobody : address)) as never;
      await expect(ethers.deployContract("Rights", bent))
        .to.be.revertedWithCustomError(rights, "RightsNoContract")
        .withArgs(nobody);
    }
    expect(law.length).to.equal(6);
  });
});

describe("Rights: registration", () => {
  it("enters a resource into the registry and makes its holding right, and tells of both", async () => {
    const { rights, registry, buyer, scope } = await fixture();
    const subject = subjectId(buyer.id, digestOf("mine"));
    const right = rightId(buyer.id, subject, buyer.id, RightKind.holding, digestOf("mine"));
    const registering = rights.connect(buyer.key).registerResource(registration("mine"), scope({ uses: 9 }));
    await expect(registering).to.emit(registry, "SubjectEntered");
    const time = await now();
    await expect(registering)
      .to.emit(rights, "RightGranted")
      .withArgs(
        right,
        subject,
        buyer.id,
        RightKind.holding,
        Object.values(scope({ uses: 9, from: time })),
        buyer.id,
        digestOf("mine"),
        ZeroHash,
        [],
      );
    await expect(registering).not.to.emit(rights, "RightAccepted");
    const brief = await registry.briefOf(subject);
    expect([brief.owner, brief.isProduct, brief.inForce]).to.deep.equal([buyer.id, false, true]);
    const entered = await registry.recordOf(subject);
    expect([entered.right, entered.registeredAt, entered.versions]).to.deep.equal([right, BigInt(time), 1n]);
    expect([await registry.subjectOfNumber(entered.number), await registry.parentsOf(subject)]).to.deep.equal([
      subject,
      [],
    ]);
    const found = await rights.rightOf(right);
    expect([found.holder, found.granter, found.subject]).to.deep.equal([buyer.id, buyer.id, subject]);
    expect([found.kind, found.depth, found.purposes, found.territories]).to.deep.equal([1n, 4n, 15n, 15n]);
    expect([found.uses, found.used, found.reach, found.revokedAt]).to.deep.equal([9n, 0n, 1n, 0n]);
    expect([found.grantedAt, found.acceptedAt, found.from]).to.deep.equal([time, time, time].map(BigInt));
    expect([found.base, found.consent, [...(await rights.basisOf(right))]]).to.deep.equal([ZeroHash, ZeroHash, []]);
    expect(await rights.isValid(right)).to.equal(true);
  });

  it("binds the id to the member, so the same digest by another member is another resource", async () => {
    const { rights, registry, seller, buyer, resource, holding, scope } = await fixture();
    expect(resource).to.equal(subjectId(seller.id, digestOf("resource")));
    await rights.connect(buyer.key).registerResource(registration("resource"), scope());
    expect((await registry.briefOf(subjectId(buyer.id, digestOf("resource")))).owner).to.equal(buyer.id);
    expect((await registry.briefOf(resource)).owner).to.equal(seller.id);
    expect((await rights.rightOf(holding)).holder).to.equal(seller.id);
  });

  it("makes nothing where the registry refuses: the same digest twice, a zero digest, a grade that does not exist", async () => {
    const { rights, registry, seller, holding, scope } = await fixture();
    const mine = rights.connect(seller.key);
    await expect(mine.registerResource(registration("resource"), scope())).to.be.revertedWithCustomError(
      registry,
      "RegistryAlreadyEntered",
    );
    await expect(mine.registerProduct(registration("resource"), scope(), [holding])).to.be.revertedWithCustomError(
      registry,
      "RegistryAlreadyEntered",
    );
    await expect(
      mine.registerResource(registration("new", { digest: ZeroHash }), scope()),
    ).to.be.revertedWithCustomError(registry, "RegistryZeroDigest");
    await expect(mine.registerResource(registration("new", { grade: 3 }), scope())).to.be.revert(ethers);
    const right = rightId(seller.id, subjectId(seller.id, ZeroHash), seller.id, RightKind.holding, ZeroHash);
    expect(await validity(rights, right, await now())).to.deep.equal(["unknown", right]);
  });

  it("refuses keys of nobody", async () => {
    const { rights, members, outsider, scope } = await fixture();
    await expect(rights.connect(outsider).registerResource(registration("new"), scope())).to.be.revertedWithCustomError(
      members,
      "MembersUnknownKey",
    );
  });

  const purposes = [
    { name: "no purpose", value: 0n, good: false },
    { name: "one purpose", value: 1n << 63n, good: true },
    { name: "16 purposes", value: 0xffffn, good: true },
    { name: "17 purposes", value: 0x1ffffn, good: false },
    { name: "all purposes", value: 2n ** 64n - 1n, good: false },
  ];
  for (const { name, value, good } of purposes) {
    it(`${good ? "takes" : "refuses"} a right for ${name}`, async () => {
      const { rights, seller, scope } = await fixture();
      const attempt = rights.connect(seller.key).registerResource(registration("new"), scope({ purposes: value }));
      if (good) await expect(attempt).to.emit(rights, "RightGranted");
      else await expect(attempt).to.be.revertedWithCustomError(rights, "RightsPurposes").withArgs(value);
    });
  }

  it("refuses a right for no territory, and takes one for all", async () => {
    const { rights, seller, scope } = await fixture();
    const mine = rights.connect(seller.key);
    await expect(mine.registerResource(registration("new"), scope({ territories: 0 }))).to.be.revertedWithCustomError(
      rights,
      "RightsTerritories",
    );
    const all = scope({ territories: 2n ** 64n - 1n });
    await expect(mine.registerResource(registration("new"), all)).to.emit(rights, "RightGranted");
  });

  it("refuses periods that are empty, over, or longer than 30 years, and depths over 8", async () => {
    const { rights, seller, scope } = await fixture();
    const mine = rights.connect(seller.key);
    const time = await now();
    const periods = [
      [time + DAY, time + DAY],
      [time + DAY, time],
      [time - DAY, time],
      [time + DAY, time + DAY + 30 * 365 * DAY + 1],
      [0, 2n ** 48n - 1n],
    ] as const;
    for (const [from, until] of periods) {
      await expect(mine.registerResource(registration("new"), scope({ from, until })))
        .to.be.revertedWithCustomError(rights, "RightsPeriod")
        .withArgs(from, until);
    }
    await expect(mine.registerResource(registration("new"), scope({ depth: MAX_DEPTH + 1 })))
      .to.be.revertedWithCustomError(rights, "RightsDepth")
      .withArgs(9, MAX_DEPTH);
    const longest = { from: time + DAY, until: time + DAY + 30 * 365 * DAY, depth: MAX_DEPTH };
    await expect(mine.registerResource(registration("new"), scope(longest))).to.emit(rights, "RightGranted");
  });

  it("knows nothing of ids that were never granted", async () => {
    const { rights } = await fixture();
    for (const asking of [
      () => rights.rightOf(DOCUMENT),
      () => rights.basisOf(DOCUMENT),
      () => rights.granterOf(DOCUMENT),
    ]) {
      await expect(asking()).to.be.revertedWithCustomError(rights, "RightsUnknownRight").withArgs(DOCUMENT);
    }
    expect(await rights.validityAt(DOCUMENT, 1)).to.deep.equal([BigInt(Validity.unknown), DOCUMENT]);
    expect(await rights.usabilityOf(DOCUMENT)).to.deep.equal([BigInt(Validity.unknown), DOCUMENT]);
    expect(await rights.holderAt(DOCUMENT, await now())).to.equal(NOBODY);
  });
});

describe("Rights: grants", () => {
  it("derives a right that lies within its base", async () => {
    const { rights, seller, processor, holding, resource, scope } = await fixture();
    const offer = offerOf(holding, processor, scope({ purposes: 0b0101, territories: 0b0011, uses: 3, depth: 3 }));
    const right = rightId(seller.id, holding, processor.id, RightKind.processing, DOCUMENT);
    expect(await rights.rightIdOf(seller.id, offer)).to.equal(right);
    const granting = rights.connect(seller.key).grant(offer);
    await expect(granting).not.to.be.revert(ethers);
    const time = await now();
    await expect(granting)
      .to.emit(rights, "RightGranted")
      .withArgs(
        right,
        resource,
        processor.id,
        RightKind.processing,
        Object.values({ ...offer.scope, from: time }),
        seller.id,
        DOCUMENT,
        ZeroHash,
        [holding],
      );
    const found = await rights.rightOf(right);
    expect([found.holder, found.granter, found.subject, found.base]).to.deep.equal([
      processor.id,
      seller.id,
      resource,
      holding,
    ]);
    expect([found.purposes, found.territories, found.depth, found.reach]).to.deep.equal([5n, 3n, 3n, 2n]);
    expect([found.uses, found.used, found.grantedAt, found.acceptedAt]).to.deep.equal([3n, 0n, BigInt(time), 0n]);
    expect([...(await rights.basisOf(right))]).to.deep.equal([holding]);
    expect(await rights.granterOf(right)).to.equal(seller.id);
  });

  it("is known from the block that grants it, and valid from the one that accepts it", async () => {
    const scene = await fixture();
    const { rights, seller, processor, holding, scope } = scene;
    await networkHelpers.time.increase(DAY);
    const right = await offered(scene, seller, offerOf(holding, processor, scope({ depth: 1 })));
    const offeredAt = await now();
    await at(offeredAt + 10);
    await rights.connect(processor.key).accept(right, DOCUMENT);
    expect((await rights.rightOf(right)).from).to.equal(BigInt(offeredAt));
    expect(await validity(rights, right, offeredAt - 1)).to.deep.equal(["unknown", right]);
    expect(await validity(rights, right, offeredAt)).to.deep.equal(["notAccepted", right]);
    expect(await validity(rights, right, offeredAt + 9)).to.deep.equal(["notAccepted", right]);
    expect(await rights.isValidAt(right, offeredAt + 10)).to.equal(true);
  });

  const beyond: { what: string; change: Change; error: string; values: readonly (number | "base" | "end")[] }[] = [
    { what: "purposes", change: { purposes: 0b10001 }, error: "RightsPurposesExceed", values: [0b10001, 0b1111] },
    {
      what: "territories",
      change: { territories: 0b11000 },
      error: "RightsTerritoriesExceed",
      values: [0b11000, 0b1111],
    },
    { what: "depth", change: { depth: 4 }, error: "RightsDepth", values: [4, 4] },
  ];
  for (const { what, change, error, values } of beyond) {
    it(`refuses what goes beyond the base in ${what}`, async () => {
      const { rights, seller, processor, holding, scope } = await fixture();
      const attempt = rights.connect(seller.key).grant(offerOf(holding, processor, scope({ depth: 1, ...change })));
      const expected = error === "RightsDepth" ? values : [holding, ...values];
      await expect(attempt)
        .to.be.revertedWithCustomError(rights, error)
        .withArgs(...expected);
    });
  }

  it("refuses a period that ends a second after the base's, and takes one that ends with it", async () => {
    const { rights, seller, processor, holding, end, scope } = await fixture();
    const mine = rights.connect(seller.key);
    await expect(mine.grant(offerOf(holding, processor, scope({ depth: 1, until: end + 1 }))))
      .to.be.revertedWithCustomError(rights, "RightsPeriodExceeds")
      .withArgs(holding, end + 1, end);
    await expect(mine.grant(offerOf(holding, processor, scope({ depth: 1, until: end })))).to.emit(
      rights,
      "RightGranted",
    );
  });

  it("refuses the same grant twice, to itself, to no active member, without document, by another than the holder", async () => {
    const scene = await fixture();
    const { rights, seller, buyer, processor, holding, scope } = scene;
    const mine = rights.connect(seller.key);
    const narrower = scope({ depth: 1 });
    const right = await offered(scene, seller, offerOf(holding, processor, narrower));
    await expect(mine.grant(offerOf(holding, processor, scope({ depth: 0 }))))
      .to.be.revertedWithCustomError(rights, "RightsAlreadyGranted")
      .withArgs(right);
    await expect(mine.grant(offerOf(holding, seller, narrower)))
      .to.be.revertedWithCustomError(rights, "RightsSelfGrant")
      .withArgs(seller.id);
    await expect(mine.grant(offerOf(holding, buyer, narrower, { holder: NOBODY })))
      .to.be.revertedWithCustomError(rights, "RightsHolderNotActive")
      .withArgs(NOBODY);
    await expect(mine.grant(offerOf(holding, buyer, narrower, { document: ZeroHash }))).to.be.revertedWithCustomError(
      rights,
      "RightsZeroDigest",
    );
    await expect(mine.grant(offerOf(DOCUMENT, buyer, narrower)))
      .to.be.revertedWithCustomError(rights, "RightsUnknownRight")
      .withArgs(DOCUMENT);
    await expect(rights.connect(buyer.key).grant(offerOf(holding, processor, narrower)))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(holding, seller.id, buyer.id);
    await suspend(scene, buyer);
    await expect(mine.grant(offerOf(holding, buyer, narrower)))
      .to.be.revertedWithCustomError(rights, "RightsHolderNotActive")
      .withArgs(buyer.id);
    expect((await rights.rightOf(right)).depth).to.equal(1n);
  });

  it("derives only the base's kind or processing", async () => {
    const { rights, seller, processor, buyer, holding, processing, operating, scope } = await productFixture();
    const bases = [
      { from: RightKind.holding, base: holding, holder: seller },
      { from: RightKind.processing, base: processing, holder: processor },
      { from: RightKind.operating, base: operating, holder: processor },
    ];
    let checked = 0;
    for (const { from, base, holder } of bases) {
      for (const kind of Object.values(RightKind)) {
        const attempt = rights.connect(holder.key).grant(offerOf(base, buyer, scope({ depth: 0 }), { kind }));
        if (kind === RightKind.processing || kind === from) await expect(attempt).to.emit(rights, "RightGranted");
        else await expect(attempt).to.be.revertedWithCustomError(rights, "RightsKind").withArgs(base, from, kind);
        checked += 1;
      }
    }
    expect(checked).to.equal(12);
    const wrong = offerOf(holding, buyer, scope({ depth: 0 }), { kind: 4 });
    await expect(rights.connect(seller.key).grant(wrong)).to.be.revert(ethers);
  });

  it("sub-licenses as often in a row as the first right allows", async () => {
    const scene = await fixture();
    const { rights, seller, processor, buyer, holding, scope } = scene;
    const first = await granted(scene, seller, processor, offerOf(holding, processor, scope({ depth: 1 })));
    const second = await granted(scene, processor, buyer, offerOf(first, buyer, scope({ depth: 0 })));
    await expect(rights.connect(buyer.key).grant(offerOf(second, seller, scope({ depth: 0 }))))
      .to.be.revertedWithCustomError(rights, "RightsDepth")
      .withArgs(0, 0);
  });
});

describe("Rights: validity", () => {
  it("begins with the first second of the period and ends before the last", async () => {
    const scene = await fixture();
    const { rights, buyer, scope } = scene;
    const [from, until] = [(await now()) + DAY, (await now()) + 2 * DAY];
    const { right } = await registered(scene, buyer, registration("later"), scope({ from, until }));
    const times = [from - 1, from, until - 1, until];
    const answers = await Promise.all(times.map(async (time) => (await validity(rights, right, time))[0]));
    expect(answers).to.deep.equal(["notYet", "valid", "valid", "expired"]);
    expect(await rights.isValid(right)).to.equal(false);
    await mineAt(from);
    expect(await rights.isValid(right)).to.equal(true);
    await mineAt(until - 1);
    expect(await rights.isValid(right)).to.equal(true);
    await mineAt(until);
    expect(await rights.isValid(right)).to.equal(false);
  });

  it("takes down everything downstream in the block of a revocation, and leaves the time before it valid", async () => {
    const { rights, seller, holding, processing, operating } = await productFixture();
    const before = await now();
    expect(await rights.isValid(operating)).to.equal(true);
    await expect(rights.connect(seller.key).revoke(holding, REASON))
      .to.emit(rights, "RightRevoked")
      .withArgs(holding, seller.id, REASON);
    const revoked = await now();
    for (const right of [holding, processing, operating]) {
      expect(await rights.isValid(right)).to.equal(false);
      expect(await validity(rights, right, revoked)).to.deep.equal(["revoked", holding]);
      expect(await validity(rights, right, revoked - 1)).to.deep.equal(["valid", ZeroHash]);
      expect(await rights.isValidAt(right, before)).to.equal(true);
    }
  });

  it("revokes by granter or holder only, once, with a reason", async () => {
    const { rights, seller, processor, buyer, processing, operating } = await productFixture();
    await expect(rights.connect(buyer.key).revoke(processing, REASON))
      .to.be.revertedWithCustomError(rights, "RightsNotParty")
      .withArgs(processing, buyer.id);
    await expect(rights.connect(seller.key).revoke(operating, REASON))
      .to.be.revertedWithCustomError(rights, "RightsNotParty")
      .withArgs(operating, seller.id);
    await expect(rights.connect(seller.key).revoke(processing, ZeroHash)).to.be.revertedWithCustomError(
      rights,
      "RightsZeroDigest",
    );
    await rights.connect(processor.key).revoke(processing, REASON);
    await expect(rights.connect(seller.key).revoke(processing, REASON))
      .to.be.revertedWithCustomError(rights, "RightsAlreadyRevoked")
      .withArgs(processing, await now());
    await expect(rights.connect(seller.key).revoke(DOCUMENT, REASON))
      .to.be.revertedWithCustomError(rights, "RightsUnknownRight")
      .withArgs(DOCUMENT);
  });

  it("lets the granter revoke what it granted", async () => {
    const { rights, seller, processing } = await productFixture();
    await expect(rights.connect(seller.key).revoke(processing, REASON))
      .to.emit(rights, "RightRevoked")
      .withArgs(processing, seller.id, REASON);
  });

  it("derives nothing from a right that is not valid, and names the cause upstream", async () => {
    const { rights, seller, processor, buyer, holding, processing, scope } = await productFixture();
    await rights.connect(seller.key).revoke(holding, REASON);
    const mine = rights.connect(processor.key);
    await expect(mine.grant(offerOf(processing, buyer, scope({ depth: 0 }))))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(processing, Validity.revoked, holding);
    await expect(mine.registerProduct(registration("second"), scope(), [processing]))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(processing, Validity.revoked, holding);
  });

  it("rests while its holder is suspended; what others hold from it goes on", async () => {
    const scene = await productFixture();
    const { rights, members, council, seller, holding, operating } = scene;
    await suspend(scene, seller);
    const suspended = await now();
    expect(await validity(rights, holding, suspended)).to.deep.equal(["holderNotActive", holding]);
    expect(await rights.isValid(operating)).to.equal(true);
    await at(suspended + 100);
    await members.connect(council).reinstate(seller.id, REASON);
    expect(await rights.isValid(holding)).to.equal(true);
    expect(await validity(rights, holding, suspended + 99)).to.deep.equal(["holderNotActive", holding]);
    expect(await rights.isValidAt(holding, suspended - 1)).to.equal(true);
  });

  it("goes on for what an expelled member granted: its holder alone can give it up", async () => {
    const { rights, members, council, seller, processor, holding, processing, operating } = await productFixture();
    await members.connect(council).expel(seller.id, REASON);
    expect(await rights.isValid(holding)).to.equal(false);
    expect(await rights.isValid(operating)).to.equal(true);
    await expect(rights.connect(seller.key).revoke(processing, REASON)).to.be.revertedWithCustomError(
      members,
      "MembersKeyNotLive",
    );
    await rights.connect(processor.key).revoke(processing, REASON);
    expect(await rights.isValid(operating)).to.equal(false);
  });
});

describe("Rights: products", () => {
  it("lean on a right on each parent, and are noted with their parents in the registry", async () => {
    const { rights, registry, processor, processing, product, operating } = await productFixture();
    const brief = await registry.briefOf(product);
    expect([brief.owner, brief.isProduct, brief.inForce]).to.deep.equal([processor.id, true, true]);
    const right = await rights.rightOf(operating);
    expect([right.kind, right.reach, right.base]).to.deep.equal([BigInt(RightKind.operating), 3n, ZeroHash]);
    expect([...(await rights.basisOf(operating))]).to.deep.equal([processing]);
    expect(await rights.granterOf(operating)).to.equal(processor.id);
  });

  it("lets a holder make a product of its resource, and a maker a product of its product", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, holding, operating, scope } = scene;
    const own = await made(scene, seller, registration("own"), scope(), [holding]);
    const finer = await made(scene, processor, registration("finer"), scope(), [operating]);
    expect([await rights.isValid(own.right), await rights.isValid(finer.right)]).to.deep.equal([true, true]);
  });

  it("lets nobody process a product that it may only sell further", async () => {
    const scene = await productFixture();
    const { rights, processor, buyer, operating, scope } = scene;
    const kind = RightKind.operating;
    const resale = await granted(scene, processor, buyer, offerOf(operating, buyer, scope({ depth: 0 }), { kind }));
    await expect(rights.connect(buyer.key).registerProduct(registration("derived"), scope(), [resale]))
      .to.be.revertedWithCustomError(rights, "RightsKind")
      .withArgs(resale, kind, kind);
  });

  it("lets who may sub-license a product let others process it, within its scope and while it holds", async () => {
    const scene = await productFixture();
    const { rights, processor, buyer, notary, operating, scope } = scene;
    const kind = RightKind.operating;
    const resale = await granted(scene, processor, buyer, offerOf(operating, buyer, scope({ depth: 1 }), { kind }));
    const use = await granted(scene, buyer, notary, offerOf(resale, notary, scope({ depth: 0 })));
    const { right } = await made(scene, notary, registration("derived"), scope(), [use]);
    await rights.connect(processor.key).revoke(resale, REASON);
    expect(await validity(rights, right, await now())).to.deep.equal(["revoked", resale]);
  });

  it("leaves the depth of a product's right to its maker: a product is a new thing", async () => {
    const scene = await fixture();
    const { rights, seller, processor, holding, scope } = scene;
    const processing = await granted(scene, seller, processor, offerOf(holding, processor, scope({ depth: 0 })));
    const { right } = await made(scene, processor, registration("deep"), scope({ depth: MAX_DEPTH }), [processing]);
    expect((await rights.rightOf(right)).depth).to.equal(BigInt(MAX_DEPTH));
  });

  it("refuses no parents, too many, one twice, another's right, and a scope beyond any of them", async () => {
    const { rights, seller, processor, resource, holding, processing, end, scope } = await productFixture();
    const mine = rights.connect(processor.key);
    const attempt = (basis: string[], change: Change = {}) =>
      mine.registerProduct(registration("new"), scope(change), basis);
    await expect(attempt([])).to.be.revertedWithCustomError(rights, "RightsParentCount").withArgs(0);
    await expect(attempt(Array.from({ length: 17 }, () => processing)))
      .to.be.revertedWithCustomError(rights, "RightsParentCount")
      .withArgs(17);
    await expect(attempt([processing, processing]))
      .to.be.revertedWithCustomError(rights, "RightsParentTwice")
      .withArgs(resource);
    await expect(attempt([holding]))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(holding, seller.id, processor.id);
    await expect(attempt([processing], { purposes: 0b10000 }))
      .to.be.revertedWithCustomError(rights, "RightsPurposesExceed")
      .withArgs(processing, 0b10000, 0b1111);
    await expect(attempt([processing], { territories: 0b10000 }))
      .to.be.revertedWithCustomError(rights, "RightsTerritoriesExceed")
      .withArgs(processing, 0b10000, 0b1111);
    await expect(attempt([processing], { until: end + 1 }))
      .to.be.revertedWithCustomError(rights, "RightsPeriodExceeds")
      .withArgs(processing, end + 1, end);
    await expect(attempt([processing], { depth: 9 }))
      .to.be.revertedWithCustomError(rights, "RightsDepth")
      .withArgs(9, 8);
  });

  it("is graded no lower than any of its parents", async () => {
    const scene = await fixture();
    const { rights, seller, scope } = scene;
    const low = await registered(scene, seller, registration("low"), scope());
    const high = await registered(scene, seller, registration("high", { grade: Grade.important }), scope());
    const attempt = (grade: number) =>
      rights.connect(seller.key).registerProduct(registration("mixed", { grade }), scope(), [low.right, high.right]);
    await expect(attempt(Grade.general))
      .to.be.revertedWithCustomError(rights, "RightsGrade")
      .withArgs(high.subject, Grade.important, Grade.general);
    await expect(attempt(Grade.important)).to.emit(rights, "RightGranted");
  });

  it("is personal as its parents are, unless a risk assessment of it passed", async () => {
    const scene = await fixture();
    const { rights, seller, certifier, scope } = scene;
    const personal = registration("personal", { source: Source.personal });
    const { subject: parent, right } = await registered(scene, seller, personal, scope());
    const attempt = (name: string, source: number) =>
      rights.connect(seller.key).registerProduct(registration(name, { source }), scope(), [right]);
    const product = subjectId(seller.id, digestOf("statistics"));
    const assess = (result: number) =>
      attest(scene, SubjectKind.product, product, { by: certifier, kind: RISK_ASSESSMENT, result });
    for (const source of [Source.enterprise, Source.public]) {
      await expect(attempt("statistics", source))
        .to.be.revertedWithCustomError(rights, "RightsPersonal")
        .withArgs(parent);
    }
    await expect(attempt("profiles", Source.personal)).to.emit(rights, "RightGranted");
    await assess(Conditional);
    await expect(attempt("statistics", Source.enterprise)).to.be.revertedWithCustomError(rights, "RightsPersonal");
  });

  it("is not personal once a risk assessment of it passed, and of nothing else", async () => {
    const scene = await fixture();
    const { rights, seller, certifier, scope } = scene;
    const personal = registration("personal", { source: Source.personal });
    const { subject: parent, right } = await registered(scene, seller, personal, scope());
    const product = subjectId(seller.id, digestOf("statistics"));
    await attest(scene, SubjectKind.product, product, { by: certifier, kind: RISK_ASSESSMENT });
    const attempt = (name: string) => rights.connect(seller.key).registerProduct(registration(name), scope(), [right]);
    await expect(attempt("other")).to.be.revertedWithCustomError(rights, "RightsPersonal").withArgs(parent);
    await expect(attempt("statistics")).to.emit(rights, "RightGranted");
  });

  it("stops being valid when any of several parents' rights ends", async () => {
    const scene = await productFixture();
    const { rights, seller, buyer, processor, processing, scope } = scene;
    const second = await registered(scene, buyer, registration("second"), scope());
    const until = (await now()) + HOUR;
    const short = await granted(scene, buyer, processor, offerOf(second.right, processor, scope({ depth: 0, until })));
    const both = await made(scene, processor, registration("both"), scope({ until }), [processing, short]);
    expect([...(await rights.basisOf(both.right))]).to.deep.equal([processing, short]);
    await rights.connect(buyer.key).revoke(second.right, REASON);
    expect(await validity(rights, both.right, await now())).to.deep.equal(["revoked", second.right]);
    await rights.connect(seller.key).revoke(processing, REASON);
    expect((await validity(rights, both.right, await now()))[0]).to.equal("revoked");
  });

  it("bounds how many rights one leans on, and with them the gas of a question", async function () {
    this.timeout(120_000);
    const scene = await fixture();
    const { rights, seller, holding, scope } = scene;
    const make = async (name: string, bases: string[]): Promise<string> =>
      (await made(scene, seller, registration(name), scope(), bases)).right;
    // Each of the 16 leans on a chain of 15 and itself: 16 * 16 = 256, and the product on top is one too many.
    const towers: string[] = [];
    let below = holding;
    for (let tower = 0; tower < 16; ++tower) {
      let right = holding;
      for (let floor = 0; floor < 15; ++floor) {
        below = right;
        right = await make(`tower ${tower} floor ${floor}`, [right]);
      }
      towers.push(right);
    }
    const mine = rights.connect(seller.key);
    await expect(mine.registerProduct(registration("top"), scope(), towers))
      .to.be.revertedWithCustomError(rights, "RightsReach")
      .withArgs(257, 256);
    const top = await make("top", [...towers.slice(0, 15), below]);
    expect((await rights.rightOf(top)).reach).to.equal(256n);
    expect(await rights.isValid(top)).to.equal(true);
    expect(Number(await rights.isValid.estimateGas(top))).to.be.lessThan(12_000_000);
  });
});

describe("Rights: listing", () => {
  it("allows a product by its operating right and a resource by its holding right", async () => {
    const { rights, seller, processor, resource, holding, product, operating } = await productFixture();
    expect(await rights.listingOf(product, operating, processor.id, false)).to.equal(BigInt(Listing.allowed));
    expect(await rights.listingOf(resource, holding, seller.id, false)).to.equal(BigInt(Listing.allowed));
  });

  it("says why not: unknown, core, other subject, other kind, other holder, right not valid", async () => {
    const scene = await productFixture();
    const { rights, seller, processor, resource, holding, processing, product, operating, scope } = scene;
    const secret = await registered(scene, seller, registration("secret", { grade: Grade.core }), scope());
    const cases = [
      [DOCUMENT, operating, processor.id, Listing.unknownSubject],
      [secret.subject, secret.right, seller.id, Listing.coreGrade],
      [product, holding, seller.id, Listing.wrongSubject],
      [product, DOCUMENT, seller.id, Listing.wrongSubject],
      [resource, processing, processor.id, Listing.wrongKind],
      [product, operating, seller.id, Listing.wrongHolder],
    ] as const;
    for (const [subject, right, member, listing] of cases) {
      expect(await rights.listingOf(subject, right, member, false)).to.equal(BigInt(listing));
    }
    await rights.connect(seller.key).revoke(holding, REASON);
    expect(await rights.listingOf(product, operating, processor.id, false)).to.equal(BigInt(Listing.rightNotValid));
  });
});

describe("Rights: the registry's history", () => {
  it("has a licence for each right that was accepted, and none for an offer", async () => {
    const scene = await fixture();
    const { rights, registry, seller, processor, buyer, holding, resource, scope } = scene;
    await offered(scene, seller, offerOf(holding, buyer, scope({ depth: 0 })));
    const before = (await registry.recordOf(resource)).historyCount;
    const offer = offerOf(holding, processor, scope({ depth: 0 }));
    const right = await offered(scene, seller, offer);
    expect((await registry.recordOf(resource)).historyCount).to.equal(before);
    await expect(rights.connect(processor.key).accept(right, DOCUMENT)).to.emit(registry, "HistoryAdded");
    expect((await registry.recordOf(resource)).historyCount).to.equal(before + 1n);
    expect(Entry.licence).to.equal(2);
  });
});
