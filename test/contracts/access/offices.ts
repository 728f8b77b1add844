import { PleaKind, RulingAct } from "@lianzheng/sdk/contracts";
import { DAY, REASON, digestOf } from "../fixture.ts";
import { seal } from "../sealing.ts";
import { all, members, only, owner, type Row } from "./callers.ts";
import { anybody, entry, reads, type Matrix } from "./matrix.ts";
import type { Scene } from "./scene.ts";
import { opening, ruling, statement } from "../content.ts";

const council = only("council", "NotCouncil");
/** A side pleads also while it is suspended or frozen. */
const sides: Row = { ...owner("act", "CasesNotParty"), suspended: "CasesNotParty", frozen: "CasesNotParty" };
const deciders: Row = { ...owner("govern", "CasesNotDecider", "CasesPartyRules"), regulator: "ok" };
const attesters = owner("govern", "AttestationsNotQualified");
/** Whoever has a key may give up its nonces, whatever its standing. */
const unknown = { stranger: "CasesKeyNotLive", founder: "CasesKeyNotLive", applicant: "CasesKeyNotLive" };
const contracts = {
  council: "CasesKeyNotLive",
  members: "CasesKeyNotLive",
  emergency: "CasesKeyNotLive",
  rights: "CasesKeyNotLive",
};
const liveKeys: Row = { ...all("ok"), ...unknown, ...contracts, "retired key": "CasesKeyNotLive" };

const PROCEDURE = {
  findingVotes: 2,
  tribunalVotes: 2,
  admission: DAY,
  answer: DAY,
  decision: DAY,
  objection: DAY,
  review: DAY,
  repair: DAY,
};
const answer = (s: Scene) => ({ caseId: s.complaint, kind: PleaKind.answer, statement: REASON, evidence: [] });

/** A signature of a member under a struct of Cases. */
const approval = async (
  s: Scene,
  { id, key, address }: Scene["seller"],
  digest: (by: string, nonce: number, deadline: number) => Promise<string>,
) => ({ key: address, nonce: 1, deadline: s.deadline, signature: await seal(key, digest(id, 1, s.deadline)) });

/** The owner's signature for Attestations. */
const delegation = async (s: Scene, digest: Promise<string>) => ({
  key: s.seller.address,
  nonce: REASON,
  deadline: s.deadline,
  signature: await seal(s.seller.key, digest),
});
const stated = (s: Scene) => statement(s.at, digestOf("other matter"));
const signed = async (s: Scene) => ({
  statement: stated(s),
  delegation: await delegation(s, s.attestations.attestDigest(s.seller.id, stated(s), REASON, s.deadline)),
});

export const offices: Matrix = {
  cases: {
    open: entry(members("act"), (s) => [opening("new", s.notary.id)]),
    openSigned: anybody(async (s) => {
      const made = opening("signed", s.notary.id);
      return [made, await approval(s, s.seller, (by, nonce, end) => s.cases.openingDigest(by, made, nonce, end))];
    }),
    plead: entry(sides, (s) => [answer(s)]),
    pleadSigned: anybody(async (s) => [
      answer(s),
      await approval(s, s.seller, (by, nonce, end) => s.cases.pleaDigest(by, answer(s), nonce, end)),
    ]),
    rule: entry(deciders, (s) => [ruling(s.dispute, 1, RulingAct.admit)]),
    ruleSigned: anybody(async (s) => {
      const made = ruling(s.dispute, 1, RulingAct.admit);
      return [made, await approval(s, s.supervisor, (by, nonce, end) => s.cases.rulingDigest(by, made, nonce, end))];
    }),
    settle: anybody(async (s) => {
      const sign = (by: Scene["seller"]) =>
        approval(s, by, (id, nonce, end) => s.cases.settlementDigest(id, s.dispute, REASON, nonce, end));
      return [s.dispute, REASON, await sign(s.seller), await sign(s.buyer)];
    }),
    lapse: entry(all("CasesNotDue"), (s) => [s.complaint]),
    setProcedure: entry(council, () => [PROCEDURE, REASON]),
    voidNonce: entry(liveKeys, () => [1]),
    votesFor: anybody((s) => [ruling(s.dispute, 1, RulingAct.admit)]),
    sanctionAt: entry(all("Panic"), (s) => [s.buyer.id, 0]),
    ...reads("caseIdOf caseOf council effectAt eip712Domain holdsOn isHeld isNonceUsed isSanctioned openingDigest"),
    ...reads("pleaDigest procedureOf procedureVersion rulingDigest sanctionCount settlementDigest"),
  },
  attestations: {
    attest: entry(attesters, (s) => [stated(s)]),
    attestMany: entry(attesters, (s) => [[stated(s)]]),
    attestBySignature: anybody(async (s) => [await signed(s)]),
    attestManyBySignature: anybody(async (s) => [[await signed(s)]]),
    revoke: entry({ ...owner("govern", "AttestationsNotRevoker"), regulator: "ok" }, (s) => [s.attestation, REASON]),
    revokeBySignature: anybody(async (s) => {
      const digest = s.attestations.revocationDigest(s.attestation, s.seller.id, REASON, REASON, s.deadline);
      return [s.attestation, REASON, await delegation(s, digest)];
    }),
    setRequirements: entry(council, () => [
      [
        [0, 2],
        [2, 2],
        [2, 2],
      ],
      REASON,
    ]),
    spendNonce: entry(members("govern"), () => [REASON]),
    ...reads("attestDigest attestationCount attestationIdOf attestationOf attestersFor attestersOf council"),
    ...reads("eip712Domain isSpent isValidAt latestOf requirementsAt requirementsOf requirementsVersion"),
    ...reads("revocationDigest standing statusAt unmetRequirements"),
  },
};
