import { createHash } from "node:crypto";
import { appendFile, cp, mkdir, readFile, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { DisclosureReader, FsckCode, FsckReport } from "@lianzheng/node/log";
import { fsckFaults, inspectLog, mendable, rebuildLog } from "@lianzheng/node/log";
import { createNoteVerifier, encodeAddCheckpoint } from "@lianzheng/sdk/log";
import { toHex } from "@lianzheng/sdk/encoding";
import { Level } from "level";
import { refusal, withFolder } from "../journal/fixture.ts";
import { witnessIn, witnessVerifier } from "../witness/fixture.ts";
import { checkLog, openLog, submissionOf, submitOne, verifier } from "./fixture.ts";
import { forge, forgeText, framesIn, segmentsIn } from "./forging.ts";

const small = { maxSegmentBytes: 60_000 };
const hash = `0x${"11".repeat(32)}` as const;
const place = { transaction: hash, blockNumber: 1, blockHash: hash, logIndex: 0, receiptIndex: 0 };

/** A log with several segments, two full tiles, an anchor, and subjects of many entries; closed again. */
async function filled(directory: string): Promise<void> {
  const { log } = await openLog(directory, small);
  for (let group = 0; group < 55; group += 1) {
    const names = Array.from({ length: 10 }, (_, at) => group * 10 + at);
    await Promise.all(names.map((at) => submitOne(log, `r${String(at).padStart(3, "0")}`, `trade:${at % 7}`)));
    if (group !== 30) continue;
    const root = toHex(await log.rootAt(log.size));
    await log.anchors.put({ size: log.size, root, checkpoint: log.checkpoint(), ...place });
  }
  await log.close();
}

let good = "";
let parent: Promise<void> | undefined;
let remove: (() => void) | undefined;

before(async () => {
  await new Promise<void>((ready, failed) => {
    parent = withFolder(async (folder) => {
      good = join(folder, "good");
      await filled(good).then(ready, failed);
      await new Promise<void>((resolve) => (remove = resolve));
    });
  });
});

after(async () => {
  remove?.();
  await parent;
});

/** Works on a copy of the good log. */
async function onCopy<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  return await withFolder(async (folder) => {
    const copy = join(folder, "copy");
    await cp(good, copy, { recursive: true });
    return await work(copy);
  });
}

const inspect = (directory: string, disclosures?: DisclosureReader): Promise<FsckReport> =>
  inspectLog({ directory, verifier, ...(disclosures === undefined ? {} : { disclosures }) });

async function digestOf(directory: string): Promise<string> {
  const names = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const paths = names.map((one) => join(one.parentPath, one.name)).sort();
  const digest = createHash("sha256");
  for (const path of paths) digest.update(path).update(await readFile(path));
  return digest.digest("hex");
}

const index = (directory: string): Level<Buffer, Buffer> =>
  new Level(join(directory, "index"), { keyEncoding: "buffer", valueEncoding: "buffer" });

async function onIndex(
  directory: string,
  range: string,
  change: (database: Level<Buffer, Buffer>, key: Buffer) => Promise<void>,
) {
  const database = index(directory);
  const keys = await database.keys({ gte: Buffer.from(range), lt: Buffer.from([range.charCodeAt(0) + 1]) }).all();
  await change(database, keys[keys.length >> 1]!);
  await database.close();
}

describe("fsck", () => {
  it("finds nothing wrong with a log that is right, counts it, and changes no byte of it", () =>
    onCopy(async (directory) => {
      const before = await digestOf(directory);
      const report = await inspect(directory);
      expect(report.findings).to.deep.equal([]);
      expect([report.sound, report.size, report.indexChecked, report.torn]).to.deep.equal([true, 550, true, undefined]);
      expect(report.counts).to.deep.include({
        records: 550,
        requests: 550,
        anchors: 1,
        tiles: 2,
        bodiesUnchecked: 550,
      });
      expect(report.counts.segments).to.be.greaterThan(4);
      expect(await digestOf(directory)).to.equal(before);
    })).timeout(20_000);

  const cases: readonly (readonly [string, FsckCode, (folder: string) => Promise<unknown>])[] = [
    ["a flipped bit", "FRAME_DAMAGED", (folder) => flip(folder, 1, 0.5)],
    ["a flipped bit in the last segment", "FRAME_DAMAGED", (folder) => flip(folder, -1, 0.1)],
    ["a missing segment", "SEQUENCE_GAP", async (folder) => rm((await segmentsIn(folder))[2]!)],
    ["a missing end", "ACKNOWLEDGED_LOST", async (folder) => rm((await segmentsIn(folder)).at(-1)!)],
    ["two frames that changed places", "SEQUENCE_GAP", swapFrames],
    [
      "a segment in another's place",
      "FRAME_MISPLACED",
      async (folder) => cp((await segmentsIn(folder))[1]!, (await segmentsIn(folder))[3]!),
    ],
    [
      "an entry that was edited, every checksum made right",
      "RECORD_TAMPERED",
      (folder) => forgeText(folder, '"type":"trade.contract"', '"type":"trade.delivery"'),
    ],
    [
      "an entry that is none, every checksum made right",
      "RECORD_TAMPERED",
      (folder) => forgeText(folder, '"version":1}', '"version":9}'),
    ],
    [
      "an entry of an earlier place in its subject, every checksum made right",
      "RECORD_MISPLACED",
      (folder) => forgeText(folder, '"sequence":20,', '"sequence":19,'),
    ],
    ["a frame taken out, every checksum made right", "SEQUENCE_GAP", takeOut],
    ["an idempotency key that stands for two requests", "REQUEST_TWICE", (folder) => forgeText(folder, "r003", "r002")],
    ["a checkpoint that another key signed", "CHECKPOINT_INVALID", (folder) => forgeSignature(folder)],
    ["an anchor of another tree", "ANCHOR_MISMATCH", (folder) => wrongAnchor(folder)],
    ["a flipped bit in a tile", "TILE_DAMAGED", (folder) => flipFile(join(folder, "log/tile/0/001"), 4000)],
    ["a missing tile", "TILE_MISSING", (folder) => rm(join(folder, "log/tile/0/000"))],
    ["a mark of which a bit flipped", "MARK_DAMAGED", (folder) => flipFile(join(folder, "journal/acknowledged"), 5)],
    ["a mark that was cut short", "MARK_DAMAGED", (folder) => truncate(join(folder, "journal/acknowledged"), 40)],
    ["a missing index", "INDEX_MISMATCH", (folder) => rm(join(folder, "index"), { recursive: true })],
    ...["f", "h", "k", "q", "r", "s"].map(
      (range) =>
        [
          `a key of range ${range} that the index lost`,
          "INDEX_MISMATCH",
          (folder: string) => onIndex(folder, range, (database, key) => database.del(key)),
        ] as const,
    ),
    ...["f", "h", "k", "r", "s"].map(
      (range) =>
        [
          `a value of range ${range} that changed`,
          "INDEX_MISMATCH",
          (folder: string) =>
            onIndex(folder, range, async (database, key) => {
              const value = Buffer.from(await database.get(key));
              value[0]! ^= 1;
              await database.put(key, value);
            }),
        ] as const,
    ),
  ];
  for (const [what, code, damage] of cases) {
    it(`tells of ${what}: ${code}`, () =>
      onCopy(async (directory) => {
        await damage(directory);
        const report = await inspect(directory);
        expect(report.sound).to.equal(false);
        expect(report.findings.map((finding) => finding.code)).to.include(code);
        const finding = report.findings.find((one) => one.code === code)!;
        expect(finding.file.startsWith(directory)).to.equal(true);
        expect(finding.offset).to.be.at.least(0);
        expect(finding.detail).to.not.equal("");
      })).timeout(20_000);
  }

  it("names the record that was edited, by the leaf in its tile", () =>
    onCopy(async (directory) => {
      await forgeText(directory, '"sequence":20,', '"sequence":21,');
      const { findings } = await inspect(directory);
      const tampered = findings.find(({ code }) => code === "RECORD_TAMPERED");
      expect(tampered?.record).to.equal(140);
      expect(findings.map(({ code }) => code)).to.include("SEQUENCE_GAP");
    })).timeout(20_000);

  it("tells one damage once, and goes on behind it", () =>
    onCopy(async (directory) => {
      const path = await flip(directory, 1, 0.5);
      const report = await inspect(directory);
      expect(report.found).to.deep.equal({ FRAME_DAMAGED: 1 });
      const [finding] = report.findings;
      const offsets = framesIn(await readFile((await segmentsIn(good))[1]!)).map(({ offset }) => offset);
      expect(finding?.file).to.equal(path);
      expect(offsets).to.include(finding?.offset);
      expect(report.size).to.equal(550);
      expect(report.indexChecked).to.equal(false);
    })).timeout(20_000);

  it("finds every flipped bit of the journal, wherever it is", () =>
    onCopy(async (directory) => {
      const paths = await segmentsIn(directory);
      const tries = process.env["LIANZHENG_LONG"] === "1" ? 1000 : 24;
      for (let at = 0; at < tries; at += 1) {
        const path = paths[at % paths.length]!;
        const bytes = await readFile(path);
        const where = (at * 7919 + 13) % bytes.length;
        bytes[where]! ^= 1 << (at % 8);
        await writeFile(path, bytes);
        expect((await inspect(directory)).sound, `${path} ${where}`).to.equal(false);
        bytes[where]! ^= 1 << (at % 8);
        await writeFile(path, bytes);
      }
      expect((await inspect(directory)).sound).to.equal(true);
    })).timeout(600_000);

  it("finds a damaged mark beside everything that is sound, and rebuild writes it anew", () =>
    onCopy(async (directory) => {
      await flipFile(join(directory, "journal/acknowledged"), 43);
      const report = await inspect(directory);
      expect(report.found).to.deep.equal({ MARK_DAMAGED: 1 });
      expect([...mendable]).to.include("MARK_DAMAGED");
      expect(report.indexChecked).to.equal(true);
      await rebuildLog({ directory, verifier });
      expect((await inspect(directory)).found).to.deep.equal({});
    })).timeout(20_000);

  it("takes a torn tail for no damage, and says that it is there", () =>
    onCopy(async (directory) => {
      const path = (await segmentsIn(directory)).at(-1)!;
      const { length } = await readFile(path);
      await appendFile(path, Buffer.from("LZJ1\u0001 half a frame"));
      const report = await inspect(directory);
      expect([report.sound, report.torn]).to.deep.equal([true, { file: path, offset: length, bytes: 18 }]);
    })).timeout(20_000);

  it("checks what records disclose where it can be read", () =>
    onCopy(async (directory) => {
      const all = await inspect(directory, ({ entry }) => disclosedBy(entry));
      expect(all.findings).to.deep.equal([]);
      expect(all.counts).to.deep.include({ bodiesChecked: 540, bodiesErased: 10, bodiesUnchecked: 0 });
      const wrong = await inspect(directory, ({ entry }, { index }) => (index === 17 ? ["x"] : disclosedBy(entry)));
      expect(wrong.findings.map(({ code, record }) => [code, record])).to.deep.equal([["DISCLOSURE_MISMATCH", 17]]);
    })).timeout(30_000);

  it("checks what witnesses cosigned: COSIGNATURE_INVALID, and CHECKPOINT_INVALID where it is published", () =>
    onCopy(async (directory) => {
      const { log } = await openLog(directory, small);
      const witness = witnessIn(join(directory, "witness"));
      const answer = await witness.answer(encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint: log.checkpoint() }));
      if (answer.status !== 200) throw new Error(answer.status.toString());
      const cosigned = log.checkpoint() + answer.cosignatures;
      await log.close();
      const kept = join(directory, "witnesses", witnessVerifier.keyId.toString(16).padStart(8, "0"));
      await mkdir(join(directory, "witnesses"));
      const check = async (note: string, published: string): Promise<FsckReport["found"]> => {
        await writeFile(kept, note);
        await writeFile(join(directory, "log", "checkpoint"), published);
        return (await inspectLog({ directory, verifier, witnesses: [witnessVerifier] })).found;
      };
      expect(await check(cosigned, cosigned)).to.deep.equal({});
      const forged = cosigned.replace(/(.{8})\n$/, (end) => (end.startsWith("AAAA") ? "BBBB" : "AAAA") + end.slice(4));
      expect(forged).to.not.equal(cosigned);
      expect(await check(forged, cosigned)).to.deep.equal({ COSIGNATURE_INVALID: 1 });
      expect(await check(cosigned, forged)).to.deep.equal({ CHECKPOINT_INVALID: 1 });
      const alone = cosigned.slice(0, -answer.cosignatures.length);
      expect(await check(alone, alone)).to.deep.equal({ COSIGNATURE_INVALID: 1 });
      const { log: other } = await openLog(join(directory, "other"));
      await submitOne(other, "fork");
      const fork = other.checkpoint();
      await other.close();
      const elsewhere = await witnessIn(join(directory, "second")).answer(
        encodeAddCheckpoint({ oldSize: 0, proof: [], checkpoint: fork }),
      );
      if (elsewhere.status !== 200) throw new Error(elsewhere.status.toString());
      expect(await check(fork + elsewhere.cosignatures, cosigned)).to.deep.equal({ COSIGNATURE_INVALID: 1 });
    })).timeout(60_000);

  it("refuses another log's key by every segment and checkpoint", () =>
    onCopy(async (directory) => {
      const other = createNoteVerifier(
        verifier.name,
        Buffer.from("2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12", "hex"),
      );
      const { found, counts } = await inspectLog({ directory, verifier: other });
      expect(found.SEGMENT_IDENTITY).to.equal(counts.segments);
      expect(found.CHECKPOINT_INVALID).to.equal(counts.checkpoints);
    })).timeout(20_000);

  it("does not run beside the node, and does not take an empty folder for a log", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory);
      await refusal(inspect(directory), "JOURNAL_LOCKED");
      await refusal(rebuildLog({ directory, verifier }), "JOURNAL_LOCKED");
      await log.close();
      await refusal(inspect(join(directory, "nothing")), "JOURNAL_MISSING");
      await refusal(rebuildLog({ directory: join(directory, "nothing"), verifier }), "JOURNAL_MISSING");
    }));

  it("has a case for every code but those that are told of another way", () => {
    const covered = new Set<FsckCode>([
      "SEGMENT_IDENTITY",
      "SEAL_MISMATCH",
      "DISCLOSURE_MISMATCH",
      "COSIGNATURE_INVALID",
    ]);
    for (const [, code] of cases) covered.add(code);
    expect([...covered].sort()).to.deep.equal(Object.keys(fsckFaults).sort());
  });

  it("tells of a segment that was sealed as another: SEAL_MISMATCH", () =>
    onCopy(async (directory) => {
      await forge(directory, (frames) => {
        const first = frames[0]!;
        first.payload = Buffer.from(first.payload.toString("latin1").replace(/(sealed \d+ )(\d)/, "$19"), "latin1");
      });
      const { found } = await inspect(directory);
      expect(found.SEAL_MISMATCH).to.be.greaterThan(3);
      await refusal(openLog(directory, small), "JOURNAL_CORRUPT");
    })).timeout(20_000);
});

describe("rebuild", () => {
  it("makes byte-identical tiles and an equal index from the journal alone", () =>
    onCopy(async (directory) => {
      const tiles = await digestsOf(join(directory, "log"));
      await flipFile(join(directory, "log/tile/0/001"), 100);
      await rm(join(directory, "log/tile/0/000"));
      await onIndex(directory, "r", (database, key) => database.del(key));
      expect((await inspect(directory)).sound).to.equal(false);
      const rebuilt = await rebuildLog({ directory, verifier });
      expect([rebuilt.size, rebuilt.tiles]).to.deep.equal([550, 2]);
      expect(await digestsOf(join(directory, "log"))).to.include.members(tiles);
      expect((await inspect(directory)).findings).to.deep.equal([]);
      const { log, progress } = await openLog(directory, small);
      expect(progress).to.deep.equal([]);
      await checkLog(log);
      await log.close();
    })).timeout(30_000);

  it("exchanges nothing when the journal is damaged", () =>
    onCopy(async (directory) => {
      await flip(directory, 1, 0.5);
      const before = [await digestOf(join(directory, "index")), await digestOf(join(directory, "log"))];
      await refusal(rebuildLog({ directory, verifier }), "JOURNAL_CORRUPT");
      expect([await digestOf(join(directory, "index")), await digestOf(join(directory, "log"))]).to.deep.equal(before);
    })).timeout(20_000);

  it("exchanges nothing when the records do not give the signed root", () =>
    onCopy(async (directory) => {
      await forgeText(directory, '"type":"trade.contract"', '"type":"trade.delivery"');
      const before = [await digestOf(join(directory, "index")), await digestOf(join(directory, "log"))];
      await refusal(rebuildLog({ directory, verifier }), "LOG_CORRUPT");
      expect([await digestOf(join(directory, "index")), await digestOf(join(directory, "log"))]).to.deep.equal(before);
    })).timeout(20_000);

  it("begins anew where an earlier one was interrupted", () =>
    onCopy(async (directory) => {
      await cp(join(directory, "index"), join(directory, "index.rebuilding"), { recursive: true });
      await cp(join(directory, "log"), join(directory, "log.rebuilding"), { recursive: true });
      await rm(join(directory, "index"), { recursive: true });
      await rebuildLog({ directory, verifier });
      expect((await inspect(directory)).findings).to.deep.equal([]);
      expect(await readdir(directory))
        .to.not.include("index.rebuilding")
        .and.not.include("log.rebuilding");
    })).timeout(30_000);
});

async function flipFile(path: string, at: number): Promise<string> {
  const bytes = await readFile(path);
  bytes[at]! ^= 1;
  await writeFile(path, bytes);
  return path;
}

async function flip(directory: string, segment: number, share: number): Promise<string> {
  const path = (await segmentsIn(directory)).at(segment)!;
  return await flipFile(path, Math.floor((await readFile(path)).length * share));
}

async function swapFrames(directory: string): Promise<void> {
  const path = (await segmentsIn(directory))[1]!;
  const frames = framesIn(await readFile(path)).map(({ bytes }) => bytes);
  [frames[1], frames[2]] = [frames[2]!, frames[1]!];
  await writeFile(path, Buffer.concat(frames));
}

/** Takes a frame of records out of the last segment, so that no seal tells. */
async function takeOut(directory: string): Promise<void> {
  const last = (await segmentsIn(directory)).length;
  let segment = 0;
  await forge(directory, (frames) => {
    segment += 1;
    if (segment === last) frames.splice(1, 1);
  });
}

async function forgeSignature(directory: string): Promise<void> {
  let done = false;
  await forge(directory, (frames) => {
    for (const { type, payload } of frames) {
      const at = done || type !== "records" ? -1 : payload.indexOf("\u2014 log.example", 0, "utf8");
      if (at < 0) continue;
      const letter = at + 50;
      payload[letter] = payload[letter] === 0x41 ? 0x42 : 0x41;
      done = true;
    }
  });
  expect(done).to.equal(true);
}

async function wrongAnchor(directory: string): Promise<void> {
  const { log } = await openLog(directory, small);
  await log.anchors.put({ size: log.size, root: hash, checkpoint: log.checkpoint(), ...place });
  await log.close();
}

/** What the fixture's records disclose, found again from the entry; records of one subject count as erased. */
function disclosedBy(entry: string): readonly string[] | "erased" {
  const { commitments } = JSON.parse(entry) as { commitments: readonly string[] };
  const disclosures = disclosuresByCommitment.get(commitments[0] ?? "");
  if (disclosures === undefined) throw new Error("an unknown record");
  return disclosures;
}

/** By each commitment the record's disclosures; the first ten count as erased. */
const disclosuresByCommitment = new Map<string, readonly string[] | "erased">();
for (let at = 0; at < 550; at += 1) {
  const { disclosures } = submissionOf(`r${String(at).padStart(3, "0")}`);
  for (const one of disclosures) disclosuresByCommitment.set(commitmentOf(one), at < 10 ? "erased" : disclosures);
}

function commitmentOf(disclosure: string): string {
  return createHash("sha256").update(disclosure).digest("base64url");
}

async function digestsOf(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const paths = names.map((one) => join(one.parentPath, one.name)).sort();
  return await Promise.all(
    paths.map(
      async (path) =>
        `${path.slice(directory.length)} ${createHash("sha256")
          .update(await readFile(path))
          .digest("hex")}`,
    ),
  );
}
