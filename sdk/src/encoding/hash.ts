import { hmac } from "@noble/hashes/hmac.js";
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

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Digest {
  return hmac(portableSha256, key, message);
}
