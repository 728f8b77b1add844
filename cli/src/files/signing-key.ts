import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { stat } from "node:fs/promises";
import { CliError } from "../errors.ts";
import { readInput } from "./read.ts";

const OTHERS = 0o077;
const MAX_KEY_BYTES = 4096;

/** An Ed25519 key that signs what its owner issues. */
export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/**
 * The key of a PKCS #8 file in PEM, as `openssl genpkey -algorithm ed25519` writes it, without a passphrase: whoever has it can issue in
 * its owner's name, so a file that others can read is refused.
 *
 * @throws CliError E_KEYFILE_PERMISSIONS, E_KEY_FORMAT, E_FILE_*
 */
export async function openSigningKey(path: string): Promise<SigningKey> {
  const pem = await readInput(path, MAX_KEY_BYTES);
  const { mode } = await stat(path);
  if ((mode & OTHERS) !== 0)
    throw new CliError("E_KEYFILE_PERMISSIONS", `${path} can be read by others; run chmod 600 on it`, { file: path });
  const key = parse(path, pem);
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    publicKey: new Uint8Array(spki.subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

function parse(path: string, pem: Uint8Array): KeyObject {
  const refused = (cause?: unknown): CliError =>
    new CliError(
      "E_KEY_FORMAT",
      `${path} holds no Ed25519 key in PEM (openssl genpkey -algorithm ed25519)`,
      { file: path },
      cause,
    );
  try {
    const key = createPrivateKey({ key: Buffer.from(pem), format: "pem" });
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (cause) {
    throw refused(cause);
  }
  throw refused();
}
