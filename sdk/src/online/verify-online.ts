import { EvidenceError } from "@lianzheng/sdk/encoding";
import {
  decodeBundle,
  verify,
  type Bundle,
  type Policy,
  type Verdict,
  type VerifyOptions,
} from "@lianzheng/sdk/evidence";
import { decodeEntry, type Entry } from "@lianzheng/sdk/record";
import { proveTimestamps } from "@lianzheng/sdk/timestamp";
import { askBlocks } from "./blocks.ts";
import { httpChain, type ChainPort } from "./chain-port.ts";
import { ChainView } from "./chain-view.ts";
import type { OnlineFinding } from "./finding.ts";
import { askLaterRecords, type LogPort } from "./later-records.ts";
import { askLaw } from "./law-now.ts";

/** Whom to ask beside the policy. */
export interface OnlineOptions extends Pick<VerifyOptions, "now"> {
  /** Address of the chain's endpoint, http or https. A policy with the engine `rpc` names its own, and then no other is asked. */
  readonly endpoint?: string;
  /** How an endpoint is asked; `httpChain` if left out. */
  readonly connect?: (endpoint: string) => ChainPort;
  /** Client of the node that keeps the log; without it later records are not asked for. */
  readonly log?: LogPort;
}

/** The verdict on the evidence, and how what it shows stands now. */
export interface OnlineVerdict extends Verdict {
  readonly findings: readonly OnlineFinding[];
}

/**
 * Verifies evidence, then asks the chain and the log what has become of it since: whether its blocks are still the
 * chain's, whether its members and keys still count, what its trade and its right have come to, whether later records
 * correct or erase it.
 *
 * What is asked only adds. A question that failed stays failed; nothing that the evidence does not show is shown by
 * asking, but for the finality that the policy itself leaves to an endpoint (`rpc`). An endpoint that denies a block of
 * evidence that would be verified makes it undetermined.
 *
 * Endpoints that lie, fail or stay away end in findings, never in an error.
 *
 * @param bytes - the bundle's file as it is
 * @throws TypeError where neither policy nor caller names an endpoint; EvidenceError V_POLICY as `proveTimestamps`
 */
export async function verifyOnline(
  bytes: Uint8Array,
  policy: Policy,
  options: OnlineOptions = {},
): Promise<OnlineVerdict> {
  const view = new ChainView((options.connect ?? httpChain)(endpointOf(policy, options)));
  const told = {
    ...(options.now === undefined ? {} : { now: options.now }),
    timestamps: await proveTimestamps(bytes, policy),
  };
  const bundle = readBundle(bytes);
  if (bundle === undefined) return { ...verify(bytes, policy, told), findings: [] };
  const { findings, confirmed, head } = await askBlocks(view, bundle, policy);
  const verdict = verify(bytes, policy, { ...told, confirmed });
  const entries = entriesOf(bundle, verdict);
  const law = head === undefined ? [] : await askLaw({ view, policy, head }, entries, verdict.facts);
  const { log } = options;
  const later =
    log === undefined
      ? []
      : await askLaterRecords({ log, policy, options: { ...told, confirmed }, facts: verdict.facts });
  return concludeOnline(verdict, [...findings, ...law, ...later]);
}

function endpointOf({ chain: { finality } }: Policy, { endpoint }: OnlineOptions): string {
  const named = finality.engine === "rpc" ? finality.endpoint : endpoint;
  if (named !== undefined) return named;
  throw new TypeError("neither the policy nor the caller names an endpoint to ask");
}

function readBundle(bytes: Uint8Array): Bundle | undefined {
  try {
    return decodeBundle(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

/** The entries, where they are shown to be in the log: of others nobody is asked. */
function entriesOf({ records }: Bundle, { facts }: Verdict): readonly Entry[] {
  return facts.records.length === 0 ? [] : records.map(({ entry }) => decodeEntry(entry));
}

function concludeOnline(verdict: Verdict, findings: readonly OnlineFinding[]): OnlineVerdict {
  const denied = findings.find(({ answer }) => answer === "contradicted");
  if (denied === undefined || verdict.result !== "verified") return { ...verdict, findings };
  return {
    ...verdict,
    result: "undetermined",
    reason: `The evidence alone is verified, but: ${denied.reason}`,
    findings,
  };
}
