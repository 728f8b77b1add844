import { isHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { maxBundleBytes, type Bundle } from "@lianzheng/sdk/evidence";
import { canonicalJson, type JsonValue, type PreparedRecord, type RecordInput } from "@lianzheng/sdk/record";
import { AnswerReader, readProblem } from "./answer.ts";
import { readReceipt, type SubmissionReceipt } from "./answers.ts";
import { bundleIn } from "./bundle-answer.ts";
import { ClientError, clientFault } from "./error.ts";
import { linesOf } from "./lines.ts";
import { readJsonAnswer, type Transport } from "./transport.ts";

const lineMediaType = "application/x-ndjson";

/** Records and bytes of a group: within what a node stores together (docs/formats.md section 7). */
const most = { records: 500, bytes: 3 * 1024 * 1024 } as const;

/** Most ids of one request for evidence. */
const mostIds = 100;

/** What became of some records that were sent one after another: stored together, or refused together. */
export type GroupOutcome = {
  /** Place of its first record in all that was sent, from 0. */
  readonly from: number;
  readonly count: number;
} & (
  | { readonly receipt: SubmissionReceipt; readonly refusal?: never }
  | {
      readonly receipt?: never;
      /** Why none of the group was stored. */
      readonly refusal: ClientError;
      /** Place of the record that is wrong, from 0, where the node names one. */
      readonly at?: number;
    }
);

/** Evidence of one of several records, or why there is none. */
export type BatchEvidence =
  | { readonly id: Hex; readonly bundle: Bundle; readonly error?: never }
  | { readonly id: Hex; readonly bundle?: never; readonly error: ClientError };

interface Group {
  readonly from: number;
  readonly lines: readonly string[];
}

/**
 * Submits records without end, group by group in their order; see `NodeClient.submitAll`.
 *
 * A request per group, and no body that streams: such a body cannot be sent again after a broken connection, and browsers
 * other than Chromium's refuse it. Groups are cut by the records alone, so the same records are the same groups.
 */
export async function* submitGroups(
  transport: Transport,
  records: AsyncIterable<RecordInput | PreparedRecord> | Iterable<RecordInput | PreparedRecord>,
  key: string,
): AsyncGenerator<GroupOutcome, void, undefined> {
  let number = 0;
  for await (const group of groupsOf(records)) {
    const outcome = await submitGroup(transport, group, `${key}.${number}`);
    yield outcome;
    if (outcome.refusal !== undefined) return;
    number += 1;
  }
}

async function* groupsOf(
  records: AsyncIterable<RecordInput | PreparedRecord> | Iterable<RecordInput | PreparedRecord>,
): AsyncGenerator<Group, void, undefined> {
  let [from, lines, bytes]: [number, string[], number] = [0, [], 0];
  for await (const record of records) {
    const line = canonicalJson(record as unknown as JsonValue);
    const size = utf8(line).length;
    if (lines.length === most.records || (lines.length > 0 && bytes + size > most.bytes)) {
      yield { from, lines };
      [from, lines, bytes] = [from + lines.length, [], 0];
    }
    lines.push(line);
    bytes += size;
  }
  if (lines.length > 0) yield { from, lines };
}

async function submitGroup(transport: Transport, { from, lines }: Group, key: string): Promise<GroupOutcome> {
  const group = { from, count: lines.length };
  try {
    const { bytes, status } = await transport.send({
      ...{ method: "POST", path: "/v1/records", body: `${lines.join("\n")}\n`, maxBytes: 8 * 1024 * 1024 },
      headers: { "content-type": lineMediaType, "idempotency-key": key },
    });
    return { ...group, receipt: receiptIn(bytes, status, lines.length) };
  } catch (error) {
    if (!(error instanceof ClientError) || error.problem === undefined) throw error;
    const { line } = error.problem;
    return { ...group, refusal: error, ...(line === undefined ? {} : { at: from + line - 1 }) };
  }
}

/** One group has one receipt, and a last line that counts what was stored. */
function receiptIn(bytes: Uint8Array, status: number, count: number): SubmissionReceipt {
  const text = new TextDecoder().decode(bytes).trimEnd().split("\n");
  const [first, last, ...more] = text.map((line) => readJsonAnswer(utf8(line), status, bytes.length));
  const answer = new AnswerReader(first, status);
  const receipt = readReceipt(answer, answer.flag("replayed"));
  const end = new AnswerReader(last, status);
  if (!end.flag("done") || end.count("stored") !== count || receipt.records.length !== count || more.length > 0)
    throw clientFault("CLIENT_ANSWER", "The node's receipt is not for the records that were sent.", { status });
  return receipt;
}

/** Evidence of many records, in the order of their ids; see `NodeClient.evidenceOf`. */
export async function* evidenceBatch(
  transport: Transport,
  ids: readonly Hex[],
): AsyncGenerator<BatchEvidence, void, undefined> {
  if (!ids.every((id) => isHex(id, 32)))
    throw clientFault("CLIENT_OPTIONS", "A record's id is 0x and 64 lower-case hex digits.");
  for (let from = 0; from < ids.length; from += mostIds)
    yield* someEvidence(transport, ids.slice(from, from + mostIds));
}

async function* someEvidence(
  transport: Transport,
  ids: readonly Hex[],
): AsyncGenerator<BatchEvidence, void, undefined> {
  const bytes = transport.stream({
    ...{ method: "POST", path: "/v1/evidence", headers: { "content-type": "application/json" } },
    body: canonicalJson({ ids: [...ids] }),
  });
  let at = 0;
  for await (const line of linesOf(bytes, maxBundleBytes)) {
    const answer = new AnswerReader(readJsonAnswer(line, 200, maxBundleBytes), 200);
    const asked = ids[at++];
    if (asked === undefined || answer.hex("id", 32) !== asked)
      throw clientFault("CLIENT_ANSWER", "The node's answer is not for the records that were asked for.");
    yield evidenceIn(answer, asked);
  }
  if (at < ids.length) throw clientFault("CLIENT_UNREACHABLE", `The answer broke off after ${at} records.`);
}

function evidenceIn(answer: AnswerReader, id: Hex): BatchEvidence {
  const refused = answer.withinIfAny("error");
  if (refused === undefined) return { id, bundle: bundleIn(utf8(canonicalJson(answer.facts("bundle"))), 200) };
  const problem = readProblem(answer.facts("error"), refused.count("status"));
  return { id, error: new ClientError(problem.code, problem.detail, { status: problem.status, problem }) };
}
