import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployContracts, supportMotion } from "@lianzheng/node/deployment";
import { EmbeddedChain, serveEmbeddedChain } from "@lianzheng/node/embedded";
import type { ServedChain } from "@lianzheng/node/embedded";
import { PolicyFollower } from "@lianzheng/node/policies";
import type { PolicyOptions } from "@lianzheng/node/policies";
import type { Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { keccak256, sha256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonObject, RecordInput } from "@lianzheng/sdk/record";
import { recordSchemas } from "@lianzheng/sdk/schemas";
import { JsonRpcProvider, Wallet } from "ethers";
import { viewOf } from "../../node/src/policies/record-view.ts";
import { NodeError } from "../../node/src/errors.ts";

export const owner = "91460000MA5T000160";
export const reason: Hex = toHex(keccak256(utf8("reasons")));
const DAY_MS = 24 * 3600_000;

/** A chain of one operator with the contracts on it, whose council has one seat; its clock is the test's. */
export interface CouncilChain {
  readonly deployment: Deployment;
  readonly chain: PolicyOptions["chain"];
  /** Milliseconds since 1970, as the chain and the nodes of a test have it. */
  now(): number;
  /** Lets time pass. */
  pass(ms: number): void;
  /** Whether the chain answers. */
  away: boolean;
  /** Asked of the chain so far. */
  asked: number;
  /** Publishes by a vote of the real council: proposed, the delay passes, decided. */
  publish(name: string, version: number, digest: Hex, effectiveFromMs?: number): Promise<void>;
  retire(name: string, version: number): Promise<void>;
  close(): Promise<void>;
}

export async function openCouncilChain(): Promise<CouncilChain> {
  const folder = await mkdtemp(join(tmpdir(), "lianzheng-policies-"));
  let shiftMs = 0;
  const now = (): number => Date.now() + shiftMs;
  const embedded = await EmbeddedChain.open({
    directory: join(folder, "chain"),
    chainId: 20260,
    sealerKey: toHex(sha256(utf8("sealer"))),
    now,
  });
  const served: ServedChain = await serveEmbeddedChain(embedded, { host: "127.0.0.1", port: 0 });
  const provider = new JsonRpcProvider(served.url, 20260, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
  const signer = new Wallet(toHex(sha256(utf8("member"))), provider);
  const seat = { member: owner, key: signer.address.toLowerCase() as Hex, kinds: ["venue"] as const };
  const deployment = await deployContracts(signer, { seats: [seat], threshold: 1 });
  const { address } = deployment.contracts.policies;
  const decide = async (act: string, values: readonly unknown[]): Promise<void> => {
    const data = contractInterfaces.policies.encodeFunctionData(act, [...values]) as Hex;
    const motion = { calls: [{ target: address, data }], reason };
    const { decided } = await supportMotion(signer, deployment, motion);
    if (decided) throw new Error("what the council publishes must wait for its delay");
    shiftMs += 3 * DAY_MS;
    // Questions are answered as of the newest block: one is made, and the delay is over.
    await (await signer.sendTransaction({ to: signer.address, type: 0, gasPrice: 0n })).wait();
    const after = await supportMotion(signer, deployment, motion);
    if (!after.decided) throw new Error("the council did not decide");
  };
  const context: CouncilChain = {
    deployment,
    chain: {
      send: async (method, params) => {
        context.asked += 1;
        if (context.away) throw new Error("nobody answers");
        return await embedded.request(method, params);
      },
    },
    now,
    pass: (ms) => (shiftMs += ms),
    away: false,
    asked: 0,
    publish: (name, version, digest, from = 0) => decide("publish", [name, version, digest, Math.floor(from / 1000)]),
    retire: (name, version) => decide("retire", [toHex(keccak256(utf8(name))), version, 0, reason]),
    close: async () => {
      provider.destroy();
      await served.close();
      await embedded.close();
      await rm(folder, { recursive: true });
    },
  };
  return context;
}

/** What a follower told its operator. */
export interface Told {
  readonly facts: object;
  readonly message: string;
}

/** A follower in a folder of its own, closed and removed at the end. It looks at the chain when it is told to. */
export async function withFollower<T>(
  council: Pick<CouncilChain, "chain" | "deployment" | "now">,
  work: (room: { readonly follower: PolicyFollower; readonly directory: string; readonly told: Told[] }) => Promise<T>,
  more: Partial<PolicyOptions> = {},
): Promise<T> {
  const directory = more.directory ?? (await mkdtemp(join(tmpdir(), "lianzheng-follower-")));
  const told: Told[] = [];
  const tell = (facts: object, message: string): void => void told.push({ facts, message });
  const { chain, deployment, now } = council;
  const logger = { info: tell, warn: tell };
  const follower = await PolicyFollower.open({ chain, deployment, now, logger, everyMs: 3600_000, ...more, directory });
  try {
    return await work({ follower, directory, told });
  } finally {
    await follower.close();
    if (more.directory === undefined) await rm(directory, { recursive: true });
  }
}

/** The schema of offers, with one more member that must be there. */
export function stricterOffer(required: string): JsonObject {
  const schema = recordSchemas.get("trade.offer") ?? {};
  const properties = schema["properties"] as JsonObject;
  const body = { ...(properties["body"] as JsonObject), required: ["price", required] };
  return { ...schema, properties: { ...properties, body } };
}

export const offer = (body: JsonObject, more: Partial<RecordInput> = {}): RecordInput => ({
  type: "trade.offer",
  subject: "trade:1",
  occurredAt: "2026-11-22T09:14:05.120Z",
  body,
  ...more,
});

/** Code and details of the refusal of a record; undefined if it is taken. */
export function verdictOn(
  follower: PolicyFollower,
  record: Parameters<typeof viewOf>[0],
): { readonly code: string; readonly field?: unknown; readonly policy?: unknown } | undefined {
  try {
    follower.judge({ view: viewOf(record), issuer: owner, submitter: owner, at: "" });
    return undefined;
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    return { code: error.code, field: error.details["field"], policy: error.details["policy"] };
  }
}
