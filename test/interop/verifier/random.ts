/** Chance that can be had again: a generator that its seed decides. */
export interface Chance {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  /** Whether, one time in `times`. */
  once(times: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32, a generator of 32 bits of state: enough to choose places, and no secret. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number): number => Math.floor((next() / 2 ** 32) * end);
  return { below, once: (times) => below(times) === 0, pick: (items) => items[below(items.length)]! };
}
