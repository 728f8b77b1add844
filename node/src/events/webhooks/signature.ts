import { createHmac, randomBytes } from "node:crypto";

/** What a secret of Standard Webhooks begins with. */
const secretPrefix = "whsec_";

/** A new signing secret: 32 random bytes. */
export function newSecret(): Buffer {
  return randomBytes(32);
}

/** The secret as its owner is shown it, once: `whsec_` and base64. */
export function secretText(secret: Uint8Array): string {
  return `${secretPrefix}${Buffer.from(secret).toString("base64")}`;
}

/**
 * The header fields of one delivery.
 *
 * @param seconds - time of this attempt, whole seconds since 1970
 * @see Standard Webhooks 1.0, "Webhook headers" and "Symmetric signatures": HMAC-SHA256 over id, time and body
 */
export function signedFields(secret: Uint8Array, id: string, seconds: number, body: string): Record<string, string> {
  const signature = createHmac("sha256", secret).update(`${id}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": `v1,${signature}` };
}
