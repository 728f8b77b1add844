import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import { loadUntil } from "../store/load.ts";
import { mountMemory, need } from "../store/mounts.ts";
import { checkStore } from "../store/oracle.ts";
import { StoreNode, type Around, type Answer } from "../store/store-node.ts";

const mebibyte = 1024 * 1024;

export const diskCases: readonly FaultCase[] = [
  {
    id: "F-D1",
    title:
      "the disk fills up to the reserve: refused with 507 before anything breaks, reading goes on; freed, it goes on by itself",
    how: "tmpfs of 24 MiB and a ballast file",
    run: async (context) => {
      const { store, mounted } = await storeInMemory(context);
      await store.start({ reserveBytes: 4 * mebibyte });
      expect((await store.submit("before"))?.status).to.equal(201);
      await fill(mounted, 2);
      const refused = await untilStatus(store, "full", (status) => status === 507);
      expect(JSON.parse(refused.text)).to.include({ code: "E_STORAGE_FULL" });
      expect((await store.get("/log/checkpoint"))?.status).to.equal(200);
      await rm(join(mounted, "ballast"));
      await untilStatus(store, "freed", (status) => status === 201);
      await checkStore(store);
    },
  },
  {
    id: "F-D2",
    title:
      "the disk is full to the last byte in the middle of writes: nothing acknowledged is lost, and freed, a start goes on",
    how: "tmpfs of 24 MiB without any reserve, filled under load",
    run: async (context) => {
      const { store, mounted } = await storeInMemory(context);
      await store.start();
      expect((await store.submit("before"))?.status).to.equal(201);
      await fill(mounted, 0);
      const until = performance.now() + 1_500;
      await loadUntil(store, "full", () => performance.now() > until || !store.isRunning);
      await store.kill();
      await rm(join(mounted, "ballast"));
      await checkStore(store);
    },
  },
  {
    id: "F-D4",
    isLong: true,
    title:
      "a system call fails with EIO, each kind of them, under load: fail-stop with a code, nothing acknowledged is lost",
    how: "strace -e inject=…:error=EIO:when=n on the running process, one thread for files",
    limitSeconds: 3_600,
    run: async (context) => {
      await need("strace", "-V");
      let hit = 0;
      const left = calls.flatMap((call) => nthsOf(context).map((nth) => [call, nth] as const));
      const lane = async (): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift())
          hit += await failingCall(context, ...next);
      };
      await Promise.all([lane(), lane()]);
      context.say(`${hit} calls failed`);
      // A log that is not at a segment's border neither renames nor unlinks; the writes and syncs come always.
      expect(hit).to.be.at.least(3);
    },
  },
  {
    id: "F-D5",
    isLong: true,
    title: "each sync takes a second: what is too much is refused with 503 and Retry-After, what is taken is kept",
    how: "a disk whose syncs wait, at the port of files",
    run: async (context) => {
      const store = await newStore(context);
      await store.start({ syncMs: 1_000, concurrentSubmissions: 8 });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, at) => store.submit(`slow${at}`, "array", at % 2 === 0 ? 0 : 1)),
      );
      const refused = answers.filter((answer) => answer?.status === 503);
      expect(refused.length).to.be.greaterThan(0);
      for (const answer of refused) expect(answer?.retryAfter).to.match(/^\d+$/);
      expect(answers.filter((answer) => answer?.status === 201)).to.not.have.length(0);
      await store.kill();
      await checkStore(store);
    },
  },
  {
    id: "F-D6",
    title: "the file system becomes read-only: told with a code at the start, nothing acknowledged is lost",
    how: "tmpfs, mount -o remount,ro",
    run: async (context) => {
      const { store, mounted } = await storeInMemory(context);
      await store.start();
      expect((await store.submit("before"))?.status).to.equal(201);
      // Files that are open for writing forbid the plain remount; a node that is stopped has none.
      await store.kill();
      await need("mount", "-o", "remount,ro", mounted);
      const ending = await store.startOrEnd();
      expect(ending).to.deep.include({ exitCode: 6, code: "E_READ_ONLY" });
      await need("mount", "-o", "remount,rw", mounted);
      await checkStore(store);
    },
  },
  {
    id: "F-D7",
    title: "no more file handles: it lives, and when they are given back it goes on; nothing half is left",
    how: "ulimit -n 64 and a hundred open connections",
    run: async (context) => {
      const store = await newStore(context);
      const before = ["bash", "-c", 'ulimit -n 64; exec "$@"', "bash"];
      await store.start({}, { before });
      expect((await store.submit("before"))?.status).to.equal(201);
      const sockets = await Promise.all(Array.from({ length: 100 }, () => socketTo(store.url)));
      const load = ["a", "b", "c"].map((key) => store.submit(key));
      await pause(1_000);
      for (const socket of sockets) socket.destroy();
      await Promise.all(load);
      if (store.isRunning) await untilStatus(store, "after", (status) => status === 201);
      await store.kill();
      await checkStore(store);
    },
  },
  {
    id: "F-D8",
    title:
      "the folder is moved away under the running process: it ends with a code, and acknowledges nothing into the void",
    how: "rename of the folder, and back",
    run: async (context) => {
      const store = await newStore(context);
      await store.start();
      expect((await store.submit("before"))?.status).to.equal(201);
      await rename(store.folder, `${store.folder}-away`);
      const ending = await store.ended();
      expect(ending).to.deep.include({ exitCode: 7, code: "JOURNAL_LOCK_LOST" });
      await rm(store.folder, { recursive: true, force: true });
      await rename(`${store.folder}-away`, store.folder);
      await checkStore(store);
    },
  },
];

async function newStore(context: FaultContext): Promise<StoreNode> {
  const store = new StoreNode(join(await context.folder(), "node"));
  context.defer(() => store.kill());
  return store;
}

async function storeInMemory(context: FaultContext): Promise<{ store: StoreNode; mounted: string }> {
  const mounted = join(await context.folder(), "disk");
  await mountMemory(context, mounted, 24);
  const store = new StoreNode(join(mounted, "node"));
  context.defer(() => store.kill());
  return { store, mounted };
}

/** Leaves so many MiB; nothing at all for 0. */
async function fill(mounted: string, left: number): Promise<void> {
  const ballast = join(mounted, "ballast");
  const { bavail, bsize } = await statfs(mounted);
  await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - (left + 1) * mebibyte)));
  for (let most = 2_000; left === 0 && most > 0; most--) {
    const isFull = await appendFile(ballast, Buffer.alloc(4096)).then(
      () => false,
      () => true,
    );
    if (isFull) return;
  }
}

/** Asks until an answer has the status. */
async function untilStatus(store: StoreNode, name: string, holds: (status: number) => boolean): Promise<Answer> {
  for (let at = 0; at < 100; at++) {
    const answer = await store.submit(`${name}${at}`);
    if (answer !== undefined && holds(answer.status)) return answer;
    await pause(100);
  }
  throw new Error(`${name}: never so within ten seconds`);
}

async function socketTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await Promise.race([once(socket, "connect"), pause(500)]);
  return socket;
}

/** By these a log's state gets to the disk, and is found again. */
const calls = ["openat", "write", "pwrite64", "fdatasync", "fsync", "rename", "unlink", "ftruncate"] as const;

function nthsOf({ isLong, random }: FaultContext): readonly number[] {
  return isLong ? Array.from({ length: 40 }, (_, at) => at + 1) : [1 + Math.floor(random() * 2)];
}

/** 1 if the call came and failed. strace counts from when it takes hold of the process, so a start's calls do not count. */
async function failingCall(context: FaultContext, call: (typeof calls)[number], nth: number): Promise<number> {
  const store = await newStore(context);
  const around: Around = { environment: { UV_THREADPOOL_SIZE: "1" } };
  await store.start({ maxSegmentBytes: 12_000 }, around);
  const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:error=EIO:when=${nth}`];
  const tracer = spawn("strace", ["-f", "-p", String(store.pid), ...inject], { stdio: ["ignore", "ignore", "pipe"] });
  context.defer(() => Promise.resolve(tracer.kill("SIGKILL")));
  let said = "";
  tracer.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  for (let tries = 0; tries < 50 && !said.includes("attached"); tries++) await pause(20);
  const until = performance.now() + 1_200;
  await loadUntil(store, call, () => performance.now() > until || !store.isRunning, 4);
  tracer.kill("SIGINT");
  await store.kill();
  await checkStore(store).catch((error: unknown) => {
    throw new Error(`${call}, the ${nth}th, failing: ${(error as Error).message}`, { cause: error });
  });
  return said.includes("INJECTED") ? 1 : 0;
}
