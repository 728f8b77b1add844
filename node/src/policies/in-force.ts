import type { PublishedPolicy } from "./state.ts";

/** Version in force in a second, Unix: a number from 1, 0 for none. As `Policies.versionAt` answers; a test holds the two together. */
export function versionAt({ versions }: PublishedPolicy, second: number): number {
  for (let number = versions.length; number > 0; number--) {
    const one = versions[number - 1];
    if (one === undefined) continue;
    const { effectiveFrom, retiredFrom } = one;
    const everBegins = retiredFrom === null || retiredFrom > effectiveFrom;
    if (everBegins && effectiveFrom <= second) return retiredFrom === null || retiredFrom > second ? number : 0;
  }
  return 0;
}

/** Whether any version has begun by `second`, in force still or not: from then on the council has spoken. */
export function hasBegun({ versions }: PublishedPolicy, second: number): boolean {
  return versions.some(
    ({ effectiveFrom, retiredFrom }) =>
      effectiveFrom <= second && (retiredFrom === null || retiredFrom > effectiveFrom),
  );
}
