import type { Policy, Verdict } from "@lianzheng/sdk/evidence";
import type { LogPort, OnlineFinding } from "@lianzheng/sdk/online";
import { toAddress } from "../address.ts";
import { openClient } from "../client.ts";
import { CliError } from "../errors.ts";

/** Whom the user wants asked beside the files, as the command line names them. */
export interface OnlineWishes {
  /** Address of the chain's endpoint; true for the one that the policy names. */
  readonly online?: string | true;
  /** Address of the node that keeps the log. */
  readonly node?: string;
  readonly tokenFile?: string;
}

/** Whom to ask. */
export interface OnlineSources {
  readonly endpoint?: string;
  readonly log?: LogPort;
}

/** A verdict, and how what it shows stands now if that was asked. */
export type Judged = Verdict & { readonly findings?: readonly OnlineFinding[] };

/**
 * Whom to ask; undefined if nobody.
 *
 * @throws CliError E_URL, E_URL_CREDENTIALS, E_FILE_…; E_USAGE where neither user nor policy names an endpoint
 */
export async function onlineSources(
  { online, node, tokenFile }: OnlineWishes,
  { chain: { finality } }: Policy,
): Promise<OnlineSources | undefined> {
  if (online === undefined) {
    if (node === undefined) return undefined;
    throw new CliError("E_USAGE", "--node says whose log to ask with --online; add --online <address of the chain>");
  }
  if (online === true && finality.engine !== "rpc")
    throw new CliError(
      "E_USAGE",
      "the policy names no endpoint; say which one to ask: --online <address of the chain>",
    );
  const endpoint = online === true ? {} : { endpoint: toAddress(online).href };
  if (node === undefined) return endpoint;
  return { ...endpoint, log: await openClient({ url: node, ...(tokenFile === undefined ? {} : { tokenFile }) }) };
}

/** The verdict on a file's bytes, offline unless there is somebody to ask. */
export async function judge(
  bytes: Uint8Array,
  policy: Policy,
  now: number,
  sources: OnlineSources | undefined,
): Promise<Judged> {
  if (sources !== undefined) {
    const { verifyOnline } = await import("@lianzheng/sdk/online");
    return await verifyOnline(bytes, policy, { ...sources, now });
  }
  const { verify } = await import("@lianzheng/sdk/evidence");
  if (policy.timestamps === undefined) return verify(bytes, policy, { now });
  const { proveTimestamps } = await import("@lianzheng/sdk/timestamp");
  return verify(bytes, policy, { now, timestamps: await proveTimestamps(bytes, policy) });
}

/** Whether the chain was to be asked and could not be: then nobody can say how the evidence stands now. */
export function isLeftOpen({ findings = [] }: Judged): boolean {
  return findings.some(({ about, answer }) => answer === "unknown" && (about === "chain" || about === "block"));
}
