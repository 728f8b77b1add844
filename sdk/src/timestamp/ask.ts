import { concatBytes, fromHex, sha256, toBase64, utf8 } from "@lianzheng/sdk/encoding";
import { decodeBundle, encodeBundle } from "@lianzheng/sdk/evidence";
import { decodeProof } from "@lianzheng/sdk/log";
import { childrenOf, contentOf, countOf, readDer, refusal, tags } from "./der.ts";
import { decodeToken } from "./token.ts";

/** TimeStampReq of version 1 up to the digest: SHA-256, 32 bytes; and behind it: bring the certificates. @see RFC 3161 section 2.4.1 */
const beforeDigest = fromHex("0x30390201013031300d060960864801650304020105000420");
const behindDigest = fromHex("0x0101ff");

/**
 * What an authority is asked for a bundle: the body of a POST with the type `application/timestamp-query`. It holds the
 * digest of the signed note in which the bundle's proofs end, and nothing else of it.
 *
 * @param bytes - the bundle's file as it is
 * @throws EvidenceError as `decodeBundle` and `decodeProof`
 */
export function timestampQuery(bytes: Uint8Array): Uint8Array {
  const [record] = decodeBundle(bytes).records;
  const note = decodeProof(record?.proof ?? "").checkpoint;
  return concatBytes(beforeDigest, sha256(utf8(note)), behindDigest);
}

/**
 * The bundle's text with the token of an authority's answer (`application/timestamp-reply`) behind those that it has.
 * Whether the token holds is `proveTimestamps` to say.
 *
 * @throws EvidenceError V_TIMESTAMP if the authority refused or its answer holds no token; as `decodeBundle` for the bundle
 * @see RFC 3161 section 2.4.2
 */
export function withTimestamp(bytes: Uint8Array, reply: Uint8Array): string {
  const bundle = decodeBundle(bytes);
  const [status, token] = childrenOf(readDer(reply), tags.sequence);
  const granted = countOf(contentOf(childrenOf(status, tags.sequence)[0], tags.integer));
  if (granted > 1 || token === undefined) throw refusal(`the authority gives no token, it answers status ${granted}`);
  decodeToken(token.whole);
  return encodeBundle({ ...bundle, timestamps: [...(bundle.timestamps ?? []), toBase64(token.whole)] });
}
