import { Transaction } from "ethers";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { AnswerTo, type BlockAnswer } from "./answer.ts";
import type { ChainView } from "./chain-view.ts";

/** What a transaction offers for its gas, in wei: as one price where the chain has no base fee (EIP-1559). */
export type Fees =
  | { readonly type: 0; readonly gasPrice: bigint }
  | { readonly type: 2; readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint };

/** Fees to sign with. */
export interface FeeOffer {
  readonly fees: Fees;
  /** What the chain would want, wei per gas, where that is above the cap. */
  readonly beyondCap: bigint | undefined;
}

/** What the price rests on. */
export interface FeeQuestion {
  readonly from: Hex;
  readonly gasLimit: number;
  readonly block: BlockAnswer;
  /** Signed bytes whose nonce is used again: a pool takes others only for more. */
  readonly replaced: Hex | undefined;
  /** Never offered more than this, wei per gas. */
  readonly capPerGas: bigint;
}

/**
 * Fees for a transaction in the block after `block`: the chain's price, an eighth above those of the bytes that it
 * replaces, never above the cap and never more than the sender can pay.
 *
 * A consortium's chain takes zero; any other names its price, and the base fee may double before the block.
 *
 * @throws ChainError C_FUNDS if the sender cannot pay even the price of now (`details.balance`, `details.needed`, wei)
 */
export async function feesFor(view: ChainView, question: FeeQuestion): Promise<FeeOffer> {
  const { block, replaced, capPerGas } = question;
  const gasPrice = new AnswerTo("eth_gasPrice").quantity(await view.ask("eth_gasPrice", []));
  const old = replaced === undefined ? undefined : Transaction.from(replaced);
  const base = block.baseFeePerGas;
  const oldPrice = old?.maxFeePerGas ?? old?.gasPrice;
  const tip = base === undefined || gasPrice <= base ? 0n : gasPrice - base;
  const wantedTip = atLeast(tip, bumped(old?.maxPriorityFeePerGas));
  const wanted = atLeast(base === undefined ? gasPrice : 2n * base + wantedTip, bumped(oldPrice));
  const price = atMost(wanted, capPerGas);
  const least = atMost(base ?? gasPrice, capPerGas);
  const paid = await affordable(view, question, { price, least });
  const needed = atLeast(base === undefined ? gasPrice : base + wantedTip, bumped(oldPrice));
  return { fees: feesOf(base, paid, wantedTip), beyondCap: needed > capPerGas ? needed : undefined };
}

/** Wei per gas that bytes offer at most. */
export function pricePerGas(raw: Hex): bigint {
  const { maxFeePerGas, gasPrice } = Transaction.from(raw);
  return maxFeePerGas ?? gasPrice ?? 0n;
}

/** What bytes may cost their sender at most, in wei. */
export function highestCost(raw: Hex): bigint {
  const { gasLimit, value } = Transaction.from(raw);
  return gasLimit * pricePerGas(raw) + value;
}

/** Balance of an account after `block`, in wei. */
export async function balanceOf(view: ChainView, account: Hex, block: number): Promise<bigint> {
  const method = "eth_getBalance";
  return new AnswerTo(method).quantity(await view.ask(method, [account, `0x${block.toString(16)}`]));
}

function feesOf(base: bigint | undefined, price: bigint, tip: bigint): Fees {
  if (base === undefined) return { type: 0, gasPrice: price };
  return { type: 2, maxFeePerGas: price, maxPriorityFeePerGas: atMost(tip, price) };
}

/** `price`, or as much of it as the balance reaches for. Where nothing is asked nothing is looked up. */
async function affordable(
  view: ChainView,
  { from, gasLimit, block }: FeeQuestion,
  { price, least }: { readonly price: bigint; readonly least: bigint },
): Promise<bigint> {
  if (price === 0n) return 0n;
  const gas = BigInt(gasLimit);
  const balance = await balanceOf(view, from, block.number);
  if (balance >= gas * price) return price;
  if (balance >= gas * least && balance >= gas) return balance / gas;
  const details = { sender: from, balance: String(balance), needed: String(gas * least) };
  throw new ChainError("C_FUNDS", `${from} has ${balance} wei, a publication needs ${gas * least}`, details);
}

/** An eighth more: the bump at which pools take a replacement (go-ethereum and Besu ask for 10 %). */
export function bumped(fee: bigint | null | undefined): bigint {
  return fee === null || fee === undefined ? 0n : fee + (fee + 7n) / 8n;
}

function atLeast(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function atMost(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
