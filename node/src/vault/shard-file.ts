import { createCipheriv, createDecipheriv, hash, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";

/**
 * One copy of a shard on disk.
 *
 * ```
 * offset  0  magic "LZV1"                              4 bytes
 *         4  number of the shard                       4, big-endian
 *         8  version: 1 at first, one more each time   8, big-endian
 *        16  SHA-256 of the log's identity            32
 *        48  nonce                                    12
 *        60  length of the sealed text                 4, big-endian
 *        64  sealed text: AES-256-GCM, bound to everything above
 *         …  tag                                      16
 *         …  SHA-256 of everything above              32
 *         …  zeros to a multiple of 4,096, and to wherever the file ended before
 * ```
 *
 * The checksum tells damage from another key: a copy whose checksum is right and whose tag is not was sealed by another.
 */
export interface ShardFile {
  readonly shard: number;
  readonly version: number;
  /** SHA-256 of the log's identity, 32 bytes. */
  readonly identity: Buffer;
  /** Everything up to the end of the tag. */
  readonly sealed: Buffer;
}

const magic = Buffer.from("LZV1", "latin1");
const headerBytes = 64;
const tagBytes = 16;
const checksumBytes = 32;
const blockBytes = 4096;
/** More than a shard of which every second key is erased needs. */
const maxTextBytes = 4 * 1024 * 1024;

/** Longest file that is read. */
export const maxShardFileBytes = maxTextBytes + blockBytes;

/** The bytes of a shard's file; at least `atLeast` of them, so that what stood there before is overwritten. */
export function encodeShardFile(
  { shard, version, identity, text }: { shard: number; version: number; identity: Uint8Array; text: Uint8Array },
  key: KeyObject,
  atLeast: number,
): Buffer {
  const end = headerBytes + text.length + tagBytes;
  const length = Math.max(atLeast, Math.ceil((end + checksumBytes) / blockBytes) * blockBytes);
  const bytes = Buffer.alloc(length);
  bytes.set(magic, 0);
  bytes.writeUInt32BE(shard, 4);
  bytes.writeBigUInt64BE(BigInt(version), 8);
  bytes.set(identity, 16);
  bytes.set(randomBytes(12), 48);
  bytes.writeUInt32BE(text.length, 60);
  const cipher = createCipheriv("aes-256-gcm", key, bytes.subarray(48, 60));
  cipher.setAAD(bytes.subarray(0, headerBytes));
  bytes.set(cipher.update(text), headerBytes);
  cipher.final();
  bytes.set(cipher.getAuthTag(), end - tagBytes);
  bytes.set(hash("sha256", bytes.subarray(0, end), "buffer"), end);
  return bytes;
}

/** What a copy says of itself; undefined if it is damaged or torn. */
export function decodeShardFile(bytes: Buffer): ShardFile | undefined {
  if (bytes.length < headerBytes || !bytes.subarray(0, 4).equals(magic)) return;
  const end = headerBytes + bytes.readUInt32BE(60) + tagBytes;
  const version = Number(bytes.readBigUInt64BE(8));
  if (end + checksumBytes > bytes.length || !Number.isSafeInteger(version)) return;
  const checksum = bytes.subarray(end, end + checksumBytes);
  if (!hash("sha256", bytes.subarray(0, end), "buffer").equals(checksum)) return;
  return {
    shard: bytes.readUInt32BE(4),
    version,
    identity: bytes.subarray(16, 48),
    sealed: bytes.subarray(0, end),
  };
}

/** The text in a copy; undefined if it was sealed under another key. */
export function openShardFile({ sealed }: ShardFile, key: KeyObject): Buffer | undefined {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(48, 60), { authTagLength: tagBytes });
  decipher.setAAD(sealed.subarray(0, headerBytes)).setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const text = decipher.update(sealed.subarray(headerBytes, sealed.length - tagBytes));
  try {
    decipher.final();
  } catch {
    // The only thing that `final` may say of a text whose checksum is right.
    return undefined;
  }
  return text;
}
