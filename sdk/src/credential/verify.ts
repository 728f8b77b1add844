import { attempt, attemptLater, conclude, type CredentialAnswer, type CredentialVerdict } from "./answer.ts";
import type { TrustedIssuers } from "./issuers.ts";
import { assertCurrent, openSigned } from "./signed.ts";
import { assertUnrevoked } from "./status.ts";

/** What a credential is judged by. */
export interface CredentialTrust {
  readonly issuers: TrustedIssuers;
  /** Files of status lists, as they were fetched; nothing is fetched here. */
  readonly statusLists?: readonly Uint8Array[];
  /** The verifier's clock, integer milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Judges a credential: any of VC Data Model 2.0 with a proof of `eddsa-jcs-2022` and a status of Bitstring Status List 1.0.
 *
 * Never throws on account of the bytes. Keys come from `issuers` only: that a `did:key` carries its own key proves nothing.
 *
 * @see docs/formats.md section 22
 */
export async function verifyCredential(bytes: Uint8Array, trust: CredentialTrust): Promise<CredentialVerdict> {
  const signed = attempt("signed", () => openSigned(bytes, trust.issuers));
  if (signed.found === undefined) return conclude([signed.answer, ...unread], null, null);
  const { document, issuer } = signed.found;
  const current = attempt("current", () => assertCurrent(document, trust.nowMs)).answer;
  const unrevoked = await attemptLater("unrevoked", () => assertUnrevoked({ document, issuer }, trust));
  return conclude([signed.answer, current, unrevoked], issuer.uscc, document);
}

const unread: readonly CredentialAnswer[] = (["current", "unrevoked"] as const).map((question) => ({
  question,
  answer: "unknown",
  reason: "Nobody who is trusted signed it, so there is nothing to look at.",
}));
