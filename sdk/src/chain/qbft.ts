import { EvidenceError, keccak256, toHex, type Digest, type Hex } from "@lianzheng/sdk/encoding";
import { openHeader, withExtraData, type OpenHeader } from "./extra-data.ts";
import { decodeRlp, encodeRlp, rlpBytes, rlpList, rlpUint, type RlpItem } from "./rlp.ts";
import { recoverAddress } from "./signature.ts";

/** What a header of a QBFT chain says of who was to make it, and who did. */
export interface QbftExtraData {
  readonly vanity: Uint8Array;
  /** Validators of this block, by address; none where a contract names them. */
  readonly validators: readonly Hex[];
  /** As it stands: no vote, or whom to add or drop. */
  readonly vote: readonly RlpItem[];
  readonly round: bigint;
  /** Commit seals, each 65 bytes r ‖ s ‖ v, v 0 or 1. */
  readonly seals: readonly Uint8Array[];
}

/** `mixHash` of every block of the Istanbul family (IBFT 2.0, QBFT): how its headers are told from others. */
export const ISTANBUL_MIX_HASH: Hex = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";

const MIX_HASH = 13;
const VANITY_BYTES = 32;
const SEAL_BYTES = 65;
const ROUND_BYTES = 4;
const NO_ROUND = new Uint8Array(0);

/**
 * Reads the extra data of a QBFT header: RLP of vanity, validators, vote, round and commit seals.
 *
 * @throws EvidenceError V_SEAL for any other form
 * @see Besu, QbftExtraDataCodec; docs/formats.md section 12
 */
export function decodeQbftExtraData(bytes: Uint8Array): QbftExtraData {
  const [vanity, validators, vote, round, seals] = rlpList(decodeRlp(bytes, "V_SEAL"), "V_SEAL", 5);
  const voted = rlpList(vote, "V_SEAL");
  if (voted.length !== 0 && voted.length !== 2) throw new EvidenceError("V_SEAL", "a vote names one and what to do");
  return {
    vanity: rlpBytes(vanity, "V_SEAL", VANITY_BYTES),
    validators: rlpList(validators, "V_SEAL").map((validator) => toHex(rlpBytes(validator, "V_SEAL", 20))),
    vote: voted,
    round: rlpUint(round, "V_SEAL", ROUND_BYTES),
    seals: rlpList(seals, "V_SEAL").map((seal) => rlpBytes(seal, "V_SEAL", SEAL_BYTES)),
  };
}

/**
 * Hash of a QBFT block: that of its header without seals and in round 0. The seals came later and each node may hold others
 * of them, so the block's name can't depend on them.
 *
 * @param header - RLP of the header as a node keeps it
 * @throws EvidenceError V_HEADER, V_SEAL
 * @see Besu, BftBlockHashing
 */
export function qbftBlockHash(header: Uint8Array): Digest {
  return hashWith(openHeader(header), NO_ROUND);
}

/** What a validator signs when it commits to a block: the header without seals, in its round. @throws as {@link qbftBlockHash} */
export function qbftSealHash(header: Uint8Array): Digest {
  const open = openHeader(header);
  return hashWith(open, rlpBytes(partsOf(open)[3], "V_SEAL"));
}

/**
 * The addresses whose keys sealed a QBFT block, in the order of its seals, as often as they did.
 *
 * @param most - more seals than that are refused before any is looked at
 * @throws EvidenceError V_HEADER, V_SEAL
 */
export function recoverQbftSealers(header: Uint8Array, most: number): readonly Hex[] {
  const { seals } = decodeQbftExtraData(openHeader(header).extraData);
  if (seals.length > most)
    throw new EvidenceError("V_SEAL", `a block of ${most} validators bears ${seals.length} seals`);
  const digest = qbftSealHash(header);
  return seals.map((seal) => recoverAddress(digest, seal.subarray(0, 64), seal[64] ?? -1, "V_SEAL"));
}

/**
 * The hash by which a chain names a block: that of QBFT for a header of the Istanbul family, else Keccak-256 of the RLP.
 * @throws EvidenceError V_HEADER
 */
export function blockHash(header: Uint8Array): Digest {
  const open = openHeader(header);
  const mixHash = toHex(rlpBytes(open.fields[MIX_HASH], "V_HEADER"));
  return mixHash === ISTANBUL_MIX_HASH && isQbft(open) ? hashWith(open, NO_ROUND) : keccak256(header);
}

function isQbft({ extraData }: OpenHeader): boolean {
  try {
    decodeQbftExtraData(extraData);
    return true;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

function partsOf({ extraData }: OpenHeader): readonly RlpItem[] {
  return rlpList(decodeRlp(extraData, "V_SEAL"), "V_SEAL", 5);
}

function hashWith(open: OpenHeader, round: Uint8Array): Digest {
  const unsealed = encodeRlp([...partsOf(open).slice(0, 3), round, []]);
  return keccak256(withExtraData(open, unsealed));
}
