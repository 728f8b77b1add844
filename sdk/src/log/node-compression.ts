/* eslint-disable @typescript-eslint/no-non-null-assertion -- all indexes are below fixed lengths, and a default in their place would cost a tenth of the speed */
import type { Digest } from "@lianzheng/sdk/encoding";
import { digestBytes } from "./tree.ts";

/*
 * SHA-256 of the one message that a tree hashes again and again: 0x01 and two digests, 65 bytes. It is two blocks, and the
 * second holds a single byte of the digests, so all 256 schedules of it are made once. Nothing is
 * copied, wrapped or allocated, so that portable code comes near OpenSSL behind `crypto.hash` (`npm run bench`).
 *
 * FIPS 180-4 sections 4.1.2, 4.2.2, 5.3.3 and 6.2; RFC 6962 section 2.1
 */

const rounds = 64;
const blockWords = 16;
const stateWords = 8;
/** Bits of the message: 65 bytes. */
const messageBits = 520;
/** The bit that ends a message, after its last byte, in the word of both. */
const endMark = 0x00800000;

// FIPS 180-4 section 4.2.2.
// prettier-ignore
const constants = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

// FIPS 180-4 section 5.3.3.
// prettier-ignore
const initial = Int32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);

// One of each for the whole module: a hash runs from beginning to end with nothing between.
const state = new Int32Array(stateWords);
const schedule = new Int32Array(rounds);
let lastBlocks: Int32Array | undefined;

/** Words 16 to 63 of the schedule at `offset`, whose first 16 are the block, and the round's constant added to each. */
function expand(words: Int32Array, offset: number): void {
  for (let at = offset + blockWords; at < offset + rounds; at++) {
    const near = words[at - 15]!;
    const far = words[at - 2]!;
    const small = ((near >>> 7) | (near << 25)) ^ ((near >>> 18) | (near << 14)) ^ (near >>> 3);
    const large = ((far >>> 17) | (far << 15)) ^ ((far >>> 19) | (far << 13)) ^ (far >>> 10);
    words[at] = (words[at - 16]! + small + words[at - 7]! + large) | 0;
  }
  for (let at = 0; at < rounds; at++) words[offset + at] = (words[offset + at]! + constants[at]!) | 0;
}

/** The schedules of the second block, by the message's last byte. */
function secondBlocks(): Int32Array {
  if (lastBlocks !== undefined) return lastBlocks;
  const blocks = new Int32Array(256 * rounds);
  for (let byte = 0; byte < 256; byte++) {
    blocks[byte * rounds] = (byte << 24) | endMark;
    blocks[byte * rounds + blockWords - 1] = messageBits;
    expand(blocks, byte * rounds);
  }
  return (lastBlocks = blocks);
}

// FIPS 180-4 section 4.1.2, functions 4.5 and 4.4.
function turnedE(e: number): number {
  return ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
}
function turnedA(a: number): number {
  return ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
}

/**
 * The compression function over a schedule with its constants, into {@link state}. Eight rounds at a time, after which the
 * variables have changed places once around: instead of moving them, each round names them by the places of its own.
 *
 * @see FIPS 180-4 section 6.2.2
 */
function compress(words: Int32Array, offset: number): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  let first: number;
  for (let at = offset; at < offset + rounds; at += 8) {
    first = (h + turnedE(e) + (g ^ (e & (f ^ g))) + words[at + 0]!) | 0;
    d = (d + first) | 0;
    h = (first + turnedA(a) + ((a & b) | (c & (a | b)))) | 0;
    first = (g + turnedE(d) + (f ^ (d & (e ^ f))) + words[at + 1]!) | 0;
    c = (c + first) | 0;
    g = (first + turnedA(h) + ((h & a) | (b & (h | a)))) | 0;
    first = (f + turnedE(c) + (e ^ (c & (d ^ e))) + words[at + 2]!) | 0;
    b = (b + first) | 0;
    f = (first + turnedA(g) + ((g & h) | (a & (g | h)))) | 0;
    first = (e + turnedE(b) + (d ^ (b & (c ^ d))) + words[at + 3]!) | 0;
    a = (a + first) | 0;
    e = (first + turnedA(f) + ((f & g) | (h & (f | g)))) | 0;
    first = (d + turnedE(a) + (c ^ (a & (b ^ c))) + words[at + 4]!) | 0;
    h = (h + first) | 0;
    d = (first + turnedA(e) + ((e & f) | (g & (e | f)))) | 0;
    first = (c + turnedE(h) + (b ^ (h & (a ^ b))) + words[at + 5]!) | 0;
    g = (g + first) | 0;
    c = (first + turnedA(d) + ((d & e) | (f & (d | e)))) | 0;
    first = (b + turnedE(g) + (a ^ (g & (h ^ a))) + words[at + 6]!) | 0;
    f = (f + first) | 0;
    b = (first + turnedA(c) + ((c & d) | (e & (c | d)))) | 0;
    first = (a + turnedE(f) + (h ^ (f & (g ^ h))) + words[at + 7]!) | 0;
    e = (e + first) | 0;
    a = (first + turnedA(b) + ((b & c) | (d & (b | c)))) | 0;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
  state[5] = (state[5]! + f) | 0;
  state[6] = (state[6]! + g) | 0;
  state[7] = (state[7]! + h) | 0;
}

/** Hashes an inner node in place, as {@link hashNodeInto} does; a server may pass the platform's own SHA-256. */
export type HashNodeInto = (from: Uint8Array, source: number, into: Uint8Array, target: number) => void;

/**
 * Hash of the inner node over the two digests that stand one after the other in `from` at byte `source`, written into `into`
 * at byte `target`. The places may overlap.
 */
export function hashNodeInto(from: Uint8Array, source: number, into: Uint8Array, target: number): void {
  schedule[0] = 0x01000000 | (from[source]! << 16) | (from[source + 1]! << 8) | from[source + 2]!;
  for (let word = 1, at = source + 3; word < blockWords; word++, at += 4) {
    schedule[word] = (from[at]! << 24) | (from[at + 1]! << 16) | (from[at + 2]! << 8) | from[at + 3]!;
  }
  const lastByte = from[source + 2 * digestBytes - 1]!;
  expand(schedule, 0);
  for (let word = 0; word < stateWords; word++) state[word] = initial[word]!;
  compress(schedule, 0);
  compress(secondBlocks(), lastByte * rounds);
  for (let word = 0, at = target; word < stateWords; word++, at += 4) {
    const value = state[word]!;
    into[at] = value >>> 24;
    into[at + 1] = value >>> 16;
    into[at + 2] = value >>> 8;
    into[at + 3] = value;
  }
}

const pair = new Uint8Array(2 * digestBytes);

/** What `nodeDigest` gives, several times as fast; apart from it, since a page that checks one proof need not load this. */
export function quickNodeDigest(left: Digest, right: Digest): Digest {
  pair.set(left, 0);
  pair.set(right, digestBytes);
  const node = new Uint8Array(digestBytes);
  hashNodeInto(pair, 0, node, 0);
  return node;
}
