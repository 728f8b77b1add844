import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey } from "node:crypto";
import { generateKeyPairSync, randomBytes, scrypt } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { EvidenceError, fromHex, toHex } from "@lianzheng/sdk/encoding";
import { encodeVerifierKey } from "@lianzheng/sdk/log";
import { NodeError } from "../errors.ts";
import { jsonOf } from "./settings.ts";
import { SettingsReader } from "./values.ts";

/** Cost of scrypt (RFC 7914): N = 2^17, r = 8, p = 1 take half a second and 128 MiB for each guess (OWASP's first choice). */
export const defaultKeystoreCost = 131_072;

const blockSize = 8;
/** Largest cost that is read: 1 GiB of memory. */
export const largestCost = 2 ** 20;

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
export async function sealLogKey(key: LogKey, passphrase: string, cost: number): Promise<string> {
  const salt = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await stretch(passphrase, salt, cost), nonce);
  cipher.setAAD(Buffer.from(key.verifier));
  const plain = key.privateKey.export({ format: "der", type: "pkcs8" });
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  plain.fill(0);
  const document = {
    format: "lianzheng-log-key",
    version: 1,
    verifier: key.verifier,
    kdf: { name: "scrypt", cost, salt: toHex(salt) },
    cipher: { name: "aes-256-gcm", nonce: toHex(nonce), tag: toHex(cipher.getAuthTag()), text: toHex(sealed) },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
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
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", [
    "format",
    "version",
    "verifier",
    "kdf",
    "cipher",
  ]);
  reader.text("format", (text) => text === "lianzheng-log-key", '"lianzheng-log-key"');
  reader.count("version", 1, 1);
  const verifier = reader.text("verifier", (text) => text.length <= 400, "a verifier key");
  const kdf = reader.object("kdf", ["name", "cost", "salt"]);
  kdf.text("name", (text) => text === "scrypt", '"scrypt"');
  const secret = await stretch(passphrase, bytesOf(kdf, "salt", 32), kdf.count("cost", 2, largestCost));
  const key = logKeyOf(unseal(reader, source, secret, verifier), origin);
  if (key.verifier === verifier) return key;
  throw new NodeError("CONFIG_KEY", `${source} holds the key of another log than ${origin}`, { file: source });
}

function unseal(reader: SettingsReader, source: string, secret: Buffer, verifier: string): KeyObject {
  const cipher = reader.object("cipher", ["name", "nonce", "tag", "text"]);
  cipher.text("name", (text) => text === "aes-256-gcm", '"aes-256-gcm"');
  const decipher = createDecipheriv("aes-256-gcm", secret, bytesOf(cipher, "nonce", 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(verifier)).setAuthTag(bytesOf(cipher, "tag", 16));
  try {
    const plain = Buffer.concat([decipher.update(bytesOf(cipher, "text")), decipher.final()]);
    return createPrivateKey({ key: plain, format: "der", type: "pkcs8" });
  } catch (error) {
    const message = `${source} cannot be opened: the passphrase is wrong, or the file was changed`;
    throw new NodeError("CONFIG_PASSPHRASE", message, { file: source }, error);
  }
}

function logKeyOf(privateKey: KeyObject, origin: string): LogKey {
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  const publicKey = new Uint8Array(Buffer.from(x ?? "", "base64url"));
  return { privateKey, publicKey, verifier: encodeVerifierKey(origin, publicKey) };
}

/** The bytes under `name`, in hex: `length` of them, or at most 1,024. */
export function bytesOf(reader: SettingsReader, name: string, length?: number): Buffer {
  const isBytes = (text: string): boolean => {
    try {
      const { length: found } = fromHex(text);
      return length === undefined ? found <= 1024 : found === length;
    } catch (error) {
      if (error instanceof EvidenceError) return false;
      throw error;
    }
  };
  return Buffer.from(reader.text(name, isBytes, "lower-case hex with 0x").slice(2), "hex");
}

/** 32 bytes of a passphrase by scrypt (RFC 7914) at `cost`. */
export function stretch(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  const maxmem = 256 * cost * blockSize;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), salt, 32, { N: cost, r: blockSize, p: 1, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(new NodeError("CONFIG_VALUE", "kdf/cost must be a power of two", { field: "/kdf/cost" }, error));
    });
  });
}
