import { EvidenceError, fromHex, keccak256, toHex, type EvidenceErrorCode, type Hex } from "@lianzheng/sdk/encoding";
import { decodeRlp, rlpBytes, rlpList, rlpUint } from "./rlp.ts";
import { verifyTrieProof } from "./trie.ts";

/** An account as the state root commits to it. */
export interface Account {
  readonly nonce: bigint;
  /** Wei. */
  readonly balance: bigint;
  readonly storageRoot: Hex;
  readonly codeHash: Hex;
}

/**
 * The account at an address under a state root, from the `accountProof` of `eth_getProof`.
 * @throws EvidenceError with code `fault` if the nodes do not lead there, prove its absence, or hold no account
 * @see EIP-1186
 */
export function verifyAccountProof(
  stateRoot: Hex,
  address: Hex,
  nodes: readonly Hex[],
  fault: EvidenceErrorCode = "V_TRIE",
): Account {
  const key = keccak256(fromHex(address, 20));
  const value = verifyTrieProof(
    fromHex(stateRoot, 32),
    key,
    nodes.map((node) => fromHex(node)),
    fault,
  );
  if (value === null) throw new EvidenceError(fault, `the state has no account ${address}`);
  const [nonce, balance, storageRoot, codeHash] = rlpList(decodeRlp(value, fault), fault, 4);
  return {
    nonce: rlpUint(nonce, fault),
    balance: rlpUint(balance, fault, 32),
    storageRoot: toHex(rlpBytes(storageRoot, fault, 32)),
    codeHash: toHex(rlpBytes(codeHash, fault, 32)),
  };
}
