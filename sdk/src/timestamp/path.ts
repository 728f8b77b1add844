import { equalBytes } from "@lianzheng/sdk/encoding";
import { maySign, maySignAuthorities, subjectName, timeStamping, type Certificate } from "./certificate.ts";
import { refusal } from "./der.ts";
import { isSigned } from "./signature.ts";

/** Certificates above the first: real authorities have one or two. */
const longestPath = 5;

/**
 * The way from a certificate up to one that the policy names, the first included; undefined if there is none. Each on the way
 * is signed by the next, which may sign certificates.
 *
 * @param others - certificates that the token brings: they may lead to a trusted one, and are no more than that
 */
export async function pathTo(
  authorities: readonly Certificate[],
  first: Certificate,
  others: readonly Certificate[],
): Promise<readonly Certificate[] | undefined> {
  const path = [first];
  for (;;) {
    const last = path.at(-1) ?? first;
    if (authorities.some(({ der }) => equalBytes(der, last.der))) return path;
    if (path.length > longestPath) return undefined;
    const issuer = await issuerOf(last, path.length - 1, [
      ...authorities,
      ...others.filter((other) => !path.includes(other)),
    ]);
    if (issuer === undefined) return undefined;
    path.push(issuer);
  }
}

/** @param below - authorities below the issuer that is looked for */
async function issuerOf(
  certificate: Certificate,
  below: number,
  candidates: readonly Certificate[],
): Promise<Certificate | undefined> {
  for (const candidate of candidates) {
    const { subject, extensions } = candidate;
    if (!equalBytes(subject, certificate.issuer) || !maySignAuthorities(candidate)) continue;
    if (extensions.pathLength !== undefined && extensions.pathLength < below) continue;
    const { algorithm, signature, signedPart: message } = certificate;
    if (await isSigned({ key: candidate.key, algorithm, signature, message })) return candidate;
  }
  return undefined;
}

/**
 * Refuses a path that must not be taken at a time: every certificate counts then, none has a critical extension that is not
 * read here, and the first is for time stamps and nothing else.
 *
 * @param ms - milliseconds since 1970
 * @throws EvidenceError V_TIMESTAMP
 * @see RFC 3161 section 2.3, RFC 5280 section 6.1
 */
export function assertUsable(path: readonly Certificate[], ms: number): void {
  for (const certificate of path) {
    const { from, until, extensions } = certificate;
    const name = subjectName(certificate);
    if (ms < from || ms > until) throw refusal(`the certificate of ${name} did not count when the time was stamped`);
    if (extensions.unknownCritical !== undefined)
      throw refusal(
        `the certificate of ${name} has a critical extension that is not read here: ${extensions.unknownCritical}`,
      );
  }
  const [first] = path;
  const { isCritical, purposes } = first?.extensions.extendedUsage ?? { isCritical: false, purposes: [] };
  const isForStamps = isCritical && purposes.length === 1 && purposes[0] === timeStamping;
  if (first !== undefined && isForStamps && maySign(first)) return;
  throw refusal("the certificate that signed is not one for time stamps alone");
}
