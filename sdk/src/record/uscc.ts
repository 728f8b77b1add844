import { EvidenceError } from "@lianzheng/sdk/encoding";

// GB 32100-2015 table 1: digits and capitals without I, O, S, V, Z; a character's value is its place.
const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY";
// Weights 3^(i-1) mod 31 of the places 1 to 17.
const weights = Array.from({ length: 17 }, (_, at) => Number(3n ** BigInt(at) % 31n));
const first17Form = /^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}$/;

/**
 * The check character of a unified social credit code.
 *
 * @param first17 - the code's first 17 characters
 * @throws EvidenceError E_USCC when they are not of the code's alphabet
 * @see GB 32100-2015 section 4.6 and annex A (ISO 7064 MOD 31-3)
 */
export function usccCheckCharacter(first17: string): string {
  if (!first17Form.test(first17)) throw new EvidenceError("E_USCC", "not the first 17 characters of a USCC");
  let sum = 0;
  for (let at = 0; at < 17; at++) sum += letters.indexOf(first17.charAt(at)) * (weights[at] ?? 0);
  return letters.charAt((31 - (sum % 31)) % 31);
}

/** Whether `value` is a unified social credit code of 18 characters with a right check character. */
export function isUscc(value: unknown): value is string {
  if (typeof value !== "string" || value.length !== 18) return false;
  const first17 = value.slice(0, 17);
  return first17Form.test(first17) && usccCheckCharacter(first17) === value.charAt(17);
}
