import { EvidenceError, fromBase64, fromHex, isHex, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { arrayAt, canonicalJson, exactObject, fromInstant, parseJson, stringAt } from "@lianzheng/sdk/record";
import type { StatementDomain, StatementFields } from "@lianzheng/sdk/record";
import { verifySm2Path } from "./path.ts";
import { isSm2Signature, type Sm2Signer } from "./sm2.ts";

/** An issuer's SM2 signature of a record, a file beside the evidence (docs/formats.md section 23). */
export interface Sm2Statement {
  readonly format: "lianzheng-sm2-statement";
  readonly version: 1;
  /** 04 ‖ x ‖ y, 65 bytes. */
  readonly key: Hex;
  /** r ‖ s, 64 bytes. */
  readonly signature: Hex;
  /** The key's certificate and those above it, DER in base64; who trusts the key by his policy needs none. */
  readonly certificates?: readonly string[];
}

const maxBytes = 128 * 1024;
const maxCertificates = 8;

/**
 * What is signed: the UTF-8 of canonical JSON over what the EIP-712 statement binds, chain and contract included, so that neither counts
 * for another chain.
 *
 * @see docs/formats.md section 23
 */
export function sm2Message({ chainId, members }: StatementDomain, fields: StatementFields): Uint8Array {
  const { type, subject, issuer, occurredAt, commitments } = fields;
  const domain = { chainId: BigInt(chainId).toString(), members };
  return utf8(
    canonicalJson({ about: "lianzheng-sm2-statement 1", ...domain, type, subject, issuer, occurredAt, commitments }),
  );
}

/** The statement of a record, before or after it was submitted: an entry's place in the log is none of its issuer's business. */
export async function signSm2Statement(
  domain: StatementDomain,
  fields: StatementFields,
  signer: Sm2Signer,
  certificates: readonly string[] = [],
): Promise<Sm2Statement> {
  const message = sm2Message(domain, fields);
  const signature = await signer.sign(message);
  if (!isSm2Signature(message, signature, signer.key))
    throw new EvidenceError("E_SIGNATURE_FORM", "what the signer gave is no signature by its key");
  return {
    format: "lianzheng-sm2-statement",
    version: 1,
    key: signer.key,
    signature: toHex(signature),
    ...(certificates.length === 0 ? {} : { certificates }),
  };
}

/** Reads the file strictly. @throws EvidenceError V_VERSION, V_FORMAT, E_* with `details.field` */
export function decodeSm2Statement(bytes: Uint8Array): Sm2Statement {
  const value = exactObject(
    parseJson(bytes, { maxBytes }),
    "",
    ["format", "version", "key", "signature"],
    ["certificates"],
  );
  if (value["format"] !== "lianzheng-sm2-statement")
    throw new EvidenceError("V_FORMAT", "this is no SM2 statement", { field: "/format" });
  if (value["version"] !== 1) throw new EvidenceError("V_VERSION", "only version 1 is known", { field: "/version" });
  const { key, signature, certificates } = value;
  if (!isHex(key, 65)) throw new EvidenceError("E_HEX_FORM", "/key: must be 65 bytes of hex", { field: "/key" });
  if (!isHex(signature, 64))
    throw new EvidenceError("E_HEX_FORM", "/signature: must be 64 bytes of hex", { field: "/signature" });
  const ders =
    certificates === undefined ? [] : arrayAt(certificates, "/certificates", 1, maxCertificates).map(certificateAt);
  return {
    format: "lianzheng-sm2-statement",
    version: 1,
    key,
    signature,
    ...(ders.length === 0 ? {} : { certificates: ders }),
  };
}

function certificateAt(value: Parameters<typeof stringAt>[0], at: number): string {
  const text = stringAt(value, `/certificates/${at}`);
  fromBase64(text);
  return text;
}

/**
 * Refuses unless an SM2 key that the policy gives the record's issuer signed exactly this record, and counted when it occurred. Where the
 * policy names roots, a certificate of the key must lead up to one of them, too.
 *
 * The time is the issuer's word; by when the record existed at the latest its evidence bundle says.
 *
 * @param fields - of the entry (`decodeEntry`), or of a prepared record
 * @returns the issuer, whose key signed
 * @throws EvidenceError V_MEMBER_SIGNATURE, V_UNTRUSTED_ANCHOR (the policy names no SM2 key of the issuer), V_ALGORITHM,
 *   V_UNTRUSTED_ANCHOR and those of {@link verifySm2Path} for its certificates
 */
export function verifySm2Statement(
  { key, signature, certificates = [] }: Sm2Statement,
  fields: StatementFields,
  { chain, contracts, members, guomi }: Pick<Policy, "chain" | "contracts" | "members" | "guomi">,
): string {
  const domain = { chainId: chain.chainId, members: contracts.members.address };
  if (!isSm2Signature(sm2Message(domain, fields), fromHex(signature, 64), key))
    throw new EvidenceError("V_MEMBER_SIGNATURE", "the key that the statement names did not sign this record");
  const { sm2 = [] } = members.find(({ uscc }) => uscc === fields.issuer) ?? {};
  if (sm2.length === 0)
    throw new EvidenceError("V_UNTRUSTED_ANCHOR", `the policy names no SM2 key of the issuer ${fields.issuer}`);
  const own = sm2.filter((trusted) => trusted.key === key);
  if (own.length === 0) throw new EvidenceError("V_MEMBER_SIGNATURE", "the key is none of the issuer's");
  const ms = fromInstant(fields.occurredAt);
  if (!own.some(({ from, until }) => fromInstant(from) <= ms && (until === null || ms < fromInstant(until))))
    throw new EvidenceError("V_MEMBER_SIGNATURE", `the key did not count at ${fields.occurredAt}`);
  if (guomi !== undefined) assertCertified(key, certificates, guomi.authorities, ms);
  return fields.issuer;
}

function assertCertified(key: Hex, certificates: readonly string[], roots: readonly string[], atMs: number): void {
  if (certificates.length === 0)
    throw new EvidenceError(
      "V_UNTRUSTED_ANCHOR",
      "the policy asks for a certificate of the key, and none came with it",
    );
  const leaf = verifySm2Path(certificates.map(fromBase64), roots.map(fromBase64), atMs);
  if (leaf.key !== key) throw new EvidenceError("V_MEMBER_SIGNATURE", "the certificate is of another key");
}
