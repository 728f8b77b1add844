/**
 * What sealing costs a record: `node scripts/bench/vault.ts [--directory <folder>]`.
 *
 * Each figure is the best of seven rounds of 20,000 records of about 1 KiB, in ns a record: on a shared machine the best is
 * what the code costs, the rest is what others took.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { PlainRecord, StoredRecord } from "@lianzheng/node/journal";
import { encodeRecords } from "@lianzheng/node/journal";
import {
  KeyTree,
  Vault,
  blindedDigest,
  newKeys,
  openDisclosures,
  sealDisclosures,
  sealUnder,
} from "@lianzheng/node/vault";

const { values } = parseArgs({ options: { directory: { type: "string", default: tmpdir() } } });
const count = 20_000;
const rounds = 7;
const leaf = Buffer.alloc(32, 5);
const disclosures = ["WyJ".padEnd(400, "a"), "WyJ".padEnd(200, "b"), "WyJ".padEnd(100, "c")];
const plain: PlainRecord = { entry: `{${"e".repeat(460)}}`, submitter: "91460000MA5T000160", disclosures };

function best(name: string, work: () => void): void {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint();
    work();
    least = Math.min(least, Number(process.hrtime.bigint() - start) / count);
  }
  process.stdout.write(`${name.padEnd(52)} ${least.toFixed(0).padStart(7)} ns a record\n`);
}

function each(work: (index: number) => void): () => void {
  return () => {
    for (let index = 0; index < count; index += 1) work(index);
  };
}

const folder = await mkdtemp(join(values.directory, "lianzheng-bench-"));
try {
  const vault = await Vault.open({
    directory: join(folder, "vault"),
    identity: "bench",
    key: Buffer.alloc(32, 1),
    records: 0,
  });
  best(
    "key, one after the other",
    each((index) => vault.key(index)),
  );
  const scattered = KeyTree.fromSeed(Buffer.alloc(32, 3));
  best(
    "key, at random",
    each((index) => scattered.key((index * 40_503) % 65_536)),
  );
  best(
    "key and seal, 702 bytes",
    each((index) => sealDisclosures(vault, { index, leaf }, disclosures)),
  );
  const sealed = Array.from({ length: count }, (_, index) => sealDisclosures(vault, { index, leaf }, disclosures));
  best(
    "key and open, 702 bytes",
    each((index) => openDisclosures(vault, { index, leaf, sealed: sealed[index]! })),
  );
  best(
    "digest of a request of one record",
    each((index) => blindedDigest(vault, leaf, index, 1)),
  );
  best("digest of a request of 100 records", () => {
    for (let index = 0; index < count; index += 100) blindedDigest(vault, leaf, index, 100);
  });
  const joined = Buffer.from(disclosures.join("\n"), "latin1");
  const inClear: readonly StoredRecord[] = Array.from({ length: 1000 }, () => ({ ...plain, sealed: joined }));
  best("payload of 1,000 records, nothing sealed", () => {
    for (let at = 0; at < count; at += 1000)
      encodeRecords({ firstIndex: at, checkpoint: "note", batches: [], records: inClear });
  });
  best("payload of 1,000 records, sealed", () => {
    for (let at = 0; at < count; at += 1000) {
      const keys = newKeys(vault, at, inClear.length);
      const records = inClear.map((record, one) => ({
        ...record,
        sealed: sealUnder(keys[one]!, { index: at + one, leaf }, plain.disclosures),
      }));
      encodeRecords({ firstIndex: at, checkpoint: "note", batches: [], records });
    }
  });
  const start = process.hrtime.bigint();
  const erasures = 200;
  for (let index = 0; index < erasures; index += 1) await vault.erase([{ index: index * 300, by: index }]);
  const ms = Number(process.hrtime.bigint() - start) / 1e6 / erasures;
  process.stdout.write(`${"destroying one key, both copies synced".padEnd(52)} ${ms.toFixed(2).padStart(7)} ms\n`);
  await vault.close();
} finally {
  await rm(folder, { recursive: true });
}
