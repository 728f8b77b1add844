/**
 * Code of a key that is a contract (ERC-1271): whoever asks it or pays it, it calls `target` with `data` and answers with the magic value
 * if that was done, with zero if not. `data` has at most seven words.
 */
export function callingBack(target: string, data: string): string {
  const word = (hex: string): string => `7f${hex.padEnd(64, "0")}`;
  const byte = (value: number): string => value.toString(16).padStart(2, "0");
  const bytes = data.slice(2);
  const words = bytes.match(/.{1,64}/g) ?? [];
  const store = words.map((hex, i) => `${word(hex)}60${byte(32 * i)}52`).join("");
  const call = `5f5f60${byte(bytes.length / 2)}5f5f73${target.slice(2).toLowerCase()}5af1`;
  // The answer of the call decides: 1 keeps the magic value, 0 makes it zero.
  return `0x${store}${call}${word("1626ba7e")}025f5260205ff3`;
}
