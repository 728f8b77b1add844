import { memberIdOf } from "@lianzheng/sdk/chain";
import { AttestationKind, Result, SubjectKind } from "@lianzheng/sdk/contracts";
import type { AttestationKindName } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { toInstant } from "@lianzheng/sdk/record";
import type { JsonObject } from "@lianzheng/sdk/record";
import type { RoleName } from "./cast.ts";
import { cast } from "./cast.ts";
import type { Consortium } from "./consortium.ts";
import { digestOfText } from "./digest.ts";
import { idFromEvent } from "./ledger.ts";
import { submitSigned } from "./signing.ts";
import type { Venue } from "./venue.ts";

const DAY_S = 24 * 3_600;
const NOTHING_BEFORE: Hex = `0x${"00".repeat(32)}`;

/** The reviewers sign a product's registration off, each with a record of its opinion, and whoever likes completes it. */
export async function reviewProduct(
  consortium: Consortium,
  venue: Venue,
  product: Hex,
  reviewers: readonly RoleName[],
): Promise<void> {
  const { ledger, keys } = consortium;
  const { round } = await ledger.registry.recordOf(product);
  const opinions = await Promise.all(
    reviewers.map((name) => opinionOn(consortium, venue, name, product, "registration.review", {})),
  );
  const signOffs = reviewers.map((name, at) => ({
    from: keys[name],
    call: ledger.registry.signOff.populateTransaction(product, round, opinions[at] ?? NOTHING_BEFORE),
  }));
  await ledger.sendAll("Registry.signOff", signOffs);
  await ledger.send("Registry.complete", keys.processor, ledger.registry.complete.populateTransaction(product));
}

/** A qualified member states that a product passed, for a year; the opinion is a record of the venue's log. Answers with the attestation's id. */
export async function attest(
  consortium: Consortium,
  venue: Venue,
  attester: RoleName,
  kind: AttestationKindName,
  product: Hex,
): Promise<Hex> {
  const { ledger, keys } = consortium;
  const opinion = await opinionOn(consortium, venue, attester, product, `attestation.${kind}`, { valid: "1 year" });
  const validFrom = await ledger.chainTime();
  const statement = {
    kind: AttestationKind[kind],
    subjectKind: SubjectKind.product,
    result: Result.pass,
    validFrom,
    validUntil: validFrom + 365 * DAY_S,
    subject: product,
    opinion,
    materials: digestOfText(`materials for ${kind}`),
    rules: digestOfText(`rules of ${kind}`),
    supersedes: NOTHING_BEFORE,
  };
  const { attestations } = ledger;
  const call = attestations.attest.populateTransaction(statement);
  const receipt = await ledger.send("Attestations.attest", keys[attester], call);
  return idFromEvent(receipt, attestations.interface.getEvent("Attested").topicHash);
}

/** Regulators freeze a product for a day: the first orders it, the others co-sign. Answers with the order's id. */
export async function freezeProduct(
  { ledger, keys }: Consortium,
  product: Hex,
  [first, ...others]: readonly [RoleName, ...(readonly RoleName[])],
): Promise<Hex> {
  const { emergency } = ledger;
  const reason = digestOfText("a hint that the sources were altered");
  const until = (await ledger.chainTime()) + DAY_S;
  const content = { subjectKind: SubjectKind.product, subject: product, reason, until };
  const ordered = await ledger.send("Emergency.order", keys[first], emergency.order.populateTransaction(content));
  const order = idFromEvent(ordered, emergency.interface.getEvent("OrderOpened").topicHash);
  for (const name of others)
    await ledger.send("Emergency.cosign", keys[name], emergency.cosign.populateTransaction(order));
  return order;
}

/** As many regulators as froze release what an order froze. */
export async function releaseProduct(
  { ledger, keys }: Consortium,
  order: Hex,
  regulators: readonly RoleName[],
): Promise<void> {
  const reason = digestOfText("the hint was wrong");
  const voices = regulators.map((name) => ({
    from: keys[name],
    call: ledger.emergency.release.populateTransaction(order, reason),
  }));
  await ledger.sendAll("Emergency.release", voices);
}

function opinionOn(
  consortium: Consortium,
  venue: Venue,
  by: RoleName,
  product: Hex,
  type: string,
  more: JsonObject,
): Promise<Hex> {
  return submitSigned(consortium, venue, by, {
    type,
    subject: `product:${product}`,
    occurredAt: toInstant(Date.now()),
    body: { result: "pass", by: memberIdOf(cast[by].uscc), ...more },
  });
}
