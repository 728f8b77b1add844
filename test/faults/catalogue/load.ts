import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import { loadUntil } from "../store/load.ts";
import { checkStore } from "../store/oracle.ts";
import type { StorePlan } from "../store/plan.ts";
import { StoreNode, type Around } from "../store/store-node.ts";

export const loadCases: readonly FaultCase[] = [
  {
    id: "F-L1",
    title:
      "many times more than it takes: the rest is refused with 503 and Retry-After, memory is bounded, what is taken is kept",
    how: "64 clients at 8 places, without a pause",
    run: async (context) => {
      const store = await started(context, { concurrentSubmissions: 8 });
      const statuses = await flood(store, { clients: 64, seconds: context.isLong ? 60 : 3, member: 0 });
      expect(statuses.get(503)).to.be.greaterThan(0);
      expect(statuses.get(201)).to.be.greaterThan(0);
      expect([...statuses.keys()].filter((status) => ![201, 503].includes(status))).to.deep.equal([]);
      const mebibytes = await peakOf(store);
      context.say(`${statuses.get(201)} taken, ${statuses.get(503)} refused, at most ${mebibytes} MiB`);
      expect(mebibytes).to.be.lessThan(700);
      forgetRefused(store);
      await checkStore(store);
    },
  },
  {
    id: "F-L2",
    title: "one member floods: the other is never refused",
    how: "32 clients of one member at 8 places, one client of another",
    run: async (context) => {
      const store = await started(context, { concurrentSubmissions: 8 });
      const [flooding, other] = await Promise.all([
        flood(store, { clients: 32, seconds: 3, member: 1 }),
        flood(store, { clients: 1, seconds: 3, member: 0 }),
      ]);
      expect(flooding.get(503)).to.be.greaterThan(0);
      expect([...other.keys()]).to.deep.equal([201]);
      forgetRefused(store);
      await checkStore(store);
    },
  },
  {
    id: "F-L3",
    isLong: true,
    title: "its event loop stands still, several times under load: nothing is doubled, nothing lost",
    how: "a signal that keeps it busy for a second",
    run: async (context) => {
      const store = await started(context);
      const until = performance.now() + 4_000;
      const blocking = (async () => {
        for (; performance.now() < until; await pause(1_300)) store.signal("SIGUSR2");
      })();
      await loadUntil(store, "blocked", () => performance.now() > until);
      await blocking;
      expect(store.isRunning).to.equal(true);
      await checkStore(store);
    },
  },
  {
    id: "F-L4",
    isLong: true,
    title: "a small heap and bodies of megabytes: refused or taken; if it dies of it, as after a kill",
    how: "--max-old-space-size=96, 40 arrays of a megabyte at once",
    run: async (context) => {
      const store = await started(context, {}, { nodeArguments: ["--max-old-space-size=96"] });
      const body = JSON.stringify(Array.from({ length: 500 }, (_, at) => bigRecord(at)));
      const path = "/v1/records";
      const asks = Array.from(
        { length: 40 },
        (_, at) => ({ key: `big${at}`, kind: "array", path, body, member: 0 }) as const,
      );
      const answers = await Promise.all(asks.map((ask) => store.ask(ask)));
      context.say(`${answers.filter((answer) => answer?.status === 201).length} taken, running: ${store.isRunning}`);
      await store.kill();
      await checkStore(store);
    },
  },
  {
    id: "F-L5",
    title: "hundreds of idle connections, and bodies that never come: others are served, the slow are cut off",
    how: "300 open sockets, 20 with half a request",
    run: async (context) => {
      const store = await started(context, { requestTimeoutMs: 1_000, concurrentSubmissions: 64 });
      const idle = await Promise.all(Array.from({ length: 300 }, () => socketTo(store.url)));
      const slow = await Promise.all(Array.from({ length: 20 }, () => socketTo(store.url)));
      const closed = slow.map((socket) => once(socket, "close"));
      for (const socket of slow) {
        socket.resume();
        socket.write(
          `POST /v1/records HTTP/1.1\r\nhost: node\r\nauthorization: ${store.headers()["authorization"]}\r\n`,
        );
        socket.write("content-type: application/json\r\nidempotency-key: slow\r\ncontent-length: 1000\r\n\r\n{");
      }
      expect((await store.submit("served"))?.status).to.equal(201);
      await Promise.all(closed);
      expect((await store.submit("afterwards"))?.status).to.equal(201);
      for (const socket of idle) socket.destroy();
      await checkStore(store);
    },
  },
  {
    id: "F-L6",
    title: "the same request again and again: the same receipt, and the log does not grow",
    how: "repetitions under one key",
    run: async (context) => {
      const store = await started(context);
      const first = await store.submit("once");
      const ask = store.asked.get("once")!;
      for (let round = 0; round < (context.isLong ? 5_000 : 50); round++) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => store.send(ask)));
        for (const answer of answers) expect(answer?.text).to.equal(first?.text);
      }
      expect((await checkStore(store)).records).to.equal(3);
    },
  },
  {
    id: "F-L7",
    title: "told to stop, idle and in the midst of requests: exit 0, what was acknowledged is kept",
    how: "SIGTERM",
    run: async (context) => {
      const store = await started(context);
      expect((await store.kill("SIGTERM")).exitCode).to.equal(0);
      await store.start();
      const load = loadUntil(store, "stopped", () => !store.isRunning);
      await pause(400);
      expect((await store.kill("SIGTERM")).exitCode).to.equal(0);
      await load;
      expect(store.told.size).to.be.greaterThan(0);
      await checkStore(store);
    },
  },
  {
    id: "F-L8",
    isLong: true,
    title: "told to stop twice, or stopped and then killed: as after a kill",
    how: "SIGTERM and SIGTERM, SIGTERM and SIGKILL, under load",
    run: async (context) => {
      const store = await started(context);
      for (const second of ["SIGTERM", "SIGKILL"] as const) {
        if (!store.isRunning) await store.start();
        const load = loadUntil(store, `twice${second}`, () => !store.isRunning);
        await pause(300);
        store.signal("SIGTERM");
        await pause(20);
        await store.kill(second);
        await load;
      }
      await checkStore(store);
    },
  },
  {
    id: "F-L9",
    isLong: true,
    title: "halted and continued, as a virtual machine is: nothing is doubled, nothing lost",
    how: "SIGSTOP, 1.5 s, SIGCONT, twice under load",
    run: async (context) => {
      const store = await started(context);
      const until = performance.now() + 4_500;
      const halting = (async () => {
        for (const wait of [400, 500]) {
          await pause(wait);
          store.signal("SIGSTOP");
          await pause(1_500);
          store.signal("SIGCONT");
        }
      })();
      await loadUntil(store, "halted", () => performance.now() > until);
      await halting;
      await checkStore(store);
    },
  },
];

async function started(context: FaultContext, plan: Partial<StorePlan> = {}, around: Around = {}): Promise<StoreNode> {
  const store = new StoreNode(join(await context.folder(), "node"));
  context.defer(() => store.kill());
  await store.start(plan, around);
  return store;
}

interface Flood {
  readonly clients: number;
  readonly seconds: number;
  readonly member: 0 | 1;
}

/** Asks without a pause; answers how often each status came. Every refusal must say when to come again. */
async function flood(store: StoreNode, { clients, seconds, member }: Flood): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>();
  const until = performance.now() + seconds * 1000;
  const client = async (number: number): Promise<void> => {
    for (let at = 0; performance.now() < until; at++) {
      const answer = await store.submit(`flood${member}.${number}.${at}`, "array", member);
      const status = answer?.status ?? 0;
      if (status === 503) expect(answer?.retryAfter).to.match(/^\d+$/);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return statuses;
}

/** What was refused was not stored; to send thousands of it again shows nothing more than some of it does. */
function forgetRefused(store: StoreNode): void {
  let kept = 0;
  for (const key of store.asked.keys()) if (!store.told.has(key) && (kept += 1) > 20) store.asked.delete(key);
}

/** The most memory that the process had, MiB. */
async function peakOf({ pid }: StoreNode): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.ceil(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

async function socketTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

function bigRecord(at: number): object {
  const body = { name: `big ${at}`, text: "x".repeat(2_000) };
  return { type: "x-test.step", subject: `thing:big${at}`, occurredAt: "2026-11-22T09:14:05.120Z", body };
}
