import { ed25519 } from "@noble/curves/ed25519.js";
import { EvidenceError, concatBytes, fromBase64, sha256, toBase64, utf8 } from "@lianzheng/sdk/encoding";
import { assertNoteName } from "./note-key.ts";
import type { NoteSigner, NoteVerifier } from "./note-key.ts";

/** Signature type of a timestamped Ed25519 cosignature. @see C2SP tlog-cosignature, Format */
const cosignatureType = 0x04;
const ed25519Type = 0x01;
const timestampBytes = 8;
const signatureBytes = 64;

/**
 * Id of a cosigner's Ed25519 key: the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x04 ‖ public key), big-endian.
 *
 * @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY (not 32 bytes)
 * @see C2SP tlog-cosignature, Format
 */
export function cosignerKeyId(name: string, publicKey: Uint8Array): number {
  assertNoteName(name);
  if (publicKey.length !== 32) throw new EvidenceError("E_NOTE_KEY", "a public key has 32 bytes");
  const digest = sha256(utf8(name), Uint8Array.of(0x0a, cosignatureType), publicKey);
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

/** What a cosigner signs: `timestamp` in seconds since 1970, and the checkpoint's whole text. */
function cosignedMessage(timestamp: number, text: Uint8Array): Uint8Array {
  return concatBytes(utf8(`cosignature/v1\ntime ${timestamp}\n`), text);
}

/**
 * Cosigns checkpoints: what it signs says that no larger tree of the log was seen at `now()`, and that every tree that was
 * seen before is a beginning of it. Whoever holds it has made sure of both.
 *
 * @param now - ms since 1970
 * @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY
 */
export function createCosigner(
  name: string,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
  now: () => number,
): NoteSigner {
  return {
    name,
    keyId: cosignerKeyId(name, publicKey),
    sign: (text) => {
      const timestamp = Math.floor(now() / 1000);
      const bytes = new Uint8Array(timestampBytes);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(timestamp));
      return concatBytes(bytes, sign(cosignedMessage(timestamp, text)));
    },
  };
}

/** A verifier of a cosigner's signatures. @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY */
export function createCosignatureVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  const key = publicKey.slice();
  const verify = (text: Uint8Array, signature: Uint8Array): boolean => {
    if (signature.length !== timestampBytes + signatureBytes) return false;
    const timestamp = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    if (timestamp > BigInt(Number.MAX_SAFE_INTEGER)) return false;
    const message = cosignedMessage(Number(timestamp), text);
    return ed25519.verify(signature.subarray(timestampBytes), message, key, { zip215: false });
  };
  return { name, keyId: cosignerKeyId(name, key), publicKey: key, verify };
}

/** A cosigner's key as text: `<name>+<key id, 8 hex digits>+<base64(0x04 ‖ public key)>`. @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY */
export function encodeCosignerKey(name: string, publicKey: Uint8Array): string {
  const id = cosignerKeyId(name, publicKey).toString(16).padStart(8, "0");
  return `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(cosignatureType), publicKey))}`;
}

/**
 * The verifier of cosignatures that a key as text names. A key of type 0x01 is taken too, as older witnesses publish theirs;
 * its cosignatures still bear the id of type 0x04.
 *
 * @throws EvidenceError E_NOTE_KEY, E_NOTE_NAME, V_ALGORITHM (neither 0x04 nor 0x01)
 */
export function parseCosignerKey(vkey: string): NoteVerifier {
  const [, name = "", id = "", encoded = ""] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(vkey) ?? [];
  const bytes = keyBytes(encoded);
  const [type] = bytes;
  if (type !== cosignatureType && type !== ed25519Type) {
    throw new EvidenceError("V_ALGORITHM", "only Ed25519 cosignatures (0x04) are read here");
  }
  const verifier = createCosignatureVerifier(name, bytes.subarray(1));
  if (type === ed25519Type || verifier.keyId.toString(16).padStart(8, "0") === id) return verifier;
  throw new EvidenceError("E_NOTE_KEY", "the key id is not that of name and key");
}

function keyBytes(encoded: string): Uint8Array {
  try {
    if (encoded !== "") return fromBase64(encoded);
  } catch (cause) {
    throw new EvidenceError("E_NOTE_KEY", "a cosigner's key is <name>+<8 hex digits>+<base64>", {}, cause);
  }
  throw new EvidenceError("E_NOTE_KEY", "a cosigner's key is <name>+<8 hex digits>+<base64>");
}
