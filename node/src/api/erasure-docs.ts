import { erasureGrounds } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { aboutOneRecord, IdempotencyKey, jsonRefusals, writingRefusals } from "./record-docs.ts";
import { pageParameters } from "./page.ts";
import type { RouteDocs } from "./route-docs.ts";

const Wish = Type.Object(
  {
    ground: Type.Union(erasureGrounds.map((ground) => Type.Literal(ground))),
    reference: Type.Optional(
      Type.String({
        maxLength: 200,
        description:
          "What the ground rests on, for instance the number of a judgement; only retention-ended needs none",
      }),
    ),
  },
  { additionalProperties: false },
);

/** `POST /v1/records/:id/erasure`. */
export const erasureDocs: RouteDocs = {
  ...aboutOneRecord,
  description:
    "Records a `record.erasure` on the same subject, then destroys the record's key. 201 is the receipt of the former: from " +
    "then on nobody can read what the record disclosed, and its entry, leaf and proofs stand as before. 200 with " +
    "`Idempotent-Replay: true` is the first receipt, for a record that is erased already.",
  refusals: [...writingRefusals, "E_NOT_FOUND", "E_NOT_ERASABLE", "E_RETENTION", "VAULT_FAILED"],
  decoderRefusals: [
    ...jsonRefusals,
    ...(["E_TYPE", "E_UNKNOWN_FIELD", "E_MISSING_FIELD", "E_RANGE", "E_UNICODE_FORM"] as const),
    ...(aboutOneRecord.decoderRefusals ?? []),
  ],
  headers: { "Idempotency-Key": IdempotencyKey },
  body: {
    "application/json": { schema: Wish, example: { ground: "court-order", reference: "(2026) 琼 01 民初 12 号" } },
  },
};

/** `GET /v1/retention`. */
export const dueDocs: RouteDocs = {
  description:
    "Of the caller's records; the operator sees all. A page may have fewer items than `limit`, or none, while `next` says " +
    "that there are more.",
  parameters: pageParameters,
  refusals: ["E_PAGE", "E_CURSOR"],
};
