import { Grade, NoticeChannel, RightKind, SourceClass } from "@lianzheng/sdk/contracts";
import { consentTerms, mandateTerms, offer, personal, registration, scope } from "../../test/contracts/content.ts";
import { METADATA, NO_PARENT, REASON, digestOf, type Actor } from "../../test/contracts/fixture.ts";
import { START, UNTIL, approval, gasOf, signed, type Figures, type Stage } from "./measuring.ts";

const AUTHORIZATION = digestOf("authorization");

async function measureRegistry(stage: Stage): Promise<Figures> {
  const { registry, rights, seller, venue, supervisor, regulator } = stage;
  const figures: Figures = {};
  const mine = rights.connect(seller.key);
  figures["Rights.registerResource"] = await gasOf(mine.registerResource(registration("resource"), scope(START)));
  const important = registration("important", { grade: Grade.important });
  figures["Rights.registerResource to be reviewed"] = await gasOf(mine.registerResource(important, scope(START)));
  const pending = await registry.subjectIdOf(seller.id, important.digest);
  figures["Registry.signOff"] = await gasOf(registry.connect(supervisor.key).signOff(pending, 1, REASON));
  figures["Registry.complete"] = await gasOf(registry.connect(regulator.key).complete(pending));
  const own = registry.connect(seller.key);
  await mine.registerResource(registration("other"), scope(START));
  const subject = await registry.subjectIdOf(seller.id, digestOf("other"));
  const contents = [{ algorithm: 1, value: digestOf("altered content") }];
  const draft = { digest: digestOf("altered"), metadata: METADATA, contents };
  figures["Registry.alter"] = await gasOf(own.alter(subject, draft, REASON));
  const { number } = await registry.recordOf(subject);
  const ids = { subject, owner: seller.id, fromVenue: NO_PARENT, toVenue: venue.id };
  const move = { ...ids, number, deadline: UNTIL };
  const signatures = await signed([seller, venue], registry.moveDigest(move));
  figures["Registry.move"] = await gasOf(registry.connect(stage.outsider).move(move, signatures));
  figures["Registry.cancel"] = await gasOf(own.cancel(subject, REASON));
  return figures;
}

/** The seller's resource becomes the processor's product. */
async function measureGrants(stage: Stage): Promise<Figures> {
  const { rights, registry, seller, processor, buyer, notary, outsider } = stage;
  const figures: Figures = {};
  const [mine, theirs] = [rights.connect(seller.key), rights.connect(processor.key)];
  const { right: holding } = await registry.recordOf(await registry.subjectIdOf(seller.id, digestOf("resource")));
  const first = offer(START, holding, processor.id, { scope: scope(START, { depth: 2 }) });
  figures["Rights.grant, offered"] = await gasOf(mine.grant(first));
  const processing = await rights.rightIdOf(seller.id, first);
  figures["Rights.accept"] = await gasOf(theirs.accept(processing, AUTHORIZATION));
  const at = { ...offer(START, holding, buyer.id), document: digestOf("second") };
  const consent = await approval(buyer, (nonce, end) => rights.acceptanceDigest(seller.id, at, nonce, end));
  figures["Rights.grantAccepted, in one call"] = await gasOf(mine.grantAccepted(at, consent));
  const transfer = { right: await rights.rightIdOf(seller.id, at), from: buyer.id, to: notary.id, document: REASON };
  const agree = (by: Actor, number: number) =>
    approval(by, (nonce, end) => rights.transferDigest(by.id, transfer, nonce, end), number);
  const all = [await agree(buyer, 2), await agree(notary, 1), await agree(seller, 1)];
  figures["Rights.transfer, three signatures"] = await gasOf(rights.connect(outsider).transfer(transfer, all));
  const product = registration("product");
  figures["Rights.registerProduct"] = await gasOf(theirs.registerProduct(product, scope(START), [processing]));
  const { right: operating } = await registry.recordOf(await registry.subjectIdOf(processor.id, product.digest));
  figures["Rights.isValid, operating right of a product"] = Number(await rights.isValid.estimateGas(operating));
  const counted = offer(START, operating, buyer.id, {
    kind: RightKind.operating,
    scope: scope(START, { uses: 100, depth: 0 }),
  });
  await theirs.grant(counted);
  const right = await rights.rightIdOf(processor.id, counted);
  await rights.connect(buyer.key).accept(right, AUTHORIZATION);
  figures["Rights.recordUse"] = await gasOf(rights.connect(buyer.key).recordUse(right, 1, REASON));
  figures["Rights.revoke"] = await gasOf(theirs.revoke(right, REASON));
  figures["Rights.voidNonce"] = await gasOf(theirs.voidNonce(9));
  return figures;
}

async function measureConsents(stage: Stage): Promise<Figures> {
  const { consents, registry, rights, seller, processor, trustee, outsider, spare } = stage;
  const figures: Figures = {};
  const data = registration("persons", { source: SourceClass.personal });
  await rights.connect(seller.key).registerResource(data, scope(START));
  const subject = await registry.subjectIdOf(seller.id, data.digest);
  const [one, two] = [spare[10]!, spare[11]!];
  const about = { subject, recipient: processor.id };
  const relay = consents.connect(outsider);
  const terms = await consentTerms(consents, one, START, about);
  const given = await personal(one, consents.consentDigest(terms, UNTIL));
  figures["Consents.give"] = await gasOf(relay.give(terms, UNTIL, given));
  const id = await consents.consentIdOf(`0x${"00".repeat(32)}`, terms);
  const withdrawal = await personal(one, consents.withdrawalDigest(id));
  figures["Consents.withdraw"] = await gasOf(relay.withdraw(id, withdrawal));
  const mandate = await mandateTerms(consents, two, START, { trustee: trustee.id, recipient: processor.id });
  const entrusted = await personal(two, consents.mandateDigest(mandate, UNTIL));
  figures["Consents.entrust"] = await gasOf(relay.entrust(mandate, UNTIL, entrusted));
  const under = await consents.mandateIdOf(mandate);
  const decided = { ...(await consentTerms(consents, two, START, about)), channel: NoticeChannel.trustee };
  const trusted = consents.connect(trustee.key);
  figures["Consents.giveAsTrustee"] = await gasOf(trusted.giveAsTrustee(under, decided, []));
  const theirs = await consents.consentIdOf(under, decided);
  figures["Consents.withdrawAsTrustee"] = await gasOf(trusted.withdrawAsTrustee(theirs));
  return figures;
}

export async function measureRights(stage: Stage): Promise<Figures> {
  return {
    ...(await measureRegistry(stage)),
    ...(await measureGrants(stage)),
    ...(await measureConsents(stage)),
  };
}
