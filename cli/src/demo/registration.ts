import { randomBytes } from "node:crypto";
import type { Hex } from "@lianzheng/sdk/encoding";
import { toHex } from "@lianzheng/sdk/encoding";
import { memberIdOf } from "@lianzheng/sdk/chain";
import { Grade, RightKind, SourceClass } from "@lianzheng/sdk/contracts";
import type { RegistrationStruct, ScopeStruct } from "@lianzheng/sdk/contracts";
import { toInstant } from "@lianzheng/sdk/record";
import type { RecordInput } from "@lianzheng/sdk/record";
import type { TransactionReceipt } from "ethers";
import type { RoleName } from "./cast.ts";
import { NOBODY, cast } from "./cast.ts";
import type { DigestedSet } from "./data.ts";
import { digestOfText } from "./digest.ts";
import { idFromEvent } from "./ledger.ts";
import type { Consortium } from "./consortium.ts";
import { submitSigned } from "./signing.ts";
import { acceptanceFields, domainOf } from "./typed-data.ts";
import type { Venue } from "./venue.ts";

const YEAR_S = 365 * 24 * 3_600;
const SIGNED_FOR_S = 600;
const NO_CONSENT: Hex = `0x${"00".repeat(32)}`;

/** Number of SHA-256 among the registry's algorithms. */
const SHA_256 = 1;

/** The one territory of the story's catalogue: at home. */
const AT_HOME = 1n;

/** Purposes of the consortium's catalogue, one bit each. */
export const purposes = { riskPricing: 1n, operations: 2n, research: 4n } as const;

const allPurposes = purposes.riskPricing | purposes.operations | purposes.research;

/** Something registered, and the right that came with it. */
export interface Registered {
  readonly subject: Hex;
  readonly right: Hex;
  /** Id of the record of the registration. */
  readonly record: Hex;
}

/** A registered data set. */
export interface RegisteredSet extends Registered {
  readonly set: DigestedSet;
}

/**
 * Registers a supplier's data sets: for each a signed record in the venue's log, then the resource and its holding right on the chain,
 * which name that record as their metadata.
 */
export async function registerDataSets(
  consortium: Consortium,
  venue: Venue,
  holder: RoleName,
  sets: readonly DigestedSet[],
): Promise<readonly RegisteredSet[]> {
  const { ledger, keys } = consortium;
  const records = await Promise.all(sets.map((set) => registrationRecord(consortium, venue, set)));
  const scope = { ...(await scopeFor(consortium, YEAR_S)), purposes: allPurposes, depth: 2 };
  const calls = sets.map(({ digest }, at) => {
    const registration = registrationOf(digest, records[at] ?? digest);
    return { from: keys[holder], call: ledger.rights.registerResource.populateTransaction(registration, scope) };
  });
  const receipts = await ledger.sendAll("Rights.registerResource", calls);
  return sets.flatMap((set, at) => {
    const [receipt, id] = [receipts[at], records[at]];
    return receipt === undefined || id === undefined ? [] : [{ set, record: id, ...idsOf(consortium, receipt) }];
  });
}

async function registrationRecord(consortium: Consortium, venue: Venue, set: DigestedSet): Promise<Hex> {
  const subject = await consortium.ledger.registry.subjectIdOf(memberIdOf(cast[set.holder].uscc), set.digest);
  return submitSigned(consortium, venue, set.holder, {
    type: "resource.registration",
    subject: `resource:${subject}`,
    occurredAt: toInstant(Date.now()),
    body: { name: set.english, nameZh: set.chinese, file: set.file, bytes: set.bytes, source: "vega-datasets 3.2.1" },
    attachments: { [set.file]: { "sha-256": set.digest } },
  });
}

/** Data at general grade, registered without a venue: nothing is asked of it, and it is in force at once. */
function registrationOf(digest: Hex, metadata: Hex): RegistrationStruct {
  const contents = [{ algorithm: SHA_256, value: digest }];
  return { digest, metadata, grade: Grade.general, source: SourceClass.enterprise, venue: NOBODY, contents };
}

/**
 * Lets the processor work with a resource: for named purposes, for half a year, not to be handed on. The processor agrees beforehand by its
 * signature, so the right is valid in the block that grants it.
 */
export async function authorizeProcessing(
  consortium: Consortium,
  venue: Venue,
  { set, right }: RegisteredSet,
  processor: RoleName,
): Promise<Hex> {
  const { ledger, keys } = consortium;
  const document = await submitSigned(consortium, venue, set.holder, grantRecord(set, right, processor));
  const scope = { ...(await scopeFor(consortium, YEAR_S / 2)), purposes: purposes.riskPricing | purposes.research };
  const holder = memberIdOf(cast[processor].uscc);
  const grant = { base: right, holder, kind: RightKind.processing, scope, document, consent: NO_CONSENT };
  const once = { nonce: toHex(randomBytes(32)), deadline: ledger.secondsFromNow(SIGNED_FOR_S) };
  const key = keys[processor];
  const message = { granter: memberIdOf(cast[set.holder].uscc), grant, ...once };
  const signature = await key.signTypedData(await domainOf(ledger.rights), acceptanceFields, message);
  const call = ledger.rights.grantAccepted.populateTransaction(grant, { key: key.address, ...once, signature });
  const receipt = await ledger.send("Rights.grantAccepted", keys[set.holder], call);
  return idFromEvent(receipt, ledger.rights.interface.getEvent("RightGranted").topicHash);
}

function grantRecord(set: DigestedSet, right: Hex, processor: RoleName): RecordInput {
  return {
    type: "authorization.grant",
    subject: `right:${right}`,
    occurredAt: toInstant(Date.now()),
    body: {
      file: set.file,
      right: "processing",
      purposes: ["risk pricing", "research"],
      days: 182,
      subLicensing: false,
    },
    parties: [
      { member: cast[set.holder].uscc, role: "granter" },
      { member: cast[processor].uscc, role: "processor" },
    ],
  };
}

/**
 * Registers what the processor made, at important grade (重要数据) and at a venue: its lineage leans on the rights by which it was made, and it
 * is in force only after a review.
 */
export async function registerProduct(
  consortium: Consortium,
  venue: Venue,
  processor: RoleName,
  basis: readonly Hex[],
  parents: readonly RegisteredSet[],
): Promise<Registered> {
  const { ledger } = consortium;
  const digest = digestOfText(`delay-risk:${parents.map(({ set }) => set.digest).join(",")}`);
  const subject = await ledger.registry.subjectIdOf(memberIdOf(cast[processor].uscc), digest);
  const recordId = await submitSigned(consortium, venue, processor, {
    type: "product.registration",
    subject: `product:${subject}`,
    occurredAt: toInstant(Date.now()),
    body: {
      name: "Flight delay risk API",
      nameZh: "航班延误风险接口",
      grade: "important",
      parents: parents.map((parent) => parent.subject),
    },
  });
  const asked = { grade: Grade.important, venue: memberIdOf(venue.role.uscc) };
  const receipt = await ledger.send(
    "Rights.registerProduct",
    consortium.keys[processor],
    ledger.rights.registerProduct.populateTransaction(
      { ...registrationOf(digest, recordId), ...asked },
      { ...(await scopeFor(consortium, YEAR_S / 4)), purposes: purposes.riskPricing },
      [...basis],
    ),
  );
  return { record: recordId, ...idsOf(consortium, receipt) };
}

/** At home, from the newest block on, not counted and not to be handed on. */
async function scopeFor({ ledger }: Consortium, seconds: number): Promise<Omit<ScopeStruct, "purposes">> {
  const from = await ledger.chainTime();
  return { territories: AT_HOME, from, until: from + seconds, uses: 0, depth: 0 };
}

function idsOf({ ledger }: Consortium, receipt: TransactionReceipt): { readonly subject: Hex; readonly right: Hex } {
  const { registry, rights } = ledger;
  return {
    subject: idFromEvent(receipt, registry.interface.getEvent("SubjectEntered").topicHash),
    right: idFromEvent(receipt, rights.interface.getEvent("RightGranted").topicHash),
  };
}
