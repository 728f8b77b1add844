import { Transaction, type Interface, type TransactionLike } from "ethers";
import { toHex, type Digest, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { AnswerTo, type BlockAnswer } from "./answer.ts";
import { at, type ChainView } from "./chain-view.ts";
import { feesFor } from "./fees.ts";
import { decodeRefusal, describeRefusal } from "./refusal.ts";
import { revertData } from "./rpc.ts";

/** One call of `EvidenceLogs.publish`: from `expectedSize` leaves on the chain to `size` leaves with `root`. */
export interface Publication {
  readonly logId: Hex;
  readonly expectedSize: number;
  readonly size: number;
  readonly root: Hex;
  /** RFC 9162 consistency proof between the two sizes; empty when `expectedSize` is 0. */
  readonly proof: readonly Digest[];
}

/** Who signs: an ethers `Wallet`, or anything that holds a key elsewhere. */
export interface TransactionSigner {
  getAddress(): Promise<string>;
  signTransaction(transaction: TransactionLike): Promise<string>;
}

/** A signed transaction, not sent. */
export interface SignedTransaction {
  readonly sender: Hex;
  readonly nonce: number;
  readonly transaction: Hex;
  readonly raw: Hex;
}

/** Signed, and what the chain would want for it per gas where that is above the cap. */
export interface PricedTransaction extends SignedTransaction {
  readonly beyondCap: bigint | undefined;
}

/** What a replacement keeps: the nonce, and fees that no pool takes for too low a bump. Of another key's it keeps nothing. */
export interface Replaced {
  readonly sender: Hex;
  readonly nonce: number;
  readonly raw: Hex;
}

/** The call data of a publication. */
export function publicationData(contract: Interface, publication: Publication): Hex {
  const { logId, expectedSize, size, root, proof } = publication;
  return contract.encodeFunctionData("publish", [logId, expectedSize, size, root, proof.map(toHex)]) as Hex;
}

/**
 * Whether the contract would accept the publication after `block`, by asking it. Costs nothing and changes nothing.
 *
 * @throws ChainError C_ANCHOR_REVERTED with `details.reason` (the custom error's name) and `details.values`
 */
export async function rehearse(view: ChainView, from: Hex, data: Hex, block: BlockAnswer | "latest"): Promise<void> {
  const tag = block === "latest" ? block : at(block.number);
  try {
    await view.ask("eth_call", [{ from, to: view.address, data }, tag]);
  } catch (error) {
    throw refused(error) ?? error;
  }
}

/** A contract's refusal as this room's error; undefined when `error` is something else. */
export function refused(error: unknown): ChainError | undefined {
  const data = revertData(error);
  if (data === undefined) return undefined;
  const refusal = decodeRefusal(data);
  const reason = refusal === undefined ? data : describeRefusal(refusal);
  const details = { reason: refusal?.name, values: refusal?.values, data };
  return new ChainError("C_ANCHOR_REVERTED", `the contract refused the checkpoint: ${reason}`, details, error);
}

/** What a publication is signed for. */
export interface SigningPlace {
  readonly chainId: number;
  readonly block: BlockAnswer;
  /** What was signed last: if the chain has not used its nonce, the new bytes are a replacement. */
  readonly replaced?: Replaced | undefined;
  /** Never offered more than this, wei per gas. */
  readonly capPerGas: bigint;
}

/**
 * Signs a publication for the chain's state at `block`. Nothing is sent.
 *
 * @throws ChainError C_ANCHOR_REVERTED if the contract would refuse; C_FUNDS if the key cannot pay; C_NONCE if the signer
 *   signed something else
 */
export async function signPublication(
  view: ChainView,
  signer: TransactionSigner,
  publication: Publication,
  place: SigningPlace,
): Promise<PricedTransaction> {
  const from = (await signer.getAddress()).toLowerCase() as Hex;
  const data = publicationData(view.contract, publication);
  await rehearse(view, from, data, place.block);
  const { block, capPerGas, chainId } = place;
  const nonce = await view.nonce(from, block.number);
  const replaced = place.replaced?.sender === from && place.replaced.nonce === nonce ? place.replaced.raw : undefined;
  const gasLimit = await gasFor(view, { from, to: view.address, data }, block);
  const { fees, beyondCap } = await feesFor(view, { from, gasLimit, block, replaced, capPerGas });
  const unsigned = { chainId, nonce, to: view.address, data, value: 0, gasLimit, ...fees };
  const raw = (await signer.signTransaction(unsigned)).toLowerCase() as Hex;
  return { ...checked(raw, { sender: from, nonce, to: view.address, data }), beyondCap };
}

function checked(raw: Hex, asked: { sender: Hex; nonce: number; to: Hex; data: Hex }): SignedTransaction {
  const signed = Transaction.from(raw);
  const { sender, nonce } = asked;
  const same =
    signed.from?.toLowerCase() === sender &&
    signed.nonce === nonce &&
    signed.to?.toLowerCase() === asked.to &&
    signed.data === asked.data;
  if (!same || signed.hash === null)
    throw new ChainError("C_NONCE", "the signer signed another transaction", { sender, nonce });
  return { sender, nonce, transaction: signed.hash as Hex, raw };
}

/**
 * The estimate with a quarter on top, for the state may move before the block; never above the block's limit. Less than
 * the call's data alone costs (EIP-2028) is no estimate, and a transaction with it would wait for ever.
 */
async function gasFor(
  view: ChainView,
  call: { readonly from: Hex; readonly to: Hex; readonly data: Hex },
  block: BlockAnswer,
): Promise<number> {
  const method = "eth_estimateGas";
  // Without the tag some engines estimate on top of their pool, where a publication that waits makes its replacement stale.
  const estimate = new AnswerTo(method).count(await view.ask(method, [call, at(block.number)]));
  const least = 21_000 + 4 * (call.data.length / 2 - 1);
  if (estimate < least || estimate > block.gasLimit)
    throw new ChainError("C_INCONSISTENT", "the estimate is no gas for a publication", { method, estimate, least });
  return Math.min(Math.ceil(estimate * 1.25), block.gasLimit);
}
