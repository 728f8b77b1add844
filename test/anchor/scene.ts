import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "@lianzheng/sdk/chain";
import { decodeCheckpointPublished, eventTopics, logIdOf, type ChainLog } from "@lianzheng/sdk/chain";
import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import { createNoteSigner, encodeVerifierKey } from "@lianzheng/sdk/log";
import { prepareRecord } from "@lianzheng/sdk/record";
import { Anchor, httpRpc, type AnchorFailpoint, type AnchorOptions, type AnchorTimings } from "@lianzheng/node/anchor";
import { registerLog } from "@lianzheng/node/deployment";
import { EvidenceLog } from "@lianzheng/node/log";
import { found, openOracle, owner, type Key, type Oracle } from "./oracle.ts";

export const origin = "log.exchange.example/2026";
export const logId = logIdOf(owner, origin);

/** Quick enough for tests, and without guesses about the machine: nothing is asserted on time. */
export const quick: AnchorTimings = {
  answerMs: 400,
  tickMs: 5,
  pollMs: 20,
  observeMs: 50,
  backoffFirstMs: 5,
  backoffLastMs: 40,
  rebroadcastMs: 60,
  replaceMs: 10_000,
  stallMs: 5_000,
  flushMs: 15_000,
};

const { privateKey, publicKey } = logKey();

/** Ed25519 key of the test's log, always the same. */
function logKey(): { readonly privateKey: ReturnType<typeof createPrivateKey>; readonly publicKey: Uint8Array } {
  const seed = createHash("sha256").update("the log of the tests").digest();
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicKey: new Uint8Array(spki.subarray(-32)) };
}

export const verifierKey = encodeVerifierKey(origin, publicKey);

export function openLog(directory: string): Promise<EvidenceLog> {
  const signer = createNoteSigner(origin, publicKey, (message) => new Uint8Array(sign(null, message, privateKey)));
  return EvidenceLog.open({ directory, origin, signer, now: () => 1_793_000_000_000 });
}

/** Puts `count` records into a log, one receipt each, of `subject` where given. */
export async function grow(
  log: EvidenceLog,
  count: number,
  subject = "product:0x01",
  flavour = "plain",
): Promise<void> {
  for (let at = 0; at < count; at++) await submit(log, subject, "x-test.note", { note: `${flavour} ${log.size}` });
}

/** Records one thing. @returns its leaf hash */
export async function submit(
  log: EvidenceLog,
  subject: string,
  type: string,
  body: Readonly<Record<string, string>>,
): Promise<Hex> {
  const digest = createHash("sha256")
    .update(`${subject} ${JSON.stringify(body)} ${log.size}`)
    .digest();
  const record = { type, subject, occurredAt: "2026-11-22T09:14:05.120Z", body };
  const { disclosures } = prepareRecord(record, new Uint8Array(digest));
  const submission = { issuer: owner, submitter: owner, ...record, disclosures };
  const requestDigest = toHex(new Uint8Array(digest));
  const { receipt } = await log.submit([submission], { member: owner, key: requestDigest, requestDigest });
  return receipt.records[0]!.id;
}

/** A chain with the contracts, a registered log of some folder, and the key that owns it. */
export class Scene {
  readonly oracle: Oracle;
  readonly key: Key;
  readonly deployment: Deployment;
  readonly folder: string;
  log: EvidenceLog;
  readonly #anchors: Anchor[] = [];
  readonly #logs: EvidenceLog[] = [];

  private constructor(parts: { oracle: Oracle; key: Key; deployment: Deployment; folder: string; log: EvidenceLog }) {
    this.oracle = parts.oracle;
    this.key = parts.key;
    this.deployment = parts.deployment;
    this.folder = parts.folder;
    this.log = parts.log;
    this.#logs.push(parts.log);
  }

  static async open(): Promise<Scene> {
    const oracle = await openOracle();
    const { key, deployment } = await found(oracle);
    await registerLog(key, deployment, { origin, key: toHex(publicKey) });
    const folder = await mkdtemp(join(tmpdir(), "anchor-"));
    return new Scene({ oracle, key, deployment, folder, log: await openLog(join(folder, "node")) });
  }

  /** Another log in another folder, closed with the scene. */
  async anotherLog(name: string): Promise<EvidenceLog> {
    const log = await openLog(join(this.folder, name));
    this.#logs.push(log);
    return log;
  }

  async anchor(changes: Partial<AnchorOptions> = {}): Promise<Anchor> {
    const anchor = await Anchor.open({
      log: this.log,
      chain: httpRpc(this.oracle.door.url),
      signer: this.key,
      deployment: this.deployment,
      owner,
      directory: join(this.folder, "node", "anchor"),
      policy: { everyRecords: 1, everySeconds: 3600 },
      timings: quick,
      ...changes,
    });
    this.#anchors.push(anchor);
    return anchor;
  }

  /** Every `CheckpointPublished` of the log that the chain ever emitted, in order. */
  async published(): Promise<readonly { readonly size: number; readonly root: Hex }[]> {
    const address = this.deployment.contracts.evidenceLogs.address;
    const filter = { address, topics: [eventTopics.CheckpointPublished, logId], fromBlock: "0x0", toBlock: "latest" };
    const logs = (await this.oracle.request("eth_getLogs", filter)) as ChainLog[];
    return logs.map(decodeCheckpointPublished).map(({ size, root }) => ({ size, root }));
  }

  /** Each published tree is one of our log's, no two alike; the newest holds everything and is noted as anchored. */
  async problems(): Promise<readonly string[]> {
    const published = await this.published();
    const found: string[] = [];
    for (const { size, root } of published)
      if (size > this.log.size || toHex(await this.log.rootAt(size)) !== root) found.push(`${size} is not of our log`);
    if (new Set(published.map(({ size }) => size)).size !== published.length) found.push("a size was published twice");
    if (published.at(-1)?.size !== this.log.size) found.push(`the chain ends at ${published.at(-1)?.size ?? 0}`);
    const latest = await this.log.anchors.latest();
    if (latest?.size !== this.log.size) found.push(`noted as anchored: ${latest?.size ?? 0} of ${this.log.size}`);
    return found;
  }

  /** Transactions that the key sent, those that did nothing included. */
  async sent(): Promise<number> {
    return Number(await this.oracle.request("eth_getTransactionCount", this.key.address, "latest"));
  }

  async close(): Promise<void> {
    for (const anchor of this.#anchors) await anchor.close();
    for (const log of this.#logs) await log.close();
    await this.oracle.close();
    await rm(this.folder, { recursive: true });
  }
}

/** A failpoint that throws once at `name`, at its `nth` visit. */
export function throwAt(name: AnchorFailpoint, nth = 1): (reached: AnchorFailpoint) => void {
  let visits = 0;
  return (reached) => {
    if (reached === name && ++visits === nth) throw new RangeError(`failpoint ${name}`);
  };
}
