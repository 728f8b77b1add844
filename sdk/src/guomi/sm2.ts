import { EvidenceError, fromHex, isHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { sm2 } from "sm-crypto-v2";

/** Whoever signs has this id, unless both sides agree on another: GB/T 35276-2017 section 10, GM/T 0009-2023. */
const defaultId = "1234567812345678";

/** Order of the curve's group. @see GB/T 32918.5-2017 */
const order = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

const [keyBytes, halfBytes, signatureBytes] = [65, 32, 64];

/** A key that signs by SM2, wherever it is kept: in a file, a cipher machine (密码机) or a smart token. */
export interface Sm2Signer {
  /** 04 ‖ x ‖ y, 65 bytes. */
  readonly key: Hex;
  /** r ‖ s, 64 bytes, over SM3(Z ‖ message) with the default id. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/**
 * A signer whose key this program holds.
 *
 * @param privateKey - 32 bytes; a copy is kept, in memory that nobody wipes: for more than tests and small offices take a cipher machine
 * @throws EvidenceError E_SEED: no key of the curve
 */
export function sm2Signer(privateKey: Uint8Array): Sm2Signer {
  const text = toHex(privateKey).slice(2);
  const value = privateKey.length === halfBytes ? BigInt(`0x${text}`) : 0n;
  if (value === 0n || value >= order - 1n)
    throw new EvidenceError("E_SEED", "a private key of SM2 is 32 bytes, from 1 to n - 2");
  const key: Hex = `0x${sm2.getPublicKeyFromPrivateKey(text)}`;
  const options = { hash: true, publicKey: key.slice(2), userId: defaultId };
  return { key, sign: (message) => fromHex(`0x${sm2.doSignature(message, text, options)}`, signatureBytes) };
}

/**
 * Whether `key` gave `signature` to `message`: SM2 over SM3 of Z and the message, with the default id.
 *
 * @param key       - 04 ‖ x ‖ y, 65 bytes
 * @param signature - r ‖ s, 64 bytes; out of range is no signature
 * @throws EvidenceError V_ALGORITHM: the key is no point of the curve
 * @see GB/T 32918.2-2016 sections 5.5 and 7.1
 */
export function isSm2Signature(message: Uint8Array, signature: Uint8Array, key: Hex): boolean {
  assertSm2Key(key);
  if (signature.length !== signatureBytes) return false;
  const text = toHex(signature).slice(2);
  const [r, s] = [BigInt(`0x${text.slice(0, 64)}`), BigInt(`0x${text.slice(64)}`)];
  if (r === 0n || s === 0n || r >= order || s >= order || (r + s) % order === 0n) return false;
  return sm2.doVerifySignature(message, text, key.slice(2), { hash: true, userId: defaultId });
}

/** Refuses what is no public key in its uncompressed form. @throws EvidenceError V_ALGORITHM */
export function assertSm2Key(key: unknown): asserts key is Hex {
  if (!isHex(key, keyBytes) || !key.startsWith("0x04") || !isOnCurve(key))
    throw new EvidenceError("V_ALGORITHM", "an SM2 key is 04, x and y of a point of the curve, 65 bytes");
}

function isOnCurve(key: Hex): boolean {
  try {
    return sm2.verifyPublicKey(key.slice(2));
  } catch {
    // The library throws for some points that are none, and answers false for others: both are no key, and the caller says so.
    return false;
  }
}
