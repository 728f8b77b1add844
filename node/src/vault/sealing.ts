import { createCipheriv, createDecipheriv, createSecretKey, hash, randomFillSync } from "node:crypto";
import { NodeError } from "../errors.ts";
import type { Vault } from "./vault.ts";

const nonceBytes = 12;
const tagBytes = 16;
const indexBytes = 8;
const leafBytes = 32;

/** Bytes that sealing adds to a record's disclosures. */
export const sealBytes: number = nonceBytes + tagBytes;

/** Whose disclosures are sealed: the record's place in the log and its leaf hash. */
export interface SealedPlace {
  readonly index: number;
  /** 32 bytes. */
  readonly leaf: Uint8Array;
}

// What a text is bound to: index 8, leaf hash 32. Nothing is awaited between filling and using it.
const bound = Buffer.alloc(indexBytes + leafBytes);

function boundTo({ index, leaf }: SealedPlace): Buffer {
  bound.writeBigUInt64BE(BigInt(index), 0);
  bound.set(leaf, indexBytes);
  return bound;
}

// Random bytes are asked for many at a time: each asking costs as much as sealing.
const randomPool = Buffer.alloc(nonceBytes * 1024);
let randomAt = randomPool.length;

/**
 * A fresh nonce. A key may seal twice: a group that could not be written leaves its indexes to the next. So the nonce is
 * not a constant, although as a rule each key seals one text.
 */
function nonceInto(into: Buffer): void {
  if (randomAt === randomPool.length) {
    randomFillSync(randomPool);
    randomAt = 0;
  }
  randomPool.copy(into, 0, randomAt, (randomAt += nonceBytes));
}

/**
 * Disclosures sealed under the key of their index: nonce 12 ‖ AES-256-GCM of the disclosures, joined by line feeds ‖ tag 16,
 * bound to index and leaf hash, so that no text can be put in another's place.
 *
 * Throws VAULT_MISSING when the index was not reserved.
 */
export function sealDisclosures(vault: Vault, place: SealedPlace, disclosures: readonly string[]): Buffer {
  const [key] = newKeys(vault, place.index, 1);
  if (key === undefined) throw new TypeError("one key was asked for");
  return sealUnder(key, place, disclosures);
}

/** As {@link sealDisclosures}, under a key that {@link newKeys} gave. */
export function sealUnder(key: Uint8Array, place: SealedPlace, disclosures: readonly string[]): Buffer {
  const text = disclosures.join("\n");
  const sealed = Buffer.allocUnsafe(sealBytes + text.length);
  nonceInto(sealed);
  // A KeyObject, because giving the bytes themselves takes Node 24 five times as long (14 µs against 2.3 µs, measured).
  const cipher = createCipheriv("aes-256-gcm", createSecretKey(key), sealed.subarray(0, nonceBytes));
  cipher.setAAD(boundTo(place));
  sealed.write(text, nonceBytes, "latin1");
  sealed.set(cipher.update(sealed.subarray(nonceBytes, nonceBytes + text.length)), nonceBytes);
  cipher.final();
  sealed.set(cipher.getAuthTag(), nonceBytes + text.length);
  return sealed;
}

/**
 * The disclosures that {@link sealDisclosures} sealed; undefined if their key was destroyed.
 *
 * Throws JOURNAL_CORRUPT if the bytes are not what was sealed for this place.
 */
export function openDisclosures(
  vault: Vault,
  { index, leaf, sealed }: SealedPlace & { readonly sealed: Uint8Array },
): readonly string[] | undefined {
  const key = vault.key(index);
  if (key === undefined) return undefined;
  if (sealed.length < sealBytes) throw damaged(index);
  const nonce = sealed.subarray(0, nonceBytes);
  const decipher = createDecipheriv("aes-256-gcm", createSecretKey(key), nonce, { authTagLength: tagBytes });
  decipher.setAAD(boundTo({ index, leaf })).setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const text = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes));
  try {
    decipher.final();
  } catch (error) {
    throw damaged(index, error);
  }
  return text.toString("latin1").split("\n");
}

/** The keys of `count` new records from index `first` on: found once for all that a group needs them for. */
export function newKeys(vault: Vault, first: number, count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, at) => {
    const key = vault.key(first + at);
    if (key === undefined) throw erasedAhead(first + at);
    return key;
  });
}

const requestLabel = Buffer.from("lianzheng/vault/request/1\0", "latin1");

/**
 * A request's digest as it may be kept: bound to the keys of all of its records. The digest itself would let whoever
 * guesses the body of an erased record see that the guess is right.
 *
 * @param digest - 32 bytes
 * @returns 32 bytes; undefined if one of the keys was destroyed
 */
export function blindedDigest(vault: Vault, digest: Uint8Array, first: number, count: number): Buffer | undefined {
  const keys: Buffer[] = [];
  for (let index = first; index < first + count; index += 1) {
    const key = vault.key(index);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return blindUnder(keys, digest);
}

/** As {@link blindedDigest}, of a new request whose records have these keys. */
export function blindUnder(keys: readonly Uint8Array[], digest: Uint8Array): Buffer {
  return hash("sha256", Buffer.concat([requestLabel, digest, ...keys]), "buffer");
}

function erasedAhead(index: number): NodeError {
  const message = `the key of record ${index} is destroyed, though the log has no such record yet; restore journal and vault together`;
  return new NodeError("VAULT_CORRUPT", message, { index });
}

function damaged(index: number, cause?: unknown): NodeError {
  return new NodeError(
    "JOURNAL_CORRUPT",
    `the disclosures of record ${index} are not what was sealed`,
    { index },
    cause,
  );
}
