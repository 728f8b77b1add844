import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { expect } from "chai";
import type { EvidenceLogOptions, LogProgress, Submission, SubmitResult } from "@lianzheng/node/log";
import { EvidenceLog } from "@lianzheng/node/log";
import type { Hex } from "@lianzheng/sdk/encoding";
import { equalBytes, fromHex, utf8 } from "@lianzheng/sdk/encoding";
import type { NoteSigner } from "@lianzheng/sdk/log";
import {
  createNoteSigner,
  createNoteVerifier,
  leafDigest,
  openCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from "@lianzheng/sdk/log";
import { decodeEntry, encodeDisclosure, saltOf, usccCheckCharacter } from "@lianzheng/sdk/record";

export const origin = "log.example/tests";

/** A key of the tests: the same in every process. */
function keyOf(seed: number): { signer: NoteSigner; publicKey: Uint8Array } {
  // PKCS #8 of an Ed25519 key (RFC 8410 section 7) with a seed of 32 equal bytes.
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, seed)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return { signer: createNoteSigner(origin, publicKey, (message) => sign(null, message, key)), publicKey };
}

export const { signer, publicKey } = keyOf(1);
export const vaultKey: Uint8Array = Buffer.alloc(32, 7);
export const otherSigner = keyOf(2).signer;
export const verifier = createNoteVerifier(origin, publicKey);

const codes = ["91460000MA5T00016", "91460000MA5T00018"];
export const [seller, buyer] = codes.map((code) => code + usccCheckCharacter(code)) as [string, string];

/** A submission whose disclosures are its own: `name` decides all of it. */
export function submissionOf(name: string, subject = `trade:${name}`): Submission {
  const seed = createHash("sha256").update(name).digest();
  const disclosures = ["price", "currency"].map((field) =>
    encodeDisclosure(saltOf(seed, field), field, `${field} ${name}`),
  );
  return {
    issuer: seller,
    submitter: seller,
    type: "trade.contract",
    subject,
    occurredAt: "2026-11-22T09:14:05.120Z",
    disclosures,
  };
}

export function identity(
  key: string,
  body = key,
  member = seller,
): { member: string; key: string; requestDigest: Hex } {
  return { member, key, requestDigest: `0x${createHash("sha256").update(body).digest("hex")}` };
}

export interface OpenedLog {
  readonly log: EvidenceLog;
  readonly progress: readonly LogProgress[];
}

export async function openLog(directory: string, options: Partial<EvidenceLogOptions> = {}): Promise<OpenedLog> {
  const progress: LogProgress[] = [];
  // How far reading came is told by the clock, and so differs from run to run.
  const onProgress = (one: LogProgress): void => {
    if (one.stage !== "reading") progress.push(one);
  };
  const log = await EvidenceLog.open({
    directory,
    origin,
    signer,
    vaultKey,
    now: Date.now,
    onProgress,
    reserveBytes: 0,
    ...options,
  });
  return { log, progress };
}

/** Submits one record under a key of the same name. */
export async function submitOne(log: EvidenceLog, name: string, subject?: string): Promise<SubmitResult> {
  return await log.submit([submissionOf(name, subject)], identity(name));
}

/**
 * The whole log against what its readers may demand: every entry canonical and in its subject's chain, found by id, by
 * subject and by index, its disclosures committed, its inclusion provable to the newest checkpoint with the sdk's
 * verifier; and every older checkpoint a prefix of it.
 */
export async function checkLog(log: EvidenceLog, olderCheckpoints: readonly string[] = []): Promise<void> {
  const { size, root } = openCheckpoint(log.checkpoint(), [verifier]);
  expect(size).to.equal(log.size);
  const chains = new Map<string, { count: number; id: Hex; indexes: number[] }>();
  for (let index = 0; index < size; index += 1) {
    const record = await log.recordAt(index);
    expect(record?.index).to.equal(index);
    const { entry: text, id } = record!;
    const leaf = leafDigest(utf8(text));
    expect(equalBytes(leaf, fromHex(id, 32))).to.equal(true);
    verifyInclusion(leaf, index, size, [...(await log.inclusionProof(index, size))], root);
    expect(await log.recordById(id)).to.deep.equal(record);
    const entry = decodeEntry(text);
    const before = chains.get(entry.subject);
    expect([entry.sequence, entry.previous]).to.deep.equal([before?.count ?? 0, before?.id ?? null]);
    chains.set(entry.subject, { count: entry.sequence + 1, id, indexes: [...(before?.indexes ?? []), index] });
  }
  for (const [subject, { indexes }] of chains) expect(await log.indexesOf(subject)).to.deep.equal(indexes);
  expect(await log.recordAt(size)).to.equal(undefined);
  for (const older of olderCheckpoints) await checkExtends(log, older);
}

/** That the newest checkpoint extends an older one. */
export async function checkExtends(log: EvidenceLog, older: string): Promise<void> {
  const from = openCheckpoint(older, [verifier]);
  const to = openCheckpoint(log.checkpoint(), [verifier]);
  verifyConsistency(from.size, from.root, to.size, to.root, [...(await log.consistencyProof(from.size, to.size))]);
  expect(await log.checkpointAt(from.size)).to.equal(older);
}
