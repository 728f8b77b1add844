import { createHash } from "node:crypto";
import { digestOf } from "../../test/contracts/fixture.ts";
import { gasOf, type Figures, type Stage } from "./measuring.ts";

/** All levels of the tree over `count` leaves, iteratively: a node without a sibling moves up as it is. */
function levelsOf(count: number): Buffer[][] {
  const sha256 = (data: Buffer): Buffer => createHash("sha256").update(data).digest();
  const levels = [Array.from({ length: count }, (_, i) => sha256(Buffer.from(`\0entry ${i}`)))];
  for (let level = levels[0]!; level.length > 1;) {
    const above: Buffer[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i]!, level[i + 1]];
      above.push(right === undefined ? left : sha256(Buffer.concat([Buffer.of(1), left, right])));
    }
    levels.push(above);
    level = above;
  }
  return levels;
}

/** Root of leaves `start` to `end` of the tree; ranges that are whole subtrees are read off, others split (RFC 6962 section 2.1). */
function rangeRoot(levels: Buffer[][], start: number, end: number): Buffer {
  const size = end - start;
  const height = Math.log2(size);
  if (Number.isInteger(height) && start % size === 0) return levels[height]![start / size]!;
  const k = splitOf(size);
  const [left, right] = [rangeRoot(levels, start, start + k), rangeRoot(levels, start + k, end)];
  return createHash("sha256").update(Buffer.of(1)).update(left).update(right).digest();
}

const splitOf = (size: number): number => 2 ** Math.floor(Math.log2(size - 1));

/** PROOF of RFC 6962 section 2.1.2. */
function consistency(levels: Buffer[][], from: number, start: number, end: number, whole: boolean): Buffer[] {
  const size = end - start;
  if (from === size) return whole ? [] : [rangeRoot(levels, start, end)];
  const k = splitOf(size);
  if (from <= k) return [...consistency(levels, from, start, start + k, whole), rangeRoot(levels, start + k, end)];
  return [...consistency(levels, from - k, start + k, end, false), rangeRoot(levels, start, start + k)];
}

const hex = (digest: Buffer): string => `0x${digest.toString("hex")}`;

/** Inclusion path of RFC 6962 section 2.1.1. */
function pathOf(levels: Buffer[][], index: number, start: number, end: number): Buffer[] {
  if (end - start === 1) return [];
  const k = splitOf(end - start);
  return index < k
    ? [...pathOf(levels, index, start, start + k), rangeRoot(levels, start + k, end)]
    : [...pathOf(levels, index - k, start + k, end), rangeRoot(levels, start, start + k)];
}

export async function measureLogs({ logs, seller }: Stage): Promise<Figures> {
  const mine = logs.connect(seller.key);
  const figures: Figures = {
    "EvidenceLogs.register": await gasOf(mine.register("log.example/evidence", digestOf("key"))),
  };
  const levels = levelsOf(1_010_000);
  const logId = await logs.logIdOf(seller.id, "log.example/evidence");
  let head = 0;
  const publish = async (size: number): Promise<number> => {
    const proof = head === 0 ? [] : consistency(levels, head, 0, size, true).map(hex);
    const gas = await gasOf(mine.publish(logId, head, size, hex(rangeRoot(levels, 0, size)), proof));
    head = size;
    return gas;
  };
  figures["EvidenceLogs.publish first, 1,000 leaves"] = await publish(1000);
  figures["EvidenceLogs.publish 1,000 to 1,100 leaves"] = await publish(1100);
  figures["EvidenceLogs.publish 1,100 to 100,000 leaves"] = await publish(100_000);
  figures["EvidenceLogs.publish 100,000 to 101,000 leaves"] = await publish(101_000);
  figures["EvidenceLogs.publish 101,000 to 1,000,000 leaves"] = await publish(1_000_000);
  figures["EvidenceLogs.publish 1,000,000 to 1,010,000 leaves"] = await publish(1_010_000);
  const root = hex(rangeRoot(levels, 0, 1000));
  figures["EvidenceLogs.publish again, nothing happens"] = await gasOf(mine.publish(logId, 0, 1000, root, []));
  const path = pathOf(levels, 777_777, 0, head).map(hex);
  const leaf = hex(levels[0]![777_777]!);
  const included = await logs.isIncluded.estimateGas(logId, head, leaf, 777_777, path);
  if (!(await logs.isIncluded(logId, head, leaf, 777_777, path))) throw new Error("the measured proof does not hold");
  figures["EvidenceLogs.isIncluded in 1,010,000 leaves"] = Number(included);
  figures["EvidenceLogs.rotateKey"] = await gasOf(mine.rotateKey(logId, digestOf("new key")));
  figures["EvidenceLogs.close"] = await gasOf(mine.close(logId, digestOf("reason")));
  return figures;
}
