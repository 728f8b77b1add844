import { EvidenceError, equalBytes } from "@lianzheng/sdk/encoding";
import { decodeSm2Certificate, usages, type Sm2Certificate } from "./certificate.ts";
import { isSm2Signature } from "./sm2.ts";

/** A path has no more certificates, its root included. */
const maxPath = 6;

/**
 * The certificate of a key, once it leads up to a root that the verifier trusts.
 *
 * @param chain - DER: the key's own certificate, then each one's issuer; the root may be left out
 * @param roots - DER of the verifier's own roots; a certificate that the chain brings along is trusted by nobody
 * @param atMs  - when the path must have counted, integer milliseconds since 1970
 * @throws EvidenceError V_UNTRUSTED_ANCHOR (leads to none of the roots), V_MEMBER_SIGNATURE (a signature in it is wrong, or whoever gave
 *   it may not give any), V_TIME (one of it did not count then), V_FORMAT, V_ALGORITHM
 * @see RFC 5280 section 6.1; whether one was revoked is not asked: that is for whoever can reach its authority
 */
export function verifySm2Path(
  chain: readonly Uint8Array[],
  roots: readonly Uint8Array[],
  atMs: number,
): Sm2Certificate {
  if (chain.length > maxPath) throw new EvidenceError("V_FORMAT", `a path has ${maxPath} certificates or fewer`);
  const path = chain.filter((der) => !roots.some((root) => equalBytes(root, der))).map(decodeSm2Certificate);
  const [leaf] = path;
  if (leaf === undefined)
    throw new EvidenceError("V_FORMAT", "a path begins with the certificate of a key, which is no root");
  if (!mayBeUsed(leaf, usages.digitalSignature | usages.nonRepudiation))
    throw new EvidenceError("V_MEMBER_SIGNATURE", "the key of this certificate is not for signatures");
  for (const [below, one] of path.entries()) {
    assertCounted(one, atMs);
    const issuer = path[below + 1] ?? rootOf(one, roots);
    assertCounted(issuer, atMs);
    assertIssued(one, issuer, below);
  }
  return leaf;
}

function rootOf({ issuer }: Sm2Certificate, roots: readonly Uint8Array[]): Sm2Certificate {
  const root = roots.map(decodeSm2Certificate).find(({ subject }) => subject === issuer);
  if (root !== undefined) return root;
  throw new EvidenceError("V_UNTRUSTED_ANCHOR", "the certificates lead to no root that the verifier trusts");
}

/** @param below - authorities between the issuer and the key's own certificate */
function assertIssued(one: Sm2Certificate, issuer: Sm2Certificate, below: number): void {
  const isAllowed = issuer.isAuthority && mayBeUsed(issuer, usages.certSign) && below <= (issuer.pathLength ?? below);
  if (!isAllowed || one.issuer !== issuer.subject)
    throw new EvidenceError("V_MEMBER_SIGNATURE", "a certificate is not of the authority that should have given it");
  if (isSm2Signature(one.signedPart, one.signature, issuer.key)) return;
  throw new EvidenceError("V_MEMBER_SIGNATURE", "a certificate is not signed by its issuer");
}

function assertCounted({ fromMs, untilMs }: Sm2Certificate, atMs: number): void {
  if (fromMs <= atMs && atMs <= untilMs) return;
  throw new EvidenceError("V_TIME", "a certificate of the path did not count at that time");
}

function mayBeUsed({ usage }: Sm2Certificate, bits: number): boolean {
  return usage === null || (usage & bits) !== 0;
}
