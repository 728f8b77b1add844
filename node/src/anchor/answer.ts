import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";

/** A block as far as anchoring needs it; `raw` is the whole answer, for encoding the header. */
export interface BlockAnswer {
  readonly number: number;
  readonly hash: Hex;
  readonly gasLimit: number;
  /** Seconds since 1970. */
  readonly timeS: number;
  readonly baseFeePerGas: bigint | undefined;
  readonly raw: unknown;
}

export interface LogAnswer {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockHash: Hex;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
  /** Index of the log within its block, not its receipt. */
  readonly logIndex: number;
}

export interface ReceiptAnswer {
  readonly transactionHash: Hex;
  readonly transactionIndex: number;
  readonly blockHash: Hex;
  readonly blockNumber: number;
  readonly succeeded: boolean;
  readonly gasUsed: number;
  readonly logs: readonly LogAnswer[];
  readonly raw: unknown;
}

/**
 * Decoders of what `eth_*` methods answer. An RPC server is outside: each field is checked before it is used.
 *
 * @throws ChainError C_INCONSISTENT, with `details.method` and `details.field`
 */
export class AnswerTo {
  readonly #method: string;

  constructor(method: string) {
    this.#method = method;
  }

  /** A `QUANTITY` below 2^53 (EIP-1474). */
  count(value: unknown, field = ""): number {
    const number = Number(this.quantity(value, field));
    return Number.isSafeInteger(number) ? number : this.#refuse(field);
  }

  quantity(value: unknown, field = ""): bigint {
    if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) return this.#refuse(field);
    return BigInt(value);
  }

  data(value: unknown, field = "", length?: number): Hex {
    const text = typeof value === "string" ? value.toLowerCase() : value;
    if (!isHex(text, length)) return this.#refuse(field);
    return text;
  }

  hash(value: unknown, field = ""): Hex {
    return this.data(value, field, 32);
  }

  /** The members of an object answer. */
  object(value: unknown, field = ""): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.#refuse(field);
    return value as Record<string, unknown>;
  }

  list(value: unknown, field = ""): readonly unknown[] {
    return Array.isArray(value) ? value : this.#refuse(field);
  }

  block(value: unknown): BlockAnswer {
    const block = this.object(value);
    const fee = block["baseFeePerGas"];
    return {
      number: this.count(block["number"], "number"),
      hash: this.hash(block["hash"], "hash"),
      gasLimit: this.count(block["gasLimit"], "gasLimit"),
      timeS: this.count(block["timestamp"], "timestamp"),
      baseFeePerGas: fee === undefined || fee === null ? undefined : this.quantity(fee, "baseFeePerGas"),
      raw: value,
    };
  }

  log(value: unknown): LogAnswer {
    const log = this.object(value, "log");
    if (log["removed"] === true) return this.#refuse("removed");
    return {
      address: this.data(log["address"], "address", 20),
      topics: this.list(log["topics"], "topics").map((topic) => this.hash(topic, "topics")),
      data: this.data(log["data"], "data"),
      blockHash: this.hash(log["blockHash"], "blockHash"),
      blockNumber: this.count(log["blockNumber"], "blockNumber"),
      transactionHash: this.hash(log["transactionHash"], "transactionHash"),
      logIndex: this.count(log["logIndex"], "logIndex"),
    };
  }

  receipt(value: unknown): ReceiptAnswer {
    const receipt = this.object(value);
    return {
      transactionHash: this.hash(receipt["transactionHash"], "transactionHash"),
      transactionIndex: this.count(receipt["transactionIndex"], "transactionIndex"),
      blockHash: this.hash(receipt["blockHash"], "blockHash"),
      blockNumber: this.count(receipt["blockNumber"], "blockNumber"),
      succeeded: this.count(receipt["status"], "status") === 1,
      gasUsed: this.count(receipt["gasUsed"], "gasUsed"),
      logs: this.list(receipt["logs"], "logs").map((log) => this.log(log)),
      raw: value,
    };
  }

  #refuse(field: string): never {
    const details = { method: this.#method, field };
    throw new ChainError("C_INCONSISTENT", `the answer to ${this.#method} is malformed at "${field}"`, details);
  }
}
