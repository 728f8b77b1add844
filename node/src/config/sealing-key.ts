import { randomBytes } from "node:crypto";
import { isJsonObject } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import { readFileIfThere, readRequiredFile, writeNewFile } from "./files.ts";
import { defaultKeystoreCost, openSecret, sealSecret } from "./keystore.ts";
import { jsonOf } from "./json.ts";
import { SettingsReader } from "./values.ts";

const format = "lianzheng-sealing-key";
const keyBytes = 32;

/**
 * A function that gives the key in `path`, which is made when there is none: 32 random bytes, sealed as the log's key is
 * and at its cost. scrypt takes its time, so it is not asked before somebody needs the key, and once.
 *
 * It rejects with NodeError CONFIG_FORMAT, CONFIG_VALUE, CONFIG_KEY, CONFIG_PASSPHRASE, CONFIG_PERMISSIONS, CONFIG_STORAGE.
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
  const key = randomBytes(keyBytes);
  const sealed = await sealSecret(key, format, passphrase, await costIn(logKeyPath));
  await writeNewFile(path, `${JSON.stringify({ format, version: 1, ...sealed }, null, 2)}\n`, "secret");
  return key;
}

async function opened(bytes: Uint8Array, path: string, passphrase: string): Promise<Uint8Array> {
  const reader = new SettingsReader(path, jsonOf(bytes, path), "", ["format", "version", "kdf", "cipher"]);
  reader.text("format", (text) => text === format, `"${format}"`);
  reader.count("version", 1, 1);
  const key = await openSecret(reader, path, format, passphrase);
  if (key.length === keyBytes) return key;
  throw new NodeError("CONFIG_KEY", `${path} holds no key of ${keyBytes} bytes`, { file: path });
}

/** The cost of the log's keystore: whoever chose another for one key chose it for all. */
async function costIn(logKeyPath: string): Promise<number> {
  const document = jsonOf(await readRequiredFile(logKeyPath, "secret", "restore it from the backup"), logKeyPath);
  const kdf = isJsonObject(document) ? document["kdf"] : undefined;
  const cost = isJsonObject(kdf) ? kdf["cost"] : undefined;
  return typeof cost === "number" ? cost : defaultKeystoreCost;
}
