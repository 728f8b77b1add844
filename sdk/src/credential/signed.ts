import { EvidenceError } from "@lianzheng/sdk/encoding";
import { fromInstant, isJsonObject, parseJson } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { Open } from "./answer.ts";
import { fromDateTime } from "./date-time.ts";
import { isSignedBy, readProof } from "./integrity.ts";
import type { TrustedIssuer, TrustedIssuers } from "./issuers.ts";
import { fromMultikey } from "./multikey.ts";
import { listOf, malformed, objectOf, quoted } from "./values.ts";
import { contexts, credential } from "./words.ts";

/** A credential that a trusted key signed, and the issuer whose key it is. */
export interface Signed {
  readonly document: JsonObject;
  readonly issuer: TrustedIssuer;
}

/** More bytes than a credential has, with a list of 8 million places in it. */
const maxBytes = 4 * 1024 * 1024;

/** @throws Open (nobody who is trusted), EvidenceError V_MEMBER_SIGNATURE, V_FORMAT, V_ALGORITHM, E_* of strict JSON */
export function openSigned(bytes: Uint8Array, issuers: TrustedIssuers): { found: Signed; reason: string } {
  const document = objectOf(parseJson(bytes, { maxBytes }), "");
  assertCredential(document);
  const proof = readProof(document);
  const id = issuerIdOf(document);
  const known = issuers.issuers.filter((one) => one.method === proof.method);
  if (known.length === 0) throw new Open(`The key ${quoted(proof.method)} is none that you trust.`);
  const signer = known.find(({ key }) => isSignedBy(proof, fromMultikey(key)));
  if (signer === undefined) throw new EvidenceError("V_MEMBER_SIGNATURE", "The key that it names did not sign this.");
  const issuer = known.find((one) => one.id === id && one.key === signer.key && countsAt(one, proof.createdMs));
  if (issuer !== undefined) return { found: { document, issuer }, reason: `A key of member ${issuer.uscc} signed it.` };
  throw new EvidenceError("V_MEMBER_SIGNATURE", "The key that signed it is not the issuer's, or was not at that time.");
}

function assertCredential(document: JsonObject): void {
  const [context] = listOf(document["@context"]);
  if (context !== contexts[0]) throw malformed("/@context", `must begin with ${contexts[0]}`);
  if (!listOf(document["type"]).includes(credential)) throw malformed("/type", `must hold ${credential}`);
}

function issuerIdOf({ issuer }: JsonObject): JsonValue | undefined {
  return isJsonObject(issuer) ? issuer["id"] : issuer;
}

function countsAt({ from, until }: TrustedIssuer, ms: number): boolean {
  return fromInstant(from) <= ms && (until === null || ms < fromInstant(until));
}

/** @throws EvidenceError V_TIME: too early, too late, or no time at all */
export function assertCurrent({ validFrom, validUntil }: JsonObject, nowMs: number): { reason: string } {
  if (validFrom !== undefined && nowMs < fromDateTime(validFrom, "/validFrom"))
    throw new EvidenceError("V_TIME", `It counts from ${quoted(validFrom)} on only.`);
  if (validUntil !== undefined && nowMs > fromDateTime(validUntil, "/validUntil"))
    throw new EvidenceError("V_TIME", `It counted until ${quoted(validUntil)}.`);
  return { reason: "It counts now." };
}
