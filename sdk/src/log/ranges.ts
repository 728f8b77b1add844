/** Leaves `start` to `end - 1`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A complete subtree: node number `index`, from the left, among those over 2^`height` leaves. */
export interface Subtree {
  readonly height: number;
  readonly index: number;
}

/** The largest power of two that is smaller than `count`, for count > 1. @see RFC 6962 section 2.1, k */
export function splitPoint(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/**
 * The subtrees whose hashes prove `index` in a tree of `size`, the leaf's sibling first.
 *
 * @see RFC 6962 section 2.1.1, PATH(m, D[n])
 */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  return ranges;
}

/**
 * The subtrees whose hashes prove that a tree of `to` leaves begins with that of `from`, for 0 < from < to.
 *
 * @see RFC 6962 section 2.1.2, PROOF(m, D[n]) and SUBPROOF(m, D[n], b)
 */
export function consistencyRanges(from: number, to: number): readonly Range[] {
  const ranges: Range[] = [];
  let [start, end] = [0, to];
  while (from !== end) {
    const middle = start + splitPoint(end - start);
    if (from <= middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  // While nothing was split off on the left, the last subtree is the old tree itself, whose root the verifier has.
  return start === 0 ? ranges : [{ start, end }, ...ranges];
}

/** The complete subtrees that make up `range`, the biggest (leftmost) first. The range starts where its biggest one may. */
export function subtreesOf({ start, end }: Range): readonly Subtree[] {
  const subtrees: Subtree[] = [];
  let at = start;
  while (at < end) {
    let height = 0;
    while (2 ** (height + 1) <= end - at) height++;
    subtrees.push({ height, index: at / 2 ** height });
    at += 2 ** height;
  }
  return subtrees;
}
