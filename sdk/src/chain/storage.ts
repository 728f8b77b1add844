import { concatBytes, EvidenceError, fromHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { uintWord } from "./abi.ts";
import { verifyAccountProof } from "./account.ts";
import { decodeRlp, rlpUint } from "./rlp.ts";
import type { StorageProof } from "./trade-head.ts";
import { TrieNodes } from "./trie.ts";

/** A value at most 32 bytes wide inside a slot, as Solidity packs them: bytes from the low end of the slot, and how many. */
export interface PackedField {
  /** Slot within the struct, from 0. */
  readonly slot: number;
  /** Bytes of the slot below the value. */
  readonly offset: number;
  /** Bytes that the value has. */
  readonly bytes: number;
}

/** The slots of one contract in the state under a state root, as far as trie nodes show them. */
export class ContractStorage {
  readonly #nodes: TrieNodes;
  readonly #words = new Map<Hex, bigint | undefined>();

  /**
   * @param proof - nodes to the account, in order; and nodes of its storage trie, in any order
   * @throws EvidenceError V_TRIE if the nodes do not lead to the account; V_EMITTER if other code than this stands there, for
   *   then its slots mean something else
   */
  constructor(stateRoot: Hex, contract: { readonly address: Hex; readonly codeHash: Hex }, proof: StorageProof) {
    const { address, codeHash } = contract;
    const account = verifyAccountProof(stateRoot, address, proof.account);
    if (account.codeHash !== codeHash)
      throw new EvidenceError("V_EMITTER", `the code at ${address} is another than the one that the policy trusts`);
    this.#nodes = new TrieNodes(
      fromHex(account.storageRoot, 32),
      proof.storage.map((node) => fromHex(node)),
    );
  }

  /**
   * The word in a slot: zero if it is shown to hold nothing, undefined if the nodes do not show it.
   * @throws EvidenceError V_TRIE for what no slot holds
   */
  word(slot: Hex): bigint | undefined {
    if (!this.#words.has(slot)) this.#words.set(slot, this.#read(slot));
    return this.#words.get(slot);
  }

  #read(slot: Hex): bigint | undefined {
    const value = this.#nodes.get(keccak256(fromHex(slot, 32)));
    if (value === undefined || value === null) return value === null ? 0n : undefined;
    const word = rlpUint(decodeRlp(value, "V_TRIE"), "V_TRIE", 32);
    if (word === 0n) throw new EvidenceError("V_TRIE", "a slot that holds zero is not in the state");
    return word;
  }
}

/**
 * Slot of a mapping's value: Keccak-256 of the key as a word and the mapping's own slot.
 * @param key  - 32 bytes, as the ABI pads it
 * @param slot - a number, or the slot of a mapping inside another
 * @see Solidity documentation, Layout of State Variables in Storage
 */
export function mappingSlot(key: Uint8Array, slot: number | Hex): Hex {
  return toHex(keccak256(concatBytes(key, typeof slot === "number" ? uintWord(slot) : fromHex(slot, 32))));
}

/** Slot of the first item of a dynamic array whose length stands in `slot`. */
export function arraySlot(slot: Hex): Hex {
  return toHex(keccak256(fromHex(slot, 32)));
}

/** The slot some places further on, counted round at the end. */
export function slotAfter(slot: Hex, places: number): Hex {
  return toHex(uintWord(BigInt.asUintN(256, BigInt(slot) + BigInt(places))));
}

/** A packed value of a slot's word. */
export function unpack(word: bigint, { offset, bytes }: PackedField): bigint {
  return BigInt.asUintN(8 * bytes, word >> BigInt(8 * offset));
}
