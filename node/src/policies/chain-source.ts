import type { Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { fromHex, isHex, keccak256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { followed } from "./state.ts";
import type { BlockFacts, PolicyState, PublishedPolicy, PublishedVersion } from "./state.ts";

/** JSON-RPC, as far as the contract is asked with it. */
export interface PolicyChain {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** End of a version whose end was not decided: 2^48 - 1. */
const noEnd = 2n ** 48n - 1n;

const abi = contractInterfaces.policies;

/**
 * Everything that the contract of policies has, as of one block.
 *
 * Asked once a poll: the newest block and the contract's head. Only when the head is another one than `known` has, is all of it read, at
 * that block, from the code that the address book names.
 *
 * @returns `known` with a newer block if nothing was published since
 * @throws ChainError C_UNREACHABLE, C_INCONSISTENT, C_CONTRACT_MISSING, C_CONTRACT_MISMATCH
 */
export async function readPolicies(
  chain: PolicyChain,
  deployment: Deployment,
  known: PolicyState | undefined,
): Promise<PolicyState> {
  const block = await newestBlock(chain);
  const reader = readerAt(chain, deployment.contracts.policies.address, block.number);
  const head = hexOf((await reader("head"))[0]);
  if (known?.head === head) return { ...known, block };
  await requireCode(chain, deployment, block.number);
  const count = countOf((await reader("nameCount"))[0], followed.policies);
  const policies: PublishedPolicy[] = [];
  for (let number = 1; number <= count; number++) policies.push(await policyAt(reader, number));
  await requireSameBlock(chain, block);
  return { block, head, policies };
}

type Reader = (question: string, ...values: readonly unknown[]) => Promise<readonly unknown[]>;

async function policyAt(reader: Reader, number: number): Promise<PublishedPolicy> {
  const name = String((await reader("nameAt", number))[0]);
  const policy = toHex(keccak256(utf8(name)));
  const count = countOf((await reader("latestVersion", policy))[0], followed.versions);
  const versions: PublishedVersion[] = [];
  for (let version = 1; version <= count; version++) {
    const [answer] = await reader("policyOf", policy, version);
    versions.push(versionOf(answer as Readonly<Record<string, unknown>>));
  }
  return { name, versions };
}

function versionOf({
  digest,
  publishedAt,
  effectiveFrom,
  retiredFrom,
}: Readonly<Record<string, unknown>>): PublishedVersion {
  return {
    digest: hexOf(digest),
    publishedAt: Number(publishedAt),
    effectiveFrom: Number(effectiveFrom),
    retiredFrom: retiredFrom === noEnd ? null : Number(retiredFrom),
  };
}

function readerAt(chain: PolicyChain, to: Hex, block: number): Reader {
  return async (question, ...values) => {
    const data = abi.encodeFunctionData(question, [...values]);
    const answer = await ask(chain, "eth_call", [{ to, data }, quantity(block)]);
    try {
      return abi.decodeFunctionResult(question, String(answer));
    } catch (cause) {
      throw new ChainError("C_INCONSISTENT", `Policies answers ${question} with no value of it`, { question }, cause);
    }
  };
}

async function newestBlock(chain: PolicyChain): Promise<BlockFacts> {
  return blockOf(await ask(chain, "eth_getBlockByNumber", ["latest", false]));
}

/** A chain that took the block back while it was read may have answered from two histories. */
async function requireSameBlock(chain: PolicyChain, { number, hash }: BlockFacts): Promise<void> {
  const now = blockOf(await ask(chain, "eth_getBlockByNumber", [quantity(number), false]));
  if (now.hash !== hash)
    throw new ChainError("C_INCONSISTENT", "the chain took back the block that was read", { number });
}

async function requireCode(chain: PolicyChain, { contracts }: Deployment, block: number): Promise<void> {
  const { address, codeHash: expected } = contracts.policies;
  const code = await ask(chain, "eth_getCode", [address, quantity(block)]);
  const details = { contract: "policies", address };
  if (!isHex(code) || code === "0x")
    throw new ChainError("C_CONTRACT_MISSING", "policies does not stand there", details);
  if (toHex(keccak256(fromHex(code))) === expected) return;
  throw new ChainError("C_CONTRACT_MISMATCH", "other code stands where policies should", details);
}

function blockOf(answer: unknown): BlockFacts {
  const { number, hash, timestamp } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (!isQuantity(number) || !isHex(hash, 32) || !isQuantity(timestamp))
    throw new ChainError("C_INCONSISTENT", "the chain answers with no block", { method: "eth_getBlockByNumber" });
  return { number: Number(number), hash, time: Number(timestamp) };
}

const isQuantity = (value: unknown): value is string => typeof value === "string" && /^0x[0-9a-f]{1,13}$/.test(value);
const quantity = (value: number): Hex => `0x${value.toString(16)}`;

function hexOf(value: unknown): Hex {
  if (isHex(value, 32)) return value;
  throw new ChainError("C_INCONSISTENT", "Policies answers with no digest");
}

function countOf(value: unknown, most: number): number {
  if ((typeof value === "bigint" || typeof value === "number") && value >= 0 && value <= most) return Number(value);
  throw new ChainError("C_INCONSISTENT", `Policies has more than a node follows, ${most}`, { most });
}

async function ask(chain: PolicyChain, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    return await chain.send(method, params);
  } catch (cause) {
    if (cause instanceof ChainError) throw cause;
    throw new ChainError("C_UNREACHABLE", "the chain does not say which policies are in force", { method }, cause);
  }
}
