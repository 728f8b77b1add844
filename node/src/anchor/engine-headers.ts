import {
  decodeHeader,
  decodeQbftExtraData,
  encodeHeaderFields,
  ISTANBUL_MIX_HASH,
  recoverCliqueSigner,
  SEAL_VANITY,
  type Header,
} from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { provenHeader } from "./block-receipts.ts";
import type { ChainView } from "./chain-view.ts";

/** What a bundle may carry: the newest changes of validators, or blocks on top. */
const mostHeaders = 64;

/** Blocks on top of a Clique block that are shown: with them every set of up to thirty-one signers has a majority. */
const mostFollowing = 15;

/**
 * RLP of the headers that a verifier's policy may need to find a block final: on a QBFT chain those in which the validators
 * changed before it, on a Clique chain those that follow it. None on a chain of one operator, or one that seals nothing.
 *
 * Which set of validators the verifier knows, nobody here knows, so a QBFT chain's changes are shown from its first block on.
 *
 * @param header - RLP of the block's header
 * @throws ChainError C_REORGANISED, C_INCONSISTENT, C_UNREACHABLE, C_RPC_*
 */
export async function engineHeaders(view: ChainView, header: Hex): Promise<readonly Hex[]> {
  const block = decodeHeader(fromHex(header));
  const validators = validatorsIn(block);
  if (validators !== undefined) return validators === "" ? [] : await changesBefore(view, block);
  return isClique(header, block) ? await following(view, Number(block.number)) : [];
}

/** The validators that a QBFT header names, as one text: none where a contract names them, undefined for another engine's. */
function validatorsIn({ mixHash, extraData }: Header): string | undefined {
  if (mixHash !== ISTANBUL_MIX_HASH) return undefined;
  try {
    return decodeQbftExtraData(fromHex(extraData)).validators.join();
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

/** A span of blocks, and the validators at both of its ends. */
interface Span {
  readonly from: number;
  readonly until: number;
  readonly first: string;
  readonly last: string;
}

/** A set that changed and changed back between two blocks is passed over: the way from one to the other needs neither. */
async function changesBefore(view: ChainView, block: Header): Promise<readonly Hex[]> {
  const last = validatorsIn(block) ?? "";
  const until = Number(block.number);
  const first = await headerAt(view, 0);
  const found = await changesIn(view, { from: 0, until, first: validatorsIn(first) ?? "", last });
  return found
    .filter(({ number }) => number < block.number)
    .slice(-mostHeaders)
    .map((changed) => toHex(encodeHeaderFields(changed)));
}

async function changesIn(view: ChainView, { from, until, first, last }: Span): Promise<readonly Header[]> {
  if (first === last) return [];
  if (until - from === 1) return [await headerAt(view, until)];
  const middle = Math.floor((from + until) / 2);
  const between = validatorsIn(await headerAt(view, middle)) ?? "";
  return [
    ...(await changesIn(view, { from, until: middle, first, last: between })),
    ...(await changesIn(view, { from: middle, until, first: between, last })),
  ];
}

function isClique(header: Hex, { extraData, mixHash, difficulty }: Header): boolean {
  const isSealed =
    difficulty > 0n && difficulty <= 2n && BigInt(mixHash) === 0n && !extraData.startsWith(toHex(SEAL_VANITY));
  if (!isSealed) return false;
  try {
    recoverCliqueSigner(fromHex(header));
    return true;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

async function following(view: ChainView, number: number): Promise<readonly Hex[]> {
  const headers: Hex[] = [];
  for (let at = number + 1; at <= number + mostFollowing; at += 1) {
    const block = await view.block(at);
    if (block === undefined) return headers;
    headers.push(toHex(encodeHeaderFields(provenHeader(block))));
  }
  return headers;
}

async function headerAt(view: ChainView, number: number): Promise<Header> {
  const block = await view.block(number);
  if (block !== undefined) return provenHeader(block);
  throw new ChainError("C_REORGANISED", `block ${number} is gone`, { blockNumber: number });
}
