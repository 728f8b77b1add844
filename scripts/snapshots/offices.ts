import { CaseKind, PleaKind, RulingAct, SubjectKind } from "@lianzheng/sdk/contracts";
import { opening, ruling, statement } from "../../test/contracts/content.ts";
import { DAY, REASON, digestOf, type Actor } from "../../test/contracts/fixture.ts";
import { seal } from "../../test/contracts/sealing.ts";
import { START, UNTIL, approval, gasOf, type Figures, type Stage } from "./measuring.ts";

export const BATCH = 10;

/** What is compared with the Ethereum Attestation Service. */
export const COMPARED = {
  first: "Attestations.attest",
  successor: "Attestations.attest that supersedes",
  batch: `Attestations.attestMany, each of ${BATCH}`,
  signed: "Attestations.attestBySignature",
} as const;

/** A finding of two regulators, to its sanction; a complaint that holds a product; a settlement. */
export async function measureCases({ cases, regulator, supervisor, seller, buyer, outsider }: Stage): Promise<Figures> {
  const figures: Figures = {};
  const about = { kind: CaseKind.finding, subjectKind: SubjectKind.member, subject: buyer.id.padEnd(66, "0") };
  figures["Cases.open"] = await gasOf(cases.connect(seller.key).open(opening("finding", buyer.id, about)));
  const id = await cases.caseIdOf(seller.id, digestOf("finding"));
  const rule = ({ key }: Actor, made: ReturnType<typeof ruling>) => gasOf(cases.connect(key).rule(made));
  figures["Cases.rule, admission"] = await rule(regulator, ruling(id, 1, RulingAct.admit));
  const plea = { caseId: id, kind: PleaKind.answer, statement: REASON, evidence: [digestOf("leaf")] };
  figures["Cases.plead, answer"] = await gasOf(cases.connect(buyer.key).plead(plea));
  const { round } = await cases.caseOf(id);
  const sanction = { restrictions: 1, from: START, until: START + 300 * DAY };
  const decision = { ...ruling(id, Number(round), RulingAct.uphold), ...sanction };
  figures["Cases.rule, first of two votes"] = await rule(regulator, decision);
  figures["Cases.rule that sanctions"] = await rule(supervisor, decision);
  const complaint = opening("complaint", seller.id);
  const filed = await approval(buyer, (nonce, end) => cases.openingDigest(buyer.id, complaint, nonce, end));
  figures["Cases.openSigned"] = await gasOf(cases.connect(outsider).openSigned(complaint, filed));
  const other = await cases.caseIdOf(buyer.id, complaint.salt);
  figures["Cases.rule, hold"] = await rule(regulator, ruling(other, 1, RulingAct.hold));
  const agree = (by: Actor, number: number) =>
    approval(by, (nonce, end) => cases.settlementDigest(by.id, other, REASON, nonce, end), number);
  const both = [await agree(buyer, 2), await agree(seller, 1)] as const;
  figures["Cases.settle"] = await gasOf(cases.connect(outsider).settle(other, REASON, ...both));
  return figures;
}

export async function measureAttestations({ attestations, notary, attester, outsider }: Stage): Promise<Figures> {
  const figures: Figures = {};
  const mine = attestations.connect(attester.key);
  // The contract's counter is written once before: what is quoted is the steady state.
  await attestations.connect(notary.key).attest(statement(START, digestOf("before")));
  const first = statement(START, digestOf("matter"));
  figures[COMPARED.first] = await gasOf(mine.attest(first));
  const supersedes = await attestations.attestationIdOf(attester.id, first);
  const next = { ...first, supersedes, opinion: digestOf("next") };
  figures[COMPARED.successor] = await gasOf(mine.attest(next));
  const several = Array.from({ length: BATCH }, (_, i) => statement(START, digestOf(`subject ${i}`)));
  figures[COMPARED.batch] = Math.round((await gasOf(mine.attestMany(several))) / BATCH);
  const other = statement(START, digestOf("signed"));
  const nonce = digestOf("nonce");
  const signature = await seal(attester.key, attestations.attestDigest(attester.id, other, nonce, UNTIL));
  const delegation = { key: attester.address, nonce, deadline: UNTIL, signature };
  figures[COMPARED.signed] = await gasOf(
    attestations.connect(outsider).attestBySignature({ statement: other, delegation }),
  );
  const last = await attestations.attestationIdOf(attester.id, next);
  figures["Attestations.revoke"] = await gasOf(mine.revoke(last, REASON));
  return figures;
}
