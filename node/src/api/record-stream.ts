import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { EvidenceError, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { parseJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import type { FastifyReply, FastifyRequest } from "fastify";
import { NodeError } from "../errors.ts";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { bodyLimits, refuseEncodings } from "./json-body.ts";
import { GroupCutter, groupRecords } from "./line-groups.ts";
import type { LineGroup } from "./line-groups.ts";
import type { LogReceipt, LogSubmission, Principal } from "./ports.ts";
import { toKnownError, toProblem } from "./problems.ts";
import { timelyChunks } from "./line-source.ts";
import { refusingBy } from "./refusing.ts";
import { readSubmissions } from "./submission.ts";
import { outlasts } from "./wire.ts";

/** What a stream of records is sent and answered as. */
export const lineMediaType = "application/x-ndjson";

/** Longest idempotency key of a stream: the key of each group is longer. */
const maxStreamKey = 200;

/** Bytes that are read and thrown away after a refusal, so that a client that is still sending gets to read it. */
const maxDiscarded = 64 * 1024 * 1024;

/** Whether the request's body is a stream of lines. */
export function isLineStream({ headers }: FastifyRequest): boolean {
  return /^application\/x-ndjson(?:[ \t]*;|$)/i.test(headers["content-type"] ?? "");
}

/** Hands the body of such a request on as it comes: nothing is gathered. */
export function readLineBodies(app: App): void {
  app.addContentTypeParser(lineMediaType, (_request, payload, done) => done(null, payload));
}

/**
 * Refuses a stream by its header fields.
 *
 * @throws NodeError E_BODY_EMPTY, E_ENCODING_UNSUPPORTED, E_MEDIA_TYPE
 */
export function requireLines({ headers }: FastifyRequest): void {
  refuseEncodings(headers);
  if (!/^application\/x-ndjson(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i.test(headers["content-type"] ?? "")) {
    throw new NodeError("E_MEDIA_TYPE", `Send a stream with Content-Type: ${lineMediaType}.`);
  }
}

/**
 * Stores the records of a stream, one a line, group by group, and answers each group with a line as soon as it is on disk.
 *
 * A group is stored as a whole or not at all; a refusal ends the stream, and what came before it stays. A refusal of the
 * first group is an ordinary problem. The same stream under the same key, whole or broken off anywhere before, gets the
 * same receipts for the groups that are stored and stores the others: each group has a key of its own, made of the
 * stream's and its number, with a blank that no caller's key can have.
 */
export async function answerStream(
  request: FastifyRequest,
  reply: FastifyReply,
  services: AppServices,
  key: string,
): Promise<FastifyReply> {
  if (key.length > maxStreamKey) {
    throw new NodeError("E_IDEMPOTENCY_KEY", `The key of a stream has at most ${maxStreamKey} characters.`);
  }
  const { requestTimeoutMs } = services.settings;
  outlasts(request.raw, reply.raw, requestTimeoutMs);
  const source = {
    chunks: timelyChunks(request.raw, requestTimeoutMs),
    caller: principalOfRequest(request),
    key,
    services,
  };
  const receipts = receiptsOf(source);
  const first = await receipts.next();
  if (first.done === true) throw new NodeError("E_BODY_EMPTY", "Send at least one record, one a line.");
  const lines = textOf(first.value, receipts, request);
  // Bytes, not objects: the answer is made no faster than it is read, and the stream read no faster than that.
  return reply.type(lineMediaType).send(Readable.from(lines, { objectMode: false }));
}

interface Source {
  readonly chunks: AsyncIterable<Buffer>;
  readonly caller: Principal;
  readonly key: string;
  readonly services: AppServices;
}

/** What a group is answered with. */
interface GroupReceipt extends LogReceipt {
  readonly group: number;
  readonly line: number;
  readonly replayed: boolean;
}

/** Leaving the loop early must not end the connection: the answer still goes over it. */
function chunksOf({ raw }: FastifyRequest): AsyncIterable<Buffer> {
  return raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/**
 * A receipt for each group, as soon as there is one. The next group is read and prepared while the disk is busy with the
 * last one, and stored only after it.
 */
async function* receiptsOf(source: Source): AsyncGenerator<GroupReceipt, undefined, undefined> {
  const groups = groupsOf(source.chunks);
  let coming = nextOf(groups, source);
  for (let prepared = await coming; prepared !== undefined; prepared = await coming) {
    const storing = store(prepared, source);
    coming = nextOf(groups, source);
    // Told when its turn comes, which is not before the receipt of the group that went ahead.
    coming.catch(() => undefined);
    yield await storing;
  }
  return undefined;
}

/** A group whose records are decoded. */
interface PreparedGroup {
  readonly group: LineGroup;
  readonly submissions: readonly LogSubmission[];
}

async function nextOf(groups: AsyncGenerator<LineGroup>, source: Source): Promise<PreparedGroup | undefined> {
  const next = await groups.next();
  if (next.done === true) return undefined;
  return { group: next.value, submissions: await submissionsOf(next.value, source) };
}

async function* groupsOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<LineGroup, undefined, undefined> {
  const cutter = new GroupCutter();
  for await (const chunk of chunks) yield* cutter.push(chunk);
  // Only here, for a connection that broke ends the loop above with an error: half a group is nobody's group.
  yield* cutter.end();
  return undefined;
}

async function submissionsOf(group: LineGroup, { caller, services }: Source): Promise<readonly LogSubmission[]> {
  const { access, keys, now, policies } = services;
  if (!access.isLive(caller.tokenId, now())) {
    throw new NodeError("E_AUTH", "The token is not valid any more.", { line: group.line });
  }
  const values = group.lines.map((line, at) => locating(group, () => valueOf(line), at));
  const rules = { keys, now, policies, batchRecords: groupRecords };
  const signing = refusingBy(policies, caller, digestOf(group));
  return locatingLater(group, () => readSubmissions(values, caller, rules).catch(signing));
}

function valueOf(line: Buffer): JsonValue {
  return parseJson(new Uint8Array(line.buffer, line.byteOffset, line.byteLength), bodyLimits);
}

async function store({ group, submissions }: PreparedGroup, source: Source): Promise<GroupReceipt> {
  const { caller, services } = source;
  const key = `${group.group} ${source.key}`;
  const identity = { member: caller.member, key, requestDigest: digestOf(group) };
  const { receipt, replayed } = await locatingLater(group, () => services.log.submit(submissions, identity));
  return { group: group.group, line: group.line, replayed, ...receipt };
}

function digestOf({ lines }: LineGroup): Hex {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line).update("\n");
  return toHex(hash.digest());
}

/** The lines of the answer. A refusal is one of them: the status was sent long ago. */
async function* textOf(
  first: GroupReceipt,
  rest: AsyncGenerator<GroupReceipt, undefined, undefined>,
  request: FastifyRequest,
): AsyncGenerator<string, undefined, undefined> {
  let [groups, stored] = [1, first.records.length];
  yield lineOf(first);
  try {
    for await (const receipt of rest) {
      [groups, stored] = [groups + 1, stored + receipt.records.length];
      yield lineOf(receipt);
    }
  } catch (error) {
    const known = toKnownError(error);
    request.log.warn({ code: known.code, groups }, "stream refused");
    yield lineOf({ error: toProblem(known, request.id) });
    if (known.code !== "E_TIMEOUT") await discard(request);
    return undefined;
  }
  yield lineOf({ done: true, groups, stored });
  return undefined;
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

async function discard(request: FastifyRequest): Promise<void> {
  let discarded = 0;
  try {
    for await (const chunk of chunksOf(request)) {
      discarded += chunk.length;
      if (discarded > maxDiscarded) return;
    }
  } catch {
    // The client is gone: there is nobody left to wait for.
  }
}

function locating<T>(group: LineGroup, work: () => T, at: number): T {
  try {
    return work();
  } catch (error) {
    throw located(error, group, at);
  }
}

async function locatingLater<T>(group: LineGroup, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw located(error, group);
  }
}

/**
 * The same refusal, with the line in the stream and the field within that line.
 *
 * @param at - position in the group, where it is known; else the field begins with it
 */
function located(error: unknown, { line }: LineGroup, at?: number): NodeError | EvidenceError {
  const known = toKnownError(error);
  const [, index = 0, within = ""] = /^\/(\d+)(\/.*)?$/.exec(String(known.details["field"])) ?? [];
  const place = at === undefined ? { line: line + Number(index), field: within } : { line: line + at };
  const details = { ...known.details, ...place };
  if (known instanceof NodeError) return new NodeError(known.code, known.message, details, known.cause ?? known);
  return new EvidenceError(known.code, known.message, details, known);
}
