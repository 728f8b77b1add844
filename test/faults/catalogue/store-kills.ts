import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import type { MemberNode } from "../member-node.ts";
import { loadUntil } from "../store/load.ts";
import { checkStore, lookAt } from "../store/oracle.ts";
import { StoreNode } from "../store/store-node.ts";

/** Stores that are killed beside each other: one for each of two cores. */
const lanes = 2;

/** Kills that one folder outlives before all of it is checked, and the next one begins. */
const killsOfAStore = 50;

/** Kills after which what was just answered is looked up, and what was not is asked again: then kills come between retries too. */
const killsToALook = 5;

/** Clients of a store that is to be killed. */
const clients = 4;

export const storeKillCases: readonly FaultCase[] = [
  {
    id: "F-K1",
    title:
      "killed at random moments under load, from the first start on: nothing acknowledged is lost, nothing is doubled",
    how: "kill -9 on journal, vault, index, tiles and API in one process; records, arrays, streams, erasures by HTTP",
    limitSeconds: 12_000,
    run: async (context: FaultContext): Promise<void> => {
      const kills = context.kills ?? (context.isLong ? 10_000 : 200);
      const seen = { kills: 0, records: 0, receipts: 0, erased: 0, atStart: 0, torn: 0 };
      const began = performance.now();
      const rate = (): string =>
        `${seen.kills} kills, ${(seen.kills / ((performance.now() - began) / 1000)).toFixed(2)} a second`;
      let told = 0;
      const lane = async (): Promise<void> => {
        while (seen.kills < kills) {
          await killStore(context, kills, seen);
          if (Math.floor(seen.kills / 500) > told) context.say(`${rate()}, so far`);
          told = Math.floor(seen.kills / 500);
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      context.say(
        `${rate()}, ${seen.atStart} of them at a start, ${seen.torn} with requests open; ` +
          `${seen.records} records, ${seen.erased} erased`,
      );
      expect(seen.receipts).to.be.greaterThan(seen.kills);
      expect(seen.erased).to.be.greaterThan(0);
      expect(seen.torn).to.be.greaterThan(0);
    },
  },
  {
    id: "F-K4b",
    lane: "embedded",
    title: "a whole node killed under load of records, arrays, a stream and erasures: the same, and all of it anchored",
    how: "kill -9 after a random time, seeded, on a member's node with its chain apart",
    run: async (context: FaultContext): Promise<void> => {
      const { node } = await context.node(await context.grounds.embedded());
      const streams: string[] = [];
      for (let round = 0; round < (context.isLong ? 200 : 3); round++) {
        await node.start();
        const dying = pause(150 + context.random() * 700).then(() => node.kill());
        const load = async (client: number): Promise<void> => {
          for (let nth = 0; node.isRunning; nth++) await node.submit(`round${round}x${client}x${nth}`, 1 + (nth % 4));
        };
        streams.push(await streamTo(node, `stream${round}`));
        await Promise.all([load(0), load(1), eraseSome(node, round)]);
        await dying;
      }
      await node.start();
      for (const { key, body, receipt } of node.history.requests)
        if (receipt === undefined) await node.repeat(key, body);
      for (const key of streams) expect(await streamStatus(node, key)).to.equal(200);
      expect(node.history.acknowledged.length).to.be.greaterThan(5);
      await context.settle(node);
    },
  },
];

interface Figures {
  kills: number;
  records: number;
  receipts: number;
  erased: number;
  atStart: number;
  /** Kills that left a request without an answer. */
  torn: number;
}

let stores = 0;

/** One folder, from the first start on, until it was killed so often; then all of it is checked. */
async function killStore(context: FaultContext, most: number, seen: Figures): Promise<void> {
  const name = `store${++stores}`;
  const folder = await context.folder();
  const store = new StoreNode(join(folder, "node"));
  context.defer(() => store.kill());
  let startMs = 500;
  for (let round = 0; round < killsOfAStore && seen.kills < most; round++) {
    seen.kills += 1;
    if (context.random() < 0.1) {
      await store.begin();
      await pause(context.random() * startMs * 1.2);
      await store.kill();
      seen.atStart += 1;
      continue;
    }
    const before = performance.now();
    await store.start();
    startMs = performance.now() - before;
    if (round % killsToALook === killsToALook - 1) expect(await lookAt(store)).to.deep.equal([]);
    await killUnderLoad(context, store, `${name}x${round}`, seen);
  }
  const { records, receipts, erased } = await checkStore(store);
  seen.records += records;
  seen.receipts += receipts;
  seen.erased += erased;
  await rm(folder, { recursive: true, force: true });
}

async function killUnderLoad(context: FaultContext, store: StoreNode, name: string, seen: Figures): Promise<void> {
  const dying = pause(15 + context.random() * 120).then(() => store.kill());
  await loadUntil(store, name, () => !store.isRunning, clients);
  await dying;
  if ([...store.asked.keys()].some((key) => key.startsWith(`${name}.`) && !store.told.has(key))) seen.torn += 1;
}

/** Sends a stream, answered or not. */
async function streamTo(node: MemberNode, key: string): Promise<string> {
  await streamStatus(node, key);
  return key;
}

async function streamStatus(node: MemberNode, key: string): Promise<number | undefined> {
  const lines = Array.from({ length: 5 }, (_, at) => JSON.stringify(recordOf(key, at))).join("\n");
  return (await post(node, "/v1/records", key, `${lines}\n`, "application/x-ndjson"))?.status;
}

/** Erases records of the stream of this round: their bodies are in no request that is repeated later. */
async function eraseSome(node: MemberNode, round: number): Promise<void> {
  const response = await node.get(`/v1/subjects/${encodeURIComponent(`thing:stream${round}`)}/records?limit=2`);
  if (response?.ok !== true) return;
  const { items } = (await response.json().catch(() => ({ items: [] }))) as { items: readonly { id?: Hex }[] };
  const body = JSON.stringify({ ground: "subject-request", reference: "case 1" });
  for (const { id } of items)
    if (id !== undefined) await post(node, `/v1/records/${id}/erasure`, `erase-${id}`, body, "application/json");
}

async function post(
  node: MemberNode,
  path: string,
  key: string,
  body: string,
  type: string,
): Promise<Response | undefined> {
  const headers = { authorization: `Bearer ${node.made.adminToken}`, "content-type": type, "idempotency-key": key };
  const signal = AbortSignal.timeout(20_000);
  const response = await fetch(`${node.url}${path}`, { method: "POST", headers, body, signal }).catch(() => undefined);
  await response?.text().catch(() => "");
  return response;
}

function recordOf(key: string, at: number): object {
  const body = { name: `${key}.${at}`, canary: `canary-${key}` };
  return { type: "x-test.step", subject: `thing:${key}`, occurredAt: "2026-11-22T09:14:05.120Z", body };
}
