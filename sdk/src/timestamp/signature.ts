import { concatBytes, EvidenceError } from "@lianzheng/sdk/encoding";
import { childrenOf, contentOf, oidOf, readDer, refusal, tags, type DerValue } from "./der.ts";

/** Digests that are taken, by object identifier, as WebCrypto names them. */
const digests: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};

/** Signature algorithms that are taken: family, and digest where the identifier names it. */
const algorithms: Readonly<Record<string, { readonly family: "RSA" | "EC"; readonly digest?: string }>> = {
  "1.2.840.113549.1.1.1": { family: "RSA" },
  "1.2.840.113549.1.1.11": { family: "RSA", digest: "SHA-256" },
  "1.2.840.113549.1.1.12": { family: "RSA", digest: "SHA-384" },
  "1.2.840.113549.1.1.13": { family: "RSA", digest: "SHA-512" },
  "1.2.840.10045.4.3.2": { family: "EC", digest: "SHA-256" },
  "1.2.840.10045.4.3.3": { family: "EC", digest: "SHA-384" },
  "1.2.840.10045.4.3.4": { family: "EC", digest: "SHA-512" },
};

/** Curves by object identifier: WebCrypto's name, and bytes of a coordinate. */
const curves: Readonly<Record<string, { readonly name: string; readonly bytes: number }>> = {
  "1.2.840.10045.3.1.7": { name: "P-256", bytes: 32 },
  "1.3.132.0.34": { name: "P-384", bytes: 48 },
  "1.3.132.0.35": { name: "P-521", bytes: 66 },
};

/** A shorter RSA key can be factored. */
const leastRsaBits = 2048;

function unknownAlgorithm(what: string): EvidenceError {
  return new EvidenceError("V_ALGORITHM", `${what} is not one that is read here`);
}

/** The digest that an AlgorithmIdentifier names. @throws EvidenceError V_ALGORITHM, V_TIMESTAMP */
export function digestName(algorithm: DerValue | undefined): string {
  const oid = oidOf(childrenOf(algorithm, tags.sequence)[0]);
  const name = digests[oid];
  if (name === undefined) throw unknownAlgorithm(`the digest ${oid}`);
  return name;
}

/** Digest of bytes, by WebCrypto's name. */
export async function digestOf(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(name, new Uint8Array(bytes)));
}

/** A signature to check. */
export interface Signed {
  /** SubjectPublicKeyInfo. */
  readonly key: DerValue;
  /** AlgorithmIdentifier of the signature. */
  readonly algorithm: DerValue | undefined;
  /** Where `algorithm` names a key and no digest. */
  readonly digest?: string;
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
}

/** @throws EvidenceError V_ALGORITHM for an algorithm, curve or key that is not taken, V_TIMESTAMP for malformed ones */
export async function isSigned(signed: Signed): Promise<boolean> {
  const oid = oidOf(childrenOf(signed.algorithm, tags.sequence)[0]);
  const algorithm = algorithms[oid];
  const digest = algorithm?.digest ?? signed.digest;
  if (algorithm === undefined || digest === undefined) throw unknownAlgorithm(`the signature algorithm ${oid}`);
  return algorithm.family === "RSA" ? isRsaSigned(signed, digest) : isEcSigned(signed, digest);
}

async function isRsaSigned({ key, signature, message }: Signed, hash: string): Promise<boolean> {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
  const imported = await importKey(key, algorithm);
  const { modulusLength } = imported.algorithm as { modulusLength?: number };
  if ((modulusLength ?? 0) < leastRsaBits) throw unknownAlgorithm(`an RSA key of less than ${leastRsaBits} bits`);
  return crypto.subtle.verify(algorithm, imported, new Uint8Array(signature), new Uint8Array(message));
}

async function isEcSigned({ key, signature, message }: Signed, hash: string): Promise<boolean> {
  const oid = oidOf(childrenOf(childrenOf(key, tags.sequence)[0], tags.sequence)[1]);
  const curve = curves[oid];
  if (curve === undefined) throw unknownAlgorithm(`the curve ${oid}`);
  const imported = await importKey(key, { name: "ECDSA", namedCurve: curve.name });
  const raw = new Uint8Array(fixedSignature(signature, curve.bytes));
  return crypto.subtle.verify({ name: "ECDSA", hash }, imported, raw, new Uint8Array(message));
}

async function importKey(key: DerValue, algorithm: Parameters<typeof crypto.subtle.importKey>[2]): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("spki", new Uint8Array(key.whole), algorithm, false, ["verify"]);
  } catch (cause) {
    throw refusal("a certificate's key can't be used", cause);
  }
}

/** r ‖ s, each as wide as the curve, of SEQUENCE { r, s }. */
function fixedSignature(signature: Uint8Array, width: number): Uint8Array {
  const numbers = childrenOf(readDer(signature), tags.sequence);
  if (numbers.length !== 2) throw refusal("an ECDSA signature is two numbers");
  return concatBytes(...numbers.map((number) => fixed(contentOf(number, tags.integer), width)));
}

function fixed(content: Uint8Array, width: number): Uint8Array {
  const digits = content[0] === 0 ? content.subarray(1) : content;
  if (digits.length > width || content.length === 0) throw refusal("an ECDSA signature beyond its curve");
  return concatBytes(new Uint8Array(width - digits.length), digits);
}
