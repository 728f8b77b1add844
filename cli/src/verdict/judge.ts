import type { DossierVerdict } from "@lianzheng/sdk/dossier";
import { EvidenceError, utf8 } from "@lianzheng/sdk/encoding";
import type { Policy, TimestampFindings, Verdict } from "@lianzheng/sdk/evidence";
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

/** The verdict on a dossier's bytes, offline: the timestamps of its bundles are examined as those of a bundle alone. */
export async function judgeDossier(bytes: Uint8Array, policy: Policy, now: number): Promise<DossierVerdict> {
  const { verifyDossier } = await import("@lianzheng/sdk/dossier");
  if (policy.timestamps === undefined) return verifyDossier(bytes, policy, { now });
  return verifyDossier(bytes, policy, { now, timestamps: await timestampsIn(bytes, policy) });
}

/** One for each bundle; none of what is no dossier, as the verdict says. */
async function timestampsIn(bytes: Uint8Array, policy: Policy): Promise<readonly TimestampFindings[]> {
  const { decodeDossier } = await import("@lianzheng/sdk/dossier");
  const { proveTimestamps } = await import("@lianzheng/sdk/timestamp");
  const found: TimestampFindings[] = [];
  for (const text of bundlesOf(() => decodeDossier(bytes))) found.push(await proveTimestamps(utf8(text), policy));
  return found;
}

function bundlesOf(decode: () => { readonly bundles: readonly string[] }): readonly string[] {
  try {
    return decode().bundles;
  } catch (error) {
    if (error instanceof EvidenceError) return [];
    throw error;
  }
}

/** Whether something was to be asked of the endpoint or the node and could not be: then nobody can say how the evidence stands now. */
export function isLeftOpen({ findings = [] }: Judged): boolean {
  return findings.some(({ answer, trust }) => answer === "unknown" && trust === "rpc");
}
