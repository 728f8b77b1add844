import { randomBytes } from "node:crypto";
import { NodeError } from "../errors.ts";
import { openSecret, sealSecret } from "./keystore.ts";
import { jsonOf } from "./json.ts";
import { SettingsReader } from "./values.ts";

const keyBytes = 32;

/** A new key for the files of a vault: 32 random bytes. */
export function makeVaultKey(): Uint8Array {
  return randomBytes(keyBytes);
}

/** `keys/vault.json`: the vault's key, sealed as the log's key is, and bound to that log by its verifier key. */
export async function sealVaultKey(
  key: Uint8Array,
  verifier: string,
  passphrase: string,
  cost: number,
): Promise<string> {
  const sealed = await sealSecret(key, contextOf(verifier), passphrase, cost);
  return `${JSON.stringify({ format: "lianzheng-vault-key", version: 1, verifier, ...sealed }, null, 2)}\n`;
}

/**
 * Opens what {@link sealVaultKey} made.
 *
 * @param verifier - the log's verifier key, vkey form
 * @throws NodeError CONFIG_FORMAT, CONFIG_VALUE, CONFIG_PASSPHRASE (wrong, or the file was changed), CONFIG_KEY (of another log)
 */
export async function openVaultKey(
  bytes: Uint8Array,
  source: string,
  passphrase: string,
  verifier: string,
): Promise<Uint8Array> {
  const known = ["format", "version", "verifier", "kdf", "cipher"];
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", known);
  reader.text("format", (text) => text === "lianzheng-vault-key", '"lianzheng-vault-key"');
  reader.count("version", 1, 1);
  const owner = reader.text("verifier", (text) => text.length <= 400, "a verifier key");
  const key = await openSecret(reader, source, contextOf(owner), passphrase);
  if (owner === verifier && key.length === keyBytes) return key;
  throw new NodeError("CONFIG_KEY", `${source} holds the key of another log's vault`, { file: source });
}

/** A log's key is sealed under its verifier alone: one file must not be taken for the other. */
function contextOf(verifier: string): string {
  return `vault\n${verifier}`;
}
