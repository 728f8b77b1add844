import type { Common } from "@ethereumjs/common";
import { createAccount, createAddressFromString } from "@ethereumjs/util";
import { concatBytes, keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { SigningKey } from "ethers";
import { sealBlock } from "./block.ts";
import type { ChainBlock } from "./block.ts";
import { stateAt } from "./state.ts";
import type { StagedNodes } from "./state.ts";

/** Balances at the start, in wei, by lower-case address. Gas is free, so an empty one does. */
export type GenesisBalances = Readonly<Record<Hex, bigint>>;

/**
 * Block 0, the same for the same chain id, sealer's key and balances: its time is 0, its seal is deterministic, and its
 * `mixHash` is keccak256 of `lianzheng genesis` and the chain id as 32 bytes, since no other field of a header holds a chain id.
 */
export async function genesisBlock(
  rules: Common,
  nodes: StagedNodes,
  sealer: { readonly address: Hex; readonly key: SigningKey },
  balances: GenesisBalances,
): Promise<ChainBlock> {
  const state = await stateAt(rules, nodes);
  for (const [address, balance] of Object.entries(balances))
    await state.putAccount(createAddressFromString(address), createAccount({ balance }));
  const header = {
    number: 0n,
    timestamp: 0n,
    coinbase: sealer.address,
    mixHash: chainMark(rules.chainId()),
    stateRoot: await state.getStateRoot(),
  };
  const block = sealBlock(rules, header, [], sealer.key);
  return { number: 0, hash: toHex(block.hash()), block, receipts: [] };
}

function chainMark(chainId: bigint): Uint8Array {
  const number = new Uint8Array(32);
  new DataView(number.buffer).setBigUint64(24, chainId);
  return keccak256(concatBytes(utf8("lianzheng genesis"), number));
}
