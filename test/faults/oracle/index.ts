import { readFile } from "node:fs/promises";
import { decodeCheckpointPublished, eventTopics, logIdOf, type ChainLog } from "@lianzheng/sdk/chain";
import { utf8, type Hex } from "@lianzheng/sdk/encoding";
import { decodePolicy, verify, type Policy } from "@lianzheng/sdk/evidence";
import { openCheckpoint, parseVerifierKey } from "@lianzheng/sdk/log";
import { pathsOf, readNodeFolder, readNodeVerifier } from "@lianzheng/node/config";
import { inspectLog } from "@lianzheng/node/log";
import type { MemberNode } from "../member-node.ts";
import { bundlePath, plainEntries, plainLeaf, plainRoot } from "./plain-log.ts";

/** How thoroughly the oracle asks. */
export interface OracleOptions {
  /** Changed copies of each piece of evidence, of which none may be accepted. */
  readonly mutations: number;
  readonly random: () => number;
}

/** Most pieces of evidence that are asked for: each is some calls to the chain. */
const mostEvidence = 12;

/**
 * The invariants that hold after every fault (docs/operations.md names them), checked from what the client kept, the chain
 * itself and the node's folder. The node runs, and everything is anchored.
 *
 * @throws Error that lists all that does not hold
 */
export async function checkOracle(node: MemberNode, options: OracleOptions): Promise<void> {
  const wrong: string[] = [];
  const entries = await entriesOf(node);
  const published = await publishedOf(node);
  wrong.push(...(await receiptsKept(node, entries)));
  wrong.push(...chainHoldsOurs(entries, published));
  wrong.push(...sightingsHold(node, published));
  wrong.push(...(await evidenceHolds(node, options)));
  wrong.push(...(await nothingTold(node)));
  wrong.push(...refusalsSayWhy(node));
  wrong.push(...(await nothingPending(node)));
  if (wrong.length > 0) throw new Error(`the oracle found:\n  ${wrong.join("\n  ")}`);
}

interface Published {
  readonly size: number;
  readonly root: Hex;
  readonly transaction: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

/** The log's entries, read as any web client reads them. */
async function entriesOf(node: MemberNode): Promise<readonly Buffer[]> {
  const { size } = await node.status();
  const entries: Buffer[] = [];
  for (let index = 0; index * 256 < size; index++) {
    const width = Math.min(256, size - index * 256);
    const response = await node.get(bundlePath(index, width));
    if (response?.ok !== true) throw new Error(`the log does not give its entries from ${index * 256}`);
    entries.push(...plainEntries(Buffer.from(await response.arrayBuffer())));
  }
  return entries;
}

/** All that the chain ever accepted of the log, asked of the chain itself. */
async function publishedOf({ plan }: MemberNode): Promise<readonly Published[]> {
  const { ground, origin } = plan;
  const { address } = ground.deployment.contracts.evidenceLogs;
  const topics = [eventTopics.CheckpointPublished, logIdOf(ground.owner, origin)];
  const filter = { address, topics, fromBlock: "0x0", toBlock: "latest" };
  const logs = (await ground.ask("eth_getLogs", filter)) as (ChainLog & Readonly<Record<string, string>>)[];
  return logs.map((log) => ({
    ...decodeCheckpointPublished(log),
    transaction: String(log["transactionHash"]) as Hex,
    blockNumber: Number(log["blockNumber"]),
    blockHash: String(log["blockHash"]) as Hex,
  }));
}

/** I1: every acknowledged record is there, byte for byte, where its receipt says; and a repetition gets the same receipt. */
async function receiptsKept(node: MemberNode, entries: readonly Buffer[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const key = parseVerifierKey(node.made.logKey);
  const seen = new Set<number>();
  for (const { key: name, body, receipt } of node.history.acknowledged) {
    const { size } = openCheckpoint(receipt.checkpoint, [key]);
    for (const { id, index } of receipt.records) {
      const entry = entries[index];
      if (entry === undefined) wrong.push(`I1: record ${index} of ${name} was acknowledged and is gone`);
      else if (`0x${plainLeaf(entry).toString("hex")}` !== id) wrong.push(`I1: record ${index} of ${name} is another`);
      else if (!entry.includes(`"thing:${name}"`)) wrong.push(`I1: record ${index} is not what ${name} asked for`);
      if (index >= size) wrong.push(`I1: the receipt of ${name} does not cover record ${index}`);
      if (seen.has(index)) wrong.push(`I1: index ${index} was given out twice`);
      seen.add(index);
    }
    const before = JSON.stringify(receipt);
    const again = node.in(node.plan.folder);
    again.adopt(node);
    const status = await again.repeat(name, body);
    const [repeated] = again.history.acknowledged;
    if (status !== 200 || JSON.stringify(repeated?.receipt) !== before)
      wrong.push(`I1: repeated, ${name} got ${status} and another receipt`);
  }
  return wrong;
}

/** I2, I3: what the chain accepted are ever longer beginnings of this log, each once, and the last holds everything. */
function chainHoldsOurs(entries: readonly Buffer[], published: readonly Published[]): readonly string[] {
  const wrong: string[] = [];
  const leaves = entries.map(plainLeaf);
  for (const [at, { size, root }] of published.entries()) {
    const before = published[at - 1]?.size ?? 0;
    if (size <= before) wrong.push(`I2: the chain took ${size} leaves after ${before}`);
    if (`0x${plainRoot(leaves.slice(0, size)).toString("hex")}` !== root)
      wrong.push(`I2: the chain's tree of ${size} leaves is not this log's`);
  }
  const last = published.at(-1)?.size ?? 0;
  if (last !== leaves.length) wrong.push(`I3: the chain holds ${last} of ${leaves.length} leaves`);
  return wrong;
}

/** I5: what was called anchored only ever grew, and stands on the chain where it was said to. */
function sightingsHold({ history }: MemberNode, published: readonly Published[]): readonly string[] {
  const wrong: string[] = [];
  let size = 0;
  for (const sighting of history.sightings) {
    if (sighting.size < size) wrong.push(`I5: anchored went back from ${size} to ${sighting.size}`);
    size = sighting.size;
    const found = published.find((one) => one.size === sighting.size);
    const stands = found?.transaction === sighting.transaction && found.blockHash === sighting.blockHash;
    if (!stands) wrong.push(`I5: ${sighting.size} leaves were called anchored in block ${sighting.blockNumber}`);
  }
  return [...new Set(wrong)];
}

/** I4: evidence of acknowledged records convinces the sdk, and no changed copy of it does. */
async function evidenceHolds(node: MemberNode, { mutations, random }: OracleOptions): Promise<readonly string[]> {
  const wrong: string[] = [];
  const policy = policyFor(node);
  const ids = node.history.acknowledged.flatMap(({ receipt }) => receipt.records.map(({ id }) => id));
  const stride = Math.max(1, Math.ceil(ids.length / mostEvidence));
  let checked = 0;
  for (const id of ids.filter((_, at) => at % stride === 0)) {
    const response = await node.get(`/v1/records/${id}/evidence`);
    if (response?.ok !== true) {
      wrong.push(`I4: no evidence of ${id}: ${response === undefined ? "no answer" : await response.text()}`);
      continue;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    const verdict = verify(bytes, policy);
    if (!convinces(verdict, node)) wrong.push(`I4: ${id} is ${verdict.result}: ${verdict.reason}`);
    for (let nth = 0; nth < mutations; nth++) {
      const changed = mutated(bytes, random);
      if (changed === undefined) continue;
      const shown = verify(changed.bytes, policy);
      if (!convinces(shown, node)) continue;
      // A block's header is bound by its seal, and here nobody seals: the missing seal is what `convinces` lets pass.
      if (changed.name === "header" && node.plan.ground.sealer === undefined) continue;
      // Proofs of the law are read for what a record leans on, and no policy here requires that: they may show less.
      if (lawMembers.has(changed.name)) {
        if (showsMore(shown, verdict)) wrong.push(`I4: another ${changed.name} in ${id} shows more`);
        continue;
      }
      // The one member that no proof binds (docs/formats.md, section 8): it must change nothing of what is shown.
      const isSame = JSON.stringify(shown) === JSON.stringify(verdict);
      if (changed.name !== "transaction") wrong.push(`I4: ${id} with another ${changed.name} is verified`);
      else if (!isSame) wrong.push(`I4: another transaction in ${id} shows something else`);
    }
    checked += 1;
  }
  if (ids.length > 0 && checked === 0) wrong.push("I4: nothing was checked");
  return wrong;
}

/** Members of the proofs of contracts' state (`law` and `state` of a bundle). */
const lawMembers: ReadonlySet<string> = new Set(["account", "storage"]);

/** Whether `changed` answers any question with a pass that `original` does not give in the same words. */
function showsMore(changed: ReturnType<typeof verify>, original: ReturnType<typeof verify>): boolean {
  const given = new Set(original.verdicts.map((one) => JSON.stringify(one)));
  return changed.verdicts.some((one) => one.answer === "pass" && !given.has(JSON.stringify(one)));
}

interface Mutation {
  readonly bytes: Uint8Array;
  /** The member before the place: of a list the list's. */
  readonly name: string;
}

/** A copy with one hex digit of a proof, id or hash changed; undefined where the place holds none. */
function mutated(bytes: Uint8Array, random: () => number): Mutation | undefined {
  const text = new TextDecoder().decode(bytes);
  const places = [...text.matchAll(/0x[0-9a-f]{64}/g)];
  const place = places[Math.floor(random() * places.length)];
  if (place === undefined) return undefined;
  const at = place.index + 2 + Math.floor(random() * 64);
  const digit = text[at] === "0" ? "1" : "0";
  const name = [...text.slice(0, at).matchAll(/"(\w+)":/g)].at(-1)?.[1] ?? "";
  return { bytes: new TextEncoder().encode(text.slice(0, at) + digit + text.slice(at + 1)), name };
}

/** Blocks that nobody seals prove no finality: of such a chain all else must be shown, and that alone be missing. */
function convinces(verdict: ReturnType<typeof verify>, { plan }: MemberNode): boolean {
  if (plan.environment !== undefined && isOnlyUnentitled(verdict)) return true;
  if (plan.ground.sealer !== undefined) return verdict.result === "verified";
  const shown = verdict.verdicts.filter(({ answer }) => answer === "pass").map(({ question }) => question);
  const isRest = (["unaltered", "logged", "anchored"] as const).every((question) => shown.includes(question));
  return isRest && verdict.result === "failed" && verdict.code === "V_SEAL";
}

/** By a clock that was behind, records came before their member was admitted: that is told, and all that is required holds. */
function isOnlyUnentitled({ verdicts }: ReturnType<typeof verify>): boolean {
  const failed = verdicts.filter(({ answer }) => answer === "fail").map(({ question }) => question);
  const passed = new Set(verdicts.filter(({ answer }) => answer === "pass").map(({ question }) => question));
  const required = ["unaltered", "logged", "anchored", "final"] as const;
  return failed.every((question) => question === "entitled") && required.every((question) => passed.has(question));
}

function policyFor({ plan, made }: MemberNode): Policy {
  const { ground, origin } = plan;
  const { members, evidenceLogs, trades } = ground.deployment.contracts;
  const trusted = ({ address, codeHash }: typeof members): object => ({ address, codeHash });
  const { chainId, genesis } = ground.deployment;
  const sealers = [ground.sealer ?? `0x${"11".repeat(20)}`];
  const required = ["unaltered", "logged", "anchored", ...(ground.sealer === undefined ? [] : ["final"])];
  const policy = {
    ...{ format: "lianzheng-policy", version: 1, name: "faults", required, members: [] },
    chain: { chainId, genesis, finality: { engine: "single-operator", sealers } },
    contracts: { members: trusted(members), evidenceLogs: trusted(evidenceLogs), trades: trusted(trades) },
    logs: [{ origin, key: made.logKey, logId: logIdOf(ground.owner, origin), owner: ground.owner }],
  };
  return decodePolicy(utf8(JSON.stringify(policy)));
}

/** I6: no secret and no field of a record in anything that the process wrote. */
async function nothingTold({ output, made, plan }: MemberNode): Promise<readonly string[]> {
  const passphrase = (await readFile(pathsOf(plan.folder).passphrase, "utf8")).trim();
  const secrets: readonly (readonly [string, string])[] = [
    ["the token", made.adminToken],
    ["the passphrase", passphrase],
    ["the member's key", plan.ground.key.privateKey.slice(2)],
    ["a record's field", "canary-"],
  ];
  return secrets.filter(([, secret]) => output.includes(secret)).map(([what]) => `I6: the node's log holds ${what}`);
}

/** I7: whoever was refused was told why, by a code; and never that the node itself does not know. */
function refusalsSayWhy({ history }: MemberNode): readonly string[] {
  const mute = history.refusals.filter(({ code }) => code === undefined || code === "E_INTERNAL");
  return mute.map(({ key, status, code }) => `I7: ${key} was refused with ${String(status)}, ${code ?? "no code"}`);
}

/**
 * I8: what a node keeps is sound from the journal's bytes up, bodies included. The node must have stopped.
 *
 * @throws Error that lists what fsck found
 */
export async function checkFolder(folder: string): Promise<void> {
  const verifier = await readNodeVerifier(folder);
  const { vaultKey } = await readNodeFolder(folder, {});
  const report = await inspectLog({ directory: folder, verifier, vaultKey });
  if (report.sound) return;
  const found = report.findings.map(({ code, file, detail }) => `I8: fsck found ${code} in ${file}: ${detail}`);
  throw new Error(`the oracle found:\n  ${found.join("\n  ")}`);
}

/** I8: nothing of the key waits in the chain's pool. */
async function nothingPending({ plan }: MemberNode): Promise<readonly string[]> {
  const { ask, key } = plan.ground;
  const [latest, pending] = await Promise.all(
    ["latest", "pending"].map(async (tag) => Number(await ask("eth_getTransactionCount", key.address, tag))),
  );
  return latest === pending ? [] : [`I8: ${String(pending)} transactions are known and ${String(latest)} in blocks`];
}
