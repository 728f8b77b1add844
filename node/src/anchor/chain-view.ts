import { decodeCheckpointPublished, eventTopics, type Deployment } from "@lianzheng/sdk/chain";
import { keccak256, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { ChainError } from "../chain-error.ts";
import { AnswerTo, type BlockAnswer, type LogAnswer, type ReceiptAnswer } from "./answer.ts";
import { refusalIn } from "./refusal.ts";
import { ask, type ChainRpc } from "./rpc.ts";

/** Where a log stands on the chain: leaves of its last accepted checkpoint, and that checkpoint's root. */
export interface LogHead {
  readonly size: number;
  readonly root: Hex;
}

/** A `CheckpointPublished` event and the places at which it stands. */
export interface FoundPublication extends LogHead {
  readonly transaction: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Index of the log within its receipt. */
  readonly logIndex: number;
  /** Index of the receipt within its block. */
  readonly receiptIndex: number;
}

/** Logs of a contract whose first topics are these, in the blocks `from` to `to`, both included. */
export interface LogFilter {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly from: number;
  readonly to: number;
}

/** Blocks asked for in one `eth_getLogs`; Besu's default limit is 5,000. */
const logsWindow = 4_000;

export interface ChainViewOptions {
  readonly rpc: ChainRpc;
  readonly deployment: Deployment;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * What anchoring reads of a chain. Every answer is decoded and compared with what was asked; nothing is remembered, so no
 * decision rests on an older state than that of its own reads.
 *
 * @throws ChainError C_UNREACHABLE, C_INCONSISTENT, C_RPC_*, C_CLOSED from every method
 */
export class ChainView {
  readonly contract = contractInterfaces.evidenceLogs;
  readonly #options: ChainViewOptions;
  #answered = false;

  constructor(options: ChainViewOptions) {
    this.#options = options;
  }

  get address(): Hex {
    return this.#options.deployment.contracts.evidenceLogs.address;
  }

  /**
   * Asks the chain. A read that fails right after another was answered is asked once more, for a step needs a dozen answers in
   * a row, which an endpoint that loses every third call would hardly ever give. One that is away is not asked twice.
   */
  async ask(method: string, params: readonly unknown[]): Promise<unknown> {
    const mayRepeat = this.#answered && method !== "eth_sendRawTransaction";
    this.#answered = false;
    const { rpc, signal } = this.#options;
    const first = ask(rpc, method, params, this.#options);
    const answer = await (mayRepeat ? first.catch((error: unknown) => this.#askAgain(error, method, params)) : first);
    this.#answered = signal?.aborted !== true;
    return answer;
  }

  async #askAgain(error: unknown, method: string, params: readonly unknown[]): Promise<unknown> {
    const isPassing =
      error instanceof ChainError && ["C_UNREACHABLE", "C_INCONSISTENT", "C_RPC_EXECUTION"].includes(error.code);
    if (!isPassing || error.details["timeoutMs"] !== undefined) throw error;
    return await ask(this.#options.rpc, method, params, this.#options);
  }

  /**
   * Whether this is still the deployment's chain: id, genesis, and the code of `EvidenceLogs`.
   *
   * @throws ChainError C_WRONG_CHAIN, C_CONTRACT_MISSING, C_CONTRACT_MISMATCH
   */
  async identify(): Promise<void> {
    const { chainId, genesis, contracts } = this.#options.deployment;
    requireSame("chain id", chainId, new AnswerTo("eth_chainId").count(await this.ask("eth_chainId", [])));
    requireSame("genesis", genesis, (await this.block(0))?.hash);
    const code = new AnswerTo("eth_getCode").data(await this.ask("eth_getCode", [this.address, "latest"]));
    const details = { contract: "evidenceLogs", address: this.address };
    if (code === "0x") throw new ChainError("C_CONTRACT_MISSING", "there is no EvidenceLogs at its address", details);
    const codeHash = toHex(keccak256(fromHex(code)));
    if (codeHash === contracts.evidenceLogs.codeHash) return;
    throw new ChainError("C_CONTRACT_MISMATCH", "other code stands at the address of EvidenceLogs", {
      ...details,
      expected: contracts.evidenceLogs.codeHash,
      actual: codeHash,
    });
  }

  /** Block of that number, undefined if the chain has none yet. */
  async block(number: number | "latest"): Promise<BlockAnswer | undefined> {
    const answer = await this.ask("eth_getBlockByNumber", [typeof number === "number" ? at(number) : number, false]);
    if (answer === null && typeof number === "number") return undefined;
    const block = new AnswerTo("eth_getBlockByNumber").block(answer);
    if (typeof number === "string" || block.number === number) return block;
    throw new ChainError("C_INCONSISTENT", "another block was answered than was asked for", { expected: number });
  }

  /**
   * The newest block.
   *
   * @throws ChainError C_INCONSISTENT if the chain says it has none
   */
  async tip(): Promise<BlockAnswer> {
    const block = await this.block("latest");
    if (block !== undefined) return block;
    throw new ChainError("C_INCONSISTENT", "the chain has no newest block", { method: "eth_getBlockByNumber" });
  }

  /**
   * Head of a log after `block`.
   *
   * @throws ChainError C_LOG_UNKNOWN if the contract knows no such log
   */
  async head(logId: Hex, block: number): Promise<LogHead> {
    const data = this.contract.encodeFunctionData("latest", [logId]);
    const answer = await this.#call(data, block);
    const bytes = new AnswerTo("eth_call").data(answer, "", 96);
    return { size: new AnswerTo("eth_call").count(bytes.slice(0, 66)), root: `0x${bytes.slice(66, 130)}` };
  }

  /** Transactions of `account` up to and in `block`: its next nonce. */
  async nonce(account: Hex, block: number): Promise<number> {
    const answer = await this.ask("eth_getTransactionCount", [account, at(block)]);
    return new AnswerTo("eth_getTransactionCount").count(answer);
  }

  /** Receipt of a transaction in a block that the chain still holds; undefined if there is none. */
  async receipt(transaction: Hex): Promise<ReceiptAnswer | undefined> {
    const answer = await this.ask("eth_getTransactionReceipt", [transaction]);
    if (answer === null) return undefined;
    const receipt = new AnswerTo("eth_getTransactionReceipt").receipt(answer);
    requireAnswer(receipt.transactionHash === transaction, "eth_getTransactionReceipt", "transactionHash");
    const block = await this.block(receipt.blockNumber);
    return block?.hash === receipt.blockHash ? receipt : undefined;
  }

  /**
   * The event by which the contract accepted `size` leaves of a log, searched backwards from `to`; undefined if there is
   * none from `from` on.
   */
  async publication(logId: Hex, size: number, from: number, to: number): Promise<FoundPublication | undefined> {
    const topics = [eventTopics.CheckpointPublished, logId, word(size)];
    const log = await this.newestLog({ address: this.address, topics, from, to });
    return log === undefined ? undefined : await this.#locate(log, { logId, size });
  }

  /** The newest log of a contract that begins with these topics, in the blocks `from` to `to`, searched backwards. */
  async newestLog(filter: LogFilter): Promise<LogAnswer | undefined> {
    for await (const newest of this.logsBackwards(filter)) return newest;
    return undefined;
  }

  /** The logs of a contract that begin with these topics, in the blocks `from` to `to`, newest first. */
  async *logsBackwards({ from, to, ...filter }: LogFilter): AsyncGenerator<LogAnswer, void> {
    for (let last = to; last >= from; last -= logsWindow)
      yield* await this.#logs({ ...filter, from: Math.max(from, last - logsWindow + 1), to: last });
  }

  /** Newest first. */
  async #logs({ address, topics, from, to }: LogFilter): Promise<readonly LogAnswer[]> {
    const answer = await this.ask("eth_getLogs", [{ address, topics, fromBlock: at(from), toBlock: at(to) }]);
    const logs = new AnswerTo("eth_getLogs").list(answer).map((log) => new AnswerTo("eth_getLogs").log(log));
    for (const log of logs) {
      requireAnswer(log.address === address, "eth_getLogs", "address");
      requireAnswer(log.blockNumber >= from && log.blockNumber <= to, "eth_getLogs", "blockNumber");
      requireAnswer(
        topics.every((topic, index) => log.topics[index] === topic),
        "eth_getLogs",
        "topics",
      );
    }
    return logs.toSorted((a, b) => b.blockNumber - a.blockNumber || b.logIndex - a.logIndex);
  }

  /**
   * Logs of some contracts in the blocks `from` to `to`, as the chain orders them. An answer in another order, with a log twice or of another
   * contract is refused: such an endpoint cannot be trusted to have left nothing out.
   */
  async logsOf(addresses: readonly Hex[], from: number, to: number): Promise<readonly LogAnswer[]> {
    const method = "eth_getLogs";
    const answer = await this.ask(method, [{ address: addresses, fromBlock: at(from), toBlock: at(to) }]);
    const logs = new AnswerTo(method).list(answer).map((log) => new AnswerTo(method).log(log));
    for (const [index, log] of logs.entries()) {
      const before = logs[index - 1];
      requireAnswer(addresses.includes(log.address), method, "address");
      requireAnswer(log.blockNumber >= from && log.blockNumber <= to, method, "blockNumber");
      requireAnswer(before === undefined || isAfter(log, before), method, "logIndex");
    }
    return logs;
  }

  /** Where in its receipt, and its receipt in its block, an event stands. */
  async locate(log: LogAnswer): Promise<Omit<FoundPublication, "size" | "root">> {
    const receipt = await this.receipt(log.transactionHash);
    const logIndex = receipt?.logs.findIndex((other) => other.logIndex === log.logIndex) ?? -1;
    if (receipt === undefined || logIndex < 0 || receipt.blockHash !== log.blockHash || !receipt.succeeded)
      throw new ChainError("C_INCONSISTENT", "an event and its receipt contradict each other", {
        method: "eth_getTransactionReceipt",
        transaction: log.transactionHash,
      });
    const { transactionHash: transaction, blockNumber, blockHash, transactionIndex: receiptIndex } = receipt;
    return { transaction, blockNumber, blockHash, logIndex, receiptIndex };
  }

  async #call(data: string, block: number): Promise<unknown> {
    try {
      return await this.ask("eth_call", [{ to: this.address, data }, at(block)]);
    } catch (error) {
      if (refusalIn(error)?.name !== "EvidenceLogsUnknownLog") throw error;
      throw new ChainError("C_LOG_UNKNOWN", "the log is not registered on the chain", {}, error);
    }
  }

  async #locate(log: LogAnswer, asked: { readonly logId: Hex; readonly size: number }): Promise<FoundPublication> {
    const event = decodeCheckpointPublished(log);
    requireAnswer(event.logId === asked.logId && event.size === asked.size, "eth_getLogs", "topics");
    return { size: event.size, root: event.root, ...(await this.locate(log)) };
  }
}

function isAfter(log: LogAnswer, before: LogAnswer): boolean {
  if (log.blockNumber === before.blockNumber) return log.logIndex > before.logIndex;
  return log.blockNumber > before.blockNumber;
}

/** A block number as JSON-RPC wants it. */
export function at(block: number): Hex {
  return `0x${block.toString(16)}`;
}

/** A number as a 32-byte topic. */
export function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

function requireSame(name: string, expected: unknown, actual: unknown): void {
  if (expected === actual) return;
  const message = `the chain's ${name} is ${String(actual)}, the deployment names ${String(expected)}`;
  throw new ChainError("C_WRONG_CHAIN", message, { field: name, expected, actual });
}

function requireAnswer(holds: boolean, method: string, field: string): void {
  if (!holds) throw new ChainError("C_INCONSISTENT", `${method} answered something else than asked`, { method, field });
}
