import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { isJsonObject } from "@lianzheng/sdk/record";
import { toHex } from "@lianzheng/sdk/encoding";
import { NodeError } from "../errors.ts";
import { readFileIfThere, readRequiredFile, writeNewFile } from "./files.ts";
import { bytesOf, defaultKeystoreCost, largestCost, stretch } from "./log-key.ts";
import { jsonOf } from "./settings.ts";
import { SettingsReader } from "./values.ts";

const format = "lianzheng-sealing-key";

/**
 * A function that gives the key in `path`, which is made when there is none: 32 random bytes, sealed with AES-256-GCM under
 * a key that scrypt makes of the passphrase, at the cost of the log's keystore. scrypt takes its time, so it is not asked
 * before somebody needs the key, and once.
 *
 * It rejects with NodeError CONFIG_FORMAT, CONFIG_VALUE, CONFIG_PASSPHRASE, CONFIG_PERMISSIONS, CONFIG_STORAGE.
 */
export function sealingKeyIn(path: string, logKeyPath: string, passphrase: string): () => Promise<Uint8Array> {
  let key: Promise<Uint8Array> | undefined;
  return () => {
    key ??= openOrMake(path, logKeyPath, passphrase).catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  };
}

async function openOrMake(path: string, logKeyPath: string, passphrase: string): Promise<Uint8Array> {
  const bytes = await readFileIfThere(path, "secret");
  if (bytes !== undefined) return await opened(bytes, path, passphrase);
  const key = randomBytes(32);
  await writeNewFile(path, await sealed(key, passphrase, await costIn(logKeyPath)), "secret");
  return key;
}

async function sealed(key: Uint8Array, passphrase: string, cost: number): Promise<string> {
  const [salt, nonce] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv("aes-256-gcm", await stretch(passphrase, salt, cost), nonce).setAAD(
    Buffer.from(format),
  );
  const text = Buffer.concat([cipher.update(key), cipher.final()]);
  const document = {
    ...{ format, version: 1, kdf: { name: "scrypt", cost, salt: toHex(salt) } },
    cipher: { name: "aes-256-gcm", nonce: toHex(nonce), tag: toHex(cipher.getAuthTag()), text: toHex(text) },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

async function opened(bytes: Uint8Array, path: string, passphrase: string): Promise<Uint8Array> {
  const reader = new SettingsReader(path, jsonOf(bytes, path), "", ["format", "version", "kdf", "cipher"]);
  reader.text("format", (text) => text === format, `"${format}"`);
  reader.count("version", 1, 1);
  const kdf = reader.object("kdf", ["name", "cost", "salt"]);
  kdf.text("name", (text) => text === "scrypt", '"scrypt"');
  const secret = await stretch(passphrase, bytesOf(kdf, "salt", 32), kdf.count("cost", 2, largestCost));
  const cipher = reader.object("cipher", ["name", "nonce", "tag", "text"]);
  cipher.text("name", (text) => text === "aes-256-gcm", '"aes-256-gcm"');
  const decipher = createDecipheriv("aes-256-gcm", secret, bytesOf(cipher, "nonce", 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(format)).setAuthTag(bytesOf(cipher, "tag", 16));
  try {
    return Buffer.concat([decipher.update(bytesOf(cipher, "text", 32)), decipher.final()]);
  } catch (error) {
    const message = `${path} cannot be opened: the passphrase is wrong, or the file was changed`;
    throw new NodeError("CONFIG_PASSPHRASE", message, { file: path }, error);
  }
}

/** The cost of the log's keystore: whoever chose another for one key chose it for all. */
async function costIn(logKeyPath: string): Promise<number> {
  const document = jsonOf(await readRequiredFile(logKeyPath, "secret", "restore it from the backup"), logKeyPath);
  const kdf = isJsonObject(document) ? document["kdf"] : undefined;
  const cost = isJsonObject(kdf) ? kdf["cost"] : undefined;
  return typeof cost === "number" ? cost : defaultKeystoreCost;
}
