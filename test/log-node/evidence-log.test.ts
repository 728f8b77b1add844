import { cp, readFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { EvidenceError, equalBytes, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { decodeEntryBundle, leafDigest, openCheckpoint } from "@lianzheng/sdk/log";
import { commitmentOf, decodeEntry, encodeEntry } from "@lianzheng/sdk/record";
import { diskFiles } from "@lianzheng/node/journal";
import { refusal, withFolder } from "../journal/fixture.ts";
import { buyer, checkExtends, checkLog, identity, openLog, otherSigner, submissionOf, submitOne } from "./fixture.ts";
import { seller, verifier } from "./fixture.ts";

describe("the log", () => {
  it("acknowledges records with a receipt whose checkpoint covers them, and finds them after a restart", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const names = ["a", "b", "c"];
      const { receipt, replayed } = await log.submit(
        names.map((name) => submissionOf(name, "trade:same")),
        identity("request"),
      );
      expect(replayed).to.equal(false);
      expect(receipt.records.map(({ index, sequence }) => [index, sequence])).to.deep.equal([
        [0, 0],
        [1, 1],
        [2, 2],
      ]);
      expect(openCheckpoint(receipt.checkpoint, [verifier]).size).to.equal(3);
      await log.close();
      const { log: again, progress } = await openLog(folder);
      expect(progress).to.deep.equal([]);
      expect(again.checkpoint()).to.equal(receipt.checkpoint);
      await checkLog(again, [receipt.checkpoint]);
      const record = await again.recordById(receipt.records[1]!.id);
      expect(record?.disclosures).to.deep.equal(submissionOf("b").disclosures);
      expect(record?.submitter).to.equal(seller);
      await again.close();
    }));

  it("is empty and signed before its first record", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const { size, root } = openCheckpoint(log.checkpoint(), [verifier]);
      expect(size).to.equal(0);
      expect(toHex(root)).to.equal("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
      expect(await log.checkpointAt(0)).to.equal(log.checkpoint());
      expect(await log.recordAt(0)).to.equal(undefined);
      await submitOne(log, "a");
      await submitOne(log, "b");
      expect(openCheckpoint((await log.checkpointAt(1))!, [verifier]).size).to.equal(1);
      await log.close();
      await checkReopened(folder);
    }));

  it("shares one fdatasync and one checkpoint among those who come together", () =>
    withFolder(async (folder) => {
      let syncs = 0;
      const failpoint = (name: string) => void (syncs += name === "journal.afterSync" ? 1 : 0);
      const { log } = await openLog(folder, { failpoint });
      const results = await Promise.all(Array.from({ length: 500 }, (_, at) => submitOne(log, `n${at}`)));
      expect(syncs).to.be.lessThan(10);
      expect(new Set(results.map(({ receipt }) => receipt.checkpoint)).size).to.equal(syncs);
      expect(new Set(results.map(({ receipt }) => receipt.records[0]!.index)).size).to.equal(500);
      await log.close();
    }));

  it("makes entries exactly as the sdk encodes them", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const statement = { key: `0x${"ab".repeat(20)}`, signature: `0x${"11".repeat(64)}1b` } as const;
      const alike = fc.record({
        subject: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/),
        type: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}(\.[a-z][a-z0-9-]{0,20}){1,2}$/),
        issuer: fc.constantFrom(seller, buyer),
        disclosures: fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/), { minLength: 1, maxLength: 8 }),
        statement: fc.constantFrom({}, { statement }),
      });
      const samples = fc.sample(alike, 200);
      for (const [at, { statement: extra, ...fields }] of samples.entries()) {
        await log.submit([{ ...submissionOf(`s${at}`), ...fields, ...extra }], identity(`s${at}`));
        const { entry } = (await log.recordAt(at))!;
        const decoded = decodeEntry(entry);
        expect(encodeEntry(decoded)).to.equal(entry);
        expect(decoded).to.deep.include({ subject: fields.subject, type: fields.type, issuer: fields.issuer });
        expect(decoded.commitments).to.deep.equal(fields.disclosures.map((one) => commitmentOf(one)).sort());
      }
      expect(samples).to.have.length(200);
      await log.close();
    }));

  it("never lets time go back, whatever the clock does", () =>
    withFolder(async (folder) => {
      const times = [2_000_000_000_000, 1_000_000_000_000, 2_000_000_000_500, 0];
      let at = 0;
      const { log } = await openLog(folder, { now: () => times[at++] ?? 0 });
      const received: string[] = [];
      for (const name of ["a", "b", "c"]) received.push((await submitOne(log, name)).receipt.records[0]!.receivedAt);
      await log.close();
      const { log: again } = await openLog(folder, { now: () => 5 });
      received.push((await submitOne(again, "d")).receipt.records[0]!.receivedAt);
      await again.close();
      expect(received).to.deep.equal([
        "2033-05-18T03:33:20.000Z",
        "2033-05-18T03:33:20.000Z",
        "2033-05-18T03:33:20.500Z",
        "2033-05-18T03:33:20.500Z",
      ]);
    }));

  it("refuses what is no batch, and records nothing of it", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const one = submissionOf("a");
      const key = identity("k");
      await refusal(log.submit([], key), "E_BATCH_EMPTY");
      await refusal(log.submit(Array<typeof one>(4097).fill(one), key), "E_BATCH_TOO_LARGE");
      await refusal(log.submit([one, submissionOf("b"), one], key), "E_DUPLICATE_IN_BATCH");
      await refusal(log.submit([{ ...one, disclosures: [] }], key), "LOG_ENTRY");
      await refusal(log.submit([{ ...one, disclosures: ["a\nb"] }], key), "LOG_ENTRY");
      await refusal(log.submit([{ ...one, submitter: "nobody" }], key), "LOG_ENTRY");
      for (const bad of ["", "a\nb", "é", "x".repeat(257)]) {
        await refusal(log.submit([one], { ...key, key: bad }), "E_IDEMPOTENCY_KEY");
      }
      await refusal(log.submit([one], { ...key, member: "nobody" }), "E_AUTH");
      const odd = [
        { ...one, subject: "white space" },
        { ...one, type: "nodots" },
        { ...one, issuer: "x" },
        { ...one, occurredAt: "2026-02-30T00:00:00.000Z" },
        { ...one, disclosures: ["abc", "abc"] },
      ];
      for (const submission of odd) {
        const error: unknown = await log.submit([one, submission], key).catch((cause: unknown) => cause);
        expect(error).to.be.instanceOf(EvidenceError);
      }
      expect(odd).to.have.length(5);
      expect(log.size).to.equal(0);
      expect((await log.submit([one], key)).replayed).to.equal(false);
      await log.close();
    }));

  it("refuses another key, and a key of another name", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      await submitOne(log, "a");
      await log.close();
      await refusal(openLog(folder, { signer: otherSigner }), "JOURNAL_IDENTITY");
      const impostor = { ...otherSigner, keyId: (await import("./fixture.ts")).signer.keyId };
      await refusal(openLog(folder, { signer: impostor }), "LOG_SIGNER");
      await refusal(openLog(folder, { origin: "log.example/other" }), "LOG_SIGNER");
      await checkReopened(folder);
    }));

  it("takes nothing while the disk is nearly full, and goes on by itself", () =>
    withFolder(async (folder) => {
      let free = 1000;
      const files = { ...diskFiles, freeBytes: () => Promise.resolve(free) };
      const { log } = await openLog(folder, { files, reserveBytes: 500 });
      await submitOne(log, "a");
      free = 400;
      await new Promise((wake) => setTimeout(wake, 1100));
      await refusal(submitOne(log, "b"), "E_STORAGE_FULL");
      expect((await log.recordAt(0))?.index).to.equal(0);
      free = 1000;
      await new Promise((wake) => setTimeout(wake, 1100));
      expect((await submitOne(log, "b")).replayed).to.equal(false);
      await log.close();
    })).timeout(10_000);

  it("settles what waits when it is closed, and takes nothing after", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const waiting = Array.from({ length: 50 }, (_, at) => submitOne(log, `n${at}`));
      await log.close();
      expect(await Promise.all(waiting)).to.have.length(50);
      await refusal(submitOne(log, "late"), "E_SHUTTING_DOWN");
      await log.close();
      const { log: again } = await openLog(folder);
      expect(again.size).to.equal(50);
      await again.close();
    }));
});

describe("an idempotency key", () => {
  it("brings the same receipt for the same request, in flight, later and after a restart", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      await submitOne(log, "before");
      const request = () => log.submit([submissionOf("a"), submissionOf("b")], identity("key"));
      const all = await Promise.all(Array.from({ length: 100 }, request));
      expect(log.size).to.equal(3);
      expect(all.filter(({ replayed }) => !replayed)).to.have.length(1);
      for (const { receipt } of all) expect(receipt).to.deep.equal(all[0]!.receipt);
      await submitOne(log, "after");
      expect(await request()).to.deep.equal({ receipt: all[0]!.receipt, replayed: true });
      await log.close();
      const { log: again } = await openLog(folder);
      const replay = await again.submit([submissionOf("a"), submissionOf("b")], identity("key"));
      expect(replay).to.deep.equal({ receipt: all[0]!.receipt, replayed: true });
      await checkLog(again);
      await again.close();
    }));

  it("is refused for another request, in flight and later; another member's key is another key", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      const first = log.submit([submissionOf("a")], identity("key", "body 1"));
      await refusal(log.submit([submissionOf("b")], identity("key", "body 2")), "E_IDEMPOTENCY_MISMATCH");
      await first;
      await refusal(log.submit([submissionOf("b")], identity("key", "body 2")), "E_IDEMPOTENCY_MISMATCH");
      const other = await log.submit([submissionOf("b")], identity("key", "body 2", buyer));
      expect(other.replayed).to.equal(false);
      expect(log.size).to.equal(2);
      await log.close();
    }));
});

describe("the log's views", () => {
  /** A log of 700 records in many groups, with its resources and receipts. */
  async function filledLog(folder: string): Promise<{ checkpoint: string; resources: Map<string, string> }> {
    const { log } = await openLog(folder, { maxSegmentBytes: 100_000 });
    for (let group = 0; group < 14; group += 1) {
      const names = Array.from({ length: 50 }, (_, at) => `${group}.${at}`);
      await Promise.all(names.map((name, at) => submitOne(log, name, `trade:${at % 9}`)));
    }
    const resources = await resourcesOf(log);
    await log.close();
    return { checkpoint: log.checkpoint(), resources };
  }

  const paths = [
    "tile/0/000",
    "tile/0/001",
    "tile/0/002.p/188",
    "tile/0/001.p/7",
    "tile/1/000.p/2",
    "tile/entries/000",
    "tile/entries/002.p/188",
  ];

  async function resourcesOf(log: Awaited<ReturnType<typeof openLog>>["log"]): Promise<Map<string, string>> {
    const resources = new Map<string, string>();
    for (const path of paths) {
      resources.set(path, Buffer.from((await log.readResource(path))!.bytes).toString("hex"));
    }
    return resources;
  }

  it("serve tiles and entry bundles that agree with the records", () =>
    withFolder(async (folder) => {
      const { resources } = await filledLog(folder);
      const { log } = await openLog(folder);
      const leaves = Buffer.from(resources.get("tile/0/001")!, "hex");
      // As many hashes as the name says, of a full tile too.
      expect(resources.get("tile/0/001.p/7")).to.equal(leaves.subarray(0, 7 * 32).toString("hex"));
      const bundle = decodeEntryBundle(Buffer.from(resources.get("tile/entries/000")!, "hex"));
      expect(bundle).to.have.length(256);
      for (let at = 0; at < 256; at += 17) {
        const { entry } = (await log.recordAt(256 + at))!;
        expect(equalBytes(leafDigest(utf8(entry)), leaves.subarray(at * 32, at * 32 + 32))).to.equal(true);
        expect(Buffer.from(bundle[at]!).toString()).to.equal((await log.recordAt(at))?.entry);
      }
      expect(Buffer.from((await log.readResource("checkpoint"))!.bytes).toString()).to.equal(log.checkpoint());
      const absent = [
        "tile/0/003",
        "tile/0/002",
        "tile/0/002.p/189",
        "tile/1/000",
        "tile/2/000.p/1",
        "tile/entries/002",
        "x",
        "tile/0/../0",
        "checkpoint/",
      ];
      for (const path of absent) expect(await log.readResource(path), path).to.equal(undefined);
      expect(absent).to.have.length(9);
      await log.close();
    })).timeout(20_000);

  /** What was lost, how, and what the start may tell. */
  const losses: readonly (readonly [string, (folder: string) => Promise<unknown>, readonly (readonly string[])[]])[] = [
    ["a deleted index", (folder) => rm(join(folder, "index"), { recursive: true }), [["index-caught-up"]]],
    ["deleted tiles", (folder) => rm(join(folder, "log"), { recursive: true }), [[]]],
    [
      "both deleted",
      (folder) => Promise.all(["index", "log"].map((name) => rm(join(folder, name), { recursive: true }))),
      [["index-caught-up"]],
    ],
    [
      "a damaged tile",
      (folder) => writeFile(join(folder, "log/tile/0/000"), Buffer.alloc(8192, 1)),
      [["tiles-rebuilt"]],
    ],
    ["a tile cut short", (folder) => truncate(join(folder, "log/tile/0/001"), 100), [[]]],
    // Whole files of it; of damage in single places test/log-node/damaged-index.test.ts. What is told depends on whether LevelDB
    // had merged its log into a table yet.
    [
      "a damaged index",
      (folder) => damageIndex(join(folder, "index")),
      [["index-caught-up"], ["index-discarded", "index-caught-up"]],
    ],
  ];
  for (const [what, lose, stages] of losses) {
    it(`come back equal after ${what}`, () =>
      withFolder(async (folder) => {
        const { checkpoint, resources } = await filledLog(folder);
        await lose(folder);
        const { log, progress } = await openLog(folder);
        expect(stages).to.deep.include(progress.map(({ stage }) => stage));
        expect(log.checkpoint()).to.equal(checkpoint);
        expect(await resourcesOf(log)).to.deep.equal(resources);
        const replay = await submitOne(log, "3.7", "trade:7");
        expect([replay.replayed, replay.receipt.records[0]?.index]).to.deep.equal([true, 157]);
        await checkLog(log, [checkpoint]);
        await submitOne(log, "new");
        await checkExtends(log, checkpoint);
        await log.close();
      })).timeout(30_000);
  }
  it("were lost in every way", () => expect(losses).to.have.length(6));

  it("never stand in for a lost journal", () =>
    withFolder(async (folder) => {
      await filledLog(folder);
      await rm(join(folder, "journal"), { recursive: true });
      await refusal(openLog(folder), "JOURNAL_MISSING");
    })).timeout(20_000);

  it("tell when the journal was replaced by an older copy", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      await submitOne(log, "a");
      await log.close();
      await cp(join(folder, "journal"), join(folder, "backup"), { recursive: true });
      const { log: more } = await openLog(folder);
      await submitOne(more, "b");
      await more.close();
      await rm(join(folder, "journal"), { recursive: true });
      await cp(join(folder, "backup"), join(folder, "journal"), { recursive: true });
      await refusal(openLog(folder), "JOURNAL_CORRUPT");
    }));

  it("do not hide a record that was altered in the journal while the log was open", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      await submitOne(log, "a");
      await submitOne(log, "b");
      const path = join(
        folder,
        "journal",
        (await readdir(join(folder, "journal"))).find((name) => name.endsWith(".journal"))!,
      );
      const good = await readFile(path);
      expect(good.indexOf(submissionOf("a").disclosures[0]!), "nothing disclosed stands in the journal").to.equal(-1);
      const sealed = good.indexOf(`\n${seller}\n`) + seller.length + 2;
      for (const at of [good.indexOf('"issuer":"') + 12, sealed + 3, sealed + 60]) {
        const altered = Buffer.from(good);
        altered[at] = altered[at] === 0x41 ? 0x42 : 0x41;
        await writeFile(path, altered);
        const { details } = await refusal(log.recordAt(0), "JOURNAL_CORRUPT");
        expect([details["file"], typeof details["offset"]]).to.deep.equal([path, "number"]);
        expect((await log.recordAt(1))?.index).to.equal(1);
      }
      await writeFile(path, good);
      expect((await log.recordAt(0))?.index).to.equal(0);
      await log.close();
    }));

  it("end writing when a body that was altered is opened, with file and byte, and every start looks at it again", () =>
    withFolder(async (folder) => {
      const ends: string[] = [];
      const { log } = await openLog(folder, { onEnd: ({ code }) => ends.push(code) });
      const id = (await submitOne(log, "a")).receipt.records[0]!.id;
      const names = await readdir(join(folder, "journal"));
      const path = join(
        folder,
        "journal",
        names.find((name) => name.endsWith(".journal"))!,
      );
      const bytes = await readFile(path);
      bytes[bytes.indexOf(`\n${seller}\n`) + seller.length + 62]! ^= 1;
      await writeFile(path, bytes);
      const { details } = await refusal(log.recordById(id), "JOURNAL_CORRUPT");
      expect([details["file"], typeof details["offset"]]).to.deep.equal([path, "number"]);
      expect([log.failure?.code, ends]).to.deep.equal(["JOURNAL_CORRUPT", ["JOURNAL_CORRUPT"]]);
      await refusal(submitOne(log, "b"), "JOURNAL_CORRUPT");
      await log.close();
      expect(names.concat(await readdir(join(folder, "journal")))).to.include("suspect");
      await refusal(openLog(folder), "JOURNAL_CORRUPT");
    }));
});

async function damageIndex(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!/\.(ldb|log)$/.test(name)) continue;
    const bytes = await readFile(join(directory, name));
    await writeFile(join(directory, name), bytes.fill(0x55));
  }
}

async function checkReopened(folder: string): Promise<void> {
  const { log } = await openLog(folder);
  await checkLog(log);
  await log.close();
}
