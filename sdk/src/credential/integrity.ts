import { ed25519 } from "@noble/curves/ed25519.js";
import { EvidenceError, concatBytes, sha256, utf8 } from "@lianzheng/sdk/encoding";
import { canonicalJson, exactObject, stringAt } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { fromBase58, toBase58 } from "./base58.ts";
import { fromDateTime, toDateTime } from "./date-time.ts";

/** A key that signs credentials, wherever it is kept: a file, a key service, a device. */
export interface CredentialSigner {
  /** URL of the key among the issuer's, such as `did:key:z6Mk…#z6Mk…`. */
  readonly method: string;
  /** Ed25519 signature, 64 bytes, of `message`. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** What a proof says of itself, once its form is right. Nothing is verified yet. */
export interface ReadProof {
  readonly method: string;
  /** Milliseconds since 1970; the signer's own word. */
  readonly createdMs: number;
  /** What the signature must be of: two digests, 64 bytes. */
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

const suite = "eddsa-jcs-2022";
const required = ["type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"];
const signatureBytes = 64;

/**
 * The document with a Data Integrity proof over all of it.
 *
 * @param createdMs - the signer's clock, integer milliseconds
 * @see W3C Data Integrity EdDSA Cryptosuites v1.0 section 3.3
 */
export async function withProof(
  document: JsonObject,
  signer: CredentialSigner,
  createdMs: number,
): Promise<JsonObject> {
  const options = {
    type: "DataIntegrityProof",
    cryptosuite: suite,
    created: toDateTime(createdMs),
    verificationMethod: signer.method,
    proofPurpose: "assertionMethod",
    ...contextOf(document),
  };
  const signature = await signer.sign(messageOf(document, options));
  if (signature.length !== signatureBytes)
    throw new EvidenceError(
      "E_SIGNATURE_FORM",
      `the signer gave ${signature.length} bytes, an Ed25519 signature has 64`,
    );
  return { ...document, proof: { ...options, proofValue: `z${toBase58(signature)}` } };
}

/**
 * The proof of a document. One proof; members of it that this reader does not know could change what it says, so they are refused.
 *
 * @throws EvidenceError V_ALGORITHM (another cryptosuite), V_FORMAT, E_* with `details.field`
 */
export function readProof({ proof, ...document }: JsonObject): ReadProof {
  const { proofValue, ...options } = exactObject(proof, "/proof", required, ["@context"]);
  if (options["type"] !== "DataIntegrityProof" || options["cryptosuite"] !== suite)
    throw new EvidenceError("V_ALGORITHM", `/proof: only ${suite} is known here`, { field: "/proof/cryptosuite" });
  if (options["proofPurpose"] !== "assertionMethod")
    throw new EvidenceError("V_FORMAT", "/proof/proofPurpose: must be assertionMethod", {
      field: "/proof/proofPurpose",
    });
  assertContext(options["@context"], document);
  return {
    method: stringAt(options["verificationMethod"], "/proof/verificationMethod"),
    createdMs: fromDateTime(options["created"], "/proof/created"),
    message: messageOf(document, options),
    signature: signatureOf(stringAt(proofValue, "/proof/proofValue")),
  };
}

/** Whether the key, 32 bytes, gave the signature, by the rules of RFC 8032. */
export function isSignedBy({ message, signature }: ReadProof, publicKey: Uint8Array): boolean {
  return ed25519.verify(signature, message, publicKey, { zip215: false });
}

/** SHA-256 of the proof's options, then of the document, each in its JCS form. @see section 3.3.4 and 3.3.5 */
function messageOf(document: JsonObject, options: JsonObject): Uint8Array {
  return concatBytes(sha256(utf8(canonicalJson(options))), sha256(utf8(canonicalJson(document))));
}

/** The proof repeats the document's context, so that the signature holds the meaning of its words. @see section 3.3.1 */
function contextOf(document: JsonObject): { "@context"?: JsonValue } {
  const context = document["@context"];
  return context === undefined ? {} : { "@context": context };
}

function assertContext(claimed: JsonValue | undefined, document: JsonObject): void {
  const own = document["@context"];
  if (claimed === undefined || (own !== undefined && canonicalJson(claimed) === canonicalJson(own))) return;
  throw new EvidenceError("V_FORMAT", "/proof/@context: must be the document's", { field: "/proof/@context" });
}

function signatureOf(text: string): Uint8Array {
  const bytes = text.startsWith("z") ? fromBase58(text.slice(1)) : undefined;
  if (bytes?.length === signatureBytes) return bytes;
  throw new EvidenceError("V_FORMAT", "/proof/proofValue: must be z and base58btc of 64 bytes", {
    field: "/proof/proofValue",
  });
}
