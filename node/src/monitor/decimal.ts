import type { JsonValue } from "@lianzheng/sdk/record";

const places = 18;

/**
 * An amount as records have it, a decimal string or a whole number, as an integer of 10^-18; undefined for anything else.
 * Binary fractions would make two amounts of one text unequal.
 */
export function amountOf(value: JsonValue | undefined): bigint | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) * 10n ** BigInt(places) : undefined;
  if (typeof value !== "string") return undefined;
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d{1,30})(?:\.(\d{1,18}))?$/.exec(value) ?? [];
  if (whole === "") return undefined;
  const scaled = BigInt(whole + fraction.padEnd(places, "0"));
  return sign === "" ? scaled : -scaled;
}

/** The text of an amount, without zeros at its end. */
export function amountText(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -places)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The median; of an even number the lower of the two in the middle, so that it is one of them. */
export function medianOf(amounts: readonly bigint[]): bigint {
  const sorted = [...amounts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0n;
}

/** One, as an amount. */
export const one = 10n ** BigInt(places);
