import { Act, Grade, Listing, MAX_DEPTH, RightKind, RightsFactory, Validity } from "@lianzheng/sdk/contracts";
import type { RegistrationStruct, ScopeStruct } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, ZeroHash, keccak256 } from "ethers";
import {
  DAY,
  HOUR,
  REASON,
  digestOf,
  ethers,
  networkHelpers,
  now,
  suspend,
  world,
  type Actor,
  type World,
} from "../fixture.ts";

const DOCUMENT = digestOf("authorization");
const ids = AbiCoder.defaultAbiCoder();
const NONE = `0x${"00".repeat(18)}`;

const registration = (name: string, grade: number = Grade.general): RegistrationStruct => ({
  digest: digestOf(name),
  content: digestOf(`${name} content`),
  metadata: digestOf(`${name} metadata`),
  grade,
});

interface Titled extends World {
  /** End of the resource's holding right. */
  readonly end: number;
  readonly scope: (change?: Partial<Record<keyof ScopeStruct, number | bigint>>) => ScopeStruct;
  readonly resource: string;
  readonly holding: string;
}

/** The seller holds a resource: purposes 1 to 4, one year, four times to be sub-licensed. */
async function titled(): Promise<Titled> {
  const context = await world();
  const { rights, seller } = context;
  const start = await now();
  const end = start + 365 * DAY;
  const scope = (change = {}) => ({ purposes: 0b1111, from: start, until: end, depth: 4, ...change });
  await rights.connect(seller.key).registerResource(registration("resource"), scope());
  const resource = await rights.subjectIdOf(seller.id, digestOf("resource"));
  const holding = (await rights.subjectOf(resource)).right;
  return { ...context, end, scope, resource, holding };
}
const fixture = () => networkHelpers.loadFixture(titled);

const rightId = (granter: string, base: string, holder: string, kind: number, document: string): string =>
  keccak256(ids.encode(["bytes18", "bytes32", "bytes18", "uint8", "bytes32"], [granter, base, holder, kind, document]));

/** Grants and returns the id. */
async function grant(
  { rights }: World,
  from: Actor,
  to: Actor,
  base: string,
  kind: number,
  scope: ScopeStruct,
): Promise<string> {
  await rights.connect(from.key).grant(base, to.id, kind, scope, DOCUMENT);
  return rightId(from.id, base, to.id, kind, DOCUMENT);
}

/** A product that the processor makes from the resource. */
async function withProduct() {
  const context = await titled();
  const { rights, seller, processor, holding, scope } = context;
  const processing = await grant(context, seller, processor, holding, RightKind.processing, scope({ depth: 2 }));
  await rights.connect(processor.key).registerProduct(registration("product"), scope({ depth: 3 }), [processing]);
  const product = await rights.subjectIdOf(processor.id, digestOf("product"));
  const operating = (await rights.subjectOf(product)).right;
  return { ...context, processing, product, operating };
}
const productFixture = () => networkHelpers.loadFixture(withProduct);

describe("Rights: registration", () => {
  it("binds the id to the member, so the same digest by another member is another resource", async () => {
    const { rights, seller, buyer, resource, holding, scope } = await fixture();
    expect(resource).to.equal(keccak256(ids.encode(["bytes18", "bytes32"], [seller.id, digestOf("resource")])));
    await rights.connect(buyer.key).registerResource(registration("resource"), scope());
    const other = await rights.subjectOf(await rights.subjectIdOf(buyer.id, digestOf("resource")));
    expect(other.owner).to.equal(buyer.id);
    const first = await rights.subjectOf(resource);
    expect([first.owner, first.right, first.isProduct, first.parents.length]).to.deep.equal([
      seller.id,
      holding,
      false,
      0,
    ]);
  });

  it("gives its owner the holding right, and tells of both", async () => {
    const { rights, buyer, scope } = await fixture();
    const subject = await rights.subjectIdOf(buyer.id, digestOf("mine"));
    const right = rightId(buyer.id, subject, buyer.id, RightKind.holding, digestOf("mine"));
    await expect(rights.connect(buyer.key).registerResource(registration("mine"), scope()))
      .to.emit(rights, "SubjectRegistered")
      .withArgs(subject, buyer.id, false, 0, digestOf("mine"), digestOf("mine content"), digestOf("mine metadata"), [])
      .and.to.emit(rights, "RightGranted");
    const { holder, granter, kind, depth, purposes, reach } = await rights.rightOf(right);
    expect([holder, granter]).to.deep.equal([buyer.id, buyer.id]);
    expect([kind, depth, purposes, reach]).to.deep.equal([BigInt(RightKind.holding), 4n, 15n, 1n]);
    expect(await rights.isValid(right)).to.equal(true);
  });

  it("refuses the same digest twice, as resource or as product, and zero digests", async () => {
    const { rights, seller, resource, holding, scope } = await fixture();
    const mine = rights.connect(seller.key);
    await expect(mine.registerResource(registration("resource"), scope()))
      .to.be.revertedWithCustomError(rights, "RightsAlreadyRegistered")
      .withArgs(resource);
    await expect(mine.registerProduct(registration("resource"), scope(), [holding]))
      .to.be.revertedWithCustomError(rights, "RightsAlreadyRegistered")
      .withArgs(resource);
    for (const field of ["digest", "content", "metadata"] as const) {
      await expect(
        mine.registerResource({ ...registration("zero"), [field]: ZeroHash }, scope()),
      ).to.be.revertedWithCustomError(rights, "RightsZeroDigest");
    }
  });

  it("refuses a grade that does not exist", async () => {
    const { rights, seller, scope } = await fixture();
    await expect(rights.connect(seller.key).registerResource(registration("new", 3), scope())).to.be.revert(ethers);
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

  it("knows nothing of ids that were never registered", async () => {
    const { rights, venue, buyer } = await fixture();
    await expect(rights.subjectOf(DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsUnknownSubject")
      .withArgs(DOCUMENT);
    await expect(rights.rightOf(DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsUnknownRight")
      .withArgs(DOCUMENT);
    expect(await rights.validityAt(DOCUMENT, 1)).to.deep.equal([BigInt(Validity.unknown), DOCUMENT]);
    await expect(new RightsFactory(venue.key).deploy(buyer.address))
      .to.be.revertedWithCustomError(rights, "RightsNoContract")
      .withArgs(buyer.address);
  });
});

describe("Rights: grants", () => {
  it("derives a right that lies within its base", async () => {
    const context = await fixture();
    const { rights, seller, processor, holding, resource, scope } = context;
    const narrower = scope({ purposes: 0b0101, depth: 3 });
    const id = rightId(seller.id, holding, processor.id, RightKind.processing, DOCUMENT);
    await expect(
      rights.connect(seller.key).grant(holding, processor.id, RightKind.processing, narrower, DOCUMENT),
    ).to.emit(rights, "RightGranted");
    const right = await rights.rightOf(id);
    expect([right.holder, right.granter, right.subject]).to.deep.equal([processor.id, seller.id, resource]);
    expect([right.purposes, right.depth, right.reach]).to.deep.equal([5n, 3n, 2n]);
    expect([...right.basis]).to.deep.equal([holding]);
  });

  it("is never valid before the block that grants it", async () => {
    const context = await fixture();
    const { rights, seller, processor, holding, scope } = context;
    await networkHelpers.time.increase(DAY);
    const id = await grant(context, seller, processor, holding, RightKind.processing, scope({ depth: 1 }));
    const granted = await now();
    expect((await rights.rightOf(id)).from).to.equal(BigInt(granted));
    expect(await rights.validityAt(id, granted - 1)).to.deep.equal([BigInt(Validity.notYet), id]);
    expect(await rights.isValidAt(id, granted)).to.equal(true);
  });

  it("refuses what goes beyond the base in purposes, period or depth", async () => {
    const { rights, seller, processor, holding, end, scope } = await fixture();
    const attempt = (change: Parameters<typeof scope>[0]) =>
      rights
        .connect(seller.key)
        .grant(holding, processor.id, RightKind.processing, scope({ depth: 1, ...change }), DOCUMENT);
    await expect(attempt({ purposes: 0b10001 }))
      .to.be.revertedWithCustomError(rights, "RightsPurposesExceed")
      .withArgs(holding, 0b10001, 0b1111);
    await expect(attempt({ until: end + 1 }))
      .to.be.revertedWithCustomError(rights, "RightsPeriodExceeds")
      .withArgs(holding, end + 1, end);
    await expect(attempt({ depth: 4 }))
      .to.be.revertedWithCustomError(rights, "RightsDepth")
      .withArgs(4, 4);
  });

  it("refuses the same grant twice, to itself, to no active member, without document, by another than the holder", async () => {
    const context = await fixture();
    const { rights, seller, buyer, processor, holding, scope } = context;
    const mine = rights.connect(seller.key);
    const narrower = scope({ depth: 1 });
    const id = await grant(context, seller, processor, holding, RightKind.processing, narrower);
    await expect(mine.grant(holding, processor.id, RightKind.processing, narrower, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsAlreadyGranted")
      .withArgs(id);
    await expect(mine.grant(holding, seller.id, RightKind.processing, narrower, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsSelfGrant")
      .withArgs(seller.id);
    await expect(mine.grant(holding, NONE, RightKind.processing, narrower, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsHolderNotActive")
      .withArgs(NONE);
    await expect(mine.grant(holding, buyer.id, RightKind.processing, narrower, ZeroHash)).to.be.revertedWithCustomError(
      rights,
      "RightsZeroDigest",
    );
    await expect(mine.grant(DOCUMENT, buyer.id, RightKind.processing, narrower, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsUnknownRight")
      .withArgs(DOCUMENT);
    await expect(rights.connect(buyer.key).grant(holding, processor.id, RightKind.processing, narrower, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsNotHolder")
      .withArgs(holding, seller.id, buyer.id);
    await suspend(context, buyer.id);
    await expect(mine.grant(holding, buyer.id, RightKind.processing, narrower, DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsHolderNotActive")
      .withArgs(buyer.id);
  });

  it("derives only the base's kind or processing", async () => {
    const context = await productFixture();
    const { rights, seller, processor, buyer, holding, processing, operating, scope } = context;
    const bases = [
      { from: RightKind.holding, base: holding, holder: seller },
      { from: RightKind.processing, base: processing, holder: processor },
      { from: RightKind.operating, base: operating, holder: processor },
    ];
    let checked = 0;
    for (const { from, base, holder } of bases) {
      for (const to of [RightKind.none, RightKind.holding, RightKind.processing, RightKind.operating]) {
        const attempt = rights.connect(holder.key).grant(base, buyer.id, to, scope({ depth: 0 }), DOCUMENT);
        if (to === RightKind.processing || to === from) await expect(attempt).to.emit(rights, "RightGranted");
        else await expect(attempt).to.be.revertedWithCustomError(rights, "RightsKind").withArgs(base, from, to);
        checked += 1;
      }
    }
    expect(checked).to.equal(12);
  });

  it("sub-licenses as often in a row as the first right allows", async () => {
    const context = await fixture();
    const { rights, seller, processor, buyer, holding, scope } = context;
    const first = await grant(context, seller, processor, holding, RightKind.processing, scope({ depth: 1 }));
    const second = await grant(context, processor, buyer, first, RightKind.processing, scope({ depth: 0 }));
    await expect(
      rights.connect(buyer.key).grant(second, seller.id, RightKind.processing, scope({ depth: 0 }), DOCUMENT),
    )
      .to.be.revertedWithCustomError(rights, "RightsDepth")
      .withArgs(0, 0);
  });
});

describe("Rights: validity", () => {
  it("begins with the first second of the period and ends before the last", async () => {
    const { rights, buyer, scope } = await fixture();
    const [from, until] = [(await now()) + DAY, (await now()) + 2 * DAY];
    await rights.connect(buyer.key).registerResource(registration("later"), scope({ from, until }));
    const { right } = await rights.subjectOf(await rights.subjectIdOf(buyer.id, digestOf("later")));
    const times = [from - 1, from, until - 1, until];
    const answers = await Promise.all(times.map(async (time) => Number((await rights.validityAt(right, time))[0])));
    expect(answers).to.deep.equal([Validity.notYet, Validity.valid, Validity.valid, Validity.expired]);
    expect(await rights.isValid(right)).to.equal(false);
    await networkHelpers.time.setNextBlockTimestamp(from);
    await networkHelpers.mine();
    expect(await rights.isValid(right)).to.equal(true);
    await networkHelpers.time.setNextBlockTimestamp(until);
    await networkHelpers.mine();
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
      expect(await rights.validityAt(right, revoked)).to.deep.equal([BigInt(Validity.revoked), holding]);
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
    await expect(rights.connect(seller.key).revoke(DOCUMENT, REASON)).to.be.revertedWithCustomError(
      rights,
      "RightsUnknownRight",
    );
  });

  it("derives nothing from a right that is not valid, and names the cause upstream", async () => {
    const context = await productFixture();
    const { rights, seller, processor, buyer, holding, processing, scope } = context;
    await rights.connect(seller.key).revoke(holding, REASON);
    const mine = rights.connect(processor.key);
    await expect(mine.grant(processing, buyer.id, RightKind.processing, scope({ depth: 0 }), DOCUMENT))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(processing, Validity.revoked, holding);
    await expect(mine.registerProduct(registration("second"), scope(), [processing]))
      .to.be.revertedWithCustomError(rights, "RightsNotValid")
      .withArgs(processing, Validity.revoked, holding);
  });

  it("rests while its holder is suspended; what others hold from it goes on", async () => {
    const context = await productFixture();
    const { rights, seller, holding, operating } = context;
    await suspend(context, seller.id);
    expect(await rights.validityAt(holding, await now())).to.deep.equal([BigInt(Validity.holderNotActive), holding]);
    expect(await rights.isValid(operating)).to.equal(true);
  });
});

describe("Rights: what an expelled member granted", () => {
  it("goes on for its holder, who alone can give it up; the expelled can neither revoke nor derive", async () => {
    const context = await productFixture();
    const { members, rights, regulator, notary, seller, processor, holding, processing, operating } = context;
    await members.connect(regulator.key).propose(Act.expulsion, seller.id, REASON);
    await members.connect(notary.key).vote(await members.proposalCount());
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
  it("names its parents and leans on a right on each", async () => {
    const { rights, processor, resource, processing, product, operating } = await productFixture();
    const subject = await rights.subjectOf(product);
    expect([subject.owner, subject.isProduct, [...subject.parents]]).to.deep.equal([processor.id, true, [resource]]);
    const right = await rights.rightOf(operating);
    expect([right.kind, right.reach, [...right.basis]]).to.deep.equal([BigInt(RightKind.operating), 3n, [processing]]);
  });

  it("lets a holder make a product of its resource, and a maker a product of its product", async () => {
    const { rights, seller, processor, holding, operating, scope } = await productFixture();
    await expect(rights.connect(seller.key).registerProduct(registration("own"), scope(), [holding])).to.emit(
      rights,
      "SubjectRegistered",
    );
    await expect(rights.connect(processor.key).registerProduct(registration("finer"), scope(), [operating])).to.emit(
      rights,
      "SubjectRegistered",
    );
  });

  it("lets nobody process a product that it may only sell further", async () => {
    const context = await productFixture();
    const { rights, processor, buyer, operating, scope } = context;
    const resale = await grant(context, processor, buyer, operating, RightKind.operating, scope({ depth: 0 }));
    await expect(rights.connect(buyer.key).registerProduct(registration("derived"), scope(), [resale]))
      .to.be.revertedWithCustomError(rights, "RightsKind")
      .withArgs(resale, RightKind.operating, RightKind.operating);
  });

  it("lets who may sub-license a product let others process it, within its scope and while it holds", async () => {
    const context = await productFixture();
    const { rights, processor, buyer, notary, operating, scope } = context;
    const resale = await grant(context, processor, buyer, operating, RightKind.operating, scope({ depth: 1 }));
    const use = await grant(context, buyer, notary, resale, RightKind.processing, scope({ depth: 0 }));
    await rights.connect(notary.key).registerProduct(registration("derived"), scope(), [use]);
    const derived = (await rights.subjectOf(await rights.subjectIdOf(notary.id, digestOf("derived")))).right;
    await rights.connect(processor.key).revoke(resale, REASON);
    expect(await rights.validityAt(derived, await now())).to.deep.equal([BigInt(Validity.revoked), resale]);
  });

  it("leaves the depth of a product's right to its maker: a product is a new thing", async () => {
    const context = await fixture();
    const { rights, seller, processor, holding, scope } = context;
    const processing = await grant(context, seller, processor, holding, RightKind.processing, scope({ depth: 0 }));
    await rights
      .connect(processor.key)
      .registerProduct(registration("deep"), scope({ depth: MAX_DEPTH }), [processing]);
    const { right } = await rights.subjectOf(await rights.subjectIdOf(processor.id, digestOf("deep")));
    expect((await rights.rightOf(right)).depth).to.equal(BigInt(MAX_DEPTH));
  });

  it("refuses no parents, too many, one twice, another's right, and a scope beyond any of them", async () => {
    const context = await productFixture();
    const { rights, seller, processor, resource, holding, processing, end, scope } = context;
    const mine = rights.connect(processor.key);
    const attempt = (basis: string[], change = {}) => mine.registerProduct(registration("new"), scope(change), basis);
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
    await expect(attempt([processing], { until: end + 1 }))
      .to.be.revertedWithCustomError(rights, "RightsPeriodExceeds")
      .withArgs(processing, end + 1, end);
  });

  it("is graded no lower than any of its parents", async () => {
    const { rights, seller, scope } = await fixture();
    const mine = rights.connect(seller.key);
    const bases: string[] = [];
    for (const grade of [Grade.general, Grade.important]) {
      await mine.registerResource(registration(`grade ${grade}`, grade), scope());
      bases.push((await rights.subjectOf(await rights.subjectIdOf(seller.id, digestOf(`grade ${grade}`)))).right);
    }
    const parent = await rights.subjectIdOf(seller.id, digestOf("grade 1"));
    await expect(mine.registerProduct(registration("mixed", Grade.general), scope(), bases))
      .to.be.revertedWithCustomError(rights, "RightsGrade")
      .withArgs(parent, Grade.important, Grade.general);
    await expect(mine.registerProduct(registration("mixed", Grade.important), scope(), bases)).to.emit(
      rights,
      "SubjectRegistered",
    );
  });

  it("stops being valid when any of several parents' rights ends", async () => {
    const context = await productFixture();
    const { rights, seller, buyer, processor, processing, scope } = context;
    await rights.connect(buyer.key).registerResource(registration("second"), scope());
    const { right: base } = await rights.subjectOf(await rights.subjectIdOf(buyer.id, digestOf("second")));
    const until = (await now()) + HOUR;
    const short = await grant(context, buyer, processor, base, RightKind.processing, scope({ depth: 0, until }));
    await rights.connect(processor.key).registerProduct(registration("both"), scope({ until }), [processing, short]);
    const { right } = await rights.subjectOf(await rights.subjectIdOf(processor.id, digestOf("both")));
    expect(await rights.isValid(right)).to.equal(true);
    await rights.connect(seller.key).revoke(processing, REASON);
    expect(await rights.validityAt(right, await now())).to.deep.equal([BigInt(Validity.revoked), processing]);
  });

  it("bounds how many rights one leans on, and with them the gas of a question", async function () {
    this.timeout(60_000);
    const { rights, seller, holding, scope } = await fixture();
    const mine = rights.connect(seller.key);
    const make = async (name: string, bases: string[]): Promise<string> => {
      await mine.registerProduct(registration(name), scope(), bases);
      return (await rights.subjectOf(await rights.subjectIdOf(seller.id, digestOf(name)))).right;
    };
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
    await expect(mine.registerProduct(registration("top"), scope(), towers))
      .to.be.revertedWithCustomError(rights, "RightsReach")
      .withArgs(257, 256);
    const top = await make("top", [...towers.slice(0, 15), below]);
    expect((await rights.rightOf(top)).reach).to.equal(256n);
    expect(await rights.isValid(top)).to.equal(true);
    expect(Number(await rights.isValid.estimateGas(top))).to.be.lessThan(4_000_000);
  });
});

describe("Rights: listing", () => {
  it("allows a product by its operating right and a resource by its holding right", async () => {
    const { rights, seller, processor, resource, holding, product, operating } = await productFixture();
    expect(await rights.listingOf(product, operating, processor.id)).to.equal(BigInt(Listing.allowed));
    expect(await rights.listingOf(resource, holding, seller.id)).to.equal(BigInt(Listing.allowed));
  });

  it("says why not: unknown, core, other subject, other kind, other holder, right not valid", async () => {
    const context = await productFixture();
    const { rights, seller, processor, resource, holding, processing, product, operating, scope } = context;
    await rights.connect(seller.key).registerResource(registration("secret", Grade.core), scope());
    const secret = await rights.subjectIdOf(seller.id, digestOf("secret"));
    const title = (await rights.subjectOf(secret)).right;
    const cases = [
      [DOCUMENT, operating, processor.id, Listing.unknownSubject],
      [secret, title, seller.id, Listing.coreGrade],
      [product, holding, seller.id, Listing.wrongSubject],
      [product, DOCUMENT, seller.id, Listing.wrongSubject],
      [resource, processing, processor.id, Listing.wrongKind],
      [product, operating, seller.id, Listing.wrongHolder],
    ] as const;
    for (const [subject, right, member, listing] of cases) {
      expect(await rights.listingOf(subject, right, member)).to.equal(BigInt(listing));
    }
    await rights.connect(seller.key).revoke(holding, REASON);
    expect(await rights.listingOf(product, operating, processor.id)).to.equal(BigInt(Listing.rightNotValid));
  });
});
