import { EvidenceError, fromHex, toHex } from "@lianzheng/sdk/encoding";
import { encodeProof } from "@lianzheng/sdk/log";
import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Static } from "typebox";
import { NodeError } from "../errors.ts";
import type { App, AppServices } from "./app-services.ts";
import type { RecordLog } from "./ports.ts";
import type { ProofsPort } from "./proofs-port.ts";
import { Digest, readingRefusals, RecordId } from "./record-docs.ts";
import type { RouteDocs } from "./route-docs.ts";
import { problemAnswers } from "./schemas.ts";

const text = Type.Optional(Type.String());
const InclusionQuery = Type.Object(
  { index: text, id: text, size: text, format: text },
  { additionalProperties: false },
);
const ConsistencyQuery = Type.Object({ from: Type.String(), to: text }, { additionalProperties: false });

const Checkpoint = Type.Union([Type.String(), Type.Null()], {
  description: "The checkpoint signed at this size; null where none was, for a proof can be had for any size",
});

const InclusionAnswer = Type.Object({
  index: Type.Integer(),
  size: Type.Integer(),
  hashes: Type.Array(Digest),
  root: Digest,
  checkpoint: Checkpoint,
});

const ConsistencyAnswer = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  hashes: Type.Array(Digest),
  fromRoot: Digest,
  toRoot: Digest,
  checkpoint: Checkpoint,
});

const Size = Type.String({ pattern: "^(0|[1-9]\\d{0,14})$", description: "Leaves of a tree; the newest if left out" });
const refusals = [...readingRefusals, "LOG_RANGE"] as const;

const inclusionDocs: RouteDocs = {
  description:
    "That a record is in the log: for `id` or `index`, in the tree of `size` leaves. `format=tlog-proof` gives the C2SP " +
    "tlog-proof text, for sizes at which a checkpoint was signed.",
  refusals,
  decoderRefusals: ["E_HEX_FORM", "E_HASH_FORM"],
  parameters: {
    ...{ size: Size, id: RecordId, index: Type.String({ pattern: "^(0|[1-9]\\d{0,14})$" }) },
    format: Type.Enum(["json", "tlog-proof"]),
  },
  answers: {
    200: { "application/json": { schema: InclusionAnswer }, "text/plain": { schema: Type.String() } },
  },
};

const consistencyDocs: RouteDocs = {
  description: "That the tree of `to` leaves begins with the tree of `from` leaves: nothing was rewritten in between.",
  refusals,
  parameters: { from: Size, to: Size },
};

/**
 * `GET /v1/proofs/inclusion`, `GET /v1/proofs/consistency` (RFC 9162 sections 2.1.3 and 2.1.4).
 *
 * Public, for they say nothing that the tiles of hashes do not say, and an auditor need not have an account here.
 */
export function proofRoutes(app: App, { log, proofs }: AppServices): void {
  if (proofs === undefined) return;
  app.route({
    method: "GET",
    url: "/v1/proofs/inclusion",
    config: { access: "public", docs: inclusionDocs },
    schema: {
      ...{ operationId: "proveInclusion", summary: "A proof that a record is in the log", tags: ["log"] },
      ...{ querystring: InclusionQuery, response: { 200: InclusionAnswer, ...problemAnswers } },
    },
    handler: async ({ query }, reply) => {
      const isText = isTextFormat(query.format);
      const index = await indexOf(query, log);
      const proof = await inclusionOf(index, sizeOf(query.size, "/size") ?? proofs.size, proofs);
      return isText ? sendText(reply, proof) : proof;
    },
  });
  app.route({
    method: "GET",
    url: "/v1/proofs/consistency",
    config: { access: "public", docs: consistencyDocs },
    schema: {
      ...{ operationId: "proveConsistency", summary: "A proof that the log only grew", tags: ["log"] },
      ...{ querystring: ConsistencyQuery, response: { 200: ConsistencyAnswer, ...problemAnswers } },
    },
    handler: ({ query }) =>
      consistencyOf(sizeOf(query.from, "/from") ?? 0, sizeOf(query.to, "/to") ?? proofs.size, proofs),
  });
}

async function inclusionOf(index: number, size: number, proofs: ProofsPort): Promise<Static<typeof InclusionAnswer>> {
  const [hashes, root, checkpoint] = await Promise.all([
    proofs.inclusionProof(index, size),
    proofs.rootAt(size),
    proofs.checkpointAt(size),
  ]);
  return { index, size, hashes: hashes.map(toHex), root: toHex(root), checkpoint: checkpoint ?? null };
}

async function consistencyOf(from: number, to: number, proofs: ProofsPort): Promise<Static<typeof ConsistencyAnswer>> {
  const hashes = await proofs.consistencyProof(from, to);
  const [fromRoot, toRoot] = await Promise.all([proofs.rootAt(from), proofs.rootAt(to)]);
  const checkpoint = (await proofs.checkpointAt(to)) ?? null;
  return { from, to, hashes: hashes.map(toHex), fromRoot: toHex(fromRoot), toRoot: toHex(toRoot), checkpoint };
}

/** C2SP tlog-proof; a proof without a checkpoint proves nothing to anybody, and there is no such text. */
function sendText(reply: FastifyReply, { index, hashes, checkpoint }: Static<typeof InclusionAnswer>): FastifyReply {
  if (checkpoint === null) {
    throw new NodeError("LOG_RANGE", "No checkpoint was signed at this size: leave size out, or ask for JSON.");
  }
  const proof = encodeProof({ index, hashes: hashes.map((hash) => fromHex(hash, 32)), checkpoint });
  return reply.type("text/plain; charset=utf-8").send(proof);
}

async function indexOf({ index, id }: Static<typeof InclusionQuery>, log: RecordLog): Promise<number> {
  if ((index === undefined) === (id === undefined)) throw wrongQuery("/index", "Ask for an index or an id, not both.");
  if (id === undefined) return sizeOf(index, "/index") ?? 0;
  const record = await log.recordById(toHex(digestIn(id)));
  if (record === undefined) throw new NodeError("E_NOT_FOUND", "There is no such record.");
  return record.index;
}

function digestIn(id: string): Uint8Array {
  try {
    return fromHex(id, 32);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new EvidenceError(error.code, error.message, { ...error.details, field: "/id" }, error);
  }
}

function sizeOf(digits: string | undefined, field: string): number | undefined {
  if (digits === undefined) return undefined;
  if (/^(?:0|[1-9]\d{0,14})$/.test(digits)) return Number(digits);
  throw wrongQuery(field, "This is a whole number, in digits.");
}

function isTextFormat(format = "json"): boolean {
  if (format === "json" || format === "tlog-proof") return format === "tlog-proof";
  throw wrongQuery("/format", "format is json or tlog-proof.");
}

function wrongQuery(field: string, detail: string): NodeError {
  return new NodeError("E_QUERY", detail, { field });
}
