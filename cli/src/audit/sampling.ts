import { sampleOf, type AuditFinding } from "@lianzheng/sdk/audit";
import type { NodeClient } from "@lianzheng/sdk/client";
import { toHex, utf8, type Digest, type Hex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { readLeaf } from "./leaf-tiles.ts";
import type { LogSource } from "./log-source.ts";

/** What became of the records that were looked at one by one. */
export interface Sampled {
  readonly drawn: readonly SampledRecord[];
  readonly findings: readonly AuditFinding[];
}

/** One of them; `result` is the verdict's, or why there is none. */
export interface SampledRecord {
  readonly index: number;
  readonly id: Hex;
  readonly result: "verified" | "failed" | "undetermined" | "not shown";
  readonly reason: string;
}

export interface SampleRequest {
  readonly source: LogSource;
  readonly client: NodeClient;
  readonly policy: Policy;
  readonly root: Digest;
  readonly size: number;
  readonly count: number;
  readonly now: number;
}

/**
 * Takes the evidence of some records from the node and verifies each offline, as anybody would whom it was handed to.
 *
 * @throws ClientError where the node can't be reached; what it refuses to show is told as such
 */
export async function sample(request: SampleRequest): Promise<Sampled> {
  const drawn: SampledRecord[] = [];
  for (const index of sampleOf(request.root, request.size, request.count)) {
    const id = await idOf(request, index);
    if (id !== undefined) drawn.push(await examine(request, index, id));
  }
  const failed = drawn.filter(({ result }) => result === "failed");
  return {
    drawn,
    findings: failed.map(({ index, id, reason }) => ({ code: "AUDIT_SAMPLE", index, detail: `${id}: ${reason}` })),
  };
}

async function idOf({ source, size }: SampleRequest, index: number): Promise<Hex | undefined> {
  const leaf = await readLeaf(source, index, size);
  return leaf === undefined ? undefined : toHex(leaf);
}

async function examine({ client, policy, now }: SampleRequest, index: number, id: Hex): Promise<SampledRecord> {
  const { encodeBundle, verify } = await import("@lianzheng/sdk/evidence");
  const { ClientError } = await import("@lianzheng/sdk/client");
  try {
    const bundle = await client.evidence(id);
    const { result, reason, facts } = verify(utf8(encodeBundle(bundle)), policy, { now });
    const isOther = result === "verified" && facts.records.every((record) => record.id !== id);
    if (isOther) return { index, id, result: "failed", reason: "the evidence is of another record" };
    return { index, id, result, reason };
  } catch (error) {
    if (!(error instanceof ClientError) || error.status === undefined) throw error;
    return { index, id, result: "not shown", reason: `${error.code}: ${error.message}` };
  }
}
