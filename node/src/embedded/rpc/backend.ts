import type { StateReader } from "../account-state.ts";
import type { Execution } from "../execution.ts";
import type { Ledger } from "../ledger.ts";
import type { Miner } from "../miner.ts";
import type { ChainStore } from "../store.ts";
import type { SignedTransaction } from "../transaction.ts";

/** What the methods answer from. */
export interface Backend {
  readonly chainId: number;
  readonly store: ChainStore;
  readonly ledger: Ledger;
  readonly miner: Miner;
  readonly execution: Execution;
  readonly state: StateReader;
  /** @throws ChainError C_TX_FORM, C_TX_CHAIN_ID, C_TX_GAS */
  readonly decode: (raw: Uint8Array) => SignedTransaction;
}
