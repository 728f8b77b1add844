import { EvidenceError } from "@lianzheng/sdk/encoding";
import { decodeRlp, encodeRlp, rlpBytes, rlpList, type RlpItem } from "./rlp.ts";

/** Place of `extraData` among the fields of a header, the same at every fork. */
const EXTRA_DATA = 12;

/** A header's fields up to `nonce`: what every fork has. */
const LEAST_FIELDS = 15;

/**
 * A header as its list of fields, of any fork: engines put their seals into `extraData` and sign the rest as it stands, so
 * what they sign needs no knowledge of the other fields.
 */
export interface OpenHeader {
  readonly fields: readonly RlpItem[];
  readonly extraData: Uint8Array;
}

/** @throws EvidenceError V_HEADER for what is no list of byte strings, fifteen or more */
export function openHeader(header: Uint8Array): OpenHeader {
  const fields = rlpList(decodeRlp(header, "V_HEADER"), "V_HEADER");
  for (const field of fields) rlpBytes(field, "V_HEADER");
  if (fields.length < LEAST_FIELDS) throw new EvidenceError("V_HEADER", `a header has ${LEAST_FIELDS} fields or more`);
  return { fields, extraData: rlpBytes(fields[EXTRA_DATA], "V_HEADER") };
}

/** RLP of the header with another `extraData`. */
export function withExtraData({ fields }: OpenHeader, extraData: Uint8Array): Uint8Array {
  return encodeRlp(fields.with(EXTRA_DATA, extraData));
}
