import { Result, SubjectKind } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { Signature, TypedDataEncoder, ZeroHash, concat, toBeHex, zeroPadValue } from "ethers";
import { DAY, HOUR, REASON, callOf, decide, newKeyOf, digestOf, networkHelpers, now, suspend } from "../fixture.ts";
import { callingBack } from "../wallets.ts";
import {
  ATTEST_TYPES,
  PRODUCT,
  REVOCATION_TYPES,
  attested,
  deployAttestations,
  domainOf,
  fixture,
  signRevocation,
  signStatement,
  statementOf,
  ticket,
  type Bureau,
} from "./scene.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

describe("Attestations: statements by signature", () => {
  it("records for the signer's member what anybody brings", async () => {
    const { attestations, notary, outsider } = await fixture();
    const statement = await statementOf();
    const signed = await signStatement(attestations, notary, statement, await ticket());
    const id = await attestations.attestationIdOf(notary.id, statement);
    const bringing = attestations.connect(outsider).attestBySignature(signed);
    await expect(bringing).to.emit(attestations, "NonceSpent").withArgs(notary.id, digestOf("nonce"));
    await expect(bringing)
      .to.emit(attestations, "Attested")
      .withArgs(id, notary.id, PRODUCT, 1, notary.address, Object.values(statement));
    expect((await attestations.attestationOf(id)).attester).to.equal(notary.id);
    expect(await attestations.isSpent(notary.id, digestOf("nonce"))).to.equal(true);
  });

  it("takes each nonce of a member once, in any order, whichever of its keys signs", async () => {
    const context = await fixture();
    const { members, attestations, notary, secondNotary, outsider, free } = context;
    const second = { ...notary, key: free[0]! };
    const until = (await now()) + DAY;
    await members.connect(notary.key).addKey(await newKeyOf(members, notary.id, second.key, until));
    const brought = attestations.connect(outsider);
    for (const name of ["9", "3", "7"]) {
      const statement = await statementOf({ subject: digestOf(name) });
      await brought.attestBySignature(await signStatement(attestations, notary, statement, await ticket(name)));
    }
    for (const actor of [notary, second]) {
      const again = await signStatement(attestations, actor, await statementOf(), await ticket("3"));
      await expect(brought.attestBySignature(again))
        .to.be.revertedWithCustomError(attestations, "AttestationsNonceSpent")
        .withArgs(notary.id, digestOf("3"));
    }
    await brought.attestBySignature(await signStatement(attestations, second, await statementOf(), await ticket("4")));
    const others = await signStatement(attestations, secondNotary, await statementOf(), await ticket("3"));
    await expect(brought.attestBySignature(others)).to.emit(attestations, "Attested");
  });

  it("refuses a signed statement that comes again", async () => {
    const { attestations, notary, outsider } = await fixture();
    const signed = await signStatement(attestations, notary, await statementOf(), await ticket());
    const brought = attestations.connect(outsider);
    await brought.attestBySignature(signed);
    await expect(brought.attestBySignature(signed))
      .to.be.revertedWithCustomError(attestations, "AttestationsNonceSpent")
      .withArgs(notary.id, digestOf("nonce"));
    expect(await attestations.attestationCount()).to.equal(1n);
  });

  it("refuses what its member gave up, and gives a nonce up once", async () => {
    const { attestations, notary, outsider, secondNotary } = await fixture();
    const nonce = digestOf("nonce");
    const signed = await signStatement(attestations, notary, await statementOf(), await ticket());
    await attestations.connect(secondNotary.key).spendNonce(nonce);
    expect(await attestations.isSpent(notary.id, nonce)).to.equal(false);
    await expect(attestations.connect(notary.key).spendNonce(nonce))
      .to.emit(attestations, "NonceSpent")
      .withArgs(notary.id, nonce);
    for (const attempt of [
      attestations.connect(outsider).attestBySignature(signed),
      attestations.connect(notary.key).spendNonce(nonce),
    ]) {
      await expect(attempt)
        .to.be.revertedWithCustomError(attestations, "AttestationsNonceSpent")
        .withArgs(notary.id, nonce);
    }
  });

  it("takes a signature in the second of its deadline and not in the next", async () => {
    const { attestations, notary, outsider } = await fixture();
    const until = await ticket();
    const signed = await signStatement(attestations, notary, await statementOf(), until);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(until.deadline + 1);
    await expect(attestations.connect(outsider).attestBySignature(signed))
      .to.be.revertedWithCustomError(attestations, "AttestationsDeadline")
      .withArgs(until.deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(until.deadline);
    await expect(attestations.connect(outsider).attestBySignature(signed)).to.emit(attestations, "Attested");
  });

  it("refuses a signature over any other value, attester, chain, contract or type", async () => {
    const { members, attestations, notary, secondNotary, outsider } = await fixture();
    const statement = await statementOf();
    const until = await ticket();
    const good = { attester: notary.id, statement, ...until };
    const message = (change: object) => ({ ...good, statement: { ...statement, ...change } });
    const domain = await domainOf(attestations);
    const twin = await domainOf(await deployAttestations(members));
    const bent: [Record<string, unknown>, Record<string, unknown>][] = [
      [domain, message({ kind: 2 })],
      [domain, message({ subjectKind: 2 })],
      [domain, message({ result: Result.fail })],
      [domain, message({ validFrom: statement.validFrom + 1 })],
      [domain, message({ validUntil: statement.validUntil + 1 })],
      [domain, message({ subject: REASON })],
      [domain, message({ opinion: REASON })],
      [domain, message({ materials: REASON })],
      [domain, message({ rules: REASON })],
      [domain, message({ supersedes: REASON })],
      [domain, { ...good, attester: secondNotary.id }],
      [domain, { ...good, nonce: digestOf("other") }],
      [domain, { ...good, deadline: until.deadline + 1 }],
      [await domainOf(attestations, 1n), good],
      [{ ...domain, name: "Lianzheng Trades" }, good],
      [{ ...domain, version: "2" }, good],
      [twin, good],
    ];
    const signatures = await Promise.all(
      bent.map((wrong) => notary.key.signTypedData(wrong[0], ATTEST_TYPES, wrong[1])),
    );
    signatures.push(await secondNotary.key.signTypedData(domain, ATTEST_TYPES, good));
    signatures.push(
      (await signRevocation(attestations, notary, PRODUCT, REASON, until)).signature as string,
      await notary.key.signMessage("anything"),
    );
    for (const [i, signature] of signatures.entries()) {
      const delegation = { key: notary.address, ...until, signature };
      await expect(attestations.connect(outsider).attestBySignature({ statement, delegation }), `signature ${i}`)
        .to.be.revertedWithCustomError(attestations, "AttestationsSignature")
        .withArgs(notary.address);
    }
    expect(signatures).to.have.length(20);
    expect(await attestations.isSpent(notary.id, until.nonce)).to.equal(false);
  });

  it("refuses high s, other v, 0, 64 and 66 bytes: one signature has one form", async () => {
    const { attestations, notary, outsider } = await fixture();
    const statement = await statementOf();
    const until = await ticket();
    const { delegation } = await signStatement(attestations, notary, statement, until);
    const { r, s, v, compactSerialized } = Signature.from(delegation.signature as string);
    const highS = zeroPadValue(toBeHex(ORDER - BigInt(s)), 32);
    const forms = [
      concat([r, highS, v === 27 ? "0x1c" : "0x1b"]),
      ...["0x00", "0x01", "0x1d"].map((byte) => concat([r, s, byte])),
      compactSerialized,
      concat([delegation.signature, "0x00"]),
      "0x",
      `0x${"00".repeat(65)}`,
    ];
    for (const signature of forms) {
      await expect(
        attestations
          .connect(outsider)
          .attestBySignature({ statement, delegation: { key: notary.address, ...until, signature } }),
      )
        .to.be.revertedWithCustomError(attestations, "AttestationsSignature")
        .withArgs(notary.address);
    }
    expect(forms).to.have.length(8);
  });

  it("refuses keys that are unknown, retired or of a suspended member, and members that may not state this", async () => {
    const context = await fixture();
    const { members, attestations, notary, secondNotary, seller, outsider, free } = context;
    const brought = attestations.connect(outsider);
    const statement = await statementOf();
    const by = async (actor: Bureau["notary"]) => signStatement(attestations, actor, statement, await ticket());
    await expect(brought.attestBySignature(await by({ ...notary, key: outsider })))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
    await expect(brought.attestBySignature(await by(seller)))
      .to.be.revertedWithCustomError(attestations, "AttestationsNotQualified")
      .withArgs(seller.id, 1);
    const until = (await now()) + HOUR;
    await members.connect(notary.key).rotateKey(notary.address, await newKeyOf(members, notary.id, free[0]!, until));
    await expect(brought.attestBySignature(await by(notary))).to.be.revertedWithCustomError(
      members,
      "MembersKeyNotLive",
    );
    await expect(brought.attestBySignature(await by({ ...notary, key: free[0]! }))).to.emit(attestations, "Attested");
    const signed = await by(secondNotary);
    const { council, venue, regulator } = context;
    await decide(council, [venue, regulator], [await callOf(members, "suspend", [secondNotary.id, REASON])]);
    await expect(brought.attestBySignature(signed))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(secondNotary.id, 2);
  });

  it("asks for Govern keys, by call and by signature, to state, to revoke and to give up a nonce", async () => {
    const context = await fixture();
    const { members, attestations, notary, outsider, free } = context;
    const id = await attested(context, notary);
    const added = await newKeyOf(members, notary.id, free[0]!, (await now()) + HOUR, { roles: 0b1101 });
    await members.connect(notary.key).addKey(added);
    const other = { ...notary, key: free[0]!, address: await free[0]!.getAddress() };
    const statement = await statementOf({ subject: digestOf("other") });
    const signed = await signStatement(attestations, other, statement, await ticket());
    const revocation = await signRevocation(attestations, other, id, REASON, await ticket());
    const [own, brought] = [attestations.connect(other.key), attestations.connect(outsider)];
    for (const attempt of [
      () => own.attest(statement),
      () => own.attestMany([statement]),
      () => own.revoke(id, REASON),
      () => own.spendNonce(REASON),
      () => brought.attestBySignature(signed),
      () => brought.attestManyBySignature([signed]),
      () => brought.revokeBySignature(id, REASON, revocation),
    ]) {
      await expect(attempt()).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(other.address, 1);
    }
    expect(await attestations.attestationCount()).to.equal(1n);
  });

  it("records signed statements of many members, all or none", async () => {
    const { attestations, notary, secondNotary, outsider } = await fixture();
    const brought = attestations.connect(outsider);
    const until = await ticket();
    const first = await statementOf();
    const next = {
      ...first,
      result: Result.fail,
      supersedes: await attestations.attestationIdOf(notary.id, first),
    };
    const signed = [
      await signStatement(attestations, notary, first, until),
      await signStatement(attestations, secondNotary, first, until),
      await signStatement(attestations, notary, next, await ticket("next")),
    ];
    const same = signed.with(2, signed[0]!);
    await expect(brought.attestManyBySignature(same)).to.be.revertedWithCustomError(
      attestations,
      "AttestationsNonceSpent",
    );
    expect(await attestations.attestationCount()).to.equal(0n);
    const ids = await brought.attestManyBySignature.staticCall(signed);
    await brought.attestManyBySignature(signed);
    expect(ids[2]).to.equal(await attestations.latestOf(notary.id, 1, SubjectKind.product, PRODUCT));
    expect(await attestations.attestationCount()).to.equal(3n);
    const tooMany = Array.from({ length: 33 }, () => signed[0]!);
    await expect(brought.attestManyBySignature(tooMany))
      .to.be.revertedWithCustomError(attestations, "AttestationsBatch")
      .withArgs(33, 32);
  });

  const wallets = [
    { name: "answers with the magic value", code: `0x7f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: true },
    { name: "reverts", code: "0x5f5ffd", good: false },
    { name: "answers nothing", code: "0x00", good: false },
    { name: "answers garbage", code: `0x7f${"ff".repeat(32)}5f5260205ff3`, good: false },
    { name: "answers four bytes", code: `0x7f1626ba7e${"00".repeat(28)}5f5260045ff3`, good: false },
    { name: "burns all gas", code: "0x5b5f56", good: false },
    { name: "writes its storage first", code: `0x60015f557f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: false },
  ];
  for (const { name, code, good } of wallets) {
    it(`${good ? "takes" : "refuses"} the signature of a key that is a contract which ${name}`, async () => {
      const { attestations, notary, outsider } = await fixture();
      const statement = await statementOf();
      const { nonce, deadline } = await ticket();
      const id = await attestations.attestationIdOf(notary.id, statement);
      await networkHelpers.setCode(notary.address, code);
      const delegation = { key: notary.address, nonce, deadline, signature: "0x1234" };
      const bringing = attestations
        .connect(outsider)
        .attestBySignature({ statement, delegation }, { gasLimit: 2_000_000 });
      if (good) await expect(bringing).to.emit(attestations, "Attested");
      else {
        await expect(bringing)
          .to.be.revertedWithCustomError(attestations, "AttestationsSignature")
          .withArgs(notary.address);
      }
      expect(await attestations.isSpent(notary.id, nonce)).to.equal(good);
      expect(await attestations.attestationCount()).to.equal(good ? 1n : 0n);
      expect(await attestations.latestOf(notary.id, 1, 1, PRODUCT)).to.equal(good ? id : ZeroHash);
    });
  }

  it("refuses a wallet that calls back to write while it is asked", async () => {
    const { attestations, notary, outsider } = await fixture();
    // Gives up another nonce of its member.
    const inner = attestations.interface.encodeFunctionData("spendNonce", [digestOf("other")]);
    const code = callingBack(await attestations.getAddress(), inner);
    await networkHelpers.setCode(notary.address, code);
    const delegation = { key: notary.address, ...(await ticket()), signature: "0x" };
    const bringing = attestations
      .connect(outsider)
      .attestBySignature({ statement: await statementOf(), delegation }, { gasLimit: 3_000_000 });
    await expect(bringing)
      .to.be.revertedWithCustomError(attestations, "AttestationsSignature")
      .withArgs(notary.address);
    expect(await attestations.isSpent(notary.id, digestOf("other"))).to.equal(false);
    // The same code may write when it is called by a transaction: it was the question for the signature that bound its hands.
    await outsider.sendTransaction({ to: notary.address });
    expect(await attestations.isSpent(notary.id, digestOf("other"))).to.equal(true);
  });
});

describe("Attestations: revocations by signature", () => {
  it("revokes for the signer's member what anybody brings, once", async () => {
    const context = await fixture();
    const { attestations, notary, outsider } = context;
    const id = await attested(context, notary);
    const delegation = await signRevocation(attestations, notary, id, REASON, await ticket());
    const bringing = attestations.connect(outsider).revokeBySignature(id, REASON, delegation);
    await expect(bringing).to.emit(attestations, "AttestationRevoked").withArgs(id, notary.id, false, REASON);
    await expect(bringing).to.emit(attestations, "NonceSpent").withArgs(notary.id, digestOf("nonce"));
    await expect(attestations.connect(outsider).revokeBySignature(id, REASON, delegation))
      .to.be.revertedWithCustomError(attestations, "AttestationsNonceSpent")
      .withArgs(notary.id, digestOf("nonce"));
    const fresh = await signRevocation(attestations, notary, id, REASON, await ticket("fresh"));
    await expect(attestations.connect(outsider).revokeBySignature(id, REASON, fresh))
      .to.be.revertedWithCustomError(attestations, "AttestationsAlreadyRevoked")
      .withArgs(id, (await attestations.attestationOf(id)).revokedAt);
  });

  it("takes a regulator's signature and says that a supervisor did it", async () => {
    const context = await fixture();
    const { attestations, notary, supervisor, outsider, secondNotary } = context;
    const id = await attested(context, notary);
    const other = await signRevocation(attestations, secondNotary, id, REASON, await ticket());
    await expect(attestations.connect(outsider).revokeBySignature(id, REASON, other))
      .to.be.revertedWithCustomError(attestations, "AttestationsNotRevoker")
      .withArgs(id, secondNotary.id);
    const delegation = await signRevocation(attestations, supervisor, id, REASON, await ticket());
    await expect(attestations.connect(outsider).revokeBySignature(id, REASON, delegation))
      .to.emit(attestations, "AttestationRevoked")
      .withArgs(id, supervisor.id, true, REASON);
  });

  it("refuses a signature over any other value, chain, contract or type, and one that is late", async () => {
    const context = await fixture();
    const { members, attestations, notary, supervisor, outsider } = context;
    const id = await attested(context, notary);
    const until = await ticket();
    const good = { id, by: notary.id, reason: REASON, ...until };
    const domain = await domainOf(attestations);
    const bent: [Record<string, unknown>, Record<string, unknown>][] = [
      [domain, { ...good, id: PRODUCT }],
      [domain, { ...good, by: supervisor.id }],
      [domain, { ...good, reason: PRODUCT }],
      [domain, { ...good, nonce: PRODUCT }],
      [domain, { ...good, deadline: until.deadline - 1 }],
      [await domainOf(attestations, 1n), good],
      [await domainOf(await deployAttestations(members)), good],
    ];
    const signatures = await Promise.all(
      bent.map((wrong) => notary.key.signTypedData(wrong[0], REVOCATION_TYPES, wrong[1])),
    );
    signatures.push(await supervisor.key.signTypedData(domain, REVOCATION_TYPES, good));
    const brought = attestations.connect(outsider);
    for (const signature of signatures) {
      const delegation = { key: notary.address, ...until, signature };
      await expect(brought.revokeBySignature(id, REASON, delegation))
        .to.be.revertedWithCustomError(attestations, "AttestationsSignature")
        .withArgs(notary.address);
    }
    expect(signatures).to.have.length(8);
    const right = await signRevocation(attestations, notary, id, REASON, until);
    await networkHelpers.time.setNextBlockTimestamp(until.deadline + 1);
    await expect(brought.revokeBySignature(id, REASON, right))
      .to.be.revertedWithCustomError(attestations, "AttestationsDeadline")
      .withArgs(until.deadline);
    await suspend(context, supervisor.id);
    const late = await signRevocation(attestations, supervisor, id, REASON, await ticket());
    await expect(brought.revokeBySignature(id, REASON, late))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(supervisor.id, 2);
    expect((await attestations.attestationOf(id)).revokedAt).to.equal(0n);
  });

  it("signs exactly what the digests say", async () => {
    const context = await fixture();
    const { attestations, notary } = context;
    const statement = await statementOf();
    const { nonce, deadline } = await ticket();
    const domain = await domainOf(attestations);
    expect(await attestations.attestDigest(notary.id, statement, nonce, deadline)).to.equal(
      TypedDataEncoder.hash(domain, ATTEST_TYPES, { attester: notary.id, statement, nonce, deadline }),
    );
    expect(await attestations.revocationDigest(PRODUCT, notary.id, REASON, nonce, deadline)).to.equal(
      TypedDataEncoder.hash(domain, REVOCATION_TYPES, { id: PRODUCT, by: notary.id, reason: REASON, nonce, deadline }),
    );
  });
});
