import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import { createNoteSigner, encodeVerifierKey } from "@lianzheng/sdk/log";
import { prepareRecord } from "@lianzheng/sdk/record";
import type { AnchorTimings } from "@lianzheng/node/anchor";
import { EvidenceLog } from "@lianzheng/node/log";
import { owner } from "./owner.ts";

/** Quick enough for tests, and without guesses about the machine: nothing is asserted on time. */
export const quick: AnchorTimings = {
  answerMs: 400,
  tickMs: 5,
  pollMs: 20,
  observeMs: 50,
  backoffFirstMs: 5,
  backoffLastMs: 40,
  rebroadcastMs: 60,
  replaceMs: 10_000,
  stallMs: 5_000,
  flushMs: 15_000,
};

const { privateKey, publicKey } = logKey();

/** Ed25519 public key of the test's log. */
export const logPublicKey = toHex(publicKey);

/** Ed25519 key of the test's log, always the same. */
function logKey(): { readonly privateKey: ReturnType<typeof createPrivateKey>; readonly publicKey: Uint8Array } {
  const seed = createHash("sha256").update("the log of the tests").digest();
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { privateKey, publicKey: new Uint8Array(spki.subarray(-32)) };
}

/** The log's key as verifiers have it. */
export function verifierKey(origin: string): string {
  return encodeVerifierKey(origin, publicKey);
}

const aFixedTime = (): number => 1_793_000_000_000;

/** `now` is the log's clock; that of the chain where members are asked whether they were members then. */
export function openLog(
  directory: string,
  origin: string,
  more: Partial<Pick<Parameters<typeof EvidenceLog.open>[0], "publication" | "now">> = {},
): Promise<EvidenceLog> {
  const signer = createNoteSigner(origin, publicKey, (message) => new Uint8Array(sign(null, message, privateKey)));
  return EvidenceLog.open({ directory, origin, signer, vaultKey: new Uint8Array(32), now: aFixedTime, ...more });
}

/** Puts `count` records into a log, one receipt each, of `subject` where given. */
export async function grow(
  log: EvidenceLog,
  count: number,
  subject = "product:0x01",
  flavour = "plain",
): Promise<void> {
  for (let at = 0; at < count; at++) await submit(log, subject, "x-test.note", { note: `${flavour} ${log.size}` });
}

/** Records one thing. @returns its leaf hash */
export async function submit(
  log: EvidenceLog,
  subject: string,
  type: string,
  body: Readonly<Record<string, string>>,
): Promise<Hex> {
  const digest = createHash("sha256")
    .update(`${subject} ${JSON.stringify(body)} ${log.size}`)
    .digest();
  const record = { type, subject, occurredAt: "2026-11-22T09:14:05.120Z", body };
  const { disclosures } = prepareRecord(record, new Uint8Array(digest));
  const submission = { issuer: owner, submitter: owner, ...record, disclosures };
  const requestDigest = toHex(new Uint8Array(digest));
  const { receipt } = await log.submit([submission], { member: owner, key: requestDigest, requestDigest });
  return receipt.records[0]!.id;
}
