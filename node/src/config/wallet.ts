import { Wallet, decryptKeystoreJson, encryptKeystoreJson, isError, isKeystoreJson } from "ethers";
import { NodeError } from "../errors.ts";

/** A secp256k1 key for a chain, opened. */
export interface ChainKey {
  /** Lower-case, 20 bytes. */
  readonly address: `0x${string}`;
  /** 32 bytes. Whoever holds it acts for the member: never logged, never in an error. */
  readonly privateKey: `0x${string}`;
}

/** A new random key. */
export function makeChainKey(): ChainKey {
  return chainKeyOf(Wallet.createRandom().privateKey);
}

/** The key as an encrypted keystore (Web3 Secret Storage, version 3), which other programs read too. */
export async function sealChainKey(key: ChainKey, passphrase: string, cost: number): Promise<string> {
  const options = { scrypt: { N: cost, r: 8, p: 1 } };
  return `${await encryptKeystoreJson(key, passphrase, options)}\n`;
}

/** Opens what {@link sealChainKey} made. @throws NodeError CONFIG_FORMAT, CONFIG_PASSPHRASE */
export async function openChainKey(bytes: Uint8Array, source: string, passphrase: string): Promise<ChainKey> {
  const text = new TextDecoder().decode(bytes);
  if (!isKeystoreJson(text)) {
    throw new NodeError("CONFIG_FORMAT", `${source} is not an encrypted keystore (Web3 Secret Storage)`, {
      file: source,
    });
  }
  try {
    return chainKeyOf((await decryptKeystoreJson(text, passphrase)).privateKey);
  } catch (error) {
    // The cause stays out: what ethers says of a keystore is not known to be free of it.
    const wrong = isError(error, "INVALID_ARGUMENT") && error.argument === "password";
    const reason = wrong ? "the passphrase is wrong" : "the file is damaged";
    const code = wrong ? "CONFIG_PASSPHRASE" : "CONFIG_FORMAT";
    throw new NodeError(code, `${source} cannot be opened: ${reason}`, { file: source });
  }
}

function chainKeyOf(privateKey: string): ChainKey {
  const wallet = new Wallet(privateKey);
  return { address: wallet.address.toLowerCase() as `0x${string}`, privateKey: privateKey as `0x${string}` };
}
