import type { Common } from "@ethereumjs/common";
import { equalBytes, fromUtf8, toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { SigningKey } from "ethers";
import { ChainError } from "../chain-error.ts";
import type { ChainBlock } from "./block.ts";
import { genesisBlock } from "./genesis.ts";
import type { GenesisBalances } from "./genesis.ts";
import type { HeadWitness } from "./head-witness.ts";
import { headChanges } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";
import type { StagedNodes } from "./state.ts";
import type { ChainStore } from "./store.ts";
import { decodeTransaction } from "./transaction.ts";
import type { SignedTransaction } from "./transaction.ts";

/** Who seals. */
export interface Operator {
  readonly address: Hex;
  readonly key: SigningKey;
}

/** What opening needs. */
export interface OpeningParts {
  readonly rules: Common;
  readonly store: ChainStore;
  readonly ledger: Ledger;
  readonly nodes: StagedNodes;
  readonly witness: HeadWitness;
  readonly operator: Operator;
  readonly chainId: number;
  readonly balances: GenesisBalances;
}

/** Version of the folder's layout. */
const format = 1;

/** Blocks before the head whose links are checked at the start. */
const checkedLinks = 64;

const identityKey = "m/identity";

interface Identity {
  readonly format: number;
  readonly chainId: number;
  readonly sealer: Hex;
  readonly genesis: Hex;
}

/**
 * The newest block of the folder and the genesis hash, after the checks; a folder that holds nothing gets its block 0.
 *
 * @throws ChainError C_IDENTITY, C_FORMAT, C_DAMAGED
 */
export async function openLedger(parts: OpeningParts): Promise<{ head: ChainBlock; genesis: Hex }> {
  const identity = await readIdentity(parts.store);
  if (identity === undefined) return create(parts);
  checkIdentity(identity, parts);
  const number = await parts.ledger.headNumber();
  if (number === undefined) throw damaged("the folder has an identity and no head", "m/head");
  await parts.witness.check(parts.ledger, number);
  const head = await parts.ledger.existing(number);
  await checkLinks(parts, head, identity.genesis);
  await checkState(parts, head);
  return { head, genesis: identity.genesis };
}

async function create(parts: OpeningParts): Promise<{ head: ChainBlock; genesis: Hex }> {
  const { store, rules, nodes, operator, chainId } = parts;
  // A database that is gone must not be taken for one that was never made.
  await parts.witness.check(parts.ledger, undefined);
  const head = await genesisBlock(rules, nodes, operator, parts.balances);
  const identity: Identity = { format, chainId, sealer: operator.address, genesis: head.hash };
  const value = utf8(JSON.stringify(identity));
  // One batch: a crash leaves an empty folder or a whole chain.
  await store.write([...nodes.changes(), ...headChanges(head), { type: "put", key: identityKey, value }]);
  nodes.written();
  return { head, genesis: head.hash };
}

async function readIdentity(store: ChainStore): Promise<Identity | undefined> {
  const bytes = await store.get(identityKey);
  if (bytes !== undefined) return JSON.parse(fromUtf8(bytes)) as Identity;
  if ((await store.keys("", "~", 1)).length > 0)
    throw damaged("the folder has no identity and is not empty", identityKey);
  return undefined;
}

function checkIdentity(identity: Identity, { chainId, operator }: OpeningParts): void {
  if (identity.format !== format)
    throw new ChainError("C_FORMAT", `the folder has format ${identity.format}, this program reads ${format}`);
  const actual = { chainId: identity.chainId, sealer: identity.sealer };
  const expected = { chainId, sealer: operator.address };
  if (actual.chainId === expected.chainId && actual.sealer === expected.sealer) return;
  const message = `the folder's chain is ${actual.chainId} sealed by ${actual.sealer}, not ${chainId} sealed by ${operator.address}`;
  throw new ChainError("C_IDENTITY", message, { expected, actual });
}

/** Each block names the one before it by its hash; block 0 is the one of the folder's identity. */
async function checkLinks({ ledger }: OpeningParts, head: ChainBlock, genesis: Hex): Promise<void> {
  let block = head;
  for (let steps = 0; block.number > 0 && steps < checkedLinks; steps++) {
    const parent = await ledger.existing(block.number - 1);
    if (!equalBytes(block.block.header.parentHash, parent.block.hash()))
      throw damaged(`block ${block.number} does not follow block ${parent.number}`, `b/${parent.number}`);
    block = parent;
  }
  const first = await ledger.existing(0);
  if (first.hash !== genesis) throw damaged("block 0 is not the one the folder was made with", "b/0");
}

async function checkState({ store }: OpeningParts, { number, block }: ChainBlock): Promise<void> {
  const root = toHex(block.header.stateRoot);
  const empty = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
  if (root !== empty && (await store.get(`t/${root.slice(2)}`)) === undefined)
    throw damaged(`the state of block ${number} is missing`, `t/${root.slice(2)}`);
}

/** Transactions that were answered for and wait for a nonce before theirs. */
export async function waitingTransactions(store: ChainStore, rules: Common): Promise<SignedTransaction[]> {
  const keys = await store.keys("p/", "p0");
  const raws = await Promise.all(keys.map((key) => store.get(key)));
  return raws.filter((raw) => raw !== undefined).map((raw) => decodeTransaction(rules, raw));
}

function damaged(message: string, key: string): ChainError {
  return new ChainError("C_DAMAGED", message, { key });
}
