import { EvidenceError } from "@lianzheng/sdk/encoding";
import { encodeBundle, maxBundleRecords } from "@lianzheng/sdk/evidence";
import type { Bundle } from "@lianzheng/sdk/evidence";
import { decodeEntry, isSubject } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import type { NodeErrorCode } from "../errors.ts";
import { maySee, principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import type { Principal, StoredRecord } from "./ports.ts";
import { readingRefusals, SubjectName } from "./record-docs.ts";
import { requireAnchor } from "./records.ts";
import type { RouteDocs } from "./route-docs.ts";
import { NoQuery, problemAnswers, Raw, SubjectParams } from "./schemas.ts";

const aboutOneSubject: RouteDocs = { parameters: { subject: SubjectName }, decoderRefusals: ["E_ID_CHARSET"] };
const evidenceRefusals: readonly NodeErrorCode[] = [...readingRefusals, "E_NOT_ANCHORED", "E_SUBJECT_TOO_LARGE"];

/** Records that are read at once. */
const readAtOnce = 16;

/**
 * `GET /v1/subjects/:subject/evidence`: the whole history of a subject that the caller has a part in.
 *
 * Entries of other members stand in it, for without them a gap could not be seen; their disclosures do not.
 */
export function subjectRoutes(app: App, { log, evidence }: AppServices): void {
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

function checkedSubject(subject: string): string {
  if (isSubject(subject)) return subject;
  throw new EvidenceError("E_ID_CHARSET", "A subject is 1 to 200 of A-Z a-z 0-9 . _ : / -", { field: "/subject" });
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

async function recordsAt(log: AppServices["log"], indexes: readonly number[]): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let at = 0; at < indexes.length; at += readAtOnce) {
    records.push(...(await Promise.all(indexes.slice(at, at + readAtOnce).map((index) => recordAt(log, index)))));
  }
  return records;
}

async function recordAt(log: AppServices["log"], index: number): Promise<StoredRecord> {
  const record = await log.recordAt(index);
  if (record === undefined) throw new NodeError("LOG_CORRUPT", `The index names entry ${index}, which is not there.`);
  return record;
}

/** Whoever may see a record may see why it was erased. */
function visibleAmong(records: readonly StoredRecord[], caller: Principal): readonly boolean[] {
  const own = records.map((record) => isVisible(record, caller));
  const erasures = new Set(records.filter((_record, at) => own[at]).map(({ erasedBy }) => erasedBy));
  return records.map(({ index }, at) => own[at] === true || erasures.has(index));
}

function isVisible({ entry, submitter }: StoredRecord, caller: Principal): boolean {
  return maySee(caller, { issuer: decodeEntry(entry).issuer, submitter });
}

/** The bundle without the disclosures of what the caller may not see; still complete, for the entries stay. */
function withholding(bundle: Bundle, visible: readonly boolean[]): Bundle {
  const records = bundle.records.map((record, position) =>
    visible[position] === true ? record : { ...record, disclosures: [] },
  );
  return { ...bundle, records };
}
