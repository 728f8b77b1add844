import { EvidenceError } from "@lianzheng/sdk/encoding";
import { encodeBundle, maxBundleRecords } from "@lianzheng/sdk/evidence";
import type { Bundle } from "@lianzheng/sdk/evidence";
import { Type } from "typebox";
import type { Static } from "typebox";
import { NodeError } from "../errors.ts";
import type { NodeErrorCode } from "../errors.ts";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { cursorOf, pageOf, pageParameters, PageQuery } from "./page.ts";
import type { Principal, RecordLog, StoredRecord } from "./ports.ts";
import { readingRefusals, RecordId, SubjectName } from "./record-docs.ts";
import { checkedSubject, isVisible, readAtOnce, recordsAt } from "./read-records.ts";
import { requireAnchor } from "./records.ts";
import type { RouteDocs } from "./route-docs.ts";
import { NoQuery, problemAnswers, Raw, SubjectParams } from "./schemas.ts";

const aboutOneSubject: RouteDocs = { parameters: { subject: SubjectName }, decoderRefusals: ["E_ID_CHARSET"] };
const evidenceRefusals: readonly NodeErrorCode[] = [...readingRefusals, "E_NOT_ANCHORED", "E_SUBJECT_TOO_LARGE"];

const SubjectEntries = Type.Object({
  items: Type.Array(
    Type.Object({
      id: RecordId,
      index: Type.Integer(),
      sequence: Type.Integer(),
      entry: Type.String(),
      disclosures: Type.Array(Type.String()),
    }),
  ),
  next: Type.Union([Type.String(), Type.Null()]),
});

const entriesDocs: RouteDocs = {
  ...aboutOneSubject,
  description:
    "Every entry of a subject in which the caller's member has a part, in order, for without those of others a gap could " +
    "not be seen; disclosures of the caller's own records only.",
  refusals: [...readingRefusals, "E_PAGE", "E_CURSOR"],
  parameters: { subject: SubjectName, ...pageParameters },
};

/** `GET /v1/subjects/:subject`: its entries, page by page; `GET /v1/subjects/:subject/evidence`: their bundle. */
export function subjectRoutes(app: App, services: AppServices): void {
  entriesRoute(app, services);
  evidenceRoute(app, services);
}

function entriesRoute(app: App, { log, listing }: AppServices): void {
  if (listing === undefined) return;
  app.route({
    method: "GET",
    url: "/v1/subjects/:subject",
    config: { access: "read", docs: entriesDocs },
    schema: {
      ...{ operationId: "readSubject", summary: "The entries of a subject, page by page", tags: ["subjects"] },
      ...{ params: SubjectParams, response: { 200: SubjectEntries, ...problemAnswers } },
      querystring: Type.Object(PageQuery, { additionalProperties: false }),
    },
    handler: async (request) => {
      const subject = checkedSubject(request.params.subject);
      const caller = principalOfRequest(request);
      const list = ["subject", caller.member, subject];
      const { after, limit } = pageOf(request.query, list);
      const from = Number(after ?? 0);
      await requirePart(log, await log.indexesOf(subject, maxBundleRecords), caller);
      const indexes = await listing.indexesOf(subject, limit + 1, from);
      const records = await recordsAt(log, indexes.slice(0, limit));
      const items = records.map((record, at) => entryFor(record, from + at, caller));
      return { items, next: cursorOf(indexes.length > limit ? String(from + limit) : null, list) };
    },
  });
}

/** @throws NodeError E_NOT_FOUND unless one of the records is the caller's to see */
async function requirePart(log: RecordLog, indexes: readonly number[], caller: Principal): Promise<void> {
  for (let at = 0; at < indexes.length; at += readAtOnce) {
    const records = await recordsAt(log, indexes.slice(at, at + readAtOnce));
    if (records.some((record) => isVisible(record, caller))) return;
  }
  throw new NodeError("E_NOT_FOUND", "There is no such subject.");
}

function entryFor(
  record: StoredRecord,
  sequence: number,
  caller: Principal,
): Static<typeof SubjectEntries>["items"][number] {
  const { id, index, entry, disclosures } = record;
  return { id, index, sequence, entry, disclosures: isVisible(record, caller) ? [...disclosures] : [] };
}

/**
 * `GET /v1/subjects/:subject/evidence`: the whole history of a subject that the caller has a part in.
 *
 * Entries of other members stand in it, for without them a gap could not be seen; their disclosures do not.
 */
function evidenceRoute(app: App, { log, evidence }: AppServices): void {
  app.route({
    method: "GET",
    url: "/v1/subjects/:subject/evidence",
    config: { access: "read", docs: { ...aboutOneSubject, refusals: evidenceRefusals } },
    schema: {
      ...{ operationId: "readSubjectEvidence", summary: "The evidence bundle of a subject", tags: ["subjects"] },
      ...{ querystring: NoQuery, params: SubjectParams, response: { 200: Raw, ...problemAnswers } },
    },
    handler: async (request, reply) => {
      const indexes = await log.indexesOf(checkedSubject(request.params.subject), maxBundleRecords + 1);
      if (indexes.length > maxBundleRecords) throw tooLarge();
      const records = await recordsAt(log, indexes);
      const visible = visibleAmong(records, principalOfRequest(request));
      if (!visible.includes(true)) throw new NodeError("E_NOT_FOUND", "There is no such subject.");
      await requireAnchor(evidence, Math.max(...indexes));
      const bundle = withholding(await evidence.bundleOf(indexes), visible);
      return reply.type("application/json").send(encoded(bundle));
    },
  });
}

/** The node's own bundle can only be refused for its size in bytes: fewer entries than the most, but larger ones. */
function encoded(bundle: Bundle): string {
  try {
    return encodeBundle(bundle);
  } catch (error) {
    if (error instanceof EvidenceError && error.code === "V_FORMAT") throw tooLarge(error);
    throw error;
  }
}

function tooLarge(cause?: EvidenceError): NodeError {
  const detail = `The subject has more entries than the ${maxBundleRecords} or the 16 MiB of one bundle. Ask for the evidence of single records.`;
  return new NodeError("E_SUBJECT_TOO_LARGE", detail, { limit: maxBundleRecords }, cause);
}

/** Whoever may see a record may see why it was erased. */
function visibleAmong(records: readonly StoredRecord[], caller: Principal): readonly boolean[] {
  const own = records.map((record) => isVisible(record, caller));
  const erasures = new Set(records.filter((_record, at) => own[at]).map(({ erasedBy }) => erasedBy));
  return records.map(({ index }, at) => own[at] === true || erasures.has(index));
}

/** The bundle without the disclosures of what the caller may not see; still complete, for the entries stay. */
function withholding(bundle: Bundle, visible: readonly boolean[]): Bundle {
  const records = bundle.records.map((record, position) =>
    visible[position] === true ? record : { ...record, disclosures: [] },
  );
  return { ...bundle, records };
}
