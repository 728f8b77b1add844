import { EvidenceError, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { fromBER } from "asn1js";
import { BasicConstraints, Certificate, type Extension } from "pkijs";
import { malformed, rawSignature } from "./der-signature.ts";
import { assertSm2Key } from "./sm2.ts";

/** An X.509 certificate of an SM2 key, signed by SM2 with SM3. */
export interface Sm2Certificate {
  /** 04 ‖ x ‖ y, 65 bytes. */
  readonly key: Hex;
  /** Its names as DER in hex: compared as they stand. */
  readonly issuer: Hex;
  readonly subject: Hex;
  /** Milliseconds since 1970, both inclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly isAuthority: boolean;
  /** Most authorities below it; null if not bounded. */
  readonly pathLength: number | null;
  /** The first byte of the key usage, first bit highest; null if all uses are allowed. */
  readonly usage: number | null;
  /** What its issuer signed, and the signature, r ‖ s. */
  readonly signedPart: Uint8Array;
  readonly signature: Uint8Array;
}

/** SM2 with SM3; public keys of curves; the curve SM2. @see GB/T 33560-2017 appendix A */
const oids = { sm2Sm3: "1.2.156.10197.1.501", ecKey: "1.2.840.10045.2.1", curve: "1.2.156.10197.1.301" } as const;
const known = { usage: "2.5.29.15", basic: "2.5.29.19", extendedUsage: "2.5.29.37" } as const;
const maxBytes = 16 * 1024;

/** Bits of the key usage in its first byte. @see RFC 5280 section 4.2.1.3 */
export const usages = { digitalSignature: 0x80, nonRepudiation: 0x40, certSign: 0x04 } as const;

/**
 * Reads a certificate; nothing is verified.
 *
 * @throws EvidenceError V_FORMAT, V_ALGORITHM (another key or signature than SM2 with SM3, or a critical extension that is not read here)
 * @see RFC 5280 section 4.1; GB/T 20518-2018
 */
export function decodeSm2Certificate(der: Uint8Array): Sm2Certificate {
  try {
    return read(parse(der));
  } catch (cause) {
    if (cause instanceof EvidenceError) throw cause;
    // What the parser left for later and then could not read.
    throw malformed("this is no certificate", cause);
  }
}

function read(certificate: Certificate): Sm2Certificate {
  const { signatureAlgorithm, signature: inner, subjectPublicKeyInfo, extensions = [] } = certificate;
  if (signatureAlgorithm.algorithmId !== oids.sm2Sm3 || inner.algorithmId !== oids.sm2Sm3) throw another();
  assertCurve(subjectPublicKeyInfo.algorithm);
  const key = toHex(new Uint8Array(subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView));
  assertSm2Key(key);
  return {
    key,
    issuer: toHex(new Uint8Array(certificate.issuer.toSchema().toBER())),
    subject: toHex(new Uint8Array(certificate.subject.toSchema().toBER())),
    fromMs: certificate.notBefore.value.getTime(),
    untilMs: certificate.notAfter.value.getTime(),
    ...limitsOf(extensions),
    signedPart: new Uint8Array(certificate.tbsView),
    signature: rawSignature(new Uint8Array(certificate.signatureValue.valueBlock.valueHexView)),
  };
}

function parse(der: Uint8Array): Certificate {
  if (der.length > maxBytes) throw malformed(`a certificate has ${maxBytes} bytes or fewer`);
  try {
    const { offset, result } = fromBER(new Uint8Array(der));
    if (offset === der.length) return new Certificate({ schema: result });
  } catch (cause) {
    throw malformed("this is no certificate", cause);
  }
  throw malformed("this is no certificate, or something stands after it");
}

function assertCurve({ algorithmId, algorithmParams }: Certificate["subjectPublicKeyInfo"]["algorithm"]): void {
  const params = algorithmParams as { valueBlock?: { toString(): string } } | undefined;
  if (algorithmId !== oids.ecKey || params?.valueBlock?.toString() !== oids.curve) throw another();
}

function limitsOf(extensions: readonly Extension[]): Pick<Sm2Certificate, "isAuthority" | "pathLength" | "usage"> {
  const read: readonly string[] = Object.values(known);
  const strange = extensions.find(({ critical, extnID }) => critical && !read.includes(extnID));
  if (strange !== undefined)
    throw new EvidenceError("V_ALGORITHM", `the critical extension ${strange.extnID} is not read here`);
  const find = (oid: string): Extension | undefined => extensions.find(({ extnID }) => extnID === oid);
  const basic = find(known.basic)?.parsedValue as unknown;
  const bits = find(known.usage)?.extnValue.valueBlock.valueHexView;
  return {
    isAuthority: basic instanceof BasicConstraints && basic.cA,
    pathLength:
      basic instanceof BasicConstraints && typeof basic.pathLenConstraint === "number" ? basic.pathLenConstraint : null,
    // A bit string: tag, length, count of unused bits, then the bits.
    usage: bits === undefined ? null : (bits[3] ?? 0),
  };
}

function another(): EvidenceError {
  return new EvidenceError(
    "V_ALGORITHM",
    "only certificates of SM2 keys that are signed by SM2 with SM3 are read here",
  );
}
