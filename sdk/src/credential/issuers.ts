import { EvidenceError } from "@lianzheng/sdk/encoding";
import { arrayAt, exactObject, fromInstant, instantAt, isUscc, parseJson, stringAt } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { fromMultikey } from "./multikey.ts";

/** A key with which a member issues credentials, and when it counted: `from` <= time < `until`, null if it still counts. */
export interface TrustedIssuer {
  readonly uscc: string;
  /** The issuer's URL in its credentials. */
  readonly id: string;
  /** URL of the key in proofs. */
  readonly method: string;
  /** Ed25519, as a Multikey. */
  readonly key: string;
  readonly from: string;
  readonly until: string | null;
}

/** Whose credentials the verifier trusts: its own file, as a trust policy is. */
export interface TrustedIssuers {
  readonly format: "lianzheng-issuers";
  readonly version: 1;
  readonly issuers: readonly TrustedIssuer[];
}

const maxBytes = 1024 * 1024;
const maxIssuers = 1000;

/**
 * Reads the file strictly.
 *
 * @throws EvidenceError V_VERSION, V_POLICY for anything else that is no such file; details.field
 */
export function decodeIssuers(bytes: Uint8Array): TrustedIssuers {
  try {
    return issuersOf(parseJson(bytes, { maxBytes }));
  } catch (cause) {
    if (!(cause instanceof EvidenceError) || cause.code === "V_VERSION") throw cause;
    throw new EvidenceError("V_POLICY", `no file of trusted issuers: ${cause.message}`, cause.details, cause);
  }
}

function issuersOf(value: JsonValue): TrustedIssuers {
  const { format, version, issuers } = exactObject(value, "", ["format", "version", "issuers"]);
  if (format !== "lianzheng-issuers")
    throw new EvidenceError("V_POLICY", "the format is another", { field: "/format" });
  if (version !== 1) throw new EvidenceError("V_VERSION", "only version 1 is known", { field: "/version" });
  return {
    format,
    version,
    issuers: arrayAt(issuers, "/issuers", 1, maxIssuers).map((item, at) => issuerOf(item, `/issuers/${at}`)),
  };
}

function issuerOf(value: JsonValue, field: string): TrustedIssuer {
  const issuer = exactObject(value, field, ["uscc", "id", "method", "key", "from", "until"]);
  const uscc = stringAt(issuer["uscc"], `${field}/uscc`);
  if (!isUscc(uscc)) throw new EvidenceError("E_USCC", `${field}/uscc: is none`, { field: `${field}/uscc` });
  const [from, until] = [instantAt(issuer["from"], `${field}/from`), issuer["until"] ?? null];
  const end = until === null ? null : instantAt(until, `${field}/until`);
  if (end !== null && fromInstant(end) <= fromInstant(from))
    throw new EvidenceError("E_RANGE", `${field}/until: must be later than from`, { field: `${field}/until` });
  const key = stringAt(issuer["key"], `${field}/key`);
  fromMultikey(key);
  return {
    uscc,
    id: stringAt(issuer["id"], `${field}/id`),
    method: stringAt(issuer["method"], `${field}/method`),
    key,
    from,
    until: end,
  };
}
