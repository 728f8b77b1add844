import type { Hex } from "@lianzheng/sdk/encoding";
import { keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { memberIdOf } from "@lianzheng/sdk/chain";
import { Grade, RightKind } from "@lianzheng/sdk/contracts";
import { toInstant } from "@lianzheng/sdk/record";
import type { RecordInput } from "@lianzheng/sdk/record";
import type { TransactionReceipt } from "ethers";
import type { RoleName } from "./cast.ts";
import { cast } from "./cast.ts";
import type { DigestedSet } from "./data.ts";
import { idFromEvent } from "./ledger.ts";
import type { Consortium } from "./consortium.ts";
import { signRecord } from "./signing.ts";
import { submitOne } from "./venue.ts";
import type { Venue } from "./venue.ts";

const YEAR_S = 365 * 24 * 3_600;

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
  const scope = { ...(await period(consortium)), purposes: allPurposes, depth: 2 };
  const calls = sets.map(({ digest }, at) => {
    const registration = { digest, content: digest, metadata: records[at] ?? digest, grade: Grade.general };
    return { from: keys[holder], call: ledger.rights.registerResource.populateTransaction(registration, scope) };
  });
  const receipts = await ledger.sendAll("Rights.registerResource", calls);
  return sets.flatMap((set, at) => {
    const [receipt, id] = [receipts[at], records[at]];
    return receipt === undefined || id === undefined ? [] : [{ set, record: id, ...idsOf(consortium, receipt) }];
  });
}

async function registrationRecord(consortium: Consortium, venue: Venue, set: DigestedSet): Promise<Hex> {
  const subject = await consortium.ledger.rights.subjectIdOf(memberIdOf(cast[set.holder].uscc), set.digest);
  return record(consortium, venue, set.holder, {
    type: "resource.registration",
    subject: `resource:${subject}`,
    occurredAt: toInstant(Date.now()),
    body: { name: set.english, nameZh: set.chinese, file: set.file, bytes: set.bytes, source: "vega-datasets 3.2.1" },
    attachments: { [set.file]: { "sha-256": set.digest } },
  });
}

/** Lets the processor work with a resource: for named purposes, for half a year, not to be handed on. */
export async function authorizeProcessing(
  consortium: Consortium,
  venue: Venue,
  { set, right }: RegisteredSet,
  processor: RoleName,
): Promise<Hex> {
  const { ledger } = consortium;
  const document = await record(consortium, venue, set.holder, {
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
  });
  const scope = {
    ...(await period(consortium, YEAR_S / 2)),
    purposes: purposes.riskPricing | purposes.research,
    depth: 0,
  };
  const receipt = await ledger.send(
    "Rights.grant",
    consortium.keys[set.holder],
    ledger.rights.grant.populateTransaction(
      right,
      memberIdOf(cast[processor].uscc),
      RightKind.processing,
      scope,
      document,
    ),
  );
  return idFromEvent(receipt, topicOf(consortium, "RightGranted"));
}

/** Registers what the processor made: its lineage leans on the rights by which it was made. */
export async function registerProduct(
  consortium: Consortium,
  venue: Venue,
  processor: RoleName,
  basis: readonly Hex[],
  parents: readonly RegisteredSet[],
): Promise<Registered> {
  const { ledger } = consortium;
  const digest = toHex(keccak256(utf8(`delay-risk:${parents.map(({ set }) => set.digest).join(",")}`)));
  const subject = await ledger.rights.subjectIdOf(memberIdOf(cast[processor].uscc), digest);
  const recordId = await record(consortium, venue, processor, {
    type: "product.registration",
    subject: `product:${subject}`,
    occurredAt: toInstant(Date.now()),
    body: {
      name: "Flight delay risk API",
      nameZh: "航班延误风险接口",
      parents: parents.map((parent) => parent.subject),
    },
  });
  const receipt = await ledger.send(
    "Rights.registerProduct",
    consortium.keys[processor],
    ledger.rights.registerProduct.populateTransaction(
      { digest, content: digest, metadata: recordId, grade: Grade.general },
      { ...(await period(consortium, YEAR_S / 4)), purposes: purposes.riskPricing, depth: 0 },
      [...basis],
    ),
  );
  return { record: recordId, ...idsOf(consortium, receipt) };
}

async function record(consortium: Consortium, venue: Venue, issuer: RoleName, input: RecordInput): Promise<Hex> {
  const { deployment } = consortium.ledger;
  return submitOne(venue, await signRecord(input, cast[issuer], consortium.keys[issuer], deployment));
}

/** From the newest block on; the chain's clock counts, not this machine's. */
async function period({ ledger }: Consortium, seconds: number = YEAR_S): Promise<{ from: number; until: number }> {
  const block = await ledger.provider.getBlock("latest");
  const from = block?.timestamp ?? 0;
  return { from, until: from + seconds };
}

function idsOf(consortium: Consortium, receipt: TransactionReceipt): { readonly subject: Hex; readonly right: Hex } {
  return {
    subject: idFromEvent(receipt, topicOf(consortium, "SubjectRegistered")),
    right: idFromEvent(receipt, topicOf(consortium, "RightGranted")),
  };
}

function topicOf({ ledger }: Consortium, event: "SubjectRegistered" | "RightGranted"): string {
  return ledger.rights.interface.getEvent(event).topicHash;
}
