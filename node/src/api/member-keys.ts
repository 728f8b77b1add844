import { memberIdOf } from "@lianzheng/sdk/chain";
import type { Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces, maskOfRoles } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { MemberKeys } from "./ports.ts";

/** JSON-RPC, as far as contracts are asked with it. */
export interface ChainReader {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** What the keys of members are read with. */
export interface MemberKeyOptions {
  readonly chain: ChainReader;
  readonly deployment: Deployment;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How long an answer is used again, ms: so long may a withdrawn key still sign. */
  readonly keepMs?: number;
}

interface Answer {
  readonly live: Promise<boolean>;
  readonly until: number;
}

/** Most answers kept; a member has a few keys. */
const maxAnswers = 10_000;

/**
 * The members' keys as the Members contract has them: a key signs statements while it is alive, may act for its member
 * (role Act: the key of a server, which only publishes, may not) and the member is active.
 *
 * @throws ChainError C_UNREACHABLE, C_INCONSISTENT from `isLive`; a failed question is not remembered
 */
export function createMemberKeys({ chain, deployment, now, keepMs = 5_000 }: MemberKeyOptions): MemberKeys {
  const { address } = deployment.contracts.members;
  const answers = new Map<string, Answer>();
  return {
    domain: { chainId: deployment.chainId, members: address },
    isLive(member, key, at) {
      const question = `${member} ${key}`;
      const known = answers.get(question);
      if (known !== undefined && known.until > now()) return known.live;
      if (answers.size >= maxAnswers) answers.clear();
      const live = askWhetherLive(chain, address, { member, key, at });
      answers.set(question, { live, until: now() + keepMs });
      live.catch(() => answers.delete(question));
      return live;
    },
  };
}

async function askWhetherLive(
  chain: ChainReader,
  address: Hex,
  { member, key, at }: { readonly member: string; readonly key: Hex; readonly at: number },
): Promise<boolean> {
  const id = memberIdOf(member);
  const seconds = BigInt(Math.floor(at / 1000));
  const [life, [active]] = await Promise.all([
    askMembers(chain, address, "keyLife", [key]),
    askMembers(chain, address, "isActive", [id]),
  ]);
  const [owner, roles, from, until] = life as unknown as [string, bigint, bigint, bigint];
  const mayAct = (Number(roles) & maskOfRoles(["act"])) !== 0;
  return active === true && owner === id && mayAct && from <= seconds && seconds < until;
}

async function askMembers(
  chain: ChainReader,
  to: Hex,
  question: "keyLife" | "isActive",
  values: readonly unknown[],
): Promise<readonly unknown[]> {
  const { members } = contractInterfaces;
  const answer = await send(chain, [{ to, data: members.encodeFunctionData(question, values) }, "latest"]);
  try {
    return members.decodeFunctionResult(question, String(answer));
  } catch (cause) {
    throw new ChainError("C_INCONSISTENT", `Members answers ${question} with no value of it`, { question }, cause);
  }
}

async function send(chain: ChainReader, params: readonly unknown[]): Promise<unknown> {
  try {
    return await chain.send("eth_call", params);
  } catch (cause) {
    if (cause instanceof ChainError) throw cause;
    throw new ChainError(
      "C_UNREACHABLE",
      "the chain does not say whether a key is live",
      { method: "eth_call" },
      cause,
    );
  }
}
