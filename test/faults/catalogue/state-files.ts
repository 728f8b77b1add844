import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { addToken, encodeTokens, readTokens } from "@lianzheng/node/config";
import { WebhookStore } from "@lianzheng/node/events";
import { encodeAddCheckpoint } from "@lianzheng/sdk/log";
import { AnchorState } from "../../../node/src/anchor/state.ts";
import { ChainError } from "../../../node/src/chain-error.ts";
import { NodeError } from "../../../node/src/errors.ts";
import { decodeState, encodeState } from "../../../node/src/policies/state.ts";
import { openLog, seller, submitOne } from "../../log-node/fixture.ts";
import { witnessIn } from "../../witness/fixture.ts";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import type { MonitorReading } from "../store/monitor-reader.ts";
import { builtProgram, ended } from "../store/program.ts";

/** A file that a room of the node keeps beside the log, and what that room reads from it. */
interface StateFile {
  readonly path: string;
  /** What the room makes of the file; rejects with the node's own error, or answers what it then goes by. */
  readonly read: () => Promise<unknown>;
}

/** Writes the file as the room does. */
type Maker = (folder: string) => Promise<StateFile>;

const makers: readonly (readonly [string, Maker])[] = [
  ["tokens", tokensFile],
  ["webhook and its cursor", webhookFile],
  ["policies", policiesFile],
  ["witness", witnessFile],
  ["anchoring", anchorFile],
];

export const stateFileCases: readonly FaultCase[] = [
  {
    id: "F-C9",
    title: "a bit of any byte of a room's own file flips: told with a code, or nothing is different; nobody goes by it",
    how: "every byte of the files of tokens, webhooks, policies, witness and anchoring, a bit of each, seeded",
    run: async (context: FaultContext): Promise<void> => {
      for (const [name, make] of makers) {
        const counts = await flipEach(await make(await context.folder()), context);
        context.say(`${name}: ${counts.told} told, ${counts.same} the same`);
        expect(counts.told, name).to.be.greaterThan(counts.same);
      }
    },
  },
  {
    id: "F-C10",
    title: "a room's own file is cut short at any length: told with a code",
    how: "truncate to each length, in the same files",
    run: async (context: FaultContext): Promise<void> => {
      for (const [name, make] of makers) {
        const file = await make(await context.folder());
        const [bytes, sound] = [await readFile(file.path), JSON.stringify(await file.read())];
        for (let length = 0; length < bytes.length; length++) {
          await writeFile(file.path, bytes.subarray(0, length), { mode: 0o600 });
          const outcome = await outcomeOf(file, sound);
          // A last newline, or signatures of others below one's own, may go.
          if (outcome !== "told" && length < bytes.length - 1)
            throw new Error(`${name}: cut to ${length} of ${bytes.length} bytes, and ${outcome}`);
        }
      }
    },
  },
  {
    id: "F-C11",
    title:
      "a bit of the monitor's state flips: it is begun anew and told, or nothing is different; no rule counts wrong",
    how: "a bit at a random place of LevelDB's log and tables, in a copy, read by a process of its own",
    run: async (context: FaultContext): Promise<void> => {
      const folder = await context.folder();
      const [logged, tabled] = [join(folder, "logged"), join(folder, "tabled")];
      await monitorApart("fill", logged);
      // What a start reads from LevelDB's log it writes into a table.
      await cp(logged, tabled, { recursive: true });
      expect(await monitorApart("read", tabled)).to.equal("same");
      const counts: Partial<Record<MonitorReading | "aborted", number>> = {};
      for (let nth = 0; nth < (context.isLong ? 500 : 12); nth++) {
        const outcome = await flipMonitor(nth % 2 === 0 ? logged : tabled, join(folder, `copy${nth}`), context.random);
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
      context.say(JSON.stringify(counts));
      expect(counts).to.not.have.property("differs");
      expect(counts).to.have.property("told");
    },
  },
];

const monitorReader = join(import.meta.dirname, "../store/monitor-reader.ts");

/** Flips a bit of what LevelDB holds of the monitor's state, in a copy, and reads all of it. */
async function flipMonitor(good: string, copy: string, random: () => number): Promise<MonitorReading | "aborted"> {
  await cp(good, copy, { recursive: true });
  // Beside a table the log is empty.
  const found = (await readdir(copy)).filter((name) => /\.(log|ldb)$/.test(name)).sort();
  const names = found.filter((name) => statSync(join(copy, name)).size > 0);
  const path = join(copy, names[Math.floor(random() * names.length)]!);
  const bytes = await readFile(path);
  bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
  await writeFile(path, bytes);
  return await monitorApart("read", copy);
}

/** In a process of its own: LevelDB may end it by an assertion. */
async function monitorApart(what: "fill" | "read", folder: string): Promise<MonitorReading | "aborted"> {
  const { file, compileCache } = await builtProgram(monitorReader);
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  const { status, signal, stdout, stderr } = await ended(spawn(process.execPath, [file, what, folder], { env }));
  if (status === 0) return what === "fill" ? "same" : (JSON.parse(stdout) as MonitorReading);
  if (signal === "SIGABRT" && /leveldb.*Assertion/.test(stderr)) return "aborted";
  throw new Error(`the reader ended with ${status ?? signal}: ${stderr.slice(-500)}`);
}

type Outcome = "told" | "same" | "different";

/** @throws Error at the first byte whose change is believed */
async function flipEach(file: StateFile, { isLong, random }: FaultContext): Promise<{ told: number; same: number }> {
  const [bytes, sound] = [await readFile(file.path), JSON.stringify(await file.read())];
  const counts = { told: 0, same: 0 };
  for (let at = 0; at < bytes.length; at++) {
    const bits = isLong ? [0, 1, 2, 3, 4, 5, 6, 7] : [Math.floor(random() * 8)];
    for (const bit of bits) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << bit;
      await writeFile(file.path, flipped, { mode: 0o600 });
      const outcome = await outcomeOf(file, sound);
      if (outcome === "different") throw new Error(`${file.path}: bit ${bit} of byte ${at} is believed`);
      counts[outcome] += 1;
    }
  }
  await writeFile(file.path, bytes, { mode: 0o600 });
  expect(JSON.stringify(await file.read())).to.equal(sound);
  return counts;
}

async function outcomeOf({ read }: StateFile, sound: string): Promise<Outcome> {
  try {
    return JSON.stringify(await read()) === sound ? "same" : "different";
  } catch (error) {
    if (error instanceof NodeError || error instanceof ChainError) return "told";
    throw error;
  }
}

async function tokensFile(folder: string): Promise<StateFile> {
  const path = join(folder, "tokens.json");
  await writeFile(path, encodeTokens([]), { mode: 0o600 });
  await addToken(path, { member: seller, scopes: ["submit"], days: 3 }, Date.now());
  await addToken(path, { member: seller, scopes: ["read"], days: null }, Date.now());
  return { path, read: () => readTokens(path) };
}

async function webhookFile(folder: string): Promise<StateFile> {
  const store = new WebhookStore(folder);
  await store.save({
    ...{ id: `wh_${"0a".repeat(16)}`, url: "https://hooks.example/x", member: seller, scopes: [], filter: {} },
    ...{ createdAt: "2026-11-22T09:14:05.120Z", secret: "sealed", cursor: "MXww", failures: 2, nextAttemptAt: null },
    ...{ parkedBecause: null, deliveries: [] },
  });
  const [name = ""] = await readdir(folder);
  const read = async (): Promise<unknown> => {
    const { webhooks, damaged } = await store.readAll();
    // It is left out and named; the others go on.
    if (damaged.length > 0) throw new NodeError("WEBHOOK_STORE", damaged.join(" "));
    return webhooks;
  };
  return { path: join(folder, name), read };
}

async function policiesFile(folder: string): Promise<StateFile> {
  const path = join(folder, "state.json");
  const [one, two] = [`0x${"1a".repeat(32)}`, `0x${"2b".repeat(32)}`] as const;
  const version = { digest: one, publishedAt: 1_790_000_000, effectiveFrom: 1_790_000_100, retiredFrom: null };
  const state = { block: { number: 17, hash: two, time: 1_790_000_200 }, head: one };
  await writeFile(path, encodeState({ ...state, policies: [{ name: "records", versions: [version] }] }));
  return { path, read: async () => decodeState(await readFile(path), path) };
}

/** A witness that cosigned four records; asked for a fifth from where it says that it is, and for a fork. */
async function witnessFile(folder: string): Promise<StateFile> {
  const { log } = await openLog(join(folder, "log"));
  for (let at = 0; at < 4; at++) await submitOne(log, `seen${at}`);
  const state = join(folder, "state");
  const request = encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint: log.checkpoint() });
  expect((await witnessIn(state).answer(request)).status).to.equal(200);
  await log.close();
  const [name = ""] = await readdir(state);
  const path = join(state, name);
  const read = async (): Promise<unknown> => {
    const seen = await witnessIn(state).seen();
    // Asked from the empty tree, it must say 409 and the size that it saw; it never signs what it did.
    return [seen, await witnessIn(state).answer(request)];
  };
  return { path, read };
}

async function anchorFile(folder: string): Promise<StateFile> {
  const word = `0x${"3c".repeat(32)}` as const;
  const address = `0x${"4d".repeat(20)}` as const;
  const binding = { chainId: 7, genesis: word, contract: address, logId: word };
  const state = await AnchorState.open(folder, binding);
  await state.save({
    ...{ previousSize: 3, size: 9, root: word, checkpoint: "log.example\n9\nroot\n\nsignature\n" },
    ...{ sender: address, nonce: 4, transaction: word, raw: "0xf86b" },
  });
  const read = async (): Promise<unknown> => (await AnchorState.open(folder, binding)).last;
  return { path: join(folder, "state.json"), read };
}
