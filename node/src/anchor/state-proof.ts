import { decodeHeader, tradeHeadSlot, verifyAccountProof, verifyTradeHead } from "@lianzheng/sdk/chain";
import type { Deployment, Header, StorageProof } from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, type Hex } from "@lianzheng/sdk/encoding";
import type { ChainEvent } from "@lianzheng/sdk/evidence";
import { ChainError } from "../chain-error.ts";
import { AnswerTo } from "./answer.ts";
import { at, type ChainView } from "./chain-view.ts";

/** State of the block that holds an event, as far as the chain still answers for it. */
export class BlockState {
  readonly #view: ChainView;
  readonly #deployment: Deployment;
  readonly #header: Header;

  /** @param event - proved, so that its header is the block's */
  constructor(view: ChainView, deployment: Deployment, event: ChainEvent) {
    this.#view = view;
    this.#deployment = deployment;
    this.#header = decodeHeader(fromHex(event.header));
  }

  /**
   * Proof of the account of `EvidenceLogs`; undefined where the chain no longer holds that block's state.
   *
   * @throws ChainError C_INCONSISTENT for a proof that does not lead there, C_UNREACHABLE
   */
  async evidenceLogs(): Promise<readonly Hex[] | undefined> {
    const { address } = this.#deployment.contracts.evidenceLogs;
    const proof = await this.#proofOf(address, []);
    if (proof === undefined) return undefined;
    this.#require(() => verifyAccountProof(this.#header.stateRoot, address, proof.account));
    return proof.account;
  }

  /**
   * Proof of a trade's head, or that it has none; undefined where the chain no longer holds that block's state: Besu keeps
   * it for 512 blocks unless told otherwise, and evidence of older ones says less.
   *
   * @throws ChainError C_INCONSISTENT for a proof that does not lead there, C_CONTRACT_MISMATCH, C_UNREACHABLE
   */
  async trade(tradeId: Hex): Promise<StorageProof | undefined> {
    const { trades } = this.#deployment.contracts;
    const proof = await this.#proofOf(trades.address, [tradeHeadSlot(tradeId)]);
    if (proof === undefined) return undefined;
    this.#require(() => verifyTradeHead(this.#header.stateRoot, trades, tradeId, proof));
    return proof;
  }

  async #proofOf(address: Hex, slots: readonly Hex[]): Promise<StorageProof | undefined> {
    const method = new AnswerTo("eth_getProof");
    try {
      const answer = await this.#view.ask("eth_getProof", [address, slots, at(Number(this.#header.number))]);
      const { accountProof, storageProof } = method.object(answer);
      const [first] = slots.length === 0 ? [] : method.list(storageProof, "storageProof");
      const storage = slots.length === 0 ? [] : method.object(first, "storageProof")["proof"];
      return { account: nodesOf(method, accountProof), storage: nodesOf(method, storage) };
    } catch (error) {
      // Answered with an error, by a chain that has forgotten the state or never gives proofs: not worth the evidence.
      if (error instanceof ChainError && error.code.startsWith("C_RPC_")) return undefined;
      throw error;
    }
  }

  #require(verify: () => unknown): void {
    try {
      verify();
    } catch (cause) {
      if (!(cause instanceof EvidenceError)) throw cause;
      const code = cause.code === "V_EMITTER" ? "C_CONTRACT_MISMATCH" : "C_INCONSISTENT";
      const message = `what eth_getProof answered does not hold: ${cause.message}`;
      throw new ChainError(code, message, { method: "eth_getProof", reason: cause.code }, cause);
    }
  }
}

function nodesOf(method: AnswerTo, nodes: unknown): readonly Hex[] {
  return method.list(nodes, "proof").map((node) => method.data(node, "proof"));
}
