import { Type } from "typebox";
import type { NodeErrorCode } from "../errors.ts";
import { Receipt } from "./schemas.ts";
import type { DecoderCode, RouteDocs } from "./route-docs.ts";

/*
 * What a record is, for readers of the API's description. Nothing is checked against this: the sdk's decoder is the only
 * judge, and a test holds this description against it.
 */

export const Digest = Type.String({ pattern: "^0x[0-9a-f]{64}$" });
const Uscc = Type.String({
  pattern: "^[0-9A-HJ-NP-RTUWXY]{18}$",
  description: "Unified social credit code 统一社会信用代码",
});
export const Instant = Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" });
export const SubjectName = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$" });
export const RecordId = Type.String({ pattern: "^0x[0-9a-f]{64}$", description: "A record's id: its leaf hash" });

export const TypeName = Type.String({
  pattern: "^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)+$",
  maxLength: 64,
  description: "Dotted name of a kind of record; `x-…` is free",
});

const common = {
  type: TypeName,
  subject: SubjectName,
  occurredAt: Instant,
};

/** docs/formats.md section 3. */
export const OpenRecord = Type.Object(
  {
    ...common,
    body: Type.Record(Type.String(), Type.Unknown(), { minProperties: 1, maxProperties: 256 }),
    parties: Type.Optional(
      Type.Array(Type.Object({ member: Uscc, role: Type.String() }, { additionalProperties: false })),
    ),
    attachments: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ "sha-256": Digest, sm3: Type.Optional(Digest) }, { additionalProperties: false }),
      ),
    ),
  },
  { additionalProperties: false, description: "A record as it is; the node makes its disclosures" },
);

/** docs/formats.md sections 3 and 6. */
export const PreparedRecord = Type.Object(
  {
    ...common,
    disclosures: Type.Array(Type.String(), { minItems: 1, maxItems: 258 }),
    issuer: Type.Optional(Uscc),
    statement: Type.Optional(
      Type.Object(
        { key: Type.String({ pattern: "^0x[0-9a-f]{40}$" }), signature: Type.String({ pattern: "^0x[0-9a-f]{130}$" }) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, description: "A record that its issuer prepared, and may have signed" },
);

const OneRecord = Type.Union([OpenRecord, PreparedRecord]);

/** One record, or several that are stored together. */
export const Submission = Type.Union([OneRecord, Type.Array(OneRecord, { minItems: 1, maxItems: 1000 })]);

export const submissionExample = {
  type: "trade.contract",
  subject: "trade:2026-0001",
  occurredAt: "2026-11-22T09:14:05.120Z",
  body: { price: "128000.00", currency: "CNY" },
};

export const IdempotencyKey = Type.String({
  pattern: "^[!-~]{1,256}$",
  description: "The same for a repetition of the request, another for another request",
  examples: ["order-2026-0001"],
});

/** What the decoder finds wrong with a body. */
export const jsonRefusals: readonly DecoderCode[] = [
  ...(["E_BODY_EMPTY", "E_JSON_SYNTAX", "E_JSON_DUPLICATE_KEY", "E_ENCODING", "E_FORBIDDEN_KEY"] as const),
  ...(["E_NUMBER_FORM", "E_NUMBER_UNSAFE", "E_DEPTH", "E_TOO_MANY_KEYS", "E_TOO_LARGE"] as const),
];

/** What it finds wrong with a record. */
export const recordRefusals: readonly DecoderCode[] = [
  ...([
    "E_TYPE",
    "E_UNKNOWN_FIELD",
    "E_MISSING_FIELD",
    "E_RANGE",
    "E_NOT_CANONICAL",
    "E_HEX_FORM",
    "E_HASH_FORM",
  ] as const),
  ...(["E_HASH_ZERO", "E_ADDRESS", "E_BASE64_FORM", "E_ID_CHARSET", "E_UNICODE_FORM", "E_USCC", "E_INSTANT"] as const),
  ...(["E_RECORD_TYPE", "E_RESERVED_NAME", "E_DUPLICATE", "E_DISCLOSURE", "E_SIGNATURE_FORM"] as const),
  "V_MEMBER_SIGNATURE",
];

/** What any reading of the log may fail with, beside E_INTERNAL. */
export const readingRefusals: readonly NodeErrorCode[] = [
  ...(["JOURNAL_CORRUPT", "JOURNAL_CLOSED", "INDEX_CORRUPT", "INDEX_FAILED"] as const),
  ...(["LOG_CORRUPT", "LOG_TILE_FAILED", "E_NOT_READY"] as const),
];

/** What any writing to it may. */
export const writingRefusals: readonly NodeErrorCode[] = [
  ...(["E_BODY_TOO_LARGE", "E_BODY_EMPTY", "E_MEDIA_TYPE", "E_ENCODING_UNSUPPORTED", "E_EXPECTATION"] as const),
  ...(["E_IDEMPOTENCY_KEY", "E_IDEMPOTENCY_MISMATCH", "E_IN_PROGRESS", "E_BATCH_EMPTY", "E_BATCH_TOO_LARGE"] as const),
  ...([
    "E_DUPLICATE_IN_BATCH",
    "E_ERASURE_TYPE",
    "E_ERASED",
    "E_MEMBER_MISMATCH",
    "LOG_ENTRY",
    "E_READ_ONLY",
    "E_STORAGE_FULL",
  ] as const),
  ...(["JOURNAL_LOCK_LOST", "JOURNAL_FRAME_TOO_LARGE", ...readingRefusals] as const),
];

/** `POST /v1/records`. */
export const submissionDocs: RouteDocs = {
  description:
    "All records are stored, or none. 201 says that they are on disk and covered by the checkpoint of the receipt; 200 " +
    "with `Idempotent-Replay: true` is the same receipt for a repetition.\n\n" +
    "A stream (`application/x-ndjson`) has one record a line, and is stored in groups of 500 lines, fewer before an empty " +
    "line; each group whole or not at all. The answer is a stream too, 200, with a line for each group as soon as it is on " +
    "disk: `{ group, line, replayed, records, checkpoint }`, then `{ done, groups, stored }`. A refusal is the last line, " +
    "`{ error }`, a problem with the number of the `line`; what came before it stays stored. The same stream sent again " +
    "under the same key gets the same receipts and stores what is missing.",
  refusals: writingRefusals,
  decoderRefusals: [...jsonRefusals, ...recordRefusals],
  headers: { "Idempotency-Key": IdempotencyKey },
  body: {
    "application/json": { schema: Submission, example: submissionExample },
    "application/x-ndjson": { schema: Type.String({ description: "One record a line" }) },
  },
  answers: {
    200: {
      "application/json": { schema: Receipt },
      "application/x-ndjson": { schema: Type.String({ description: "A receipt a line" }) },
    },
  },
};

/** Routes about the record that `id` names. */
export const aboutOneRecord: RouteDocs = {
  parameters: { id: RecordId },
  decoderRefusals: ["E_HEX_FORM", "E_HASH_FORM", "E_HASH_ZERO"],
};
