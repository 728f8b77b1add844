import { ask, unknown, type Answered } from "./question.ts";

/**
 * Had the issuer the right to it? Version 1 of the bundle carries no proof of rights, so this stays unknown: whoever needs
 * the answer asks `Rights` on the chain.
 */
export function askEntitled(): Answered<never> {
  return ask("entitled", "chain", () =>
    unknown(
      "Whether the issuer had the right to this is not examined in this version: the bundle carries no proof of rights.",
    ),
  );
}
