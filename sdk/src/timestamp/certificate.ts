import { toHex } from "@lianzheng/sdk/encoding";
import {
  booleanOf,
  childrenOf,
  contentOf,
  context,
  countOf,
  insideOf,
  oidOf,
  readDer,
  refusal,
  tags,
  type DerValue,
} from "./der.ts";
import { derTime } from "./der-time.ts";

/** What of an X.509 certificate a path is judged by. */
export interface Certificate {
  /** The whole, DER. */
  readonly der: Uint8Array;
  /** What its issuer signed. */
  readonly signedPart: Uint8Array;
  readonly algorithm: DerValue | undefined;
  readonly signature: Uint8Array;
  /** Names as their DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly serial: Uint8Array;
  /** Milliseconds since 1970, both inclusive. */
  readonly from: number;
  readonly until: number;
  /** SubjectPublicKeyInfo. */
  readonly key: DerValue;
  readonly extensions: Extensions;
}

/** What is read of a certificate's extensions. */
export interface Extensions {
  readonly isAuthority: boolean;
  /** Most authorities between this one and an end of the path; undefined if not bounded. */
  readonly pathLength?: number;
  /** Bits of the key usage, first bit first; undefined if all uses are allowed. */
  readonly usage?: Uint8Array;
  readonly extendedUsage?: { readonly isCritical: boolean; readonly purposes: readonly string[] };
  readonly keyId?: Uint8Array;
  /** A critical one that is not read here: whoever does not know it must not take the certificate. */
  readonly unknownCritical?: string;
}

const oids = { keyId: "2.5.29.14", usage: "2.5.29.15", basic: "2.5.29.19", extendedUsage: "2.5.29.37" } as const;

/** Reads a certificate; nothing is verified. @throws EvidenceError V_TIMESTAMP @see RFC 5280 section 4.1 */
export function decodeCertificate(der: Uint8Array): Certificate {
  const [signedPart, algorithm, signature, ...rest] = childrenOf(readDer(der), tags.sequence);
  if (signedPart === undefined || rest.length > 0) throw refusal("a certificate has three parts");
  const parts = childrenOf(signedPart, tags.sequence);
  const [version, serial, inner, issuer, validity, subject, key, ...optional] = parts;
  if (version?.tag !== context(0) || key?.tag !== tags.sequence || issuer === undefined || subject === undefined)
    throw refusal("only certificates of version 3 are read");
  if (algorithm === undefined || inner === undefined || toHex(algorithm.whole) !== toHex(inner.whole))
    throw refusal("a certificate names two signature algorithms");
  const [from, until] = childrenOf(validity, tags.sequence);
  return {
    der,
    signedPart: signedPart.whole,
    algorithm,
    signature: bitsOf(signature),
    issuer: issuer.whole,
    subject: subject.whole,
    serial: contentOf(serial, tags.integer),
    from: derTime(from),
    until: derTime(until),
    key,
    extensions: extensionsOf(optional.find(({ tag }) => tag === context(3))),
  };
}

/** Content of a bit string of whole bytes. */
function bitsOf(value: DerValue | undefined): Uint8Array {
  const content = contentOf(value, tags.bitString);
  if (content[0] !== 0) throw refusal("a signature is of whole bytes");
  return content.subarray(1);
}

function extensionsOf(value: DerValue | undefined): Extensions {
  if (value === undefined) return { isAuthority: false };
  let read: Extensions = { isAuthority: false };
  const seen = new Set<string>();
  for (const extension of childrenOf(insideOf(value, context(3)), tags.sequence)) {
    const parts = childrenOf(extension, tags.sequence);
    const [id, second] = parts;
    const oid = oidOf(id);
    if (seen.has(oid)) throw refusal(`a certificate has the extension ${oid} twice`);
    seen.add(oid);
    const isCritical = parts.length === 3 && second !== undefined && booleanOf(second);
    read = { ...read, ...extensionOf(oid, isCritical, readDer(contentOf(parts.at(-1), tags.octetString))) };
  }
  return read;
}

function extensionOf(oid: string, isCritical: boolean, value: DerValue): Partial<Extensions> {
  switch (oid) {
    case oids.basic:
      return basicOf(childrenOf(value, tags.sequence));
    case oids.usage:
      return { usage: contentOf(value, tags.bitString) };
    case oids.extendedUsage:
      return { extendedUsage: { isCritical, purposes: childrenOf(value, tags.sequence).map(oidOf) } };
    case oids.keyId:
      return { keyId: contentOf(value, tags.octetString) };
    default:
      return isCritical ? { unknownCritical: oid } : {};
  }
}

function basicOf([first, second]: readonly DerValue[]): Partial<Extensions> {
  if (first?.tag !== tags.boolean || !booleanOf(first)) return { isAuthority: false };
  return second === undefined
    ? { isAuthority: true }
    : { isAuthority: true, pathLength: countOf(contentOf(second, tags.integer)) };
}

/** Purposes of an extended key usage: any, and time stamping. */
const anyPurpose = "2.5.29.37.0";
export const timeStamping = "1.3.6.1.5.5.7.3.8";

/**
 * Whether the key may sign certificates of time-stamping authorities: bit 5 of the key usage, and no extended key usage that leaves
 * time stamping out. That bounds what an authority below a public root was given, for instance servers' certificates and nothing else.
 */
export function maySignAuthorities({ extensions: { isAuthority, usage, extendedUsage } }: Certificate): boolean {
  if (!isAuthority || (usage !== undefined && ((usage[1] ?? 0) & 0x04) === 0)) return false;
  const purposes = extendedUsage?.purposes ?? [anyPurpose];
  return purposes.includes(anyPurpose) || purposes.includes(timeStamping);
}

/** Whether the key may sign what is no certificate: bit 0 or 1 of the key usage. */
export function maySign({ extensions: { usage } }: Certificate): boolean {
  return usage === undefined || ((usage[1] ?? 0) & 0xc0) !== 0;
}

const commonName = "2.5.4.3";

/** The common name of a certificate's subject, or its whole name as hex where it has none. */
export function subjectName({ subject }: Certificate): string {
  for (const set of childrenOf(readDer(subject), tags.sequence)) {
    for (const part of childrenOf(set, tags.set)) {
      const [id, value] = childrenOf(part, tags.sequence);
      if (value !== undefined && oidOf(id) === commonName) return printable(value.content);
    }
  }
  return toHex(subject).slice(0, 66);
}

/** A name for a reason: bounded, and without what would move a terminal's cursor. */
function printable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, 64));
  return text.replace(/[^\p{L}\p{N}\p{P}\p{Zs}]/gu, "?");
}
