import { equalBytes } from "@lianzheng/sdk/encoding";
import type { Certificate } from "./certificate.ts";
import { childrenOf, contentOf, oidOf, refusal, tags, type DerValue } from "./der.ts";
import { digestName, digestOf, isSigned } from "./signature.ts";
import type { Signer, Token } from "./token.ts";

const oids = {
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  certificate: "1.2.840.113549.1.9.16.2.12",
  certificateV2: "1.2.840.113549.1.9.16.2.47",
  stampInfo: "1.2.840.113549.1.9.16.1.4",
} as const;

/**
 * Refuses a token that the key of this certificate did not sign: the signed attributes hold the digest of the content and
 * that of the certificate, and the signature is over them.
 *
 * @throws EvidenceError V_TIMESTAMP, V_ALGORITHM
 * @see RFC 5652 section 5.4, RFC 5816
 */
export async function assertSigned({ content, signer }: Token, certificate: Certificate): Promise<void> {
  const digest = digestName(signer.digest);
  if (oidOf(signer.attributes.get(oids.contentType)) !== oids.stampInfo)
    throw refusal("its signer signed something else");
  const signed = contentOf(signer.attributes.get(oids.messageDigest), tags.octetString);
  if (!equalBytes(signed, await digestOf(digest, content))) throw refusal("its content is not what was signed");
  if (!(await namesCertificate(signer, certificate))) throw refusal("its signer names another certificate");
  const { algorithm, signature, signedBytes: message } = signer;
  if (!(await isSigned({ key: certificate.key, algorithm, digest, signature, message })))
    throw refusal("the signature is not one that the authority's key gave to it");
}

/** The attribute that binds the signature to one certificate: its first entry is of the signer's. */
async function namesCertificate({ attributes }: Signer, { der }: Certificate): Promise<boolean> {
  const [second, first] = [attributes.get(oids.certificateV2), attributes.get(oids.certificate)];
  const named = childrenOf(childrenOf(second ?? first, tags.sequence)[0], tags.sequence)[0];
  const [algorithm, hash] = namedHash(childrenOf(named, tags.sequence));
  const digest = second === undefined ? "SHA-1" : algorithm === undefined ? "SHA-256" : digestName(algorithm);
  return equalBytes(contentOf(hash, tags.octetString), await digestOf(digest, der));
}

/** The algorithm is left out where it is the usual one. */
function namedHash([one, other]: readonly DerValue[]): readonly [DerValue | undefined, DerValue | undefined] {
  return one?.tag === tags.sequence ? [one, other] : [undefined, one];
}
