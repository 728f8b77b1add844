import { NoticeChannel, RegistrationType, SourceClass, Grade } from "@lianzheng/sdk/contracts";
import type { Signer } from "ethers";
import { METADATA, NO_PARENT, REASON, digestOf } from "../fixture.ts";
import { seal } from "../sealing.ts";
import { members, only, owner, type Row } from "./callers.ts";
import { anybody, entry, reads, type Matrix } from "./matrix.ts";
import { mandateFor, termsFor, type Scene } from "./scene.ts";
import { offer, personal, registration, scope } from "../content.ts";

const council = only("council", "NotCouncil");
const fromRights = only("rights", "RegistryNotRights");
const owned = owner("act", "RegistryNotOwner");
const reviewers: Row = { ...members("govern", "RegistryNotReviewer"), regulator: "ok" };
const trusted = owner("govern", "ConsentsTrustee");
const objectors: Row = owner("act", "ok", "RegistryOwnObjection");
const DOCUMENT = digestOf("document");

const person = (s: Scene, number: number): Signer => s.persons[number]!;

/** The owner brings its resource to the venue. */
const moved = async (s: Scene) => {
  const { registry, seller, venue, subjects, deadline } = s;
  const { number } = await registry.recordOf(subjects.registered);
  const ids = { subject: subjects.registered, owner: seller.id, fromVenue: NO_PARENT, toVenue: venue.id };
  const move = { ...ids, number, deadline };
  const digest = await registry.moveDigest(move);
  const sign = async ({ key, address }: Scene["seller"]) => ({ key: address, signature: await seal(key, digest) });
  return [move, [await sign(seller), await sign(venue)]];
};

const accepted = async (s: Scene) => {
  const { rights, seller, buyer, deadline } = s;
  const offered = offer(s.at, s.rightIds.holding, buyer.id);
  const signature = await seal(buyer.key, rights.acceptanceDigest(seller.id, offered, 1, deadline));
  return [offered, { key: buyer.address, nonce: 1, deadline, signature }];
};

const transferred = async (s: Scene) => {
  const { rights, seller, buyer, deadline } = s;
  const transfer = { right: s.rightIds.holding, from: seller.id, to: buyer.id, document: DOCUMENT };
  const sign = async ({ id, key, address }: Scene["seller"]) => {
    const signature = await seal(key, rights.transferDigest(id, transfer, 1, deadline));
    return { key: address, nonce: 1, deadline, signature };
  };
  return [transfer, [await sign(seller), await sign(buyer)]];
};

export const rights: Matrix = {
  registry: {
    enter: entry(fromRights, (s) => [s.processor.id, REASON, false, registration("entered"), []]),
    note: entry(fromRights, (s) => [s.subjects.registered, RegistrationType.licence, s.buyer.id, DOCUMENT]),
    resubmit: entry(owned, (s) => [s.subjects.refused, registration("refused", { grade: Grade.important })]),
    alter: entry(owned, (s) => {
      const contents = [{ algorithm: 1, value: digestOf("altered") }];
      return [s.subjects.registered, { digest: digestOf("altered"), metadata: METADATA, contents }, DOCUMENT];
    }),
    signOff: entry(reviewers, (s) => [s.subjects.pending, 1, REASON]),
    refuse: entry(reviewers, (s) => [s.subjects.pending, REASON]),
    object: entry(objectors, (s) => [s.subjects.noticed, REASON]),
    resolve: entry(reviewers, (s) => [s.subjects.noticed, 1, 0, false, REASON]),
    complete: anybody((s) => [s.subjects.signed]),
    withdraw: entry(owned, (s) => [s.subjects.pending]),
    cancel: entry(owned, (s) => [s.subjects.registered, DOCUMENT]),
    move: anybody(moved),
    setReviewRule: entry(council, () => [SourceClass.public, Grade.core, { notice: 1, reviewers: 0 }]),
    addAlgorithm: entry(council, () => [digestOf("algorithm")]),
    retireAlgorithm: entry(council, () => [1]),
    ...reads("algorithmCount algorithmOf briefOf council draftOf eip712Domain headOf inForceAt lastNumber moveDigest"),
    ...reads("objectionsOf parentsOf recordOf reviewOf reviewRule reviewRuleAt rights subjectIdOf subjectOfNumber"),
    ...reads("venueEntryAt venueEntryCount versionOf"),
  },
  consents: {
    give: anybody(async (s) => {
      const terms = await termsFor(s, person(s, 2));
      return [terms, s.deadline, await personal(person(s, 2), s.consents.consentDigest(terms, s.deadline))];
    }),
    giveAsTrustee: entry(trusted, async (s) => {
      const terms = await termsFor(s, person(s, 1));
      return [s.mandate, { ...terms, channel: NoticeChannel.trustee }, []];
    }),
    withdraw: anybody(async (s) => {
      return [s.consent, await personal(person(s, 0), s.consents.withdrawalDigest(s.consent))];
    }),
    withdrawAsTrustee: entry(trusted, (s) => [s.entrusted]),
    entrust: anybody(async (s) => {
      const terms = await mandateFor(s, person(s, 2));
      return [terms, s.deadline, await personal(person(s, 2), s.consents.mandateDigest(terms, s.deadline))];
    }),
    entrustMany: entry(trusted, async (s) => [{ ...(await mandateFor(s, person(s, 2))), many: true }]),
    revokeMandate: anybody(async (s) => {
      const { person: commitment } = await termsFor(s, person(s, 1));
      const digest = s.consents.revocationDigest(s.mandate, commitment);
      return [s.mandate, [], await personal(person(s, 1), digest)];
    }),
    layDown: entry(trusted, (s) => [s.mandate]),
    ...reads("consentDigest consentIdOf consentOf covers eip712Domain isKeySpent isMandateValidAt isValidAt"),
    ...reads("isValidForAt leafOf leftAt mandateDigest mandateIdOf mandateOf personOf revocationDigest"),
    ...reads("withdrawalDigest"),
  },
  rights: {
    registerResource: entry(members("act"), (s, caller) => [registration(caller), scope(s.at)]),
    registerProduct: entry(owner("act", "RightsNotHolder"), (s, caller) => [
      registration(caller),
      scope(s.at),
      [s.rightIds.holding],
    ]),
    grant: entry(owner("act", "RightsNotHolder"), (s) => [offer(s.at, s.rightIds.holding, s.buyer.id)]),
    grantAccepted: entry(owner("act", "RightsNotHolder"), accepted),
    accept: entry(owner("act", "RightsNotHolder"), (s) => [s.rightIds.offered, digestOf("authorization")]),
    recordUse: entry(owner("act", "RightsNotHolder"), (s) => [s.rightIds.counted, 1, REASON]),
    transfer: anybody(transferred),
    revoke: entry(owner("act", "RightsNotParty"), (s) => [s.rightIds.holding, REASON]),
    voidNonce: entry(members("act"), () => [1]),
    ...reads("acceptanceDigest basisOf eip712Domain granterOf holderAt isNonceUsed isValid isValidAt listingOf"),
    ...reads("rightIdOf rightOf transferDigest usabilityOf validityAt"),
  },
};
