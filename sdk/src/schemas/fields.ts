import { patterns } from "./patterns.ts";
import type { Field } from "./schema.ts";

type Pattern = keyof typeof patterns;

/** A text of one of the known patterns. */
export const matching = (pattern: Pattern, title: string): Field => ({
  title,
  type: "string",
  maxLength: 200,
  pattern: patterns[pattern],
});

/** A text for people, in Unicode's form NFC. */
export const text = (title: string, maxLength = 2000): Field => ({
  title,
  type: "string",
  minLength: 1,
  maxLength,
  format: "nfc",
});

/** One of some words. */
export const oneOf = (words: readonly string[], title: string): Field => ({ title, enum: [...words] });

/** A whole number that is no amount: rows, bytes, days. */
export const count = (title: string): Field => ({
  title,
  type: "integer",
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
});

export const flag = (title: string): Field => ({ title, type: "boolean" });

/** A list of 1 to 256. */
export const listOf = (items: Field, title: string, minItems = 1): Field => ({
  title,
  type: "array",
  items,
  minItems,
  maxItems: 256,
});

/** An object of exactly these members. */
export const exactly = (properties: Readonly<Record<string, Field>>, title: string): Field => ({
  title,
  type: "object",
  required: Object.keys(properties),
  properties: { ...properties },
  additionalProperties: false,
});

/** The words of the contracts' enumerations; `test/schemas` compares them. */
export const words = {
  grades: ["general", "important", "core"],
  sources: ["enterprise", "public", "personal"],
  rights: ["holding", "processing", "operating"],
  attestations: [
    "compliance",
    "security",
    "algorithm",
    "certification",
    "valuation",
    "insurance",
    "custody",
    "cross-border",
    "risk-assessment",
  ],
  results: ["pass", "conditional", "fail"],
  cases: ["complaint", "dispute", "arbitration", "finding"],
  outcomes: ["upheld", "dismissed", "settled", "annulled"],
  rulings: ["admit", "reject", "hold", "release", "uphold", "dismiss", "confirm", "annul", "repair", "refuse-repair"],
  pleas: ["answer", "objection", "withdrawal", "repair-application"],
  channels: ["screen", "paper", "speech", "trustee"],
} as const;

/** Fields that several types have. */
export const common = {
  price: matching("amount", "Price 价格"),
  amount: matching("amount", "Amount 金额"),
  currency: matching("currency", "Currency, ISO 4217 币种"),
  product: matching("id", "Product 数据产品"),
  resource: matching("id", "Resource 数据资源"),
  trade: matching("id", "Trade 交易"),
  digest: matching("digest", "Digest, SHA-256 摘要"),
  grade: oneOf(words.grades, "Grade of the data, GB/T 43697-2024 数据分级"),
  territories: listOf(matching("territory", "Territory, ISO 3166 地域"), "Territories 适用地域"),
  purposes: listOf(text("Purpose 目的", 200), "Purposes, each named 使用目的"),
  reason: text("Reason 理由"),
  number: text("Number of the paper 编号", 64),
} as const;
