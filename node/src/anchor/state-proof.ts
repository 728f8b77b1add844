import { decodeHeader, tradeHeadSlot, verifyAccountProof, verifyTradeHead } from "@lianzheng/sdk/chain";
import type { Deployment, Header, StorageProof } from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, type Hex } from "@lianzheng/sdk/encoding";
import type { ChainEvent } from "@lianzheng/sdk/evidence";
import { ChainError } from "../chain-error.ts";
import { AnswerTo } from "./answer.ts";
import { at, type ChainView } from "./chain-view.ts";

/** Slots asked for in one `eth_getProof`: an answer stays well below what a node takes of its chain. */
const SLOTS_AT_ONCE = 256;

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
    this.requireProof(() => verifyAccountProof(this.#header.stateRoot, address, proof.account));
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
    this.requireProof(() => verifyTradeHead(this.#header.stateRoot, trades, tradeId, proof));
    return proof;
  }

  /**
   * Nodes to the account of a contract and, in no order, to some of its slots; undefined where the chain no longer holds that
   * block's state. Nothing of them is proved yet.
   *
   * @param slots - 32 bytes each, as many as there are
   * @throws ChainError C_INCONSISTENT for no such answer, C_UNREACHABLE
   */
  async slotsOf(address: Hex, slots: readonly Hex[]): Promise<StorageProof | undefined> {
    const proofs: StorageProof[] = [];
    for (let first = 0; first < slots.length; first += SLOTS_AT_ONCE) {
      const proof = await this.#proofOf(address, slots.slice(first, first + SLOTS_AT_ONCE));
      if (proof === undefined) return undefined;
      proofs.push(proof);
    }
    const [{ account } = { account: [] }] = proofs;
    return { account, storage: proofs.flatMap(({ storage }) => storage) };
  }

  async #proofOf(address: Hex, slots: readonly Hex[]): Promise<StorageProof | undefined> {
    const method = new AnswerTo("eth_getProof");
    try {
      const answer = await this.#view.ask("eth_getProof", [address, slots, at(Number(this.#header.number))]);
      const { accountProof, storageProof } = method.object(answer);
      const proofs = slots.length === 0 ? [] : method.list(storageProof, "storageProof");
      const storage = proofs.flatMap((proof) => nodesOf(method, method.object(proof, "storageProof")["proof"]));
      return { account: nodesOf(method, accountProof), storage };
    } catch (error) {
      // Answered with an error, by a chain that has forgotten the state or never gives proofs: not worth the evidence.
      if (error instanceof ChainError && error.code.startsWith("C_RPC_")) return undefined;
      throw error;
    }
  }

  /**
   * What a verification of the chain's proofs answers.
   * @throws ChainError C_INCONSISTENT, C_CONTRACT_MISMATCH in the place of what it refuses
   */
  requireProof<Proved>(verify: () => Proved): Proved {
    try {
      return verify();
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
