import { setTimeout as pause } from "node:timers/promises";
import { inspectLog } from "@lianzheng/node/log";
import type { Hex } from "@lianzheng/sdk/encoding";
import { openCheckpoint } from "@lianzheng/sdk/log";
import { vaultKey, verifier } from "../../log-node/fixture.ts";
import type { Receipt } from "../history.ts";
import { bundlePath, plainEntries, plainLeaf, plainRoot } from "../oracle/plain-log.ts";
import type { Answer, Ask, StoreNode } from "./store-node.ts";

/** What the oracle looked at, for the figures of a run. */
export interface Seen {
  readonly records: number;
  readonly receipts: number;
  readonly erased: number;
}

/**
 * The invariants of what is kept: starts the store on what the fault left, sends again what was not answered, holds all that
 * the client was ever told against the log, stops it, and has its files checked from the bytes up. It is stopped afterwards.
 *
 * @throws Error that lists all that does not hold
 */
export async function checkStore(store: StoreNode): Promise<Seen> {
  if (!store.isRunning) await store.start();
  const wrong = await unansweredConverge(store);
  const entries = await entriesOf(store);
  wrong.push(...(await receiptsStand(store, entries)), ...checkpointsAgree(store, entries));
  wrong.push(...(await erasedAreGone(store)));
  if (store.output.includes("canary-")) wrong.push("I6: a record's field stands in the process's log");
  const ending = await store.kill("SIGTERM");
  if (ending.exitCode !== 0) wrong.push(`I7: stopped with ${JSON.stringify(ending)}`);
  wrong.push(...(await filesAreSound(store)));
  if (wrong.length > 0) throw new Error(`the oracle found:\n  ${wrong.slice(0, 12).join("\n  ")}`);
  return { records: entries.length, receipts: store.told.size, erased: store.erased.size };
}

/** A request without an answer may have been carried out or not; the same key must make it one. */
export async function unansweredConverge(store: StoreNode): Promise<string[]> {
  const wrong: string[] = [];
  for (const ask of store.asked.values()) {
    if (store.told.has(ask.key)) continue;
    const answer = await store.ask(ask);
    if (!store.told.has(ask.key)) wrong.push(`I1: ${ask.key} sent again: ${answer?.status} ${answer?.text ?? ""}`);
  }
  return wrong;
}

/**
 * The short look between two kills: what was not answered is sent again, a repetition of every fifth of the newest hundred
 * requests is told the same, and the log is no shorter than what was acknowledged. {@link checkStore} is the whole.
 */
export async function lookAt(store: StoreNode): Promise<readonly string[]> {
  const wrong = await unansweredConverge(store);
  const newest = [...store.told].slice(-100);
  for (const [key, receipts] of newest.filter((_, at) => at % 5 === 0))
    wrong.push(...(await repeated(store, key, receipts)));
  const indexes = [...store.told.values()].flat().flatMap(({ records }) => records.map(({ index }) => index));
  const size = await sizeOf(store);
  const due = indexes.reduce((most, index) => Math.max(most, index + 1), 0);
  if (size < due) wrong.push(`I1: the log has ${size} records, and ${due} were acknowledged`);
  return wrong;
}

async function sizeOf(store: StoreNode): Promise<number> {
  return ((await (await store.get("/v1/status"))?.json()) as { size: number }).size;
}

/** The log's entries, from its bundles. */
async function entriesOf(store: StoreNode): Promise<readonly Buffer[]> {
  const size = await sizeOf(store);
  const entries: Buffer[] = [];
  for (let index = 0; index * 256 < size; index++) {
    const response = await store.get(bundlePath(index, Math.min(256, size - index * 256)));
    if (response?.ok !== true) throw new Error(`the log does not give its entries from ${index * 256}`);
    entries.push(...plainEntries(Buffer.from(await response.arrayBuffer())));
  }
  return entries;
}

/** I1: what was acknowledged is there, byte for byte, in its place, once; a repetition is told the same. */
async function receiptsStand(store: StoreNode, entries: readonly Buffer[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const seen = new Map<number, string>();
  for (const [key, receipts] of store.told) {
    const ask = store.asked.get(key)!;
    for (const { id, index } of receipts.flatMap(({ records }) => records)) {
      const entry = entries[index];
      if (entry === undefined) wrong.push(`I1: record ${index} of ${key} was acknowledged and is gone`);
      else if (`0x${plainLeaf(entry).toString("hex")}` !== id) wrong.push(`I1: record ${index} of ${key} is another`);
      // The second request to erase one record is answered with what became of the first.
      if (seen.has(index) && ask.kind !== "erasure") wrong.push(`I1: index ${index}: ${key} and ${seen.get(index)}`);
      seen.set(index, key);
    }
  }
  wrong.push(...(await allRepeated(store)));
  const extra = entries.length - seen.size;
  if (extra !== 0) wrong.push(`I2: the log holds ${extra} entries that nobody was given a receipt of`);
  return wrong;
}

/** Each request that was answered is sent again; some at once, for there are thousands. */
async function allRepeated(store: StoreNode): Promise<readonly string[]> {
  const wrong: string[] = [];
  const left = store.told.entries();
  const client = async (): Promise<void> => {
    for (const [key, receipts] of left) wrong.push(...(await repeated(store, key, receipts)));
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return wrong;
}

async function repeated(store: StoreNode, key: string, receipts: readonly Receipt[]): Promise<readonly string[]> {
  const again = await sentPatiently(store, store.asked.get(key)!);
  const isErased = receipts.some(({ records }) => records.some(({ id }) => store.erased.has(id)));
  if (isErased && again?.status === 410) return [];
  if (again?.status === 200 && namesOf(again.receipts) === namesOf(receipts)) return [];
  return [`I1: repeated, ${key} got ${again?.status} and another receipt: ${again?.text.slice(0, 120)}`];
}

/** A store that takes little at once says 503 to the rest; whoever waits is served. */
async function sentPatiently(store: StoreNode, ask: Ask): Promise<Answer | undefined> {
  for (let tries = 1; ; tries++) {
    const answer = await store.send(ask);
    if (answer?.status !== 503 || tries === 50) return answer;
    await pause(100);
  }
}

function namesOf(receipts: readonly Receipt[]): string {
  return JSON.stringify(
    receipts.map(({ records, checkpoint }) => [records.map(({ id, index }) => [id, index]), checkpoint]),
  );
}

/** Every checkpoint that was ever told is of this tree: by the tree that is hashed here and nowhere else. */
function checkpointsAgree(store: StoreNode, entries: readonly Buffer[]): readonly string[] {
  const leaves = entries.map(plainLeaf);
  const told = new Set([...store.told.values()].flat().map(({ checkpoint }) => checkpoint));
  // Each costs a tree: the newest, and some of the others.
  const stride = Math.max(1, Math.floor(told.size / 20));
  const chosen = [...told].filter((_, at, { length }) => at % stride === 0 || at === length - 1);
  return chosen.flatMap((note) => {
    const { size, root } = openCheckpoint(note, [verifier]);
    if (size > leaves.length) return [`I2: a checkpoint of ${size} leaves was told, and there are ${leaves.length}`];
    const isOurs = plainRoot(leaves.slice(0, size)).equals(Buffer.from(root));
    return isOurs ? [] : [`I2: the checkpoint of ${size} leaves is of another tree`];
  });
}

/** What was erased can be read no more, and says so. */
async function erasedAreGone(store: StoreNode): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const id of store.erased) {
    const response = await store.get(`/v1/records/${id}`);
    const text = (await response?.text()) ?? "";
    if (text.includes("canary-")) wrong.push(`N5: ${id} was erased and is shown: ${response?.status}`);
  }
  return wrong;
}

/** I8: the files, from the bytes up, with the keys of the records. */
async function filesAreSound({ folder }: StoreNode): Promise<readonly string[]> {
  const report = await inspectLog({ directory: folder, verifier, vaultKey });
  return report.sound ? [] : [`I8: fsck: ${JSON.stringify(report.findings.slice(0, 3))}`];
}

/** Ids of the first member's acknowledged records that were not erased, the newest last. */
export function erasable({ told, erased, asked }: StoreNode): readonly Hex[] {
  const submitted = [...told].filter(([key]) => isSubmissionOf(asked.get(key)));
  return submitted
    .flatMap(([, receipts]) => receipts.flatMap(({ records }) => records.map(({ id }) => id)))
    .filter((id) => !erased.has(id));
}

function isSubmissionOf(ask: Ask | undefined): boolean {
  return ask?.member === 0 && ask.kind !== "erasure";
}
