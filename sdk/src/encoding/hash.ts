import { sha256 as portableSha256 } from "@noble/hashes/sha2.js";
import { keccak_256 as portableKeccak256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "./bytes.ts";

/** 32 bytes that a hash function gave. */
export type Digest = Uint8Array;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : concatBytes(...parts);
}

/** SHA-256 (FIPS 180-4) of the parts one after the other. */
export function sha256(...parts: readonly Uint8Array[]): Digest {
  return portableSha256(joined(parts));
}

/** Keccak-256 as Ethereum uses it (the padding of before FIPS 202) of the parts one after the other. */
export function keccak256(...parts: readonly Uint8Array[]): Digest {
  return portableKeccak256(joined(parts));
}

/**
 * SHA-256 of one piece of bytes. A caller with a faster one than the portable one (Node's OpenSSL, say) passes its own,
 * which must give exactly what {@link sha256} gives.
 */
export type Sha256 = (bytes: Uint8Array) => Digest;

// RFC 2104 section 2: the block of SHA-256, and what the key is combined with inside and outside.
const blockBytes = 64;
const innerPad = 0x36;
const outerPad = 0x5c;

function padded(key: Uint8Array, pad: number): Uint8Array {
  const block = new Uint8Array(blockBytes).fill(pad);
  for (let at = 0; at < key.length; at++) block[at] = (key[at] ?? 0) ^ pad;
  return block;
}

/**
 * HMAC-SHA-256, 32 bytes. Written over any SHA-256, since two one-shot hashes beat a native HMAC object for short messages.
 *
 * @see RFC 2104 section 2
 */
export function hmacSha256(key: Uint8Array, message: Uint8Array, hash: Sha256 = portableSha256): Digest {
  const short = key.length > blockBytes ? hash(key) : key;
  const inner = hash(concatBytes(padded(short, innerPad), message));
  return hash(concatBytes(padded(short, outerPad), inner));
}
