import { memberIdOf } from "@lianzheng/sdk/chain";
import { Grade, Listing, RegistrationStatus } from "@lianzheng/sdk/contracts";
import type { AttestationKindName } from "@lianzheng/sdk/contracts";
import { called, cast } from "../cast.ts";
import type { RoleName } from "../cast.ts";
import type { Attempt } from "../ledger.ts";
import { attest, reviewProduct } from "../supervision.ts";
import type { Theatre } from "../theatre.ts";
import type { Deal } from "../trade.ts";
import { StoryTrade } from "../trade.ts";
import type { Stage } from "./opening.ts";

const reviewers: readonly RoleName[] = ["institute", "provincialVenue"];

/** Who states what of data of important grade, before it may be listed. */
const statements: readonly (readonly [RoleName, AttestationKindName, string])[] = [
  ["notary", "compliance", "合规公证"],
  ["bureau", "security", "安全审查"],
];

/** The product of important grade is reviewed, refused to be listed, attested, and then may be listed. */
export async function reviewScene(theatre: Theatre, { consortium, provincial }: Stage, deal: Deal): Promise<void> {
  const { narrator } = theatre;
  const { attestations, registry, rights } = consortium.ledger;
  const entered = await registry.recordOf(deal.subject);
  const waits = Number(entered.status) === RegistrationStatus.pending && Number(entered.grade) === Grade.important;
  narrator.expect(waits, "waits 待审", "Flight delay risk API is of important grade 重要数据: it waits for a review");
  await reviewProduct(consortium, provincial, deal.subject, reviewers);
  const { status, number, round } = await registry.recordOf(deal.subject);
  const review = await registry.reviewOf(deal.subject, round);
  const names = reviewers.map((name) => called(cast[name])).join(" and ");
  const isSignedOff = review.venueSigned && review.reviewer === memberIdOf(cast.institute.uscc);
  narrator.expect(
    isSignedOff && Number(status) === RegistrationStatus.registered,
    "reviewed 审查",
    `signed off by ${names}: registration number ${number}`,
  );
  const refusal = await StoryTrade.attempt(consortium, deal);
  narrator.expect(
    isRefused(refusal, "TradesNotListable") && Number(refusal.fault?.values["listing"]) === Listing.requirementsUnmet,
    "refused 拒绝",
    `listing without attestations: TradesNotListable, RequirementsUnmet, block ${refusal.receipt.blockNumber}`,
  );
  for (const [attester, kind, chinese] of statements) {
    const id = await attest(consortium, provincial, attester, kind, deal.subject);
    const { attester: by } = await attestations.attestationOf(id);
    const holds = await attestations.isValidAt(id, await consortium.ledger.chainTime());
    narrator.expect(
      holds && by === memberIdOf(cast[attester].uscc),
      "attested 证明",
      `${kind} ${chinese}, by ${called(cast[attester])}`,
    );
  }
  const listing = await rights.listingOf(deal.subject, deal.right, memberIdOf(cast[deal.seller].uscc), false);
  narrator.expect(Number(listing) === Listing.allowed, "allowed 准许", "now the product may be listed 可以挂牌");
}

/** Whether an attempt stands in a block, refused by this error. */
export function isRefused({ receipt, fault }: Attempt, error: string): boolean {
  return receipt.status === 0 && fault?.name === error;
}
