import type { Common } from "@ethereumjs/common";
import { createTx } from "@ethereumjs/tx";
import type { TypedTransaction } from "@ethereumjs/tx";
import { createAddressFromString } from "@ethereumjs/util";
import { createVM, runTx } from "@ethereumjs/vm";
import type { RunTxResult, VM } from "@ethereumjs/vm";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { openBlock } from "./block.ts";
import type { ChainBlock } from "./block.ts";
import type { Ledger } from "./ledger.ts";
import { pastHashes } from "./past-hashes.ts";
import { BLOCK_GAS_LIMIT } from "./rules.ts";
import { StagedNodes, stateAt } from "./state.ts";
import type { NodeCache } from "./state.ts";

/** A call as `eth_call` and `eth_estimateGas` take it. */
export interface CallRequest {
  readonly from: Hex;
  readonly to: Hex | undefined;
  readonly data: Hex;
  readonly value: bigint;
  readonly gas: bigint | undefined;
  readonly accessList: readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[];
}

/** An estimate may exceed the true need by this share, as in geth (`gasestimator`, 1.5 %): fewer rounds. */
const estimateTolerance = 0.015;

/** Gas that a plain transfer takes; no transaction takes less. */
const leastGas = 21_000n;

/** Runs calls on the state after a block, for nothing and without a trace. */
export class Execution {
  readonly #rules: Common;
  readonly #nodes: NodeCache;
  readonly #ledger: Ledger;

  constructor(rules: Common, nodes: NodeCache, ledger: Ledger) {
    this.#rules = rules;
    this.#nodes = nodes;
    this.#ledger = ledger;
  }

  /**
   * Return data of the call on the state after `block`, in the context of that block.
   *
   * @throws ChainError C_RPC_REVERT with details.data, C_RPC_EXECUTION, C_TX_FUNDS
   */
  async call(request: CallRequest, block: ChainBlock): Promise<Hex> {
    const { execResult } = await this.#run(request, block, capped(request.gas));
    if (execResult.exceptionError !== undefined) throw failure(execResult);
    return toHex(execResult.returnValue);
  }

  /**
   * Gas limit with which the call succeeds on the state after `block`, found by bisection: a call may need more than it uses,
   * since a callee gets 63/64 of what is left, and refunds come at the end. A 64th is added: the block that the transaction
   * lands in has a later time, and a contract that compares times may then take a way that costs a little more. A plain transfer
   * runs no contract.
   *
   * @throws ChainError as {@link Execution.call}
   */
  async estimateGas(request: CallRequest, block: ChainBlock): Promise<bigint> {
    const limit = capped(request.gas);
    let high = limit;
    const first = await this.#run(request, block, high);
    if (first.execResult.exceptionError !== undefined) throw failure(first.execResult);
    let low = max(first.totalGasSpent, leastGas) - 1n;
    const guesses = likelyNeeds(first);
    while (low + 1n < high && Number(high - low) / Number(high) > estimateTolerance) {
      const guess = guesses.shift();
      const middle = guess !== undefined && guess > low && guess < high ? guess : (low + high) / 2n;
      if (await this.#succeeds(request, block, middle)) high = middle;
      else low = middle;
    }
    return high === leastGas ? high : min(high + high / 64n, limit);
  }

  async #succeeds(request: CallRequest, block: ChainBlock, gas: bigint): Promise<boolean> {
    try {
      const { execResult } = await this.#run(request, block, gas);
      return execResult.exceptionError === undefined;
    } catch (error) {
      // Below the intrinsic gas the call does not even start: too little, no more than that.
      if (error instanceof ChainError && error.code === "C_TX_GAS") return false;
      throw error;
    }
  }

  async #run(request: CallRequest, block: ChainBlock, gas: bigint): Promise<RunTxResult> {
    const vm = await this.#machine(block);
    await checkFunds(vm, request);
    const tx = this.#unsigned(request, gas);
    const needed = tx.getIntrinsicGas();
    if (gas < needed) throw new ChainError("C_TX_GAS", `intrinsic gas too low: gas ${gas}, minimum needed ${needed}`);
    try {
      const context = openBlock(this.#rules, contextOf(block));
      return await runTx(vm, {
        tx,
        block: context,
        skipBalance: true,
        skipNonce: true,
        skipBlockGasLimitValidation: true,
      });
    } catch (error) {
      if (error instanceof ChainError) throw error;
      throw new ChainError("C_RPC_EXECUTION", messageOf(error), {}, error);
    }
  }

  async #machine(block: ChainBlock): Promise<VM> {
    const state = await stateAt(this.#rules, new StagedNodes(this.#nodes), block.block.header.stateRoot);
    return createVM({ common: this.#rules, stateManager: state, blockchain: pastHashes(this.#ledger) });
  }

  #unsigned({ from, to, data, value, accessList }: CallRequest, gasLimit: bigint): TypedTransaction {
    const fields = { data, value, gasLimit, ...(to === undefined ? {} : { to }) };
    const tx =
      accessList.length === 0
        ? createTx({ ...fields, gasPrice: 0n }, { common: this.#rules, freeze: false })
        : createTx(
            { ...fields, type: 1, gasPrice: 0n, accessList: copyOf(accessList) },
            { common: this.#rules, freeze: false },
          );
    const sender = createAddressFromString(from);
    tx.getSenderAddress = () => sender;
    return tx;
  }
}

function copyOf(accessList: CallRequest["accessList"]): { address: Hex; storageKeys: Hex[] }[] {
  return accessList.map(({ address, storageKeys }) => ({ address, storageKeys: [...storageKeys] }));
}

function contextOf({ block }: ChainBlock): Parameters<typeof openBlock>[1] {
  const { parentHash, number, timestamp, coinbase, mixHash } = block.header;
  return { parentHash, number, timestamp, coinbase, mixHash };
}

async function checkFunds(vm: VM, { from, value }: CallRequest): Promise<void> {
  if (value === 0n) return;
  const account = await vm.stateManager.getAccount(createAddressFromString(from));
  if ((account?.balance ?? 0n) < value)
    throw new ChainError("C_TX_FUNDS", "insufficient funds for transfer", { sender: from });
}

function failure({ exceptionError, returnValue }: RunTxResult["execResult"]): ChainError {
  const reason = exceptionError?.error ?? "unknown";
  if (reason !== "revert") return new ChainError("C_RPC_EXECUTION", reason, { reason });
  return new ChainError("C_RPC_REVERT", "execution reverted", { data: toHex(returnValue) });
}

function capped(gas: bigint | undefined): bigint {
  return gas === undefined || gas > BLOCK_GAS_LIMIT || gas === 0n ? BLOCK_GAS_LIMIT : gas;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : String(error);
}

/** What is mostly enough: the gas before refunds; with a 64th more for one call that keeps a 64th back. */
function likelyNeeds({ totalGasSpent, gasRefund }: RunTxResult): bigint[] {
  const spent = totalGasSpent + gasRefund;
  return [spent, (spent * 64n) / 63n];
}
