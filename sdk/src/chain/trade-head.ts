import { concatBytes, EvidenceError, fromHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { uintWord } from "./abi.ts";
import { verifyAccountProof } from "./account.ts";
import { EMPTY_STAGE_HEAD } from "./ids.ts";
import { decodeRlp, rlpUint } from "./rlp.ts";
import { verifyTrieProof } from "./trie.ts";

/**
 * Where `Trades` keeps a trade's head. The only place that knows: the contract keeps `mapping(bytes32 => Trade)` in slot 2,
 * behind the two strings of EIP712, and `head` is the seventh slot of the struct. The code hash that a policy names pins
 * this layout; a contract with another one has another code hash, and needs another version of this program.
 * @see docs/formats.md section 11; Solidity documentation, Layout of State Variables in Storage
 */
const TRADES_SLOT = 2;
const HEAD_OFFSET = 6n;

/** Trie nodes, root first, from a state root to the account of `Trades`, and from that account's storage root to a slot. */
export interface StorageProof {
  readonly account: readonly Hex[];
  /** None where the contract's storage is empty. */
  readonly storage: readonly Hex[];
}

/** A contract as a verifier trusts it: where it stands and the Keccak-256 of its code. */
interface Contract {
  readonly address: Hex;
  readonly codeHash: Hex;
}

/** The storage slot, 32 bytes, in which `Trades` keeps the head of a trade. @param tradeId - 32 bytes */
export function tradeHeadSlot(tradeId: Hex): Hex {
  const struct = keccak256(concatBytes(fromHex(tradeId, 32), uintWord(TRADES_SLOT)));
  return toHex(uintWord(BigInt.asUintN(256, BigInt(toHex(struct)) + HEAD_OFFSET)));
}

/**
 * The head of a trade in the state under a state root: `head(n)` of its n stages, {@link EMPTY_STAGE_HEAD} if it has none,
 * or if there is no such trade.
 *
 * @throws EvidenceError V_TRIE if the nodes do not lead there or the slot holds no digest; V_EMITTER if other code than
 *   the contract's stands at its address, for then the slot means nothing
 * @see EIP-1186
 */
export function verifyTradeHead(
  stateRoot: Hex,
  { address, codeHash }: Contract,
  tradeId: Hex,
  proof: StorageProof,
): Hex {
  const account = verifyAccountProof(stateRoot, address, proof.account);
  if (account.codeHash !== codeHash)
    throw new EvidenceError("V_EMITTER", `the code at ${address} is another than the one that the policy trusts`);
  const value = verifyTrieProof(
    fromHex(account.storageRoot, 32),
    keccak256(fromHex(tradeHeadSlot(tradeId), 32)),
    proof.storage.map((node) => fromHex(node)),
  );
  if (value === null) return EMPTY_STAGE_HEAD;
  const head = rlpUint(decodeRlp(value, "V_TRIE"), "V_TRIE", 32);
  if (head === 0n) throw new EvidenceError("V_TRIE", "a slot that holds zero is not in the state");
  return toHex(uintWord(head));
}
