import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeCheckpointPublished, eventTopics, logIdOf, type ChainLog, type Deployment } from "@lianzheng/sdk/chain";
import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import { Anchor, httpRpc, type AnchorFailpoint, type AnchorOptions } from "@lianzheng/node/anchor";
import { registerLog } from "@lianzheng/node/deployment";
import type { EvidenceLog } from "@lianzheng/node/log";
import { logPublicKey, openLog, quick } from "./log-of-tests.ts";
import { found, openOracle, type Key, type Oracle } from "./oracle.ts";
import { owner } from "./owner.ts";

/** A chain with the contracts and the key of a member. */
export interface Ground {
  readonly oracle: Oracle;
  readonly key: Key;
  readonly deployment: Deployment;
}

export async function openGround(): Promise<Ground> {
  const oracle = await openOracle();
  return { oracle, ...(await found(oracle)) };
}

let logs = 0;

/** A registered log of its own on some ground, in a folder of its own. */
export class Scene {
  readonly oracle: Oracle;
  readonly key: Key;
  readonly deployment: Deployment;
  readonly origin: string;
  readonly logId: Hex;
  readonly folder: string;
  readonly log: EvidenceLog;
  readonly #anchors: Anchor[] = [];
  readonly #logs: EvidenceLog[] = [];

  private constructor(ground: Ground, parts: { origin: string; folder: string; log: EvidenceLog }) {
    this.oracle = ground.oracle;
    this.key = ground.key;
    this.deployment = ground.deployment;
    this.origin = parts.origin;
    this.logId = logIdOf(owner, parts.origin);
    this.folder = parts.folder;
    this.log = parts.log;
    this.#logs.push(parts.log);
  }

  static async open(ground: Ground): Promise<Scene> {
    const origin = `log${++logs}.exchange.example/2026`;
    await registerLog(ground.key, ground.deployment, { origin, key: logPublicKey });
    const folder = await mkdtemp(join(tmpdir(), "anchor-"));
    return new Scene(ground, { origin, folder, log: await openLog(join(folder, "node"), origin) });
  }

  /** Another log in another folder, closed with the scene. */
  async anotherLog(name: string): Promise<EvidenceLog> {
    const log = await openLog(join(this.folder, name), this.origin);
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
    const filter = {
      address,
      topics: [eventTopics.CheckpointPublished, this.logId],
      fromBlock: "0x0",
      toBlock: "latest",
    };
    const logs = (await this.oracle.request("eth_getLogs", filter)) as ChainLog[];
    return logs.map(decodeCheckpointPublished).map(({ size, root }) => ({ size, root }));
  }

  problems(): Promise<readonly string[]> {
    return this.problemsOf(this.log);
  }

  /** Each published tree is one of our log's, no two alike; the newest holds everything and is noted as anchored. */
  async problemsOf(log: EvidenceLog): Promise<readonly string[]> {
    const published = await this.published();
    const found: string[] = [];
    for (const { size, root } of published)
      if (size > log.size || toHex(await log.rootAt(size)) !== root) found.push(`${size} is not of our log`);
    if (new Set(published.map(({ size }) => size)).size !== published.length) found.push("a size was published twice");
    if (published.at(-1)?.size !== log.size) found.push(`the chain ends at ${published.at(-1)?.size ?? 0}`);
    const latest = await log.anchors.latest();
    if (latest?.size !== log.size) found.push(`noted as anchored: ${latest?.size ?? 0} of ${log.size}`);
    return found;
  }

  /** Transactions that the key sent, those that did nothing included. */
  async sent(): Promise<number> {
    return Number(await this.oracle.request("eth_getTransactionCount", this.key.address, "latest"));
  }

  async close(): Promise<void> {
    for (const anchor of this.#anchors) await anchor.close();
    for (const log of this.#logs) await log.close();
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
