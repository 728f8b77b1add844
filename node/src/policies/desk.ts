import { toInstant } from "@lianzheng/sdk/record";
import { decodeDisclosure, decodeEntry } from "@lianzheng/sdk/record";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonValue, PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import type { PolicyBook } from "./book.ts";
import type { PolicyFollower } from "./policies.ts";
import { viewOf } from "./record-view.ts";
import { refusalsSubject } from "./refusal-desk.ts";
import type { RefusalDesk } from "./refusal-desk.ts";

/** A record as the log hands it out. */
interface LoggedRecord {
  readonly id: Hex;
  readonly index: number;
  readonly entry: string;
  readonly disclosures: readonly string[];
  readonly submitter: string;
}

/** What the API's port to this room is made of. */
export interface PolicyDeskParts {
  readonly follower: PolicyFollower;
  readonly refusals: RefusalDesk;
  readonly log: {
    indexesOf(subject: string, most: number): Promise<readonly number[]>;
    recordAt(index: number): Promise<LoggedRecord | undefined>;
  };
}

/** Records that are looked at for one page, whatever becomes of them: a page may be empty and still not be the last. */
const lookedAt = 1_000;

/** This room as the API sees it. */
export function createPolicyDesk({ follower, refusals, log }: PolicyDeskParts) {
  return {
    judge: ({ record, ...who }: JudgedRecord): void => follower.judge({ view: viewOf(record), ...who }),
    refuse: refusals.refuse.bind(refusals),
    block: () => blockOf(follower.book),
    list: () => follower.book.names().map((name) => factsOf(follower.book, name, follower.second())),
    document: (name: string, version?: number) => documentOf(follower.book, name, follower.second(), version),
    refusals: (page: Page) => refusalPage(log, page),
  };
}

interface JudgedRecord {
  readonly record: RecordInput | PreparedRecord;
  readonly issuer: string;
  readonly submitter: string;
  readonly at: string;
}

interface Page {
  readonly from: number;
  readonly most: number;
  readonly member?: string;
}

const instantOf = (second: number): string => toInstant(second * 1000);

function blockOf({ block }: PolicyBook): { readonly number: number; readonly hash: Hex; readonly time: string } | null {
  return block === null ? null : { ...block, time: instantOf(block.time) };
}

function factsOf(book: PolicyBook, name: string, second: number) {
  const numbers = [0, ...(book.published(name)?.versions ?? []).map((_, at) => at + 1)];
  const versions = numbers.flatMap((number) => versionFacts(book, name, number) ?? []);
  return { name, inForce: book.inForce(name, second)?.version ?? null, versions };
}

function versionFacts(book: PolicyBook, name: string, version: number) {
  const found = book.version(name, version);
  if (found === undefined) return undefined;
  const published = version === 0 ? undefined : book.published(name)?.versions[version - 1];
  const retired = published?.retiredFrom ?? null;
  return {
    version,
    digest: found.digest,
    effectiveFrom: published === undefined ? null : instantOf(published.effectiveFrom),
    retiredFrom: retired === null ? null : instantOf(retired),
    held: book.document(found.digest) !== undefined,
  };
}

function documentOf(book: PolicyBook, name: string, second: number, asked?: number) {
  const version = asked ?? book.inForce(name, second)?.version;
  if (version === null || version === undefined) return undefined;
  const facts = versionFacts(book, name, version);
  const document = facts === undefined ? undefined : book.document(facts.digest);
  return facts === undefined || document === undefined ? undefined : { name, ...facts, document };
}

/** Read from the log itself: what stands there is what is answered, and nothing else has to be kept. */
async function refusalPage(log: PolicyDeskParts["log"], { from, most, member }: Page) {
  const indexes = (await log.indexesOf(refusalsSubject, from + lookedAt)).slice(from);
  const items: ReturnType<typeof keptOf>[] = [];
  let at = from;
  for (const index of indexes) {
    if (items.length === most) break;
    at += 1;
    const record = await log.recordAt(index);
    if (record === undefined || (member !== undefined && record.submitter !== member)) continue;
    items.push(keptOf(record));
  }
  const isEnd = at - from === indexes.length && indexes.length < lookedAt;
  return { items, next: isEnd ? undefined : at };
}

function keptOf({ id, index, entry, disclosures }: LoggedRecord) {
  const body = disclosures.map((text) => decodeDisclosure(text)).map(({ name, value }) => [name, value] as const);
  return {
    record: id,
    index,
    receivedAt: decodeEntry(entry).receivedAt,
    body: Object.fromEntries(body) as Readonly<Record<string, JsonValue>>,
  };
}
