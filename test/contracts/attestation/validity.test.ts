import { AttestationKind, Result, Status, SubjectKind, maskOfAttestations } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { ZeroHash, type Signer } from "ethers";
import { DAY, REASON, digestOf, ethers, networkHelpers, now } from "../fixture.ts";
import {
  PRODUCT,
  SOURCE,
  TABLE,
  asCouncil,
  attested,
  fixture,
  statementOf,
  type Bureau,
  type StatementFields,
} from "./scene.ts";

/** Records the notary's statement in a block of this second and answers its id. */
async function attestedAt(context: Bureau, second: number, change: Partial<StatementFields>): Promise<string> {
  await networkHelpers.time.setNextBlockTimestamp(second);
  return attested(context, context.notary, change);
}

/** Statuses at the given seconds, as they are answered now. */
async function statuses({ attestations }: Bureau, id: string, seconds: readonly number[]): Promise<number[]> {
  return Promise.all(seconds.map(async (second) => Number(await attestations.statusAt(id, second))));
}

const { valid, unknown, notYet, expired, superseded, revoked } = Status;

describe("Attestations: validity", () => {
  it("holds from its first second to the one before its end", async () => {
    const context = await fixture();
    const { attestations } = context;
    const t = (await now()) + 100;
    const id = await attestedAt(context, t, { validFrom: t + 50, validUntil: t + 60 });
    const seconds = [0, t, t + 49, t + 50, t + 59, t + 60, 2 ** 48 - 1];
    expect(await statuses(context, id, seconds)).to.deep.equal([
      notYet,
      notYet,
      notYet,
      valid,
      valid,
      expired,
      expired,
    ]);
    expect(await attestations.isValidAt(id, t + 59)).to.equal(true);
    expect(await attestations.isValidAt(id, t + 60)).to.equal(false);
    expect(await attestations.statusAt(id, 2n ** 64n - 1n)).to.equal(BigInt(expired));
    expect(await attestations.statusAt(REASON, t)).to.equal(BigInt(unknown));
    expect(await attestations.isValidAt(ZeroHash, t)).to.equal(false);
    await expect(attestations.attestationOf(REASON))
      .to.be.revertedWithCustomError(attestations, "AttestationsUnknown")
      .withArgs(REASON);
  });

  it("stands in the block of its last second and not in the next", async () => {
    const context = await fixture();
    const { attestations } = context;
    const t = (await now()) + 100;
    const id = await attestedAt(context, t, { validFrom: t, validUntil: t + 10 });
    await networkHelpers.time.increaseTo(t + 9);
    expect(await attestations.standing(1, 1, PRODUCT)).to.deep.equal([id, BigInt(Result.pass)]);
    await networkHelpers.time.increaseTo(t + 10);
    expect(await attestations.standing(1, 1, PRODUCT)).to.deep.equal([ZeroHash, BigInt(Result.none)]);
  });

  it("never counts before the block that records it, whatever date it bears", async () => {
    const context = await fixture();
    const t = (await now()) + 100;
    const id = await attestedAt(context, t, { validFrom: t - 30 * DAY, validUntil: t + DAY });
    expect(await statuses(context, id, [t - 30 * DAY, t - 1, t])).to.deep.equal([notYet, notYet, valid]);
    expect((await context.attestations.attestationOf(id)).statement.validFrom).to.equal(BigInt(t - 30 * DAY));
  });

  it("runs until its successor begins, and the successor from then on", async () => {
    const context = await fixture();
    const t = (await now()) + 100;
    const first = await attestedAt(context, t, { validFrom: t, validUntil: t + 100 });
    const next = { validFrom: t + 80, validUntil: t + 200, supersedes: first, result: Result.fail };
    const second = await attestedAt(context, t + 20, next);
    const seconds = [t, t + 20, t + 79, t + 80, t + 120];
    expect(await statuses(context, first, seconds)).to.deep.equal([valid, valid, valid, superseded, superseded]);
    expect(await statuses(context, second, seconds)).to.deep.equal([notYet, notYet, notYet, valid, valid]);
    await networkHelpers.time.increaseTo(t + 79);
    expect((await context.attestations.standing(1, 1, PRODUCT)).id).to.equal(first);
    await networkHelpers.time.increaseTo(t + 80);
    expect(await context.attestations.standing(1, 1, PRODUCT)).to.deep.equal([second, BigInt(Result.fail)]);
  });

  it("lets a successor that has not begun be replaced, sooner or later, without a gap or an overlap", async () => {
    const context = await fixture();
    const { attestations } = context;
    const t = (await now()) + 100;
    const first = await attestedAt(context, t, { validFrom: t, validUntil: t + 1000 });
    const late = await attestedAt(context, t + 10, { validFrom: t + 500, validUntil: t + 900, supersedes: first });
    const soon = await attestedAt(context, t + 20, { validFrom: t + 100, validUntil: t + 900, supersedes: late });
    const seconds = [t + 9, t + 19, t + 20, t + 99, t + 100, t + 500];
    expect(await statuses(context, first, seconds)).to.deep.equal([valid, valid, valid, valid, superseded, superseded]);
    expect(await statuses(context, late, seconds)).to.deep.equal([
      notYet,
      notYet,
      ...Array<number>(4).fill(superseded),
    ]);
    expect(await statuses(context, soon, seconds)).to.deep.equal([...Array<number>(4).fill(notYet), valid, valid]);
    const change = { validFrom: t + 700, validUntil: t + 950, supersedes: soon };
    await networkHelpers.time.setNextBlockTimestamp(t + 30);
    const statement = await statementOf(change);
    const last = await attestations.attestationIdOf(context.notary.id, statement);
    const replacing = attestations.connect(context.notary.key).attest(statement);
    await expect(replacing)
      .to.emit(attestations, "AttestationSuperseded")
      .withArgs(soon, last, t + 30);
    await expect(replacing)
      .to.emit(attestations, "AttestationSuperseded")
      .withArgs(first, last, t + 700);
    expect(await statuses(context, first, [t + 29, t + 100, t + 699, t + 700])).to.deep.equal([
      valid,
      valid,
      valid,
      superseded,
    ]);
    expect(await statuses(context, last, [t + 699, t + 700, t + 950])).to.deep.equal([notYet, valid, expired]);
    await networkHelpers.time.increaseTo(t + 650);
    expect((await attestations.standing(1, 1, PRODUCT)).id).to.equal(first);
  });

  it("counts a successor as begun in its first second, so what replaces it then takes its place and no older one's", async () => {
    const context = await fixture();
    const t = (await now()) + 100;
    const first = await attestedAt(context, t, { validFrom: t, validUntil: t + 1000 });
    const second = await attestedAt(context, t + 10, { validFrom: t + 100, validUntil: t + 900, supersedes: first });
    const third = await attestedAt(context, t + 100, { validFrom: t + 200, validUntil: t + 900, supersedes: second });
    const seconds = [t + 99, t + 100, t + 199, t + 200];
    expect(await statuses(context, first, seconds)).to.deep.equal([valid, superseded, superseded, superseded]);
    expect(await statuses(context, second, seconds)).to.deep.equal([notYet, valid, valid, superseded]);
    expect(await statuses(context, third, seconds)).to.deep.equal([notYet, notYet, notYet, valid]);
  });

  it("begins a successor in the second in which the one before began, and only the successor counts", async () => {
    const context = await fixture();
    const { attestations, notary } = context;
    const t = (await now()) + 100;
    const statement = await statementOf({ validFrom: t, validUntil: t + 10 });
    const first = await attestations.attestationIdOf(notary.id, statement);
    await networkHelpers.time.setNextBlockTimestamp(t);
    await attestations.connect(notary.key).attestMany([statement, { ...statement, supersedes: first }]);
    const second = await attestations.latestOf(notary.id, 1, 1, PRODUCT);
    expect(await statuses(context, first, [t - 1, t])).to.deep.equal([notYet, superseded]);
    expect(await statuses(context, second, [t - 1, t])).to.deep.equal([notYet, valid]);
  });
});

describe("Attestations: revocation", () => {
  it("ends it in its block by the attester, and changes nothing of before", async () => {
    const context = await fixture();
    const { attestations, notary } = context;
    const t = (await now()) + 100;
    const id = await attestedAt(context, t, { validFrom: t, validUntil: t + DAY });
    const stated = (await attestations.attestationOf(id)).statement;
    await networkHelpers.time.setNextBlockTimestamp(t + 50);
    await expect(attestations.connect(notary.key).revoke(id, REASON))
      .to.emit(attestations, "AttestationRevoked")
      .withArgs(id, notary.id, false, REASON);
    expect(await statuses(context, id, [t - 1, t, t + 49, t + 50, t + DAY])).to.deep.equal([
      notYet,
      valid,
      valid,
      revoked,
      revoked,
    ]);
    const kept = await attestations.attestationOf(id);
    expect([kept.revokedBy, kept.revokedAt, kept.reason]).to.deep.equal([notary.id, BigInt(t + 50), REASON]);
    expect(kept.statement).to.deep.equal(stated);
    expect((await attestations.standing(1, 1, PRODUCT)).id).to.equal(ZeroHash);
  });

  it("may be a regulator's, and the event says so", async () => {
    const context = await fixture();
    const { attestations, notary, supervisor } = context;
    const id = await attested(context, notary);
    await expect(attestations.connect(supervisor.key).revoke(id, REASON))
      .to.emit(attestations, "AttestationRevoked")
      .withArgs(id, supervisor.id, true, REASON);
    expect((await attestations.attestationOf(id)).revokedBy).to.equal(supervisor.id);
  });

  it("is the attester's own when the attester is a regulator, and another regulator's is supervision", async () => {
    const context = await fixture();
    const { attestations, regulator, supervisor } = context;
    const kind = AttestationKind.security;
    const first = await attested(context, regulator, { kind });
    await expect(attestations.connect(regulator.key).revoke(first, REASON))
      .to.emit(attestations, "AttestationRevoked")
      .withArgs(first, regulator.id, false, REASON);
    const second = await attested(context, regulator, { kind, supersedes: first });
    await expect(attestations.connect(supervisor.key).revoke(second, REASON))
      .to.emit(attestations, "AttestationRevoked")
      .withArgs(second, supervisor.id, true, REASON);
  });

  it("refuses others, an unknown id, no reason and a second time", async () => {
    const context = await fixture();
    const { attestations, notary, regulator, secondNotary, certifier, seller, venue } = context;
    const id = await attested(context, notary);
    for (const other of [secondNotary, certifier, seller, venue]) {
      await expect(attestations.connect(other.key).revoke(id, REASON))
        .to.be.revertedWithCustomError(attestations, "AttestationsNotRevoker")
        .withArgs(id, other.id);
    }
    const mine = attestations.connect(notary.key);
    await expect(mine.revoke(REASON, REASON))
      .to.be.revertedWithCustomError(attestations, "AttestationsUnknown")
      .withArgs(REASON);
    await expect(mine.revoke(id, ZeroHash))
      .to.be.revertedWithCustomError(attestations, "AttestationsZeroDigest")
      .withArgs();
    await mine.revoke(id, REASON);
    const { revokedAt } = await attestations.attestationOf(id);
    for (const actor of [notary, regulator]) {
      await expect(attestations.connect(actor.key).revoke(id, digestOf("other")))
        .to.be.revertedWithCustomError(attestations, "AttestationsAlreadyRevoked")
        .withArgs(id, revokedAt);
    }
    expect((await attestations.attestationOf(id)).reason).to.equal(REASON);
  });

  it("does not bring back what the revoked one superseded; a new one is stated instead", async () => {
    const context = await fixture();
    const { attestations, notary } = context;
    const first = await attested(context, notary);
    const second = await attested(context, notary, { supersedes: first });
    await attestations.connect(notary.key).revoke(second, REASON);
    expect((await attestations.standing(1, 1, PRODUCT)).id).to.equal(ZeroHash);
    expect(await attestations.statusAt(first, await now())).to.equal(BigInt(superseded));
    const third = await attested(context, notary, { supersedes: second });
    expect((await attestations.standing(1, 1, PRODUCT)).id).to.equal(third);
    expect(await attestations.statusAt(second, await now())).to.equal(BigInt(revoked));
  });

  it("reaches what is expired, superseded or not begun", async () => {
    const context = await fixture();
    const { attestations, regulator } = context;
    const t = (await now()) + 100;
    const first = await attestedAt(context, t, { validFrom: t, validUntil: t + 100 });
    const second = await attestedAt(context, t + 1, { validFrom: t + 1, validUntil: t + 100, supersedes: first });
    await networkHelpers.time.increaseTo(t + 200);
    const change = { validFrom: t + 300, validUntil: t + 400, supersedes: second };
    const third = await attested(context, context.notary, change);
    for (const id of [first, second, third]) await attestations.connect(regulator.key).revoke(id, REASON);
    const seconds = [t, t + 1, t + 150, t + 350];
    expect(await statuses(context, first, seconds)).to.deep.equal([valid, superseded, superseded, revoked]);
    expect(await statuses(context, second, seconds)).to.deep.equal([notYet, valid, expired, revoked]);
    expect(await statuses(context, third, seconds)).to.deep.equal([notYet, notYet, notYet, revoked]);
  });
});

describe("Attestations: what stands", () => {
  it("is the newest valid one of any attester, and the one before when that ends", async () => {
    const context = await fixture();
    const { attestations, notary, secondNotary } = context;
    const pass = await attested(context, notary);
    const fail = await attested(context, secondNotary, { result: Result.fail });
    expect(await attestations.standing(1, 1, PRODUCT)).to.deep.equal([fail, BigInt(Result.fail)]);
    const anew = await attested(context, notary, { supersedes: pass, result: Result.conditional });
    expect(await attestations.standing(1, 1, PRODUCT)).to.deep.equal([anew, BigInt(Result.conditional)]);
    await attestations.connect(notary.key).revoke(anew, REASON);
    expect(await attestations.standing(1, 1, PRODUCT)).to.deep.equal([fail, BigInt(Result.fail)]);
    await attestations.connect(secondNotary.key).revoke(fail, REASON);
    expect(await attestations.standing(1, 1, PRODUCT)).to.deep.equal([ZeroHash, 0n]);
    for (const [kind, subjectKind, subject] of [
      [2, 1, PRODUCT],
      [1, 2, PRODUCT],
      [1, 1, REASON],
    ] as const) {
      expect((await attestations.standing(kind, subjectKind, subject)).id).to.equal(ZeroHash);
    }
  });

  it("asks of each grade what the table says", async () => {
    const { attestations } = await fixture();
    let rows = 0;
    for (const [grade, row] of TABLE.entries()) {
      for (const [abroad, mask] of row.entries()) {
        expect(await attestations.requirementsOf(grade, abroad === 1)).to.equal(BigInt(mask));
        rows += 1;
      }
    }
    expect(rows).to.equal(6);
    await expect(attestations.requirementsOf(3, false)).to.be.revert(ethers);
    expect(await attestations.requirementsVersion()).to.equal(1n);
    const plain = (table: readonly (readonly [number, number])[]) => table.map((row) => row.map(BigInt));
    const { table, source } = await attestations.requirementsAt(1);
    expect([table.map((row) => [...row]), source]).to.deep.equal([plain(TABLE), SOURCE]);
  });

  it("asks what the council's newest table says, from its block on, and keeps every version", async () => {
    const context = await fixture();
    const { attestations, notary, venue } = context;
    const council = await asCouncil(attestations);
    const [risk, both] = [maskOfAttestations(["riskAssessment"]), maskOfAttestations(["riskAssessment", "insurance"])];
    const table: [number, number][] = [
      [0, risk],
      [risk, risk],
      [risk, both],
    ];
    const set = (by: Signer, given = table, source = REASON) =>
      attestations.connect(by).setRequirements(given as never, source);
    await expect(set(venue.key)).to.be.revertedWithCustomError(attestations, "NotCouncil").withArgs(venue.address);
    await expect(set(council, table, ZeroHash))
      .to.be.revertedWithCustomError(attestations, "AttestationsZeroDigest")
      .withArgs();
    await expect(set(council, [...table.slice(0, 2), [0, risk]] as typeof table))
      .to.be.revertedWithCustomError(attestations, "AttestationsRequirements")
      .withArgs(2, false, 0);
    await attested(context, notary);
    const unmet = (grade: number, crossBorder: boolean) =>
      attestations.unmetRequirements(SubjectKind.product, PRODUCT, grade, crossBorder);
    expect([await unmet(0, false), await attestations.requirementsVersion()]).to.deep.equal([0n, 1n]);
    expect(await attestations.connect(council).setRequirements.staticCall(table as never, REASON)).to.equal(2n);
    await expect(set(council)).to.emit(attestations, "RequirementsSet").withArgs(2, table, REASON);
    expect(await attestations.requirementsVersion()).to.equal(2n);
    expect([await unmet(0, false), await unmet(0, true), await unmet(2, true)]).to.deep.equal([
      0n,
      BigInt(risk),
      BigInt(both),
    ]);
    for (const [version, rows, digest] of [
      [1, TABLE, SOURCE],
      [2, table, REASON],
    ] as const) {
      const kept = await attestations.requirementsAt(version);
      expect(kept.table.map((row) => row.map(Number))).to.deep.equal(rows);
      expect(kept.source).to.equal(digest);
    }
    for (const version of [0, 3]) {
      await expect(attestations.requirementsAt(version))
        .to.be.revertedWithCustomError(attestations, "AttestationsUnknownVersion")
        .withArgs(version);
    }
  });

  it("misses a kind until it passes, with conditions or without, and again when that ends", async () => {
    const context = await fixture();
    const { attestations, notary, certifier, regulator } = context;
    const unmet = async () => Number(await attestations.unmetRequirements(SubjectKind.product, PRODUCT, 1, true));
    expect(await unmet()).to.equal(maskOfAttestations(["compliance", "riskAssessment", "security", "crossBorder"]));
    const compliance = await attested(context, notary, { result: Result.conditional });
    expect(await unmet()).to.equal(maskOfAttestations(["riskAssessment", "security", "crossBorder"]));
    const t = (await now()) + 100;
    await attested(context, certifier, { kind: AttestationKind.riskAssessment, validUntil: t + 10 });
    const fail = await attested(context, regulator, { kind: AttestationKind.security, result: Result.fail });
    await attested(context, regulator, { kind: AttestationKind.crossBorder });
    expect(await unmet()).to.equal(maskOfAttestations(["security"]));
    await attested(context, regulator, { kind: AttestationKind.security, supersedes: fail });
    expect(await unmet()).to.equal(0);
    await networkHelpers.time.increaseTo(t + 9);
    expect(await unmet()).to.equal(0);
    await networkHelpers.time.increaseTo(t + 10);
    expect(await unmet()).to.equal(maskOfAttestations(["riskAssessment"]));
    await attestations.connect(regulator.key).revoke(compliance, REASON);
    expect(await unmet()).to.equal(maskOfAttestations(["compliance", "riskAssessment"]));
    expect(await attestations.unmetRequirements(SubjectKind.product, PRODUCT, 0, false)).to.equal(2n);
    expect(await attestations.unmetRequirements(SubjectKind.resource, PRODUCT, 0, true)).to.equal(BigInt(TABLE[0][1]));
  });
});
