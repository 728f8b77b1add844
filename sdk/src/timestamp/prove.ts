import { equalBytes, EvidenceError, fromBase64, sha256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { decodeBundle, type Policy, type Stamp, type TimestampFindings } from "@lianzheng/sdk/evidence";
import { decodeProof } from "@lianzheng/sdk/log";
import { toInstant } from "@lianzheng/sdk/record";
import { decodeCertificate, subjectName, type Certificate } from "./certificate.ts";
import { refusal } from "./der.ts";
import { assertUsable, pathTo } from "./path.ts";
import { assertSigned } from "./signed.ts";
import { digestName } from "./signature.ts";
import { decodeToken, type Signer } from "./token.ts";

/** A token has some kilobytes. */
const maxTokenLength = 100_000;

/**
 * Holds the RFC 3161 timestamps of a bundle against the authorities of a policy, with no network: what `verify` takes as
 * `timestamps`. Never throws on account of the bundle.
 *
 * A token counts when an authority of the policy, or one whose certificate leads up to it, signed it over SHA-256 of the
 * note in which the bundle's proofs end. One of another authority, or of an algorithm that is not read here, is passed over;
 * one of a trusted authority that does not hold is refused.
 *
 * @param bytes - the bundle's file as it is
 * @throws EvidenceError V_POLICY if a certificate of the policy is none
 * @see RFC 3161, SPEC.md section 3.6
 */
export async function proveTimestamps(bytes: Uint8Array, policy: Policy): Promise<TimestampFindings> {
  const authorities = authoritiesOf(policy);
  const { note, tokens } = readTokens(bytes);
  const findings = await Promise.all(tokens.map((token) => examine(token, note, authorities)));
  const refused = findings.find((finding) => typeof finding === "string");
  return {
    note: toHex(note),
    stamps: findings.filter((finding): finding is Stamp => typeof finding === "object"),
    ...(refused === undefined ? {} : { refused }),
    passedOver: findings.filter((finding) => finding === undefined).length,
  };
}

/** The certificates that a policy names. @throws EvidenceError V_POLICY */
function authoritiesOf({ timestamps }: Policy): readonly Certificate[] {
  return (timestamps?.authorities ?? []).map((base64, at) => {
    try {
      return decodeCertificate(fromBase64(base64));
    } catch (cause) {
      if (!(cause instanceof EvidenceError)) throw cause;
      const field = `/timestamps/authorities/${at}`;
      throw new EvidenceError("V_POLICY", `${field} is no certificate: ${cause.message}`, { field }, cause);
    }
  });
}

interface BundleTokens {
  /** SHA-256 of the note. */
  readonly note: Uint8Array;
  readonly tokens: readonly string[];
}

/** None of what is no bundle: that it is none `verify` says. */
function readTokens(bytes: Uint8Array): BundleTokens {
  try {
    const { records, timestamps = [] } = decodeBundle(bytes);
    return { note: sha256(utf8(decodeProof(records[0]?.proof ?? "").checkpoint)), tokens: timestamps };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { note: new Uint8Array(32), tokens: [] };
  }
}

/** A stamp, why the token is refused, or undefined if it is passed over. */
async function examine(
  base64: string,
  note: Uint8Array,
  authorities: readonly Certificate[],
): Promise<Stamp | string | undefined> {
  try {
    return await stampOf(base64, note, authorities);
  } catch (error) {
    if (error instanceof EvidenceError && error.code === "V_ALGORITHM") return undefined;
    // WebCrypto's errors for keys and signatures that it can't take are among them: whatever it is, it is no stamp.
    return `A timestamp does not hold: ${error instanceof Error ? error.message : "it can't be read"}.`;
  }
}

async function stampOf(
  base64: string,
  note: Uint8Array,
  authorities: readonly Certificate[],
): Promise<Stamp | undefined> {
  if (base64.length > maxTokenLength) throw refusal("a token is shorter");
  const token = decodeToken(fromBase64(base64));
  const { info, signer } = token;
  const brought = token.certificates.map(decodeCertificate);
  const own = [...authorities, ...brought].find((certificate) => isOf(signer, certificate));
  const path = own === undefined ? undefined : await pathTo(authorities, own, brought);
  if (own === undefined || path === undefined) return undefined;
  if (digestName(info.digest) !== "SHA-256" || !equalBytes(info.imprint, note))
    throw refusal("it is of something else than the note of this bundle");
  await assertSigned(token, own);
  assertUsable(path, info.timeMs);
  return { at: toInstant(info.latestMs), authority: subjectName(own) };
}

function isOf({ id }: Signer, { issuer, serial, extensions }: Certificate): boolean {
  if ("keyId" in id) return extensions.keyId !== undefined && equalBytes(extensions.keyId, id.keyId);
  return equalBytes(issuer, id.issuer) && equalBytes(serial, id.serial);
}
