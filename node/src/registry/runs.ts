/** Neighbouring indexes of records: the first of them, and how many there are, at least one. */
export type Run = readonly [first: number, count: number];

/** Sorted runs that neither overlap nor touch. */
export type Runs = readonly Run[];

/** The indexes of any runs, each once. */
export function joined(runs: readonly Run[]): Runs {
  const made: [number, number][] = [];
  for (const [first, count] of runs.toSorted(([a], [b]) => a - b)) {
    const last = made.at(-1);
    if (last === undefined || first > last[0] + last[1]) made.push([first, count]);
    else last[1] = Math.max(last[1], first + count - last[0]);
  }
  return made;
}

/** The indexes that are in both. */
export function common(some: Runs, others: Runs): Runs {
  const made: Run[] = [];
  let [at, other] = [0, 0];
  for (let [a, b] = [some[0], others[0]]; a !== undefined && b !== undefined; a = some[at], b = others[other]) {
    const first = Math.max(a[0], b[0]);
    const [endOfA, endOfB] = [a[0] + a[1], b[0] + b[1]];
    const end = Math.min(endOfA, endOfB);
    if (first < end) made.push([first, end - first]);
    if (endOfA <= endOfB) at += 1;
    else other += 1;
  }
  return made;
}

/** The smallest indexes, at most `most` of them. */
export function smallest(runs: Runs, most: number): readonly number[] {
  const indexes: number[] = [];
  for (const [first, count] of runs) {
    for (let index = first; index < first + count && indexes.length < most; index += 1) indexes.push(index);
    if (indexes.length >= most) break;
  }
  return indexes;
}

/** How many indexes there are. */
export function countOf(runs: Runs): number {
  return runs.reduce((sum, [, count]) => sum + count, 0);
}
