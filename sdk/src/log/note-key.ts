import { ed25519 } from "@noble/curves/ed25519.js";
import { EvidenceError, concatBytes, fromBase64, isWellFormed, sha256, toBase64, utf8 } from "@lianzheng/sdk/encoding";

/** Signs notes under a name. `keyId` is the key's uint32 id, see {@link noteKeyId}. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: number;
  /** Ed25519 signature, 64 bytes, of `message`. */
  sign(message: Uint8Array): Uint8Array;
}

/** Checks the signatures of one key: Ed25519, `publicKey` is 32 bytes. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  readonly publicKey: Uint8Array;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** Signature type Ed25519. @see C2SP signed-note, Signature types */
const ed25519Type = 0x01;
const publicKeyBytes = 32;
const newline = Uint8Array.of(0x0a);
// No Unicode space and no plus; U+0085 is a space to Unicode though not to \s. Control characters no note may hold.
// eslint-disable-next-line no-control-regex -- control characters are what is refused
const nameForm = /^[^\s+\u0000-\u001f\u007f\u0085]{1,255}$/u;

/** Refuses what cannot be a key's name. @throws EvidenceError E_NOTE_NAME @see C2SP signed-note, Format */
export function assertNoteName(name: string): void {
  if (nameForm.test(name) && isWellFormed(name)) return;
  throw new EvidenceError("E_NOTE_NAME", "a key's name is 1 to 255 characters without spaces and plus signs");
}

/**
 * Id of an Ed25519 key: the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), big-endian.
 *
 * @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY (not 32 bytes)
 * @see C2SP signed-note, Signatures
 */
export function noteKeyId(name: string, publicKey: Uint8Array): number {
  assertNoteName(name);
  if (publicKey.length !== publicKeyBytes)
    throw new EvidenceError("E_NOTE_KEY", `a public key has ${publicKeyBytes} bytes`);
  const digest = sha256(utf8(name), newline, Uint8Array.of(ed25519Type), publicKey);
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

/** A signer whose private key stays behind `sign`. @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY */
export function createNoteSigner(
  name: string,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): NoteSigner {
  return { name, keyId: noteKeyId(name, publicKey), sign };
}

/** A verifier of the key's signatures, by the rules of RFC 8032 (canonical encodings only). @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY */
export function createNoteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  const key = publicKey.slice();
  const verify = (message: Uint8Array, signature: Uint8Array): boolean =>
    signature.length === 64 && ed25519.verify(signature, message, key, { zip215: false });
  return { name, keyId: noteKeyId(name, key), publicKey: key, verify };
}

function hexOf(keyId: number): string {
  return keyId.toString(16).padStart(8, "0");
}

/**
 * The key as text, the vkey of the Go note package: `<name>+<key id, 8 hex digits>+<base64(0x01 ‖ public key)>`.
 *
 * @throws EvidenceError E_NOTE_NAME, E_NOTE_KEY
 */
export function encodeVerifierKey(name: string, publicKey: Uint8Array): string {
  const key = toBase64(concatBytes(Uint8Array.of(ed25519Type), publicKey));
  return `${name}+${hexOf(noteKeyId(name, publicKey))}+${key}`;
}

/**
 * The verifier that a vkey names.
 *
 * @throws EvidenceError E_NOTE_KEY (not a vkey, or its id is not that of name and key), E_NOTE_NAME, V_ALGORITHM (not Ed25519)
 */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const [, name = "", id = "", encoded = ""] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(vkey) ?? [];
  const bytes = keyBytes(encoded);
  if (bytes[0] !== ed25519Type) throw new EvidenceError("V_ALGORITHM", "only Ed25519 (0x01) signs notes here");
  const verifier = createNoteVerifier(name, bytes.subarray(1));
  if (hexOf(verifier.keyId) !== id) throw new EvidenceError("E_NOTE_KEY", "the key id is not that of name and key");
  return verifier;
}

function keyBytes(encoded: string): Uint8Array {
  const message = "a verifier key is <name>+<8 hex digits>+<base64>";
  if (encoded === "") throw new EvidenceError("E_NOTE_KEY", message);
  try {
    return fromBase64(encoded);
  } catch (cause) {
    throw new EvidenceError("E_NOTE_KEY", message, {}, cause);
  }
}
