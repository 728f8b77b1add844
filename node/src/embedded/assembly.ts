import { genTransactionsTrieRoot } from "@ethereumjs/block";
import type { Block, HeaderData } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { Bloom, encodeReceipt, runTx } from "@ethereumjs/vm";
import type { RunTxResult, VM } from "@ethereumjs/vm";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { SigningKey } from "ethers";
import { ChainError } from "../chain-error.ts";
import { openBlock, sealBlock } from "./block.ts";
import type { ChainBlock, ChainReceipt } from "./block.ts";
import { BLOCK_GAS_LIMIT, BLOCK_TRANSACTION_LIMIT } from "./rules.ts";
import type { SignedTransaction } from "./transaction.ts";

/** Who makes the block, on what, when. */
export interface AssemblyContext {
  readonly rules: Common;
  readonly vm: VM;
  readonly parent: ChainBlock;
  /** Seconds since 1970, greater than the parent's. */
  readonly timestamp: bigint;
  readonly sealer: { readonly address: Hex; readonly key: SigningKey };
}

/** A block in the making: transactions run one after the other, then it is closed and sealed, or all of it is undone. */
export class BlockAssembly {
  readonly #context: AssemblyContext;
  readonly #header: HeaderData;
  readonly #block: Block;
  readonly #ran: { readonly signed: SignedTransaction; readonly result: RunTxResult }[] = [];
  #gasUsed = 0n;

  private constructor(context: AssemblyContext) {
    this.#context = context;
    this.#header = {
      parentHash: context.parent.block.hash(),
      number: BigInt(context.parent.number + 1),
      timestamp: context.timestamp,
      coinbase: context.sealer.address,
    };
    this.#block = openBlock(context.rules, this.#header);
  }

  static async start(context: AssemblyContext): Promise<BlockAssembly> {
    await context.vm.evm.journal.checkpoint();
    return new BlockAssembly(context);
  }

  get size(): number {
    return this.#ran.length;
  }

  /** Whether the block has room for it. */
  fits({ transaction }: SignedTransaction): boolean {
    return this.#ran.length < BLOCK_TRANSACTION_LIMIT && this.#gasUsed + transaction.gasLimit <= BLOCK_GAS_LIMIT;
  }

  /** Runs it. One that reverts is a part of the block too; one that may not run at all rejects, and nothing is changed. */
  async add(signed: SignedTransaction): Promise<void> {
    const { vm } = this.#context;
    const options = { tx: signed.transaction, block: this.#block, blockGasUsed: this.#gasUsed };
    const result = await runTx(vm, options).catch((error: unknown) => {
      throw error instanceof ChainError ? error : refusal(signed, error);
    });
    this.#gasUsed += result.totalGasSpent;
    this.#ran.push({ signed, result });
  }

  /** Undoes all that was run. */
  async abandon(): Promise<void> {
    await this.#context.vm.evm.journal.revert();
  }

  /** Closes and seals the block. Its state is with the state manager's trie, not on disk yet. */
  async close(): Promise<ChainBlock> {
    const { rules, vm, sealer } = this.#context;
    await vm.evm.journal.commit();
    const transactions = this.#ran.map(({ signed }) => signed.transaction);
    const header = {
      ...this.#header,
      stateRoot: await vm.stateManager.getStateRoot(),
      transactionsTrie: await genTransactionsTrieRoot(transactions),
      receiptTrie: await this.#receiptsRoot(),
      logsBloom: this.#bloom(),
      gasUsed: this.#gasUsed,
    };
    const block = sealBlock(rules, header, transactions, sealer.key);
    return { number: this.#context.parent.number + 1, hash: toHex(block.hash()), block, receipts: this.#receipts() };
  }

  async #receiptsRoot(): Promise<Uint8Array> {
    const trie = await createMPT();
    for (const [index, { signed, result }] of this.#ran.entries())
      await trie.put(RLP.encode(index), encodeReceipt(result.receipt, signed.transaction.type));
    return trie.root();
  }

  #bloom(): Uint8Array {
    const bloom = new Uint8Array(256);
    for (const { result } of this.#ran)
      for (const [at, byte] of result.receipt.bitvector.entries()) bloom[at] = (bloom[at] ?? 0) | byte;
    return new Bloom(bloom).bitvector;
  }

  #receipts(): ChainReceipt[] {
    return this.#ran.map(({ signed, result }) => ({
      status: result.execResult.exceptionError === undefined ? 1 : 0,
      gasUsed: result.totalGasSpent,
      cumulativeGasUsed: result.receipt.cumulativeBlockGasUsed,
      sender: signed.sender,
      contract: madeContract(signed, result),
      bloom: toHex(result.receipt.bitvector),
      logs: result.receipt.logs.map(([address, topics, data]) => ({
        address: toHex(address),
        topics: topics.map(toHex),
        data: toHex(data),
      })),
    }));
  }
}

/** The library throws plain errors for what may not run: a sender that is a contract (EIP-3607), the absent precompile 0x0a. */
function refusal({ hash }: SignedTransaction, cause: unknown): ChainError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ChainError("C_TX_FORM", `the transaction cannot run: ${message.slice(0, 200)}`, { hash }, cause);
}

/** Address of what a transaction without receiver made; a failing one made nothing. */
function madeContract(
  { transaction }: SignedTransaction,
  { execResult, createdAddress }: RunTxResult,
): Hex | undefined {
  return transaction.to === undefined && execResult.exceptionError === undefined
    ? createdAddress?.toString()
    : undefined;
}
