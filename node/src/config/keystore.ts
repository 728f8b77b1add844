import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { EvidenceError, fromHex, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { NodeError } from "../errors.ts";
import type { SettingsReader } from "./values.ts";

/** Cost of scrypt (RFC 7914): N = 2^17, r = 8, p = 1 take half a second and 128 MiB for each guess (OWASP's first choice). */
export const defaultKeystoreCost = 131_072;

const blockSize = 8;
const largestCost = 2 ** 20;

/** A secret as a file of `keys/` holds it. */
export interface SealedSecret {
  readonly kdf: { readonly name: "scrypt"; readonly cost: number; readonly salt: Hex };
  readonly cipher: { readonly name: "aes-256-gcm"; readonly nonce: Hex; readonly tag: Hex; readonly text: Hex };
}

/** Seals `plain` with AES-256-GCM under a key that scrypt makes of the passphrase, bound to `context`. */
export async function sealSecret(
  plain: Uint8Array,
  context: string,
  passphrase: string,
  cost: number,
): Promise<SealedSecret> {
  const salt = randomBytes(32);
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await stretch(passphrase, salt, cost), nonce);
  cipher.setAAD(Buffer.from(context));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    kdf: { name: "scrypt", cost, salt: toHex(salt) },
    cipher: { name: "aes-256-gcm", nonce: toHex(nonce), tag: toHex(cipher.getAuthTag()), text: toHex(text) },
  };
}

/**
 * Opens what {@link sealSecret} made; `reader` stands on the object that has `kdf` and `cipher`.
 *
 * @throws NodeError CONFIG_VALUE; CONFIG_PASSPHRASE (wrong, or the file was changed)
 */
export async function openSecret(
  reader: SettingsReader,
  source: string,
  context: string,
  passphrase: string,
): Promise<Buffer> {
  const kdf = reader.object("kdf", ["name", "cost", "salt"]);
  kdf.text("name", (text) => text === "scrypt", '"scrypt"');
  const secret = await stretch(passphrase, bytesOf(kdf, "salt", 32), kdf.count("cost", 2, largestCost));
  const cipher = reader.object("cipher", ["name", "nonce", "tag", "text"]);
  cipher.text("name", (text) => text === "aes-256-gcm", '"aes-256-gcm"');
  const decipher = createDecipheriv("aes-256-gcm", secret, bytesOf(cipher, "nonce", 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytesOf(cipher, "tag", 16));
  try {
    return Buffer.concat([decipher.update(bytesOf(cipher, "text")), decipher.final()]);
  } catch (error) {
    if (error instanceof NodeError) throw error;
    const message = `${source} cannot be opened: the passphrase is wrong, or the file was changed`;
    throw new NodeError("CONFIG_PASSPHRASE", message, { file: source }, error);
  }
}

function bytesOf(reader: SettingsReader, name: string, length?: number): Buffer {
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

function stretch(passphrase: string, salt: Uint8Array, cost: number): Promise<Buffer> {
  const maxmem = 256 * cost * blockSize;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), salt, 32, { N: cost, r: blockSize, p: 1, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(new NodeError("CONFIG_VALUE", "kdf/cost must be a power of two", { field: "/kdf/cost" }, error));
    });
  });
}
