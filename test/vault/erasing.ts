import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { EvidenceLog, Receipt, SubmitResult } from "@lianzheng/node/log";
import type { Hex } from "@lianzheng/sdk/encoding";
import { decodeEntry, erasureType } from "@lianzheng/sdk/record";
import { checkLog, identity, openLog, seller, submissionOf } from "../log-node/fixture.ts";

/** An erasure that somebody was told of. */
export interface ToldErasure {
  readonly target: Hex;
  readonly receipt: Receipt;
}

/** Asks for the erasure of a record under a key of its own. */
export async function eraseRecord(log: EvidenceLog, record: Hex): Promise<SubmitResult> {
  const request = { record, issuer: seller, submitter: seller, occurredAt: "2026-11-22T09:14:05.120Z" };
  return await log.erase({ ...request, ground: "subject-request", reference: "a letter" }, identity(`erase ${record}`));
}

/** Submits records of one subject, one frame each; answers their ids. */
export async function submitMany(log: EvidenceLog, names: readonly string[]): Promise<readonly Hex[]> {
  const ids: Hex[] = [];
  for (const name of names) {
    const { receipt } = await log.submit([submissionOf(name, "trade:all")], identity(name));
    ids.push(receipt.records[0]!.id);
  }
  return ids;
}

/** Every file below a folder, whole. */
export async function filesIn(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)));
}

/**
 * The log in `folder` against all that was told: every erased record is unreadable and its tombstone is the record in the
 * receipt; no record is erased that nobody asked for; there is one erasure for each; and trying again finishes the rest.
 */
export async function checkErasures(
  folder: string,
  wanted: readonly Hex[],
  told: readonly ToldErasure[],
): Promise<void> {
  const { log } = await openLog(folder);
  try {
    await checkLog(log);
    await checkConsistent(log, wanted);
    for (const { target, receipt } of told) {
      expect((await log.recordById(target))?.erasedBy).to.equal(receipt.records[0]!.index);
    }
    for (const target of wanted) {
      if ((await log.recordById(target)) === undefined) continue;
      const { receipt } = await eraseRecord(log, target);
      const before = told.find((one) => one.target === target);
      if (before !== undefined) expect(receipt).to.deep.equal(before.receipt);
    }
    await checkConsistent(log, wanted);
  } finally {
    await log.close();
  }
}

/** Every erasure in the log was carried out, and nothing else was: entry and key never contradict each other at rest. */
async function checkConsistent(log: EvidenceLog, wanted: readonly Hex[]): Promise<void> {
  const told = new Set<number>();
  const tombstones = new Set<number>();
  for (let index = 0; index < log.size; index += 1) {
    const { id, entry, erasedBy, disclosures } = (await log.recordAt(index))!;
    if (decodeEntry(entry).type === erasureType) told.add(index);
    expect(disclosures.length > 0, `record ${index}`).to.equal(erasedBy === undefined);
    if (erasedBy === undefined) continue;
    expect(wanted, "erased, though nobody asked for it").to.include(id);
    tombstones.add(erasedBy);
  }
  expect([...tombstones].sort()).to.deep.equal([...told].sort());
}
