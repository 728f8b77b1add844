import { maskOfAttestations, maskOfKinds } from "@lianzheng/sdk/contracts";
import { keccak256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson } from "@lianzheng/sdk/record";

const DAY = 24 * 3600;

/**
 * How long the council may take: ordinary decisions (admission, standing, keys of members without a seat, validators, review
 * of freezes) are in force at once; those that change the rules wait, so that a member that does not want them sees them coming. Seconds.
 */
export const councilPeriods = {
  ordinary: { period: 30 * DAY, delay: 0 },
  constitutional: { period: 30 * DAY, delay: 2 * DAY },
} as const;

/** Emergency freezes: regulators that must agree, and for how long. Seconds. */
export const emergencyRules = {
  threshold: 2,
  longestOpen: 7 * DAY,
  longestFreeze: 30 * DAY,
  longestConfirmed: 180 * DAY,
  rest: 30 * DAY,
} as const;

/** Votes and periods of the procedure of cases. Seconds. */
export const caseProcedure = {
  findingVotes: 2,
  tribunalVotes: 2,
  admission: 15 * DAY,
  answer: 20 * DAY,
  decision: 60 * DAY,
  objection: 10 * DAY,
  review: 30 * DAY,
  repair: 40 * DAY,
} as const;

/**
 * What a trade needs, by grade, then at home and across the border: kinds of attestations. Core data can't be listed,
 * whatever stands in its row.
 */
export const requirements: readonly (readonly [number, number])[] = [
  [0, maskOfAttestations(["crossBorder"])],
  [
    maskOfAttestations(["compliance", "security"]),
    maskOfAttestations(["compliance", "security", "crossBorder", "riskAssessment"]),
  ],
  [
    maskOfAttestations(["compliance", "security", "riskAssessment"]),
    maskOfAttestations(["compliance", "security", "crossBorder", "riskAssessment"]),
  ],
];

/** Digest of the founding table of requirements, as canonical JSON (RFC 8785). */
export const requirementsSource: Hex = toHex(keccak256(utf8(canonicalJson(requirements))));

const atOnce = { notice: 0, reviewers: 0 } as const;
const reviewed = { notice: 0, reviewers: maskOfKinds(["regulator", "certifier"]) } as const;
const byRegulator = { notice: 0, reviewers: maskOfKinds(["regulator"]) } as const;

/** Who signs a registration off, by grade. The same for each class of sources; a consortium sets notice periods as its rules say. */
const review = [atOnce, reviewed, byRegulator] as const;

/** Rules of review as the constructor takes them: enterprise, public, personal, each general, important, core. */
export const reviewRules = [...review, ...review, ...review] as const;
