import { EvidenceError } from "@lianzheng/sdk/encoding";
import { decodeEntry, isRecordType } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import type { Static } from "typebox";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import type { ListingPort } from "./listing-port.ts";
import { cursorOf, pageOf, pageParameters, PageQuery } from "./page.ts";
import type { Principal, RecordLog, StoredRecord } from "./ports.ts";
import { checkedSubject, isVisible, readAtOnce, recordsAt } from "./read-records.ts";
import { Instant, readingRefusals, RecordId, SubjectName, TypeName } from "./record-docs.ts";
import type { RouteDocs } from "./route-docs.ts";
import { problemAnswers } from "./schemas.ts";

/** Records that a page with a filter looks at. */
const mostLooked = 1000;

const ListQuery = Type.Object(
  { ...PageQuery, subject: Type.Optional(Type.String()), type: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

/** A record of a list: what its entry says, and who sent it. */
const ListedRecord = Type.Object({
  id: RecordId,
  index: Type.Integer(),
  type: Type.String(),
  subject: Type.String(),
  sequence: Type.Integer(),
  issuer: Type.String(),
  submitter: Type.String(),
  occurredAt: Instant,
  receivedAt: Instant,
});

const RecordList = Type.Object({ items: Type.Array(ListedRecord), next: Type.Union([Type.String(), Type.Null()]) });

const listDocs: RouteDocs = {
  description:
    "What the caller's member submitted, in the order of the log; with `subject`, what it submitted or issued of that " +
    "subject; to the operator everything. With `subject` or `type` a page looks at 1,000 records at most, so it may hold " +
    "fewer than `limit`, or none, and more may follow: the list ends where `next` is null.",
  refusals: [...readingRefusals, "E_PAGE", "E_CURSOR"],
  decoderRefusals: ["E_ID_CHARSET", "E_RECORD_TYPE"],
  parameters: { ...pageParameters, subject: SubjectName, type: TypeName },
};

/** `GET /v1/records`. */
export function recordListRoutes(app: App, { log, listing }: AppServices): void {
  if (listing === undefined) return;
  app.route({
    method: "GET",
    url: "/v1/records",
    config: { access: "read", docs: listDocs },
    schema: {
      ...{ operationId: "listRecords", summary: "The caller's own records, page by page", tags: ["records"] },
      ...{ querystring: ListQuery, response: { 200: RecordList, ...problemAnswers } },
    },
    handler: (request) => pageFor(request.query, principalOfRequest(request), { log, listing }),
  });
}

async function pageFor(
  query: Static<typeof ListQuery>,
  caller: Principal,
  { log, listing }: { readonly log: RecordLog; readonly listing: ListingPort },
): Promise<Static<typeof RecordList>> {
  const { type } = query;
  const subject = query.subject === undefined ? undefined : checkedSubject(query.subject);
  if (type !== undefined && !isRecordType(type)) throw notAType();
  const isOperator = caller.scopes.has("admin");
  const list = ["records", caller.member, String(isOperator), subject ?? "", type ?? ""];
  const { after, limit } = pageOf(query, list);
  const from = Number(after ?? 0);
  const most = subject === undefined && type === undefined ? limit : Math.max(limit, mostLooked);
  const indexes = await candidatesOf(listing, { caller, subject, from, most });
  const accepts = (record: StoredRecord): boolean =>
    isVisible(record, caller) && (type === undefined || decodeEntry(record.entry).type === type);
  const { found, looked } = await firstOf(log, indexes, accepts, limit);
  const isEnd = looked === indexes.length && indexes.length < most;
  // Sequences of a subject have no gap; the indexes of a member do.
  const next = subject === undefined ? (indexes[looked - 1] ?? from) + 1 : from + looked;
  return { items: found.map(listed), next: cursorOf(isEnd ? null : String(next), list) };
}

/** Indexes of what may stand on the page, in its order: at most `most`. */
async function candidatesOf(
  listing: ListingPort,
  {
    caller,
    subject,
    from,
    most,
  }: { readonly caller: Principal; readonly subject: string | undefined; readonly from: number; readonly most: number },
): Promise<readonly number[]> {
  if (subject !== undefined) return listing.indexesOf(subject, most, from);
  if (!caller.scopes.has("admin")) return listing.indexesBy(caller.member, most, from);
  const count = Math.max(0, Math.min(most, listing.size - from));
  return Array.from({ length: count }, (_, at) => from + at);
}

/** The first `limit` records that are accepted, and how many were looked at for them. */
async function firstOf(
  log: RecordLog,
  indexes: readonly number[],
  accepts: (record: StoredRecord) => boolean,
  limit: number,
): Promise<{ readonly found: readonly StoredRecord[]; readonly looked: number }> {
  const found: StoredRecord[] = [];
  let looked = 0;
  while (looked < indexes.length && found.length < limit) {
    const records = await recordsAt(log, indexes.slice(looked, looked + readAtOnce));
    for (const record of records) {
      if (found.length === limit) break;
      looked += 1;
      if (accepts(record)) found.push(record);
    }
  }
  return { found, looked };
}

function listed({ id, index, entry, submitter }: StoredRecord): Static<typeof ListedRecord> {
  const { type, subject, sequence, issuer, occurredAt, receivedAt } = decodeEntry(entry);
  return { id, index, type, subject, sequence, issuer, submitter, occurredAt, receivedAt };
}

function notAType(): EvidenceError {
  return new EvidenceError("E_RECORD_TYPE", "A record's type is dotted lower-case words.", { field: "/type" });
}
