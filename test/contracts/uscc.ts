import { encodeBytes32String, dataSlice } from "ethers";

/** GB 32100-2015: the alphabet in the order of the characters' values. */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** Check character by the formula of the standard, C18 = 31 - MOD(sum of Ci * Wi, 31): another form than the contract's. */
export function checkCharacter(first17: string): string {
  const sum = Array.from(first17).reduce(
    (total, character, i) => total + ALPHABET.indexOf(character) * (3 ** i % 31),
    0,
  );
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** A code of its own for each number. */
export function usccOf(number: number): string {
  const first17 = `91460000MA${String(number).padStart(7, "0")}`;
  return first17 + checkCharacter(first17);
}

/** The id of a member on the chain: its 18 ASCII bytes. */
export function memberId(uscc: string): string {
  return dataSlice(encodeBytes32String(uscc), 0, 18);
}
