/** Least time between two tellings, ms. */
const everyMs = 1_000;

/**
 * `tell`, but not before a second has passed, and once a second from then on: what is quick tells nothing.
 *
 * @param clock - milliseconds on a clock that never goes back
 */
export function paced<Progress>(
  tell: (progress: Progress) => void,
  clock: () => number = () => performance.now(),
): (progress: Progress) => void {
  let next = clock() + everyMs;
  return (progress) => {
    const time = clock();
    if (time < next) return;
    next = time + everyMs;
    tell(progress);
  };
}
