import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import { askAnchored } from "./anchored.ts";
import { decodeBundle, type Bundle } from "./bundle.ts";
import { askComplete } from "./complete.ts";
import { askEntitled } from "./entitled.ts";
import { factsOf } from "./facts.ts";
import { askFinal, finalityOf } from "./final.ts";
import { askLogged } from "./logged.ts";
import type { Policy } from "./policy.ts";
import { bounded } from "./question.ts";
import { askSigned } from "./signed.ts";
import type { JudgeBlock } from "./stage-event.ts";
import { stampsOf, type TimestampFindings } from "./stamps.ts";
import { askTime } from "./time.ts";
import { askUnaltered } from "./unaltered.ts";
import { conclude, unreadable, type Verdict } from "./verdict.ts";

/** Beyond it JavaScript's dates end, and this page's instants long before. */
const farthestMs = 8.64e15;

/** What a verification may be told beside the policy. */
export interface VerifyOptions {
  /** The verifier's clock, integer milliseconds since 1970; the machine's if left out. */
  readonly now?: number;
  /**
   * Hashes of blocks that the endpoint which the policy names (`rpc`) called final when it was asked, as `verifyOnline` does.
   * Policies with another rule pass them over.
   */
  readonly confirmed?: readonly Hex[];
  /** What `proveTimestamps` found of the bundle's timestamps; without it they are not examined. */
  readonly timestamps?: TimestampFindings;
}

/**
 * Verifies an evidence bundle against a trust policy, with no network.
 *
 * Asks the eight questions; each is answered from the bundle's bytes, the policy, and what other questions proved. Never throws on account of the bundle, whatever its bytes are.
 *
 * @param bytes  - the bundle's file as it is
 * @param policy - from `decodePolicy`, the verifier's own
 * @throws TypeError for a clock that is none: every comparison with it would be false
 * @see SPEC.md, docs/formats.md section 10
 */
export function verify(bytes: Uint8Array, policy: Policy, options: VerifyOptions = {}): Verdict {
  const nowMs = clockOf(options);
  const bundle = readBundle(bytes);
  if (bundle instanceof EvidenceError) return unreadable(bundle.code, bounded(bundle.message));
  return verifyBundle(bundle, policy, options, nowMs);
}

function verifyBundle(bundle: Bundle, policy: Policy, options: VerifyOptions, nowMs: number): Verdict {
  const { confirmed = [] } = options;
  const unaltered = askUnaltered(bundle);
  const logged = askLogged(unaltered.proved, policy);
  const entries = unaltered.proved?.map(({ entry }) => entry);
  const anchored = askAnchored(bundle, logged.proved, policy);
  const final = askFinal(bundle, policy, confirmed);
  const block = anchored.proved === undefined ? undefined : final.proved;
  const stamps = stampsOf(bundle, logged.proved?.note, options.timestamps);
  const time = askTime({ block, entries, stamps, nowMs }, policy);
  const signed = askSigned(entries, logged.proved?.log, time.proved?.existedBy, policy);
  const judge: JudgeBlock = (header) => finalityOf(header, bundle.anchor, policy, confirmed);
  const entitled = askEntitled(bundle, logged.proved, block, policy);
  const complete = askComplete(bundle, logged.proved?.records, block, judge, policy);

  const answered = [unaltered, logged, signed, anchored, final, time, entitled, complete];
  const facts = factsOf({ logged: logged.proved, block, time: time.proved, trade: complete.proved }, policy);
  return conclude(
    answered.map(({ verdict }) => verdict),
    facts,
    policy,
  );
}

function clockOf({ now = Date.now() }: VerifyOptions): number {
  if (Number.isInteger(now) && Math.abs(now) <= farthestMs) return now;
  throw new TypeError(`now must be whole milliseconds since 1970, not ${String(now)}`);
}

/** The bundle, or why it is none. */
function readBundle(bytes: Uint8Array): Bundle | EvidenceError {
  try {
    return decodeBundle(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    return new EvidenceError("V_FORMAT", "the bundle can't be read", {}, error);
  }
}
