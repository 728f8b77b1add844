import { paramsBlock } from "@ethereumjs/block";
import { createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common";
import type { Common } from "@ethereumjs/common";
import { paramsEVM } from "@ethereumjs/evm";
import { paramsTx } from "@ethereumjs/tx";
import { paramsVM } from "@ethereumjs/vm";

/** Gas that the transactions of one block may use together, and so the most that one of them may ask for. */
export const BLOCK_GAS_LIMIT = 30_000_000n;

/** Transactions in one block at most. More that wait go into the next one. */
export const BLOCK_TRANSACTION_LIMIT = 256;

/** Bytes of one raw transaction at most: as in geth (`txMaxSize`). */
export const TRANSACTION_BYTES_LIMIT = 131_072;

/**
 * Rules of the chain with this id: Ethereum at Cancun, with three differences that a chain without others needs or allows.
 * The base fee is always 0, so gas is metered and free. There is no beacon chain: `parentBeaconBlockRoot` is zero and the
 * system call of EIP-4788 finds no contract, as on any chain whose genesis lacks it. Blob transactions (EIP-4844) are not
 * taken and the point evaluation precompile is absent, since no KZG setup is loaded.
 */
export function chainRules(chainId: number): Common {
  return settled(createCustomCommon({ chainId, name: "lianzheng-embedded" }, Mainnet, { hardfork: Hardfork.Cancun }));
}

/**
 * The same rules with the numbers of all parts of the library in them once and for all. Each machine, header and transaction
 * would else put its own part in anew, the same numbers into the same rules: 0.1 ms for a transaction that takes 0.15 ms to
 * read (measured), and several times for each call.
 */
function settled(rules: Common): Common {
  for (const params of [paramsVM, paramsEVM, paramsBlock, paramsTx]) rules.updateParams(params);
  // A member of its own goes on to the copies that the library makes.
  rules.updateParams = () => undefined;
  return rules;
}
