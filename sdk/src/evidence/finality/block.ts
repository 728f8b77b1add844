import { decodeHeader, type Header } from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Trust } from "../question.ts";
import type { ValidatorEpoch } from "./rule.ts";

/** A block that is final under the policy's rule. */
export interface FinalBlock {
  readonly header: Header;
  readonly hash: Hex;
  /** On whom that rests. */
  readonly trust: Trust;
}

/** A header as a bundle brings it. */
export interface ShownHeader {
  readonly rlp: Uint8Array;
  readonly header: Header;
}

/** What a rule judges: a block, and the headers that the bundle brings for it. */
export interface Judged {
  readonly block: ShownHeader;
  /** The anchor's block, which `block` may be. */
  readonly anchor: ShownHeader;
  /** `anchor.headers`. */
  readonly headers: readonly ShownHeader[];
}

/** @throws EvidenceError V_HEADER for what is no header, or one of a number beyond 2^53 */
export function shownHeader(hex: Hex): ShownHeader {
  const rlp = fromHex(hex);
  const header = decodeHeader(rlp);
  if (header.number <= BigInt(Number.MAX_SAFE_INTEGER)) return { rlp, header };
  throw new EvidenceError("V_HEADER", "no chain has as many blocks as the header's number says");
}

/** The newest epoch that has begun by a block; undefined if the policy begins later. */
export function epochAt(epochs: readonly ValidatorEpoch[], number: bigint): ValidatorEpoch | undefined {
  return epochs.findLast(({ from }) => BigInt(from) <= number);
}
