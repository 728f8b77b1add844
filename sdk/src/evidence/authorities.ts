import { EvidenceError, fromBase64 } from "@lianzheng/sdk/encoding";
import { assertAllDifferent, items, members, refusalAt, text, type Place } from "./reader.ts";

/** Time-stamping authorities that the verifier trusts. */
export interface TrustedAuthorities {
  /** X.509 certificates, DER in base64: an authority's own, or one that issued its. */
  readonly authorities: readonly string[];
}

const maxAuthorities = 64;

/** What the certificates hold `proveTimestamps` reads. @throws EvidenceError with the place's fault */
export function trustedAuthorities(place: Place): TrustedAuthorities {
  const places = items(members(place, ["authorities"]).authorities, 1, maxAuthorities);
  const authorities = places.map(certificate);
  assertAllDifferent(places, authorities);
  return { authorities };
}

function certificate(place: Place): string {
  const base64 = text(place);
  try {
    // A certificate is a SEQUENCE.
    if (fromBase64(base64)[0] === 0x30) return base64;
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
  }
  throw refusalAt(place, "must be a certificate, DER in base64");
}
