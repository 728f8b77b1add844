import {
  AttestationKind,
  Result,
  SubjectKind,
  maskOfAttestations,
  maskOfKinds,
  type KindName,
} from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, TypedDataEncoder, Wallet, ZeroHash, keccak256, zeroPadBytes } from "ethers";
import { DAY, REASON, admit, callOf, decide, digestOf, ethers, networkHelpers, now, type Actor } from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";
import {
  ATTEST_TYPES,
  MAX_PERIOD,
  PRODUCT,
  SOURCE,
  TABLE,
  attested,
  deployAttestations,
  fixture,
  sanction,
  signStatement,
  statementOf,
  ticket,
  type Bureau,
} from "./scene.ts";

/** Bit of the restriction, `Restriction.Attesting` of Cases. */
const ATTESTING = 3;
const codec = AbiCoder.defaultAbiCoder();

/** Who may state what, written down again apart from the contract. */
const QUALIFIED: Readonly<Record<string, readonly KindName[]>> = {
  compliance: ["notary"],
  security: ["regulator"],
  algorithm: ["regulator", "certifier"],
  certification: ["certifier"],
  valuation: ["auditor"],
  insurance: ["insurer"],
  custody: ["custodian"],
  crossBorder: ["regulator"],
  riskAssessment: ["certifier"],
};
const KINDS = Object.entries(QUALIFIED) as [keyof typeof AttestationKind, readonly KindName[]][];

/** One member of each kind that the scene has. */
const membersByKind = (context: Bureau): [KindName, Actor][] => [
  ["venue", context.venue],
  ["supplier", context.seller],
  ["processor", context.processor],
  ["operator", context.buyer],
  ["notary", context.notary],
  ["auditor", context.auditor],
  ["certifier", context.certifier],
  ["insurer", context.insurer],
  ["custodian", context.custodian],
  ["regulator", context.regulator],
];

describe("Attestations: stating", () => {
  it("keeps what was stated under an id that is bound to attester and statement", async () => {
    const { attestations, notary } = await fixture();
    const statement = await statementOf({ result: Result.conditional });
    const id = keccak256(
      codec.encode(
        ["bytes18", "bytes32"],
        [notary.id, TypedDataEncoder.hashStruct("Statement", { Statement: ATTEST_TYPES["Statement"]! }, statement)],
      ),
    );
    expect(await attestations.attestationIdOf(notary.id, statement)).to.equal(id);
    expect(await attestations.connect(notary.key).attest.staticCall(statement)).to.equal(id);
    await expect(attestations.connect(notary.key).attest(statement))
      .to.emit(attestations, "Attested")
      .withArgs(id, notary.id, PRODUCT, 1, notary.address, Object.values(statement));
    const kept = await attestations.attestationOf(id);
    expect([kept.attester, kept.recordedAt, kept.number]).to.deep.equal([notary.id, BigInt(await now()), 1n]);
    expect([kept.revokedAt, kept.supersededAt, kept.reason]).to.deep.equal([0n, 0n, ZeroHash]);
    const stated = Object.values<string | number>({ ...statement }).map((value) =>
      typeof value === "number" ? BigInt(value) : value,
    );
    expect([...kept.statement]).to.deep.equal(stated);
    expect(await attestations.latestOf(notary.id, 1, 1, PRODUCT)).to.equal(id);
    expect([...(await attestations.attestersOf(1, 1, PRODUCT))]).to.deep.equal([notary.id]);
    expect(await attestations.attestationCount()).to.equal(1n);
  });

  for (const [name, qualified] of KINDS) {
    it(`takes ${name} from ${qualified.join(" or ")} and from no other kind of member`, async () => {
      const context = await fixture();
      const { attestations } = context;
      const kind = AttestationKind[name];
      expect(await attestations.attestersFor(kind)).to.equal(BigInt(maskOfKinds(qualified)));
      const statement = await statementOf({ kind });
      let [taken, refused] = [0, 0];
      for (const [memberKind, actor] of membersByKind(context)) {
        const attempt = attestations.connect(actor.key).attest(statement);
        if (qualified.includes(memberKind)) {
          await expect(attempt).to.emit(attestations, "Attested");
          taken += 1;
        } else {
          await expect(attempt)
            .to.be.revertedWithCustomError(attestations, "AttestationsNotQualified")
            .withArgs(actor.id, kind);
          refused += 1;
        }
      }
      expect([taken, refused]).to.deep.equal([qualified.length, 10 - qualified.length]);
    });
  }

  it("names every kind of the enum and no other", async () => {
    const { attestations, notary } = await fixture();
    expect(KINDS).to.have.length(9);
    expect(await attestations.attestersFor(0)).to.equal(0n);
    await expect(attestations.attestersFor(10)).to.be.revert(ethers);
    const mine = attestations.connect(notary.key);
    for (const change of [{ kind: 10 }, { subjectKind: 7 }, { result: 4 }]) {
      await expect(mine.attest(await statementOf(change))).to.be.revert(ethers);
    }
  });

  it("takes statements on every kind of subject", async () => {
    const context = await fixture();
    const subjects = Object.entries(SubjectKind).filter(([name]) => name !== "none");
    for (const [name, subjectKind] of subjects) {
      const subject = name === "member" ? zeroPadBytes(context.seller.id, 32) : PRODUCT;
      const id = await attested(context, context.notary, { subjectKind, subject });
      expect((await context.attestations.standing(1, subjectKind, subject)).id).to.equal(id);
    }
    expect(subjects).to.have.length(6);
    // Certified before it applies: the code is genuine, the organisation no member yet.
    await attested(context, context.certifier, {
      kind: AttestationKind.certification,
      subjectKind: SubjectKind.member,
      subject: zeroPadBytes(memberId(usccOf(77)), 32),
    });
  });

  it("refuses a statement without kind, result, digest or subject", async () => {
    const { attestations, notary } = await fixture();
    const mine = attestations.connect(notary.key);
    const attempt = async (change: object) => mine.attest(await statementOf(change));
    await expect(attempt({ kind: 0 }))
      .to.be.revertedWithCustomError(attestations, "AttestationsKind")
      .withArgs();
    await expect(attempt({ result: 0 }))
      .to.be.revertedWithCustomError(attestations, "AttestationsResult")
      .withArgs();
    for (const digest of ["opinion", "materials", "rules"]) {
      await expect(attempt({ [digest]: ZeroHash }), digest)
        .to.be.revertedWithCustomError(attestations, "AttestationsZeroDigest")
        .withArgs();
    }
    for (const [subjectKind, subject] of [
      [SubjectKind.none, PRODUCT],
      [SubjectKind.product, ZeroHash],
      [SubjectKind.member, ZeroHash],
    ] as const) {
      await expect(attempt({ subjectKind, subject }))
        .to.be.revertedWithCustomError(attestations, "AttestationsSubject")
        .withArgs(subjectKind, subject);
    }
    expect(await attestations.attestationCount()).to.equal(0n);
  });

  it("names a member by its genuine code alone, and nobody attests itself", async () => {
    const { attestations, notary, seller } = await fixture();
    const attempt = async (subject: string) =>
      attestations.connect(notary.key).attest(await statementOf({ subjectKind: SubjectKind.member, subject }));
    const clean = zeroPadBytes(seller.id, 32);
    const wrongCheck = zeroPadBytes(`${seller.id.slice(0, -2)}49`, 32);
    for (const subject of [`${clean.slice(0, -2)}01`, `${seller.id}01${"00".repeat(13)}`, wrongCheck, PRODUCT]) {
      await expect(attempt(subject))
        .to.be.revertedWithCustomError(attestations, "AttestationsSubject")
        .withArgs(SubjectKind.member, subject);
    }
    await expect(attempt(zeroPadBytes(notary.id, 32)))
      .to.be.revertedWithCustomError(attestations, "AttestationsSelf")
      .withArgs(notary.id);
    await expect(attempt(clean)).to.emit(attestations, "Attested");
  });

  it("lets several members state the same, each under its own id", async () => {
    const context = await fixture();
    const { attestations, notary, secondNotary } = context;
    const statement = await statementOf();
    const [first, second] = [notary, secondNotary].map(({ id }) => attestations.attestationIdOf(id, statement));
    await attestations.connect(notary.key).attest(statement);
    const before = await attestations.attestationOf(await first!);
    await attestations.connect(secondNotary.key).attest(statement);
    expect(await first).to.not.equal(await second);
    expect(await attestations.attestationOf(await first!)).to.deep.equal(before);
    expect([...(await attestations.attestersOf(1, 1, PRODUCT))]).to.deep.equal([notary.id, secondNotary.id]);
  });

  it("keeps what a suspended attester stated, and takes nothing new from it", async () => {
    const context = await fixture();
    const { members, council, attestations, notary, venue, regulator } = context;
    const id = await attested(context, notary);
    await decide(council, [venue, regulator], [await callOf(members, "suspend", [notary.id, REASON])]);
    expect(await attestations.isValidAt(id, await now())).to.equal(true);
    expect((await attestations.standing(1, 1, PRODUCT)).id).to.equal(id);
    await expect(attestations.connect(notary.key).attest(await statementOf({ supersedes: id })))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(notary.id, 2);
    await expect(attestations.connect(notary.key).revoke(id, REASON))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(notary.id, 2);
    await attestations.connect(regulator.key).revoke(id, REASON);
    expect((await attestations.standing(1, 1, PRODUCT)).id).to.equal(ZeroHash);
  });
});

describe("Attestations: periods", () => {
  /** Attests in a block of this second. */
  async function at(context: Bureau, second: number, validFrom: number, validUntil: number) {
    const statement = await statementOf({ validFrom, validUntil });
    await networkHelpers.time.setNextBlockTimestamp(second);
    return context.attestations.connect(context.notary.key).attest(statement);
  }

  const cases = [
    { name: "one second that is this one", from: 0, until: 1, good: true },
    { name: "the longest from now", from: 0, until: MAX_PERIOD, good: true },
    { name: "one that began before its recording", from: -30 * DAY, until: DAY, good: true },
    { name: "one that begins later", from: 30 * DAY, until: MAX_PERIOD, good: true },
    { name: "one that ends as it begins", from: DAY, until: DAY, good: false },
    { name: "one that ends before it begins", from: DAY, until: DAY - 1, good: false },
    { name: "one that ends with this second", from: -DAY, until: 0, good: false },
    { name: "one second more than the longest", from: 0, until: MAX_PERIOD + 1, good: false },
    { name: "the longest, begun a second before", from: -1, until: MAX_PERIOD, good: false },
    { name: "a short one that ends too late", from: MAX_PERIOD, until: MAX_PERIOD + 1, good: false },
  ] as const;
  for (const { name, from, until, good } of cases) {
    it(`${good ? "takes" : "refuses"} ${name}`, async () => {
      const context = await fixture();
      const { attestations } = context;
      const second = (await now()) + 100;
      const attempt = at(context, second, second + from, second + until);
      if (good) await expect(attempt).to.emit(attestations, "Attested");
      else {
        await expect(attempt)
          .to.be.revertedWithCustomError(attestations, "AttestationsPeriod")
          .withArgs(second + from, second + until);
      }
    });
  }

  it("refuses no end, and the bounds of the type", async () => {
    const context = await fixture();
    const { attestations } = context;
    const second = (await now()) + 100;
    for (const [from, until] of [
      [0, 0],
      [0, second + DAY],
      [second, 2 ** 48 - 1],
      [2 ** 48 - 2, 2 ** 48 - 1],
      [2 ** 48 - 1, 0],
    ] as const) {
      await expect(at(context, (await now()) + 1, from, until), `${from} to ${until}`)
        .to.be.revertedWithCustomError(attestations, "AttestationsPeriod")
        .withArgs(from, until);
    }
  });
});

describe("Attestations: lines of one attester on one matter", () => {
  it("takes as a next one only what supersedes the newest", async () => {
    const context = await fixture();
    const { attestations, notary } = context;
    const mine = attestations.connect(notary.key);
    await expect(mine.attest(await statementOf({ supersedes: REASON })))
      .to.be.revertedWithCustomError(attestations, "AttestationsSupersedes")
      .withArgs(ZeroHash, REASON);
    const first = await attested(context, notary);
    await expect(mine.attest(await statementOf({ result: Result.fail })))
      .to.be.revertedWithCustomError(attestations, "AttestationsSupersedes")
      .withArgs(first, ZeroHash);
    const next = await statementOf({ result: Result.fail, supersedes: first });
    const second = await attestations.attestationIdOf(notary.id, next);
    const recordedAt = (await now()) + 10;
    await networkHelpers.time.setNextBlockTimestamp(recordedAt);
    await expect(mine.attest(next)).to.emit(attestations, "AttestationSuperseded").withArgs(first, second, recordedAt);
    await expect(mine.attest(next))
      .to.be.revertedWithCustomError(attestations, "AttestationsSupersedes")
      .withArgs(second, first);
    expect((await attestations.attestationOf(first)).supersededAt).to.equal(BigInt(recordedAt));
    expect((await attestations.attestationOf(second)).statement.supersedes).to.equal(first);
  });

  it("keeps lines of other attesters, kinds, kinds of subject and subjects apart", async () => {
    const context = await fixture();
    const { attestations, notary, secondNotary, regulator, certifier } = context;
    const first = await attested(context, notary);
    await attested(context, secondNotary);
    await attested(context, notary, { subjectKind: SubjectKind.trade });
    await attested(context, notary, { subject: digestOf("other") });
    await attested(context, regulator, { kind: AttestationKind.algorithm });
    await attested(context, certifier, { kind: AttestationKind.algorithm });
    expect(await attestations.latestOf(notary.id, 1, 1, PRODUCT)).to.equal(first);
    expect((await attestations.attestationOf(first)).supersededAt).to.equal(0n);
    expect(await attestations.attestationCount()).to.equal(6n);
  });

  it("counts 64 attesters of one matter and refuses one more, who may still attest another", async function () {
    this.timeout(120_000);
    const context = await fixture();
    const { members, attestations, venue, regulator, outsider } = context;
    const statement = await statementOf();
    const crowd: Actor[] = [];
    for (let i = 0; i < 65; ++i) {
      const key = new Wallet(digestOf(`notary ${i}`), ethers.provider);
      await networkHelpers.setBalance(key.address, 10n ** 18n);
      const actor = { id: memberId(usccOf(100 + i)), key, address: key.address };
      await admit(members, [venue, regulator], actor, ["notary"]);
      crowd.push(actor);
    }
    const until = await ticket();
    const signed = await Promise.all(crowd.map((actor) => signStatement(attestations, actor, statement, until)));
    await attestations.connect(outsider).attestManyBySignature(signed.slice(0, 32));
    await attestations.connect(outsider).attestManyBySignature(signed.slice(32, 64));
    expect(await attestations.attestersOf(1, 1, PRODUCT)).to.have.length(64);
    await expect(attestations.connect(outsider).attestBySignature(signed[64]!))
      .to.be.revertedWithCustomError(attestations, "AttestationsTooManyAttesters")
      .withArgs(64);
    expect((await attestations.standing(1, 1, PRODUCT)).id).to.equal(
      await attestations.attestationIdOf(crowd[63]!.id, statement),
    );
    expect(await attestations.standing.estimateGas(1, 1, PRODUCT)).to.be.below(1_000_000n);
    await attested(context, crowd[64]!, { subject: digestOf("other") });
  });
});

describe("Attestations: batches", () => {
  it("records 32 statements of the caller in order, all or none", async () => {
    const { attestations, notary } = await fixture();
    const mine = attestations.connect(notary.key);
    const batch = await Promise.all(
      Array.from({ length: 33 }, (_, i) => statementOf({ subject: digestOf(`product ${i}`) })),
    );
    for (const given of [[], batch]) {
      await expect(mine.attestMany(given))
        .to.be.revertedWithCustomError(attestations, "AttestationsBatch")
        .withArgs(given.length, 32);
      await expect(mine.attestManyBySignature([]))
        .to.be.revertedWithCustomError(attestations, "AttestationsBatch")
        .withArgs(0, 32);
    }
    const bad = batch.slice(0, 32).with(6, { ...batch[6]!, opinion: ZeroHash });
    await expect(mine.attestMany(bad)).to.be.revertedWithCustomError(attestations, "AttestationsZeroDigest");
    expect(await attestations.attestationCount()).to.equal(0n);
    const twice = batch.slice(0, 2).with(1, batch[0]!);
    await expect(mine.attestMany(twice)).to.be.revertedWithCustomError(attestations, "AttestationsSupersedes");
    const good = batch.slice(0, 32);
    const ids = await mine.attestMany.staticCall(good);
    await mine.attestMany(good);
    expect(await attestations.attestationCount()).to.equal(32n);
    for (const [i, id] of ids.entries()) {
      expect(id).to.equal(await attestations.attestationIdOf(notary.id, good[i]!));
      expect((await attestations.attestationOf(id)).number).to.equal(BigInt(i + 1));
    }
  });

  it("leaves no state when gas runs out in the middle", async () => {
    const { attestations, notary } = await fixture();
    const mine = attestations.connect(notary.key);
    const batch = await Promise.all(
      Array.from({ length: 8 }, (_, i) => statementOf({ subject: digestOf(`product ${i}`) })),
    );
    const needed = await mine.attestMany.estimateGas(batch);
    await expect(mine.attestMany(batch, { gasLimit: needed - 5000n })).to.be.revert(ethers);
    expect(await attestations.attestationCount()).to.equal(0n);
    expect([...(await attestations.attestersOf(1, 1, digestOf("product 0")))]).to.deep.equal([]);
  });
});

describe("Attestations: attesters under sanction", () => {
  it("refuses them for the time of the sanction, by call and by signature, alone and in a batch, and takes the others", async () => {
    const context = await fixture();
    const { attestations, notary, secondNotary, outsider } = context;
    const before = await attested(context, notary);
    const [from, until] = [(await now()) + 100, (await now()) + 200];
    await sanction(context, notary, 1 << ATTESTING, from, until);
    const first = await statementOf({ subject: digestOf("first") });
    await networkHelpers.time.setNextBlockTimestamp(from - 1);
    await attestations.connect(notary.key).attest(first);
    const statement = await statementOf({ subject: digestOf("second") });
    const signed = await signStatement(attestations, notary, statement, await ticket());
    const refused = [
      () => attestations.connect(notary.key).attest.staticCall(statement),
      () => attestations.connect(notary.key).attestMany.staticCall([statement]),
      () => attestations.connect(outsider).attestBySignature.staticCall(signed),
      () => attestations.connect(outsider).attestManyBySignature.staticCall([signed]),
    ];
    await networkHelpers.time.increaseTo(from);
    for (const attempt of refused) {
      await expect(attempt()).to.be.revertedWithCustomError(attestations, "AttestationsSanctioned").withArgs(notary.id);
    }
    await networkHelpers.time.increaseTo(until - 2);
    await networkHelpers.time.setNextBlockTimestamp(until - 1);
    await expect(attestations.connect(outsider).attestBySignature(signed))
      .to.be.revertedWithCustomError(attestations, "AttestationsSanctioned")
      .withArgs(notary.id);
    expect(await attestations.isSpent(notary.id, digestOf("nonce"))).to.equal(false);
    expect(await attestations.attestationCount()).to.equal(2n);
    expect(await attestations.isValidAt(before, await now())).to.equal(true);
    await attestations.connect(secondNotary.key).attest.staticCall(statement);
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(attestations.connect(outsider).attestBySignature(signed)).to.emit(attestations, "Attested");
  });

  it("minds no other restriction, and still lets a sanctioned attester revoke", async () => {
    const context = await fixture();
    const { attestations, notary } = context;
    const id = await attested(context, notary);
    const from = await now();
    const others = 0b11_1111 & ~(1 << ATTESTING);
    const { cases } = context;
    await sanction(context, notary, others, from, from + DAY);
    expect(await cases.isSanctioned(notary.id, others, await now())).to.equal(true);
    await expect(attestations.connect(notary.key).attest(await statementOf({ subject: digestOf("other") }))).to.emit(
      attestations,
      "Attested",
    );
    await sanction({ ...context, seller: context.venue }, notary, 1 << ATTESTING, from, from + DAY);
    await expect(attestations.connect(notary.key).attest(await statementOf({ subject: digestOf("third") })))
      .to.be.revertedWithCustomError(attestations, "AttestationsSanctioned")
      .withArgs(notary.id);
    await expect(attestations.connect(notary.key).revoke(id, REASON)).to.emit(attestations, "AttestationRevoked");
  });
});

describe("Attestations: the constructor", () => {
  it("refuses members, council or cases where there is no contract, and a table without a source", async () => {
    const { attestations, members, council, cases, buyer } = await fixture();
    const good = [members, council, cases];
    for (const place of [0, 1, 2]) {
      const given = good.map((contract, i) => (i === place ? buyer.address : contract));
      await expect(ethers.deployContract("Attestations", [...given, TABLE, SOURCE] as never))
        .to.be.revertedWithCustomError(attestations, "AttestationsNoContract")
        .withArgs(buyer.address);
    }
    await expect(deployAttestations(members, TABLE, ZeroHash))
      .to.be.revertedWithCustomError(attestations, "AttestationsZeroDigest")
      .withArgs();
  });

  const none: [number, number] = [0, 0];
  const risk = maskOfAttestations(["riskAssessment"]);
  const tables = [
    { name: "no kind (bit 0)", table: [[1, 1], none, none], fault: [0, false, 1] },
    { name: "a kind that does not exist", table: [none, none, [0, 1 << 10]], fault: [2, true, 1 << 10] },
    { name: "less across the border than at home", table: [[2, 4], none, none], fault: [0, true, 4] },
    { name: "less for important than for general", table: [[2, 2], [risk, risk], none], fault: [1, false, risk] },
    { name: "less for core across the border", table: [none, [0, risk], none], fault: [2, true, 0] },
  ] as const;
  for (const { name, table, fault } of tables) {
    it(`refuses a table that asks for ${name}`, async () => {
      const { attestations, members } = await fixture();
      await expect(deployAttestations(members, table as unknown as typeof TABLE))
        .to.be.revertedWithCustomError(attestations, "AttestationsRequirements")
        .withArgs(...fault);
    });
  }

  it("takes the empty table and the fullest", async () => {
    const { members } = await fixture();
    const all = 0b1111111110;
    for (const mask of [0, all]) {
      const contract = await deployAttestations(members, [
        [mask, mask],
        [mask, mask],
        [mask, mask],
      ]);
      expect(await contract.requirementsOf(1, true)).to.equal(BigInt(mask));
      expect(await contract.unmetRequirements(1, PRODUCT, 0, false)).to.equal(BigInt(mask));
    }
  });
});
