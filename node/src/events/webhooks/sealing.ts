import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { NodeError } from "../../errors.ts";

/** A secret on disk: AES-256-GCM, base64url of nonce 12, tag 16 and text. */
export function sealSecret(secret: Uint8Array, key: Uint8Array, webhook: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(webhook));
  const text = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url");
}

/** Opens what {@link sealSecret} made for the same webhook. @throws NodeError WEBHOOK_STORE */
export function openSecret(sealed: string, key: Uint8Array, webhook: string): Buffer {
  const bytes = Buffer.from(sealed, "base64url");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(webhook)).setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  } catch (error) {
    throw new NodeError(
      "WEBHOOK_STORE",
      "a webhook's secret cannot be opened with this node's key",
      { webhook },
      error,
    );
  }
}
