import { isFreeType, nodeRecordTypes } from "@lianzheng/sdk/schemas";
import { NodeError } from "../errors.ts";
import type { NodeErrorCode } from "../errors.ts";
import { schemaName } from "./book.ts";
import type { InForce, PolicyBook, PolicyVersionName } from "./book.ts";
import type { RecordView } from "./record-view.ts";
import { redLinesName } from "./red-lines.ts";

/** A record to be judged, and who has to do with it. */
export interface Judged {
  readonly view: RecordView;
  readonly issuer: string;
  readonly submitter: string;
  /** JSON pointer to the record in the request's body. */
  readonly at: string;
}

/**
 * Judges a record by the rules that are in force in a second, Unix.
 *
 * @throws NodeError E_RECORD_TYPE_RESERVED, E_RECORD_TYPE_UNREGISTERED, E_SCHEMA_UNKNOWN_VERSION, E_SCHEMA, E_POLICY_UNKNOWN_VERSION,
 *   E_RED_LINE; `details` has `field`, `recordType` and `policy` for the signed refusal
 */
export function judge(book: PolicyBook, judged: Judged, second: number): void {
  const { type } = judged.view;
  if (nodeRecordTypes.has(type)) {
    throw refusal("E_RECORD_TYPE_RESERVED", `Only the node itself writes records of type ${type}.`, judged, "/type");
  }
  if (!isFreeType(type)) judgeBySchema(book, judged, second);
  judgeByLines(book, judged, second);
}

function judgeBySchema(book: PolicyBook, judged: Judged, second: number): void {
  const { type } = judged.view;
  const inForce = book.inForce(schemaName(type), second);
  if (inForce === undefined) {
    const detail = `No schema is registered for ${type}. Use a registered type, or one that begins with x-.`;
    throw refusal("E_RECORD_TYPE_UNREGISTERED", detail, judged, "/type");
  }
  const known = requireKnown("E_SCHEMA_UNKNOWN_VERSION", inForce, judged, "/type");
  const check = book.schemaCheck(known);
  if (check === undefined) throw lacking("E_SCHEMA_UNKNOWN_VERSION", known, judged, "/type");
  const misfit = check(judged.view);
  if (misfit === undefined) return;
  const detail = `${misfit.pointer || "The record"} ${misfit.due} (schema of ${type}, version ${known.version}).`;
  throw refusal("E_SCHEMA", detail, judged, misfit.pointer, known);
}

function judgeByLines(book: PolicyBook, judged: Judged, second: number): void {
  const members = [...new Set([judged.issuer, judged.submitter])];
  const law = book.version(redLinesName, 0);
  const crossed = book.lawLines(judged.view, members);
  if (law !== undefined && crossed !== undefined) throw redLine(crossed, law, judged);
  const inForce = book.inForce(redLinesName, second);
  // Where the council retired its lines, those of the law are left.
  if (inForce?.version == null || inForce.version === 0) return;
  const check = book.redLineCheck(inForce);
  if (check === undefined) throw lacking("E_POLICY_UNKNOWN_VERSION", inForce, judged, "");
  const found = check(judged.view, members);
  if (found !== undefined) throw redLine(found, inForce, judged);
}

function redLine(
  { line, title, pointer }: { readonly line: string; readonly title: string; readonly pointer: string },
  policy: PolicyVersionName,
  judged: Judged,
): NodeError {
  const detail = `The record crosses the red line ${line}: ${title} (${policy.name}, version ${policy.version}).`;
  return refusal("E_RED_LINE", detail, judged, pointer, policy);
}

function requireKnown(code: NodeErrorCode, inForce: InForce, judged: Judged, pointer: string): PolicyVersionName {
  if (inForce.version !== null) return inForce;
  const detail = `The council retired ${inForce.name}: nothing is in force under that name.`;
  throw refusal(code, detail, judged, pointer, { ...inForce, version: 0, digest: null });
}

function lacking(code: NodeErrorCode, policy: PolicyVersionName, judged: Judged, pointer: string): NodeError {
  const detail = `The node has no usable document of ${policy.name}, version ${policy.version}, which is in force: its operator must put it in.`;
  return refusal(code, detail, judged, pointer, policy);
}

function refusal(
  code: NodeErrorCode,
  detail: string,
  { view, at }: Judged,
  pointer: string,
  policy: { readonly name: string; readonly version: number; readonly digest: string | null } | null = null,
): NodeError {
  const field = pointer === "" ? at : at + view.placeOf(pointer);
  return new NodeError(code, detail, { field, recordType: view.type, policy });
}
