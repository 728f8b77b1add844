import { expect } from "chai";
import { AbiCoder, Wallet, ZeroAddress, ZeroHash, encodeBytes32String, keccak256, type TypedDataField } from "ethers";
import type {
  ConsentTermsStruct,
  MandateTermsStruct,
  PersonSignatureStruct,
} from "../../../sdk/src/chain/contracts/rights/Consents.ts";
import {
  DAY,
  HOUR,
  NOBODY,
  Source,
  digestOf,
  enter,
  ethers,
  fixture as scene,
  keyOfRole,
  networkHelpers,
  now,
  type Scene,
} from "./registry-scene.ts";

const YEARS = 1096 * DAY;
const coder = AbiCoder.defaultAbiCoder();
const TERMS: TypedDataField[] = [
  { name: "person", type: "bytes32" },
  { name: "subject", type: "bytes32" },
  { name: "recipient", type: "bytes18" },
  { name: "purposes", type: "uint64" },
  { name: "from", type: "uint48" },
  { name: "until", type: "uint48" },
  { name: "notice", type: "bytes32" },
  { name: "noticedAt", type: "uint48" },
  { name: "channel", type: "uint8" },
  { name: "decision", type: "uint8" },
];
const MANDATE: TypedDataField[] = [
  { name: "trustee", type: "bytes18" },
  { name: "persons", type: "bytes32" },
  { name: "many", type: "bool" },
  { name: "purposes", type: "uint64" },
  { name: "from", type: "uint48" },
  { name: "until", type: "uint48" },
  { name: "document", type: "bytes32" },
  { name: "recipients", type: "bytes18[]" },
];
const DEADLINE = { name: "deadline", type: "uint256" };
const TYPES: Readonly<Record<string, Record<string, TypedDataField[]>>> = {
  Decision: { Decision: [{ name: "terms", type: "ConsentTerms" }, DEADLINE], ConsentTerms: TERMS },
  Withdrawal: { Withdrawal: [{ name: "consent", type: "bytes32" }] },
  Entrustment: { Entrustment: [{ name: "terms", type: "MandateTerms" }, DEADLINE], MandateTerms: MANDATE },
  Revocation: {
    Revocation: [
      { name: "mandate", type: "bytes32" },
      { name: "person", type: "bytes32" },
    ],
  },
};

/** A person: a one-time key and what opens the commitment to it. */
interface Person {
  readonly key: Wallet;
  readonly opening: string;
  readonly id: string;
}
function personOf(name: string): Person {
  const key = new Wallet(digestOf(`key of ${name}`));
  const opening = digestOf(`opening of ${name}`);
  return { key, opening, id: keccak256(coder.encode(["address", "bytes32"], [key.address, opening])) };
}

async function sign(
  { consents }: Scene,
  person: Person,
  type: "Decision" | "Withdrawal" | "Entrustment" | "Revocation",
  message: object,
  change: object = {},
): Promise<PersonSignatureStruct> {
  const { chainId } = await ethers.provider.getNetwork();
  const verifyingContract = await consents.getAddress();
  const domain = { name: "Lianzheng Consents", version: "1", chainId, verifyingContract, ...change };
  const signature = await person.key.signTypedData(domain, TYPES[type]!, message);
  return { key: person.key.address, opening: person.opening, signature };
}

interface Context extends Scene {
  readonly subject: string;
  readonly alice: Person;
  readonly terms: ConsentTermsStruct;
  readonly deadline: number;
  readonly mandate: MandateTermsStruct;
}

/** Personal data of the owner, terms for the recipient and a mandate of one person for the trustee. */
async function fixture(): Promise<Context> {
  const context = await scene();
  const subject = await enter(context, { source: Source.personal });
  const alice = personOf("alice");
  const time = await now();
  const terms = {
    person: alice.id,
    subject,
    recipient: context.recipient.id,
    purposes: 0b1011,
    from: time,
    until: time + 100 * DAY,
    notice: digestOf("notice"),
    noticedAt: time,
    channel: 1,
    decision: 1,
  };
  const mandate = {
    trustee: context.trustee.id,
    persons: alice.id,
    many: false,
    purposes: 0b11111,
    from: time,
    until: time + 200 * DAY,
    document: digestOf("mandate"),
    recipients: [context.recipient.id, context.other.id],
  };
  return { ...context, subject, alice, terms, deadline: time + HOUR, mandate };
}

/** Records what the person decides, and answers with its id. */
async function give(
  context: Context,
  change: Partial<ConsentTermsStruct> = {},
  person = context.alice,
): Promise<string> {
  const terms = { ...context.terms, ...change };
  const { consents, outsider, deadline } = context;
  const signed = await sign(context, person, "Decision", { terms, deadline });
  await consents.connect(outsider).give(terms, deadline, signed);
  return consents.consentIdOf(ZeroHash, terms);
}

/** Records the person's mandate, and answers with its id. */
async function entrust(
  context: Context,
  change: Partial<MandateTermsStruct> = {},
  person = context.alice,
): Promise<string> {
  const terms = { ...context.mandate, ...change };
  const { consents, deadline } = context;
  await consents.entrust(terms, deadline, await sign(context, person, "Entrustment", { terms, deadline }));
  return consents.mandateIdOf(terms);
}

describe("Consents: a person's own", () => {
  it("are recorded with the notice that the person was shown", async () => {
    const context = await fixture();
    const { consents, terms, deadline, subject, recipient, alice, outsider } = context;
    const signed = await sign(context, alice, "Decision", { terms, deadline });
    const inner = keccak256(
      coder.encode(
        TERMS.map(({ type }) => type),
        TERMS.map(({ name }) => terms[name as keyof ConsentTermsStruct]),
      ),
    );
    const id = keccak256(
      coder.encode(["bytes32", "bytes32", "bytes32"], [encodeBytes32String("consent"), ZeroHash, inner]),
    );
    const giving = consents.connect(outsider).give(terms, deadline, signed);
    await expect(giving).to.emit(consents, "NoticeReceived").withArgs(id, terms.notice, 1, terms.noticedAt);
    await expect(giving)
      .to.emit(consents, "ConsentDecided")
      .withArgs(id, subject, recipient.id, ZeroHash, Object.values(terms));
    const given = await consents.consentOf(id);
    expect([given.givenAt, given.withdrawnAt, given.mandate]).to.deep.equal([BigInt(await now()), 0n, ZeroHash]);
    expect(await consents.isKeySpent(alice.key.address)).to.equal(true);
    const receipt = await (await giving).wait();
    const logged = receipt!.logs.map(({ data, topics }) => data + topics.join("")).join("");
    expect(logged).not.to.include(alice.key.address.slice(2).toLowerCase());
  });

  it("cover what was signed and no more", async () => {
    const context = await fixture();
    const { consents, subject, recipient, other, terms } = context;
    const id = await give(context);
    const until = Number(terms.until);
    const ask = (change: object = {}) => {
      const of = { subject, recipient: recipient.id, purposes: 0b1011, until, ...change };
      return consents.covers(id, of.subject, of.recipient, of.purposes, of.until);
    };
    expect(await ask()).to.equal(true);
    expect(await ask({ purposes: 0b1000, until: until - 1 })).to.equal(true);
    for (const change of [
      { purposes: 0b100 },
      { purposes: 0b1111 },
      { purposes: 0 },
      { until: until + 1 },
      { recipient: other.id },
      { recipient: NOBODY },
      { subject: digestOf("x") },
    ]) {
      expect(await ask(change), JSON.stringify(change)).to.equal(false);
    }
    expect(await consents.covers(ZeroHash, ZeroHash, NOBODY, 0, 0)).to.equal(false);
  });

  it("are valid from their recording to their end, to the second", async () => {
    const context = await fixture();
    const { consents, terms } = context;
    const id = await give(context, { from: (await now()) - 50 * DAY });
    const at = await now();
    expect(await consents.isValidAt(id, at - 1)).to.equal(false);
    expect(await consents.isValidAt(id, at)).to.equal(true);
    expect(await consents.isValidAt(id, Number(terms.until) - 1)).to.equal(true);
    expect(await consents.isValidAt(id, Number(terms.until))).to.equal(false);
    const later = await give(context, { from: at + DAY, person: personOf("bob").id }, personOf("bob"));
    expect(await consents.isValidAt(later, at + DAY - 1)).to.equal(false);
    expect(await consents.isValidAt(later, at + DAY)).to.equal(true);
  });

  it("are withdrawn for the whole second, once, by anybody who brings the signature", async () => {
    const context = await fixture();
    const { consents, alice, outsider, subject, recipient, terms } = context;
    const id = await give(context);
    const signed = await sign(context, alice, "Withdrawal", { consent: id });
    const at = (await now()) + 1000;
    await networkHelpers.time.setNextBlockTimestamp(at);
    await expect(consents.connect(outsider).withdraw(id, signed))
      .to.emit(consents, "ConsentWithdrawn")
      .withArgs(id, NOBODY);
    expect(await consents.isValidAt(id, at - 1)).to.equal(true);
    expect(await consents.isValidAt(id, at)).to.equal(false);
    expect(await consents.covers(id, subject, recipient.id, 1, terms.until)).to.equal(false);
    await expect(consents.withdraw(id, signed))
      .to.be.revertedWithCustomError(consents, "ConsentsAlreadyWithdrawn")
      .withArgs(id, at);
    await expect(consents.withdraw(digestOf("x"), signed))
      .to.be.revertedWithCustomError(consents, "ConsentsUnknown")
      .withArgs(digestOf("x"));
  });

  it("are withdrawn by nobody else", async () => {
    const context = await fixture();
    const { consents, alice, trustee } = context;
    const id = await give(context);
    const mallory = personOf("mallory");
    await expect(consents.withdraw(id, await sign(context, mallory, "Withdrawal", { consent: id })))
      .to.be.revertedWithCustomError(consents, "ConsentsPerson")
      .withArgs(alice.id, mallory.id);
    await expect(consents.withdraw(id, await sign(context, alice, "Withdrawal", { consent: digestOf("other") })))
      .to.be.revertedWithCustomError(consents, "ConsentsSignature")
      .withArgs(alice.key.address);
    await expect(consents.connect(trustee.key).withdrawAsTrustee(id))
      .to.be.revertedWithCustomError(consents, "ConsentsUnknownMandate")
      .withArgs(ZeroHash);
  });

  it("may be denials, which are kept and never valid", async () => {
    const context = await fixture();
    const { consents, alice, subject, recipient, terms } = context;
    const id = await give(context, { decision: 2 });
    expect((await consents.consentOf(id)).terms.decision).to.equal(2n);
    expect(await consents.isValidAt(id, await now())).to.equal(false);
    expect(await consents.covers(id, subject, recipient.id, 1, terms.until)).to.equal(false);
    await expect(consents.withdraw(id, await sign(context, alice, "Withdrawal", { consent: id })))
      .to.be.revertedWithCustomError(consents, "ConsentsDenied")
      .withArgs(id);
  });

  type Change = (context: Context) => Partial<ConsentTermsStruct> | Promise<Partial<ConsentTermsStruct>>;
  type Values = (terms: ConsentTermsStruct) => readonly unknown[];
  const bad: readonly (readonly [string, Change, string, Values])[] = [
    ["an unknown subject", () => ({ subject: digestOf("x") }), "ConsentsUnknownSubject", ({ subject }) => [subject]],
    [
      "data that is not personal",
      async (context) => ({ subject: await enter(context, { digest: digestOf("e") }) }),
      "ConsentsNotPersonal",
      ({ subject }) => [subject],
    ],
    ["no recipient", () => ({ recipient: NOBODY }), "ConsentsRecipient", () => [NOBODY]],
    ["a recipient of nobody", () => ({ recipient: `0x${"ff".repeat(18)}` }), "ConsentsRecipient", (t) => [t.recipient]],
    ["a zero person", () => ({ person: ZeroHash }), "ConsentsZeroDigest", () => []],
    ["no notice", () => ({ notice: ZeroHash }), "ConsentsZeroDigest", () => []],
    ["no purpose", () => ({ purposes: 0 }), "ConsentsPurposes", () => [0, 4]],
    ["five purposes", () => ({ purposes: 0b11111 }), "ConsentsPurposes", () => [0b11111, 4]],
    ["all purposes", () => ({ purposes: 2n ** 64n - 1n }), "ConsentsPurposes", () => [2n ** 64n - 1n, 4]],
    ["an empty period", ({ terms }) => ({ from: terms.until }), "ConsentsPeriod", (t) => [t.from, t.until]],
    ["a period over", async () => ({ from: 1, until: (await now()) + 1 }), "ConsentsPeriod", (t) => [t.from, t.until]],
    [
      "more than three years",
      ({ terms }) => ({ until: Number(terms.from) + YEARS + 1 }),
      "ConsentsPeriod",
      (t) => [t.from, t.until],
    ],
    [
      "an end beyond three years from now",
      ({ terms }) => ({ from: Number(terms.from) + DAY, until: Number(terms.from) + YEARS + HOUR }),
      "ConsentsPeriod",
      (t) => [t.from, t.until],
    ],
    ["an unlimited end", () => ({ until: 2 ** 48 - 1 }), "ConsentsPeriod", (t) => [t.from, t.until]],
    ["a notice without time", () => ({ noticedAt: 0 }), "ConsentsNotice", () => [0, 1]],
    ["a notice to come", async () => ({ noticedAt: (await now()) + DAY }), "ConsentsNotice", (t) => [t.noticedAt, 1]],
    ["a notice by no channel", () => ({ channel: 0 }), "ConsentsNotice", (t) => [t.noticedAt, 0]],
    ["no decision", () => ({ decision: 0 }), "ConsentsDecision", () => []],
  ];
  for (const [what, change, error, values] of bad) {
    it(`refuses ${what}`, async () => {
      const context = await fixture();
      const terms = { ...context.terms, ...(await change(context)) };
      const refused = expect(give(context, terms)).to.be.revertedWithCustomError(context.consents, error);
      await (values(terms).length === 0 ? refused : refused.withArgs(...values(terms)));
      expect(await context.consents.isKeySpent(context.alice.key.address)).to.equal(false);
    });
  }

  it("refuses a recipient that is suspended", async () => {
    const context = await fixture();
    const { consents, members, council, recipient } = context;
    await members.connect(council).suspend(recipient.id, digestOf("reason"));
    await expect(give(context)).to.be.revertedWithCustomError(consents, "ConsentsRecipient").withArgs(recipient.id);
  });

  it("takes a period of three years to the second", async () => {
    const context = await fixture();
    const { consents, terms } = context;
    const id = await give(context, { until: Number(terms.from) + YEARS });
    expect(await consents.isValidAt(id, Number(terms.from) + YEARS - 1)).to.equal(true);
  });

  it("refuses signatures of other keys, over other terms, in other domains, late, or malformed", async () => {
    const context = await fixture();
    const { consents, terms, deadline, alice } = context;
    const mallory = personOf("mallory");
    const stolen = await sign(context, mallory, "Decision", { terms, deadline });
    await expect(consents.give(terms, deadline, stolen))
      .to.be.revertedWithCustomError(consents, "ConsentsPerson")
      .withArgs(alice.id, mallory.id);
    const forged = { ...stolen, key: alice.key.address, opening: alice.opening };
    const messages = [
      { terms: { ...terms, purposes: 1 }, deadline },
      { terms: { ...terms, decision: 2 }, deadline },
      { terms, deadline: deadline + 1 },
    ];
    const signatures: PersonSignatureStruct[] = [forged];
    for (const message of messages) signatures.push(await sign(context, alice, "Decision", message));
    for (const domain of [{ name: "x" }, { version: "2" }, { chainId: 1n }, { verifyingContract: ZeroAddress }]) {
      signatures.push(await sign(context, alice, "Decision", { terms, deadline }, domain));
    }
    const good = await sign(context, alice, "Decision", { terms, deadline });
    for (const signature of ["0x", `0x${"00".repeat(65)}`, `${String(good.signature)}00`]) {
      signatures.push({ ...good, signature });
    }
    for (const signed of signatures) {
      await expect(consents.give(terms, deadline, signed))
        .to.be.revertedWithCustomError(consents, "ConsentsSignature")
        .withArgs(alice.key.address);
    }
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1);
    await expect(consents.give(terms, deadline, good))
      .to.be.revertedWithCustomError(consents, "ConsentsDeadline")
      .withArgs(deadline);
  });

  it("takes a key once, whatever it opens", async () => {
    const context = await fixture();
    const { consents, alice } = context;
    await give(context);
    await expect(give(context)).to.be.revertedWithCustomError(consents, "ConsentsKeySpent").withArgs(alice.id);
    const opening = digestOf("another opening");
    const id = await consents.personOf(alice.key.address, opening);
    await expect(give(context, { person: id }, { ...alice, opening, id }))
      .to.be.revertedWithCustomError(consents, "ConsentsKeySpent")
      .withArgs(id);
    await expect(entrust(context)).to.be.revertedWithCustomError(consents, "ConsentsKeySpent").withArgs(alice.id);
  });

  it("takes no member's key for a person's", async () => {
    const context = await fixture();
    const { consents, crowd } = context;
    const [member] = crowd;
    const key = new Wallet(digestOf("crowd 0"));
    const id = await consents.personOf(key.address, ZeroHash);
    await expect(give(context, { person: id }, { key, opening: ZeroHash, id }))
      .to.be.revertedWithCustomError(consents, "ConsentsMemberKey")
      .withArgs(key.address, member!.id);
  });

  it("asks no contract for a person's signature", async () => {
    const context = await fixture();
    const { consents, alice, terms, deadline } = context;
    await networkHelpers.setCode(alice.key.address, `0x7f1626ba7e${"00".repeat(28)}5f5260205ff3`);
    const signed = { key: alice.key.address, opening: alice.opening, signature: "0x1234" };
    await expect(consents.give(terms, deadline, signed))
      .to.be.revertedWithCustomError(consents, "ConsentsSignature")
      .withArgs(alice.key.address);
  });
});

describe("Consents: a trustee for one", () => {
  it("decides within the mandate, and withdraws", async () => {
    const context = await fixture();
    const { consents, trustee, terms, mandate: entrusted } = context;
    const mandate = await entrust(context);
    expect([...((await consents.mandateOf(mandate)).terms as unknown as Iterable<unknown>)]).to.deep.equal([
      entrusted.trustee,
      entrusted.persons,
      false,
      31n,
      BigInt(entrusted.from),
      BigInt(entrusted.until),
      entrusted.document,
      entrusted.recipients,
    ]);
    await consents.connect(trustee.key).giveAsTrustee(mandate, terms, []);
    const id = await consents.consentIdOf(mandate, terms);
    expect(await consents.isValidAt(id, await now())).to.equal(true);
    await expect(consents.connect(trustee.key).giveAsTrustee(mandate, terms, []))
      .to.be.revertedWithCustomError(consents, "ConsentsAlreadyGiven")
      .withArgs(id);
    await expect(consents.connect(trustee.key).withdrawAsTrustee(id))
      .to.emit(consents, "ConsentWithdrawn")
      .withArgs(id, trustee.id);
    expect(await consents.isValidAt(id, await now())).to.equal(false);
    expect(await consents.isValidAt(id, (await now()) - 1)).to.equal(true);
  });

  it("can't exceed it in purposes, time, recipients or persons", async () => {
    const context = await fixture();
    const { consents, trustee, terms, mandate: given, crowd } = context;
    const mandate = await entrust(context);
    const bob = personOf("bob").id;
    const cases: readonly (readonly [Partial<ConsentTermsStruct>, string, readonly unknown[]])[] = [
      [{ purposes: 0b100001 }, "ConsentsPurposesExceed", [mandate, 0b100001, 0b11111]],
      [{ from: Number(given.from) - 1 }, "ConsentsPeriodExceeds", [mandate, given.from, given.until]],
      [{ until: Number(given.until) + 1 }, "ConsentsPeriodExceeds", [mandate, given.from, given.until]],
      [{ recipient: crowd[0]!.id }, "ConsentsNotOfMandate", [mandate, crowd[0]!.id]],
      [{ person: bob }, "ConsentsProof", [mandate, bob]],
    ];
    for (const [change, error, values] of cases) {
      await expect(consents.connect(trustee.key).giveAsTrustee(mandate, { ...terms, ...change }, []))
        .to.be.revertedWithCustomError(consents, error)
        .withArgs(...values);
    }
    await expect(consents.connect(trustee.key).giveAsTrustee(mandate, terms, [ZeroHash]))
      .to.be.revertedWithCustomError(consents, "ConsentsProof")
      .withArgs(mandate, terms.person);
  });

  it("is the mandate's, by a Govern key, while it is a trustee", async () => {
    const context = await fixture();
    const { consents, members, council, trustee, other, owner, terms } = context;
    const mandate = await entrust(context);
    for (const stranger of [other, owner]) {
      await expect(consents.connect(stranger.key).giveAsTrustee(mandate, terms, []))
        .to.be.revertedWithCustomError(consents, "ConsentsTrustee")
        .withArgs(stranger.id);
    }
    const acting = await keyOfRole(context, trustee, 2);
    for (const act of [
      consents.connect(acting).giveAsTrustee(mandate, terms, []),
      consents.connect(acting).layDown(mandate),
    ]) {
      await expect(act)
        .to.be.revertedWithCustomError(members, "MembersKeyRole")
        .withArgs(await acting.getAddress(), 1);
    }
    const reason = digestOf("reason");
    await members.connect(council).addKind(trustee.id, 1, reason);
    await members.connect(council).withdrawKind(trustee.id, 11, reason);
    await expect(consents.connect(trustee.key).giveAsTrustee(mandate, terms, []))
      .to.be.revertedWithCustomError(consents, "ConsentsTrustee")
      .withArgs(trustee.id);
  });

  it("never decides for data of its own", async () => {
    const context = await fixture();
    const { consents, trustee, terms } = context;
    const mandate = await entrust(context);
    const subject = await enter(context, { source: Source.personal }, [], trustee);
    await expect(consents.connect(trustee.key).giveAsTrustee(mandate, { ...terms, subject }, []))
      .to.be.revertedWithCustomError(consents, "ConsentsTrustee")
      .withArgs(trustee.id);
    await expect(consents.connect(trustee.key).giveAsTrustee(mandate, { ...terms, recipient: trustee.id }, []))
      .to.be.revertedWithCustomError(consents, "ConsentsTrustee")
      .withArgs(trustee.id);
  });

  it("loses the mandate, and the consents under it, by the person's revocation", async () => {
    const context = await fixture();
    const { consents, trustee, alice, terms, outsider } = context;
    const mandate = await entrust(context);
    await consents.connect(trustee.key).giveAsTrustee(mandate, terms, []);
    const id = await consents.consentIdOf(mandate, terms);
    const revocation = await sign(context, alice, "Revocation", { mandate, person: alice.id });
    const mallory = personOf("mallory");
    await expect(
      consents.revokeMandate(mandate, [], await sign(context, mallory, "Revocation", { mandate, person: mallory.id })),
    )
      .to.be.revertedWithCustomError(consents, "ConsentsPerson")
      .withArgs(alice.id, mallory.id);
    const at = (await now()) + 100;
    await networkHelpers.time.setNextBlockTimestamp(at);
    await expect(consents.connect(outsider).revokeMandate(mandate, [], revocation))
      .to.emit(consents, "MandateEnded")
      .withArgs(mandate, NOBODY);
    for (const asked of [
      await consents.isValidAt(id, at - 1),
      await consents.isMandateValidAt(mandate, at - 1),
      !(await consents.isValidAt(id, at)),
      !(await consents.isMandateValidAt(mandate, at)),
    ]) {
      expect(asked).to.equal(true);
    }
    for (const act of [
      consents.revokeMandate(mandate, [], revocation),
      consents.connect(trustee.key).layDown(mandate),
      consents.connect(trustee.key).giveAsTrustee(mandate, { ...terms, notice: digestOf("n") }, []),
    ]) {
      await expect(act).to.be.revertedWithCustomError(consents, "ConsentsMandateNotValid").withArgs(mandate);
    }
  });

  it("lays it down itself; the person withdraws a single consent", async () => {
    const context = await fixture();
    const { consents, trustee, alice, terms } = context;
    const mandate = await entrust(context);
    const [first, second] = [terms, { ...terms, purposes: 1 }];
    for (const given of [first, second]) await consents.connect(trustee.key).giveAsTrustee(mandate, given, []);
    const ids = [await consents.consentIdOf(mandate, first), await consents.consentIdOf(mandate, second)] as const;
    await consents.withdraw(ids[0], await sign(context, alice, "Withdrawal", { consent: ids[0] }));
    expect(await consents.isValidAt(ids[0], await now())).to.equal(false);
    expect(await consents.isValidAt(ids[1], await now())).to.equal(true);
    await expect(consents.connect(trustee.key).layDown(mandate))
      .to.emit(consents, "MandateEnded")
      .withArgs(mandate, trustee.id);
    expect(await consents.isValidAt(ids[1], await now())).to.equal(false);
  });

  it("gets no mandate that is for everything, for ever, or of somebody else", async () => {
    const context = await fixture();
    const { consents, trustee, other, crowd, mandate: given } = context;
    const seventeen = crowd.map(({ id }) => id);
    const bad: readonly (readonly [Partial<MandateTermsStruct>, string, readonly unknown[]])[] = [
      [{ trustee: other.id, recipients: [crowd[0]!.id] }, "ConsentsTrustee", [other.id]],
      [{ document: ZeroHash }, "ConsentsZeroDigest", []],
      [{ purposes: 0 }, "ConsentsPurposes", [0, 16]],
      [{ purposes: 0x1ffff }, "ConsentsPurposes", [0x1ffff, 16]],
      [{ until: Number(given.from) + YEARS + 1 }, "ConsentsPeriod", [given.from, Number(given.from) + YEARS + 1]],
      [{ recipients: [] }, "ConsentsRecipients", [0]],
      [{ recipients: seventeen }, "ConsentsRecipients", [17]],
      [{ recipients: [other.id, other.id] }, "ConsentsRecipients", [2]],
      [{ recipients: [NOBODY] }, "ConsentsRecipient", [NOBODY]],
      [{ recipients: [other.id, trustee.id] }, "ConsentsTrustee", [trustee.id]],
      [{ many: true }, "ConsentsMandateKind", [true]],
    ];
    for (const [change, error, values] of bad) {
      const refused = expect(entrust(context, change)).to.be.revertedWithCustomError(consents, error);
      await (values.length === 0 ? refused : refused.withArgs(...values));
    }
    await entrust(context, { recipients: seventeen.slice(1), purposes: 0xffff });
    await expect(consents.connect(trustee.key).entrustMany(given))
      .to.be.revertedWithCustomError(consents, "ConsentsMandateKind")
      .withArgs(false);
    await expect(consents.connect(trustee.key).giveAsTrustee(digestOf("x"), context.terms, []))
      .to.be.revertedWithCustomError(consents, "ConsentsUnknownMandate")
      .withArgs(digestOf("x"));
  });

  it("has no power before the mandate begins, nor after its end", async () => {
    const context = await fixture();
    const { consents, trustee, terms, mandate: given } = context;
    const from = Number(given.from) + 10 * DAY;
    const mandate = await entrust(context, { from });
    const later = { ...terms, from };
    const act = () => consents.connect(trustee.key).giveAsTrustee(mandate, later, []);
    await expect(act()).to.be.revertedWithCustomError(consents, "ConsentsMandateNotValid").withArgs(mandate);
    await networkHelpers.time.setNextBlockTimestamp(from);
    await act();
    expect(await consents.isMandateValidAt(mandate, Number(given.until) - 1)).to.equal(true);
    expect(await consents.isMandateValidAt(mandate, given.until)).to.equal(false);
  });
});

/** The tree of three persons, by OpenZeppelin's rule: pairs in the order of their values. */
function treeOf(persons: readonly [Person, Person, Person]): { root: string; proofs: string[][] } {
  const leaf = ({ id }: Person) => keccak256(keccak256(id));
  const pair = (a: string, b: string) => keccak256(coder.encode(["bytes32", "bytes32"], a < b ? [a, b] : [b, a]));
  const [a, b, c] = persons.map(leaf) as [string, string, string];
  const ab = pair(a, b);
  return { root: pair(ab, c), proofs: [[b, c], [a, c], [ab]] };
}

describe("Consents: a trustee for many", () => {
  const people = [personOf("one"), personOf("two"), personOf("three")] as const;
  const { root, proofs } = treeOf(people);
  async function many(): Promise<{ context: Context; mandate: string }> {
    const context = await fixture();
    const terms = { ...context.mandate, many: true, persons: root };
    await context.consents.connect(context.trustee.key).entrustMany(terms);
    return { context, mandate: await context.consents.mandateIdOf(terms) };
  }

  it("decides for one of them with a proof, and for nobody else", async () => {
    const { context, mandate } = await many();
    const { consents, trustee, terms } = context;
    for (const [i, person] of people.entries()) {
      await consents.connect(trustee.key).giveAsTrustee(mandate, { ...terms, person: person.id }, proofs[i]!);
      await expect(
        consents.connect(trustee.key).giveAsTrustee(mandate, { ...terms, person: person.id }, proofs[(i + 1) % 3]!),
      )
        .to.be.revertedWithCustomError(consents, "ConsentsProof")
        .withArgs(mandate, person.id);
    }
    const inner = proofs[2]![0]!;
    const long = Array.from({ length: 33 }, () => ZeroHash);
    for (const [person, proof] of [
      [context.alice.id, proofs[0]!],
      [inner, [await consents.leafOf(people[2].id)]],
      [root, long],
      [people[0].id, []],
    ] as const) {
      await expect(consents.connect(trustee.key).giveAsTrustee(mandate, { ...terms, person }, [...proof]))
        .to.be.revertedWithCustomError(consents, "ConsentsProof")
        .withArgs(mandate, person);
    }
  });

  it("decides for all at once, and who leaves is out from that second on", async () => {
    const { context, mandate } = await many();
    const { consents, trustee, terms } = context;
    const [leaver, stayer] = people;
    const all = { ...terms, person: root };
    const alone = { ...terms, person: leaver.id };
    await consents.connect(trustee.key).giveAsTrustee(mandate, all, []);
    await consents.connect(trustee.key).giveAsTrustee(mandate, alone, proofs[0]!);
    const [id, single] = [await consents.consentIdOf(mandate, all), await consents.consentIdOf(mandate, alone)];
    const leaving = await sign(context, leaver, "Revocation", { mandate, person: leaver.id });
    await expect(consents.revokeMandate(mandate, proofs[1]!, leaving))
      .to.be.revertedWithCustomError(consents, "ConsentsProof")
      .withArgs(mandate, leaver.id);
    const at = (await now()) + 50;
    await networkHelpers.time.setNextBlockTimestamp(at);
    await expect(consents.revokeMandate(mandate, proofs[0]!, leaving))
      .to.emit(consents, "PersonLeft")
      .withArgs(mandate, leaver.id);
    expect(await consents.leftAt(mandate, leaver.id)).to.equal(BigInt(at));
    const valid = (person: Person, time: number, proof = proofs[people.indexOf(person)]!) =>
      consents.isValidForAt(id, person.id, proof, time);
    expect(await valid(leaver, at - 1)).to.equal(true);
    expect(await valid(leaver, at)).to.equal(false);
    expect(await valid(stayer, at)).to.equal(true);
    expect(await valid(stayer, at, proofs[0])).to.equal(false);
    expect(await consents.isValidForAt(id, root, [], at)).to.equal(true);
    expect([await consents.isValidAt(id, at), await consents.isValidAt(single, at)]).to.deep.equal([true, false]);
    expect(await consents.isValidAt(single, at - 1)).to.equal(true);
    expect(await consents.isValidForAt(single, stayer.id, proofs[1]!, at - 1)).to.equal(false);
    await expect(consents.revokeMandate(mandate, proofs[0]!, leaving))
      .to.be.revertedWithCustomError(consents, "ConsentsPersonLeft")
      .withArgs(mandate, leaver.id, at);
    await expect(consents.connect(trustee.key).giveAsTrustee(mandate, { ...alone, notice: digestOf("n") }, proofs[0]!))
      .to.be.revertedWithCustomError(consents, "ConsentsPersonLeft")
      .withArgs(mandate, leaver.id, at);
    await consents.connect(trustee.key).withdrawAsTrustee(id);
    expect(await valid(stayer, await now())).to.equal(false);
  });

  it("deposits the mandate itself, once", async () => {
    const { context, mandate } = await many();
    const { consents, trustee, other, mandate: given } = context;
    const terms = { ...given, many: true, persons: root };
    await expect(consents.connect(other.key).entrustMany(terms))
      .to.be.revertedWithCustomError(consents, "ConsentsTrustee")
      .withArgs(other.id);
    await expect(consents.connect(trustee.key).entrustMany(terms))
      .to.be.revertedWithCustomError(consents, "ConsentsMandateGiven")
      .withArgs(mandate);
    await expect(
      consents.connect(trustee.key).entrustMany({ ...terms, persons: ZeroHash }),
    ).to.be.revertedWithCustomError(consents, "ConsentsZeroDigest");
  });
});

describe("Consents: deployment", () => {
  it("needs both contracts", async () => {
    const { consents, members, registry } = await fixture();
    const factory = await ethers.getContractFactory("Consents");
    await expect(factory.deploy(ZeroAddress, registry))
      .to.be.revertedWithCustomError(consents, "ConsentsNoContract")
      .withArgs(ZeroAddress);
    await expect(factory.deploy(members, ZeroAddress))
      .to.be.revertedWithCustomError(consents, "ConsentsNoContract")
      .withArgs(ZeroAddress);
  });
});
