import { EvidenceError, concatBytes } from "@lianzheng/sdk/encoding";
import { fromBase58, toBase58 } from "./base58.ts";

/** Multicodec of an Ed25519 public key, as a varint. @see W3C Controlled Identifiers section 2.2.2 */
const ed25519Codec = Uint8Array.of(0xed, 0x01);
const keyBytes = 32;

/** The key as a Multikey: `z` and base58btc of codec and key. @param publicKey - Ed25519, 32 bytes @throws EvidenceError E_NOTE_KEY */
export function toMultikey(publicKey: Uint8Array): string {
  if (publicKey.length !== keyBytes) throw new EvidenceError("E_NOTE_KEY", `a public key has ${keyBytes} bytes`);
  return `z${toBase58(concatBytes(ed25519Codec, publicKey))}`;
}

/** The Ed25519 key, 32 bytes, of a Multikey. @throws EvidenceError V_FORMAT, V_ALGORITHM (a key of another algorithm) */
export function fromMultikey(text: string): Uint8Array {
  if (!text.startsWith("z")) throw new EvidenceError("V_FORMAT", "a Multikey begins with z");
  const bytes = fromBase58(text.slice(1));
  if (bytes[0] !== ed25519Codec[0] || bytes[1] !== ed25519Codec[1] || bytes.length !== keyBytes + 2)
    throw new EvidenceError("V_ALGORITHM", "only Ed25519 keys sign credentials here");
  return bytes.subarray(2);
}

/** Who has no other name is called by the key. @see The did:key Method v0.9 */
export function didKeyOf(publicKey: Uint8Array): { readonly id: string; readonly method: string } {
  const key = toMultikey(publicKey);
  return { id: `did:key:${key}`, method: `did:key:${key}#${key}` };
}
