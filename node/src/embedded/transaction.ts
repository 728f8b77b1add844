import { RLP } from "@ethereumjs/rlp";
import { createTxFromRLP, TransactionType } from "@ethereumjs/tx";
import type { TypedTransaction } from "@ethereumjs/tx";
import type { Common } from "@ethereumjs/common";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { BLOCK_GAS_LIMIT, TRANSACTION_BYTES_LIMIT } from "./rules.ts";

/** A signed transaction that is well-formed; whether it can run is for the state to say. */
export interface SignedTransaction {
  readonly hash: Hex;
  readonly sender: Hex;
  readonly raw: Uint8Array;
  readonly transaction: TypedTransaction;
}

const accepted: readonly number[] = [
  TransactionType.Legacy,
  TransactionType.AccessListEIP2930,
  TransactionType.FeeMarketEIP1559,
];

/**
 * Reads a raw transaction of type 0, 1 or 2: size, RLP, chain id, signature with low s (EIP-2), intrinsic gas, gas limit.
 *
 * @throws ChainError C_TX_FORM, C_TX_CHAIN_ID, C_TX_GAS
 */
export function decodeTransaction(rules: Common, raw: Uint8Array): SignedTransaction {
  if (raw.length > TRANSACTION_BYTES_LIMIT)
    throw new ChainError(
      "C_TX_FORM",
      `oversized data: transaction size ${raw.length}, limit ${TRANSACTION_BYTES_LIMIT}`,
    );
  const transaction = parse(rules, raw);
  const hash = toHex(transaction.hash());
  checkGas(transaction, hash);
  return { hash, sender: senderOf(transaction, hash), raw, transaction };
}

function parse(rules: Common, raw: Uint8Array): TypedTransaction {
  const type = raw[0] ?? 0;
  if (raw.length === 0) throw new ChainError("C_TX_FORM", "empty transaction");
  if (type <= 0x7f && !accepted.includes(type))
    throw new ChainError("C_TX_FORM", "transaction type not supported", { type });
  try {
    // As EIP-155 has it signed over: the library takes its empty signature for one of another chain.
    if (type > 0x7f && isUnsigned(RLP.decode(raw))) throw unsigned();
    const transaction = createTxFromRLP(raw, { common: rules });
    if (!transaction.isSigned()) throw unsigned();
    if (type > 0x7f) checkReplayProtection(transaction);
    return transaction;
  } catch (cause) {
    throw cause instanceof ChainError ? cause : formError(rules, cause);
  }
}

function isUnsigned(fields: unknown): boolean {
  if (!Array.isArray(fields)) return false;
  const [r, s] = fields.slice(7) as unknown[];
  return r instanceof Uint8Array && r.length === 0 && s instanceof Uint8Array && s.length === 0;
}

function unsigned(): ChainError {
  return new ChainError("C_TX_FORM", "the transaction is not signed");
}

/** A signature without chain id (before EIP-155) would hold on every chain. */
function checkReplayProtection(transaction: TypedTransaction): void {
  if (transaction.v === 27n || transaction.v === 28n)
    throw new ChainError("C_TX_FORM", "only replay-protected (EIP-155) transactions allowed over RPC");
}

/** The library tells a wrong chain id by its message alone. */
function formError(rules: Common, cause: unknown): ChainError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/chain ?id/i.test(message))
    return new ChainError("C_TX_CHAIN_ID", `invalid chain id for signer: want ${rules.chainId()}`, {}, cause);
  return new ChainError("C_TX_FORM", `invalid transaction: ${message.slice(0, 200)}`, {}, cause);
}

function checkGas(transaction: TypedTransaction, hash: Hex): void {
  const needed = transaction.getIntrinsicGas();
  if (transaction.gasLimit < needed)
    throw new ChainError("C_TX_GAS", `intrinsic gas too low: gas ${transaction.gasLimit}, minimum needed ${needed}`, {
      hash,
    });
  if (transaction.gasLimit > BLOCK_GAS_LIMIT) throw new ChainError("C_TX_GAS", "exceeds block gas limit", { hash });
  const errors = transaction.getValidationErrors().filter((error) => !/gas/i.test(error));
  if (errors.length > 0) throw new ChainError("C_TX_FORM", `invalid transaction: ${errors.join("; ")}`, { hash });
}

function senderOf(transaction: TypedTransaction, hash: Hex): Hex {
  try {
    return transaction.getSenderAddress().toString();
  } catch (cause) {
    throw new ChainError("C_TX_FORM", "invalid sender: the signature is not valid", { hash }, cause);
  }
}

/** The most that the transaction may cost its sender, in wei. */
export function costLimit({ transaction }: SignedTransaction): bigint {
  const price = "maxFeePerGas" in transaction ? transaction.maxFeePerGas : transaction.gasPrice;
  return transaction.value + transaction.gasLimit * price;
}

/** What the sender is ready to pay for gas, in wei. */
export function feeCap({ transaction }: SignedTransaction): bigint {
  return "maxFeePerGas" in transaction ? transaction.maxFeePerGas : transaction.gasPrice;
}
