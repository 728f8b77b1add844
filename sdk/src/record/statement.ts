import { secp256k1 } from "@noble/curves/secp256k1.js";
import {
  EvidenceError,
  concatBytes,
  fromBase64Url,
  fromHex,
  isHex,
  keccak256,
  toHex,
  utf8,
} from "@lianzheng/sdk/encoding";
import type { Digest, Hex } from "@lianzheng/sdk/encoding";

/** The issuer's signature of a record: the address of its key and `r ‖ s ‖ v`, 65 bytes, low s, v 27 or 28. */
export interface Statement {
  readonly key: Hex;
  readonly signature: Hex;
}

/** Where a statement counts: one chain, one Members contract (address, 20 bytes). */
export interface StatementDomain {
  readonly chainId: number | bigint;
  readonly members: Hex;
}

/** What a statement signs; `commitments` in the entry's order. */
export interface StatementFields {
  readonly type: string;
  readonly subject: string;
  readonly issuer: string;
  readonly occurredAt: string;
  readonly commitments: readonly string[];
}

/** A statement as wallets take it (`eth_signTypedData_v4`, ethers' `signTypedData(domain, types, message)`). */
export interface StatementTypedData {
  readonly domain: { name: string; version: string; chainId: bigint; verifyingContract: Hex };
  readonly types: { Statement: { name: string; type: string }[] };
  readonly primaryType: "Statement";
  readonly message: { type: string; subject: string; issuer: string; occurredAt: string; commitments: Hex[] };
}

const domainName = "Lianzheng Statement";
const domainVersion = "1";
const domainType = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const members = [
  { name: "type", type: "string" },
  { name: "subject", type: "string" },
  { name: "issuer", type: "string" },
  { name: "occurredAt", type: "string" },
  { name: "commitments", type: "bytes32[]" },
];
const statementType = `Statement(${members.map(({ name, type }) => `${type} ${name}`).join(",")})`;

const domainTypeHash = hashText(domainType);
const statementTypeHash = hashText(statementType);
const domainConstants = concatBytes(domainTypeHash, hashText(domainName), hashText(domainVersion));
const prefix = Uint8Array.of(0x19, 0x01);
const order = secp256k1.Point.Fn.ORDER;

function hashText(text: string): Digest {
  return keccak256(utf8(text));
}

function word(value: bigint): Uint8Array {
  return fromHex(`0x${value.toString(16).padStart(64, "0")}`);
}

function digestOfCommitment(commitment: string): Digest {
  const digest = fromBase64Url(commitment);
  if (digest.length !== 32) throw new EvidenceError("E_HASH_FORM", "a commitment is base64url of 32 bytes");
  return digest;
}

function domainSeparator({ chainId, members: contract }: StatementDomain): Digest {
  return keccak256(domainConstants, word(BigInt(chainId)), new Uint8Array(12), fromHex(contract, 20));
}

/**
 * The digest that the issuer's key signs: keccak256(0x1901 ‖ domain separator ‖ hash of the statement).
 *
 * @throws EvidenceError E_BASE64_FORM, E_HASH_FORM for a commitment, E_HEX_FORM for the domain's address
 * @see EIP-712; formats.md section 6
 */
export function statementDigest(domain: StatementDomain, fields: StatementFields): Digest {
  const commitments = keccak256(...fields.commitments.map(digestOfCommitment));
  const texts = [fields.type, fields.subject, fields.issuer, fields.occurredAt].map(hashText);
  const struct = keccak256(statementTypeHash, ...texts, commitments);
  return keccak256(prefix, domainSeparator(domain), struct);
}

/** The same statement as typed data for a wallet; its digest is {@link statementDigest}. */
export function statementTypedData(domain: StatementDomain, fields: StatementFields): StatementTypedData {
  const { type, subject, issuer, occurredAt } = fields;
  const commitments = fields.commitments.map((commitment) => toHex(digestOfCommitment(commitment)));
  return {
    domain: {
      name: domainName,
      version: domainVersion,
      chainId: BigInt(domain.chainId),
      verifyingContract: domain.members,
    },
    types: { Statement: members.map((member) => ({ ...member })) },
    primaryType: "Statement",
    message: { type, subject, issuer, occurredAt, commitments },
  };
}

/**
 * Whether `value` is a signature in its one form: 65 bytes, `r` and `s` in range, `s` in the lower half of the order, v 27 or 28. The other `s`
 * would be a second signature of the same thing, hence a second entry (EIP-2 states the rule for transactions).
 */
export function isSignatureForm(value: unknown): value is Hex {
  if (!isHex(value, 65)) return false;
  const r = BigInt(value.slice(0, 66));
  const s = BigInt(`0x${value.slice(66, 130)}`);
  const v = value.slice(130);
  return r > 0n && r < order && s > 0n && s <= order / 2n && (v === "1b" || v === "1c");
}

/**
 * The address, lower-case, of the key that signed the statement.
 *
 * @param signature - `r ‖ s ‖ v`, 65 bytes
 * @throws EvidenceError V_MEMBER_SIGNATURE: not 65 bytes, high s, v other than 27 and 28, or no key at all signed it.
 *   A signature of something else recovers another address, which the caller compares.
 */
export function recoverStatementKey(domain: StatementDomain, fields: StatementFields, signature: Hex): Hex {
  if (!isSignatureForm(signature)) {
    throw new EvidenceError("V_MEMBER_SIGNATURE", "a signature is r, low s and v (27 or 28), 65 bytes");
  }
  return toHex(keccak256(recoverPoint(statementDigest(domain, fields), fromHex(signature, 65))).subarray(12));
}

/** The uncompressed public key, x ‖ y. */
function recoverPoint(digest: Digest, signature: Uint8Array): Uint8Array {
  const recovered = concatBytes(Uint8Array.of((signature[64] ?? 0) - 27), signature.subarray(0, 64));
  try {
    const point = secp256k1.Signature.fromBytes(recovered, "recovered").recoverPublicKey(digest);
    return point.toBytes(false).subarray(1);
  } catch (cause) {
    throw new EvidenceError("V_MEMBER_SIGNATURE", "no key gives this signature", {}, cause);
  }
}
