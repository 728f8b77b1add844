import {
  childrenOf,
  contentOf,
  context,
  contextPrimitive,
  insideOf,
  oidOf,
  readDer,
  refusal,
  tags,
  type DerValue,
} from "./der.ts";
import { decodeStampInfo, type StampInfo } from "./stamp-info.ts";

/** A time-stamp token, taken apart; nothing is verified. */
export interface Token {
  readonly info: StampInfo;
  /** TSTInfo as DER: what the signed attributes hold the digest of. */
  readonly content: Uint8Array;
  /** Certificates that it brings, DER. */
  readonly certificates: readonly Uint8Array[];
  readonly signer: Signer;
}

/** The one signer of a token. */
export interface Signer {
  /** By issuer and serial number, or by the key's id. */
  readonly id: { readonly issuer: Uint8Array; readonly serial: Uint8Array } | { readonly keyId: Uint8Array };
  /** AlgorithmIdentifier of the digest. */
  readonly digest: DerValue | undefined;
  readonly algorithm: DerValue | undefined;
  readonly signature: Uint8Array;
  /** The signed attributes as they are signed: under the identifier of a set. */
  readonly signedBytes: Uint8Array;
  /** Values of the signed attributes, by object identifier. */
  readonly attributes: ReadonlyMap<string, DerValue>;
}

const oids = { signedData: "1.2.840.113549.1.7.2", stampInfo: "1.2.840.113549.1.9.16.1.4" } as const;

const maxCertificates = 16;

/**
 * Reads a token: CMS signed data of one signer over TSTInfo, in DER throughout.
 *
 * @throws EvidenceError V_TIMESTAMP
 * @see RFC 3161 section 2.4.2, RFC 5652 section 5
 */
export function decodeToken(der: Uint8Array): Token {
  const [type, wrapped] = childrenOf(readDer(der), tags.sequence);
  if (oidOf(type) !== oids.signedData) throw refusal("a token is signed data");
  const [, , encapsulated, ...rest] = childrenOf(insideOf(wrapped, context(0)), tags.sequence);
  const [contentType, inner] = childrenOf(encapsulated, tags.sequence);
  if (oidOf(contentType) !== oids.stampInfo) throw refusal("a token signs a time stamp's content");
  const content = contentOf(insideOf(inner, context(0)), tags.octetString);
  const brought = rest.find(({ tag }) => tag === context(0));
  const certificates = brought === undefined ? [] : childrenOf(brought, context(0)).map(({ whole }) => whole);
  if (certificates.length > maxCertificates) throw refusal(`a token brings ${maxCertificates} certificates or fewer`);
  return { info: decodeStampInfo(content), content, certificates, signer: signerOf(rest.at(-1)) };
}

function signerOf(infos: DerValue | undefined): Signer {
  const [info, ...more] = childrenOf(infos, tags.set);
  if (more.length > 0) throw refusal("a token has one signer");
  const [, id, digest, attributes, algorithm, signature] = childrenOf(info, tags.sequence);
  const signed = contentOf(attributes, context(0));
  return {
    id: signerId(id),
    digest,
    algorithm,
    signature: contentOf(signature, tags.octetString),
    signedBytes: asSet(attributes),
    attributes: attributesOf(readDer(asSet(attributes)), signed.length),
  };
}

function signerId(id: DerValue | undefined): Signer["id"] {
  if (id?.tag === contextPrimitive(0)) return { keyId: id.content };
  const [issuer, serial] = childrenOf(id, tags.sequence);
  if (issuer === undefined) throw refusal("a signer is named by issuer and serial number");
  return { issuer: issuer.whole, serial: contentOf(serial, tags.integer) };
}

function asSet(attributes: DerValue | undefined): Uint8Array {
  const bytes = (attributes?.whole ?? new Uint8Array()).slice();
  bytes[0] = tags.set;
  return bytes;
}

/** Each attribute once, with one value. */
function attributesOf(set: DerValue, length: number): ReadonlyMap<string, DerValue> {
  const attributes = new Map<string, DerValue>();
  if (length === 0) throw refusal("a token signs its attributes");
  for (const attribute of childrenOf(set, tags.set)) {
    const [id, values] = childrenOf(attribute, tags.sequence);
    const [value, ...more] = childrenOf(values, tags.set);
    const oid = oidOf(id);
    if (value === undefined || more.length > 0 || attributes.has(oid))
      throw refusal(`the attribute ${oid} has not one value`);
    attributes.set(oid, value);
  }
  return attributes;
}
