/**
 * The patterns that a record schema may use, and no others: each is anchored and has no repetition beside another that could take the
 * same characters, so matching takes time in proportion to the text. A schema that a council publishes brings no pattern of its own.
 */
export const patterns = {
  /** Decimal amount as text, at most 30 digits before the point and 8 behind. */
  amount: "^(0|[1-9][0-9]{0,29})(\\.[0-9]{1,8})?$",
  /** Integer as text. */
  integer: "^(0|[1-9][0-9]{0,76})$",
  /** 32 bytes, lower-case hex. */
  digest: "^0x[0-9a-f]{64}$",
  /** Unified social credit code, its form (GB 32100-2015). */
  member: "^[0-9A-HJ-NPQRTUWXY]{18}$",
  /** An id, as subjects are written. */
  id: "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$",
  /** ISO 4217. */
  currency: "^[A-Z]{3}$",
  /** ISO 3166-1 alpha-2, with a subdivision where one is meant (ISO 3166-2). */
  territory: "^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
  /** RFC 3339 full-date. */
  date: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
  /** RFC 3339 in UTC with milliseconds. */
  instant: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$",
  /** A lower-case word or words with hyphens between. */
  word: "^[a-z][a-z0-9-]{0,63}$",
  /** A code of this software: `E_…`. */
  code: "^[A-Z][A-Z0-9_]{0,63}$",
  /** Name of a policy, without the rule about neighbouring signs. */
  policy: "^[a-z0-9][a-z0-9./-]{0,63}$",
  /** A record type. */
  recordType: "^[a-z][a-z0-9.-]{0,63}$",
} as const;

/** Every pattern that a schema may use. */
export const knownPatterns: ReadonlySet<string> = new Set(Object.values(patterns));
