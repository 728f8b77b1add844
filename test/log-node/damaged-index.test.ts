import { spawnSync } from "node:child_process";
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { EvidenceLog, LogProgress } from "@lianzheng/node/log";
import { inspectLog } from "@lianzheng/node/log";
import { toHex } from "@lianzheng/sdk/encoding";
import { Level } from "level";
import { refusal, withFolder } from "../journal/fixture.ts";
import { checkLog, identity, openLog, submissionOf, submitOne, verifier } from "./fixture.ts";
import type { Notice } from "./damage-child.ts";
import { patrolled, patrolling, small } from "./patrolling.ts";

describe("a request that the damaged index cannot answer for", () => {
  for (const [what, prefix] of [
    ["its idempotency key", "k"],
    ["its subject", "h"],
  ] as const)
    it(`is refused alone, and not with all who came at the same time (${what})`, () =>
      withFolder(async (directory) => {
        const { log: written } = await openLog(directory);
        await submitOne(written, "a");
        await written.close();
        const database = new Level<Buffer, Buffer>(join(directory, "index"), {
          keyEncoding: "buffer",
          valueEncoding: "buffer",
        });
        const upTo = Buffer.from([prefix.charCodeAt(0) + 1]);
        const [key] = await database.keys({ gte: Buffer.from(prefix), lt: upTo }).all();
        await database.del(key!);
        await database.close();
        const { log } = await openLog(directory);
        const damaged =
          prefix === "k" ? submitOne(log, "a") : log.submit([submissionOf("b", "trade:a")], identity("b"));
        const others = ["c", "d"].map((name) => submitOne(log, name));
        await refusal(damaged, "INDEX_CORRUPT");
        const indexes = (await Promise.all(others)).map(({ receipt }) => receipt.records[0]?.index);
        expect(indexes).to.deep.equal([1, 2]);
        expect([log.size, log.failure]).to.deep.equal([3, undefined]);
        await log.close();
      }));
});

describe("an index that does not close", () => {
  it("does not keep the journal's lock", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory);
      await submitOne(log, "a");
      const prototype = Level.prototype as unknown as { close: (this: object) => Promise<void> };
      const inherited = prototype.close;
      prototype.close = async function (this: object) {
        await inherited.call(this);
        throw new Error("planned failure");
      };
      const closed = await log.close().then(
        () => "closed",
        (error: unknown) => (error as Error).message,
      );
      Reflect.deleteProperty(prototype, "close");
      expect(closed).to.equal("planned failure");
      const { log: again } = await openLog(directory);
      expect(again.size).to.equal(1);
      await again.close();
    }));
});

/** A log of several closed segments, with an anchor and an erasure; every key range of the index has keys of them. */
async function filled(directory: string, subjects = 7): Promise<void> {
  const { log } = await openLog(directory, small);
  for (let group = 0; group < 20; group += 1) {
    const names = Array.from({ length: 10 }, (_, at) => group * 10 + at);
    await Promise.all(names.map((at) => submitOne(log, `r${at}`, `trade:${at % subjects}`)));
    if (group === 3) await anchorAndErase(log);
  }
  await log.close();
}

async function anchorAndErase(log: EvidenceLog): Promise<void> {
  const hash = `0x${"11".repeat(32)}` as const;
  const place = { transaction: hash, blockNumber: 1, blockHash: hash, logIndex: 0, receiptIndex: 0 };
  const root = toHex(await log.rootAt(log.size));
  await log.anchors.put({ size: log.size, root, checkpoint: log.checkpoint(), ...place });
  const { id: record } = (await log.recordAt(2))!;
  const { issuer, submitter, occurredAt } = submissionOf("x");
  await log.erase({ record, issuer, submitter, ground: "subject-request", occurredAt }, identity("erasure"));
}

/** That the next start makes a distrusted index again, and that it then is the one that the journal gives. */
async function checkMadeAgain(directory: string): Promise<void> {
  const { log, progress } = await openLog(directory, small);
  expect(progress).to.deep.include({ stage: "index-discarded", reason: "damaged" });
  await checkSound(directory, log);
}

async function checkSound(directory: string, log: EvidenceLog): Promise<void> {
  expect(log.size).to.be.greaterThan(199);
  await submitOne(log, `after ${log.size}`, "trade:1");
  await log.close();
  expect((await inspectLog({ directory, verifier })).found).to.deep.equal({});
}

const databaseOf = (directory: string): Level<Buffer, Buffer> =>
  new Level(join(directory, "index"), { keyEncoding: "buffer", valueEncoding: "buffer", compression: false });

describe("an index that is damaged in what closed segments gave it", () => {
  const ranges = ["a", "f", "h", "k", "o", "q", "r", "s", "x"];
  for (const [at, range] of ranges.entries())
    for (const damage of at % 2 === 0 ? (["lost"] as const) : (["changed"] as const))
      it(`is found when a key of range ${range} is ${damage}, and made again by the next start`, () =>
        withFolder(async (directory) => {
          await filled(directory);
          const database = databaseOf(directory);
          const upTo = Buffer.from([range.charCodeAt(0) + 1]);
          const [[key, value] = []] = await database.iterator({ gte: Buffer.from(range), lt: upTo, limit: 1 }).all();
          if (damage === "lost") await database.del(key!);
          else await database.put(key!, Buffer.concat([Buffer.from([value![0]! ^ 1]), value!.subarray(1)]));
          await database.close();
          const { found } = await patrolled(directory);
          if (found === "nothing") throw new Error("the patrol found nothing");
          // A place of a frame may be asked for by the start itself.
          expect([found.code, found.details["range"]]).to.deep.equal(["INDEX_CORRUPT", range]);
          await checkMadeAgain(directory);
        })).timeout(20_000);

  it("is found in what the segment in writing gave it, too", () =>
    withFolder(async (directory) => {
      await filled(directory);
      const database = databaseOf(directory);
      // Its key ends with the index of its record, so that the last one is of the newest frame.
      const [newestRun] = await database
        .keys({ gte: Buffer.from("o"), lt: Buffer.from("p"), reverse: true, limit: 1 })
        .all();
      await database.del(newestRun!);
      await database.close();
      const { found } = await patrolled(directory);
      if (found === "nothing") throw new Error("the patrol found nothing");
      expect([found.code, found.details["range"]]).to.deep.equal(["INDEX_CORRUPT", "o"]);
      await checkMadeAgain(directory);
    })).timeout(20_000);

  it("is not taken for damaged while it is sound and grows", () =>
    withFolder(async (directory) => {
      await filled(directory);
      const rounds: LogProgress[] = [];
      const onProgress = (one: LogProgress): void => {
        if (one.stage === "patrolled") rounds.push(one);
      };
      const { log } = await openLog(directory, { ...small, ...patrolling, onProgress });
      for (let at = 0; at < 30; at += 1) {
        await submitOne(log, `more ${at}`, `trade:${at % 7}`);
        // The patrol waits while there is a submission on its way.
        const before = rounds.length;
        while (at % 10 === 9 && rounds.length === before) await new Promise((wake) => setTimeout(wake, 10));
      }
      expect(log.failure).to.equal(undefined);
      await log.close();
    })).timeout(30_000);

  it("answers nothing wrong, wherever the bytes of its files change", () =>
    withFolder(async (parent) => {
      const good = join(parent, "good");
      // Each record a subject of its own: of a value that was replaced, and lies about until LevelDB merges its files, damage may make one
      // under another key, which fsck tells and the patrol does not, and nobody believes, for no value holds under another key.
      await filled(good, 200);
      const tables = (await readdir(join(good, "index"))).filter((name) => name.endsWith(".ldb"));
      expect(tables.length).to.be.greaterThan(0);
      const seen = { sound: 0, unneeded: 0, atStart: 0, byPatrol: 0, ended: 0 };
      const places = 8;
      for (let place = 0; place < places; place += 1) {
        const directory = join(parent, `copy ${place}`);
        await cp(good, directory, { recursive: true });
        const path = join(directory, "index", tables[place % tables.length]!);
        await writeFile(path, await damagedAt(path, good, place / places));
        const notice = noticeOf(directory);
        seen[notice] += 1;
        // As after as many starts that LevelDB ended, see the index's own test.
        if (notice === "ended") await writeFile(join(directory, "index", "starts"), "5");
        const { log } = await openLog(directory, small);
        await checkLog(log);
        if (notice === "unneeded") await log.close();
        else await checkSound(directory, log);
      }
      expect(seen.byPatrol + seen.atStart + seen.ended).to.be.greaterThan(places / 2);
    })).timeout(120_000);
});

/** How the damage is noticed, in a process of its own: LevelDB may end the whole process when it meets a damaged block. */
function noticeOf(directory: string): Notice {
  const child = join(import.meta.dirname, "damage-child.ts");
  const { signal, stdout, stderr } = spawnSync(process.execPath, [child, directory], { encoding: "utf8" });
  if (signal === "SIGABRT") return "ended";
  if (stdout === "") throw new Error(`the child said nothing: ${stderr}`);
  return JSON.parse(stdout) as Notice;
}

/** The file of the good log with sixteen bytes changed, at this part of it. */
async function damagedAt(path: string, good: string, part: number): Promise<Buffer> {
  const bytes = await readFile(join(good, "index", path.slice(path.lastIndexOf("/") + 1)));
  const from = Math.floor(bytes.length * part);
  for (let at = from; at < Math.min(from + 16, bytes.length); at += 1) bytes[at]! ^= 0x55;
  return bytes;
}
