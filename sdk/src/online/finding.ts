/** What was asked again. */
export type OnlineSubject = "chain" | "block" | "member" | "key" | "trade" | "right" | "record";

/**
 * How what the evidence shows stands now: as it was; gone on since, which takes nothing from what was shown; denied by whom
 * was asked; or not to be had.
 */
export type OnlineAnswer = "stands" | "changed" | "contradicted" | "unknown";

/** One answer of the chain's endpoint, or of the log. */
export interface OnlineFinding {
  readonly about: OnlineSubject;
  readonly answer: OnlineAnswer;
  /** A sentence for a reader who knows no cryptography. */
  readonly reason: string;
  /** On what it rests: the word of the endpoint, or the key of the log. */
  readonly trust: "rpc" | "log-key";
}

export function finding(
  about: OnlineSubject,
  answer: OnlineAnswer,
  reason: string,
  trust: OnlineFinding["trust"] = "rpc",
): OnlineFinding {
  return { about, answer, reason, trust };
}

const longestFault = 200;

/** A finding that was not to be had, and why: an endpoint that fails is no reason to end without a verdict. */
export function unasked(about: OnlineSubject, what: string, error: unknown): OnlineFinding {
  const why = error instanceof Error ? error.message.slice(0, longestFault) : "no reason was given";
  return finding(about, "unknown", `${what} could not be asked: ${why}.`);
}
