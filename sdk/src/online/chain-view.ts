import { isHex, keccak256, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { TrustedContract } from "@lianzheng/sdk/evidence";
import type { ChainPort } from "./chain-port.ts";

/** What of a block is asked for. */
export interface BlockAnswer {
  readonly number: bigint;
  readonly hash: Hex;
  /** Seconds since 1970. */
  readonly timestamp: bigint;
}

/** An interface of a contract, as ethers makes them from its ABI. */
export interface CallForm {
  encodeFunctionData(name: never, args: never): string;
  decodeFunctionResult(name: never, data: string): readonly unknown[];
}

/** Reads an endpoint's answers strictly: what is not in its form is no answer. */
export class ChainView {
  readonly #chain: ChainPort;

  constructor(chain: ChainPort) {
    this.#chain = chain;
  }

  async chainId(): Promise<bigint> {
    return quantity(await this.#chain.send("eth_chainId", []), "eth_chainId");
  }

  /** The block of this number, or the newest; undefined if there is none. */
  async block(at: bigint | "latest"): Promise<BlockAnswer | undefined> {
    const place = at === "latest" ? at : `0x${at.toString(16)}`;
    const answer = await this.#chain.send("eth_getBlockByNumber", [place, false]);
    if (answer === null) return undefined;
    const { number, hash, timestamp } = (typeof answer === "object" ? answer : {}) as Record<string, unknown>;
    if (!isHex(hash, 32)) throw new Error("the endpoint answers a block without a hash");
    return { number: quantity(number, "number"), hash, timestamp: quantity(timestamp, "timestamp") };
  }

  /**
   * What a view function of a trusted contract answers at the newest block.
   * @throws Error also if another code stands at its address
   */
  async call(
    contract: TrustedContract,
    form: CallForm,
    name: string,
    args: readonly unknown[],
  ): Promise<readonly unknown[]> {
    const code = await this.#chain.send("eth_getCode", [contract.address, "latest"]);
    if (!isHex(code) || toHex(keccak256(fromHex(code))) !== contract.codeHash)
      throw new Error(`another code than the policy's stands at ${contract.address}`);
    const data = form.encodeFunctionData(name as never, args as never);
    const answer = await this.#chain.send("eth_call", [{ to: contract.address, data }, "latest"]);
    if (!isHex(answer)) throw new Error("the endpoint answers a call with no bytes");
    return form.decodeFunctionResult(name as never, answer);
  }
}

function quantity(value: unknown, what: string): bigint {
  if (typeof value === "string" && /^0x(0|[1-9a-f][0-9a-f]{0,63})$/.test(value)) return BigInt(value);
  throw new Error(`the endpoint answers no number for ${what}`);
}
