import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { JsonObject, JsonValue } from "./json.ts";

/** Type of the record by which a log says that another record's body can no longer be read. Only a node makes one. */
export const erasureType = "record.erasure";

/** Why a record may be erased (formats.md section 13). */
export const erasureGrounds = ["retention-ended", "subject-request", "court-order", "unlawful-processing"] as const;

/** One of {@link erasureGrounds}. */
export type ErasureGround = (typeof erasureGrounds)[number];

/** What a `record.erasure` tells. */
export interface Erasure {
  /** Id of the erased record. */
  readonly record: Hex;
  /** Its leaf index. */
  readonly index: number;
  readonly ground: ErasureGround;
  /** Member (USCC) that asked for it. */
  readonly requestedBy: string;
  /** What the ground rests on, for instance the number of a judgement. */
  readonly reference?: string;
}

/** Whether `value` is one of {@link erasureGrounds}. */
export function isErasureGround(value: unknown): value is ErasureGround {
  return erasureGrounds.includes(value as ErasureGround);
}

/** The body of the record that tells an erasure. */
export function erasureBody({ record, index, ground, requestedBy, reference }: Erasure): JsonObject {
  return { record, index, ground, requestedBy, ...(reference === undefined ? {} : { reference }) };
}

/** The erasure that these disclosed members tell; undefined if they tell none, or too little of one. */
export function decodeErasure(disclosed: Readonly<Record<string, JsonValue>>): Erasure | undefined {
  const { record, index, ground, requestedBy, reference } = disclosed;
  if (!isHex(record, 32) || typeof index !== "number" || !Number.isSafeInteger(index) || index < 0) return undefined;
  if (!isErasureGround(ground) || typeof requestedBy !== "string") return undefined;
  if (reference !== undefined && typeof reference !== "string") return undefined;
  return { record, index, ground, requestedBy, ...(reference === undefined ? {} : { reference }) };
}
