import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { NoteVerifier } from "@lianzheng/sdk/log";
import { encodeVerifierKey, parseVerifierKey } from "@lianzheng/sdk/log";
import { NodeError } from "../errors.ts";
import { openSecret, sealSecret } from "./keystore.ts";
import { jsonOf } from "./json.ts";
import { SettingsReader } from "./values.ts";

/** The log's key pair, opened. */
export interface LogKey {
  readonly privateKey: KeyObject;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** vkey form, as a policy names it. */
  readonly verifier: string;
}

/** A new Ed25519 key for the log `origin`. */
export function makeLogKey(origin: string): LogKey {
  return logKeyOf(generateKeyPairSync("ed25519").privateKey, origin);
}

/**
 * `keys/log.json`: the key as PKCS #8, sealed with AES-256-GCM under a key that scrypt makes of the passphrase.
 *
 * The verifier key stands in the open and is authenticated with the rest, so a file cannot be passed off as another log's.
 */
export async function sealLogKey({ privateKey, verifier }: LogKey, passphrase: string, cost: number): Promise<string> {
  const plain = privateKey.export({ format: "der", type: "pkcs8" });
  const sealed = await sealSecret(plain, verifier, passphrase, cost);
  plain.fill(0);
  return `${JSON.stringify({ format: "lianzheng-log-key", version: 1, verifier, ...sealed }, null, 2)}\n`;
}

/**
 * Opens what {@link sealLogKey} made.
 *
 * @throws NodeError CONFIG_FORMAT, CONFIG_VALUE, CONFIG_PASSPHRASE (wrong, or the file was changed), CONFIG_KEY (not a key
 *   for `origin`)
 */
export async function openLogKey(
  bytes: Uint8Array,
  source: string,
  passphrase: string,
  origin: string,
): Promise<LogKey> {
  const known = ["format", "version", "verifier", "kdf", "cipher"];
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", known);
  reader.text("format", (text) => text === "lianzheng-log-key", '"lianzheng-log-key"');
  reader.count("version", 1, 1);
  const verifier = reader.text("verifier", (text) => text.length <= 400, "a verifier key");
  const plain = await openSecret(reader, source, verifier, passphrase);
  const key = logKeyOf(privateKeyOf(plain, source), origin);
  plain.fill(0);
  if (key.verifier === verifier) return key;
  throw new NodeError("CONFIG_KEY", `${source} holds the key of another log than ${origin}`, { file: source });
}

/**
 * The verifier key that a file of {@link sealLogKey} has in the open: enough to check a log, and no passphrase is asked for.
 *
 * @throws NodeError CONFIG_FORMAT, CONFIG_VALUE, CONFIG_KEY (not a key for `origin`)
 */
export function readLogVerifier(bytes: Uint8Array, source: string, origin: string): NoteVerifier {
  const known = ["format", "version", "verifier", "kdf", "cipher"];
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", known);
  const text = reader.text("verifier", (found) => found.length <= 400, "a verifier key");
  try {
    const verifier = parseVerifierKey(text);
    if (verifier.name === origin) return verifier;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
  }
  throw new NodeError("CONFIG_KEY", `${source} does not name a key of the log ${origin}`, { file: source });
}

function privateKeyOf(plain: Buffer, source: string): KeyObject {
  try {
    return createPrivateKey({ key: plain, format: "der", type: "pkcs8" });
  } catch (error) {
    throw new NodeError("CONFIG_KEY", `${source} holds no key`, { file: source }, error);
  }
}

function logKeyOf(privateKey: KeyObject, origin: string): LogKey {
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  const publicKey = new Uint8Array(Buffer.from(x ?? "", "base64url"));
  return { privateKey, publicKey, verifier: encodeVerifierKey(origin, publicKey) };
}
