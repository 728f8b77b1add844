import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PolicyFollower, RefusalDesk, createPolicyDesk } from "@lianzheng/node/policies";
import type { PolicyDeskParts, RefusalDeskOptions } from "@lianzheng/node/policies";
import type { Deployment } from "@lianzheng/sdk/chain";
import { createNoteSigner, encodeVerifierKey } from "@lianzheng/sdk/log";
import { refusalKeyName } from "@lianzheng/sdk/refusal";
import { members, now, origin } from "../api/fixture.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const raw = new Uint8Array(Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url"));

/** What a verifier trusts of the rooms of these tests. */
export const trust = {
  logs: [{ origin, key: encodeVerifierKey(origin, raw), logId: `0x${"11".repeat(32)}`, owner: members.operator }],
} as const;

/** A room over a log whose chain never answered: what is built in is in force. */
export async function openRoom() {
  const directory = await mkdtemp(join(tmpdir(), "lianzheng-room-"));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const follower = await PolicyFollower.open({
    directory,
    chain: { send: () => Promise.reject(new Error("nobody answers")) },
    deployment: { contracts: { policies: { address: `0x${"22".repeat(20)}` } } } as unknown as Deployment,
    now: () => now,
    logger: quiet,
    everyMs: 3600_000,
  });
  const signer = createNoteSigner(
    refusalKeyName(origin),
    raw,
    (message) => new Uint8Array(sign(null, message, privateKey)),
  );
  const refusalsOf = (log: RefusalDeskOptions["log"], more: Partial<RefusalDeskOptions> = {}): RefusalDesk =>
    new RefusalDesk({
      ...{ origin, owner: members.operator, signer, log, now: () => now, logger: quiet },
      randomSeed: () => new Uint8Array(randomBytes(32)),
      ...more,
    });
  const deskOf = (log: RefusalDeskOptions["log"] & PolicyDeskParts["log"]) =>
    createPolicyDesk({ follower, refusals: refusalsOf(log), log });
  return { follower, refusalsOf, deskOf };
}
