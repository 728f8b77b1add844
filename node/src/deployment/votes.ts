import { AbiCoder, type Signer } from "ethers";
import type { Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import { fromHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { carryOut, chainTime, readContract, rpcOf, type JsonRpc, type Standing } from "./chain.ts";

/** One call of a decision of the council. */
export interface CouncilCall {
  readonly target: Hex;
  readonly data: Hex;
}

/** What the council is asked to decide: 1 to 8 calls, carried out together or not at all. */
export interface Motion {
  readonly calls: readonly CouncilCall[];
  /** Digest of the reasons, 32 bytes, not zero. */
  readonly reason: Hex;
}

/** What a vote came to. `changed` is false when nothing had to be sent. */
export interface Voted {
  readonly changed: boolean;
  readonly decided: boolean;
  readonly proposal: number;
  /** First second, Unix, in which it can be decided; there while its votes suffice and it is not decided. */
  readonly decidableFrom?: number;
}

/** Proposals that are looked through for one of the same content, from the newest back. */
const LOOKED_THROUGH = 200;

/**
 * Supports a motion with the vote of the signer's seat: votes for the newest proposal of this content, or opens one if
 * there is none that can still be decided. Running it again changes nothing, also after the decision, except that it
 * carries out what has passed and waited for its delay.
 *
 * @param options.anew - true to decide the same once more: then a proposal that was decided counts for none
 * @throws ChainError C_ANCHOR_REVERTED with `details.reason` if a contract refuses (no seat, or a call of the decision);
 *   C_NOT_MEMBER if the signer's key is no member's; C_UNREACHABLE, C_FUNDS, C_ANCHOR_TIMEOUT
 */
export async function supportMotion(
  signer: Signer,
  deployment: Deployment,
  motion: Motion,
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<Voted> {
  const rpc = rpcOf(signer);
  const council = councilOf(deployment);
  const known = await newestOf(rpc, council, contentOf(motion));
  if (known !== undefined) {
    const { decided, ends } = await ballotOf(rpc, council, known);
    if (decided ? !anew : (await chainTime(rpc)) < ends) return castVote(signer, deployment, { proposal: known });
  }
  const calls = motion.calls.map(({ target, data }) => [target, data]);
  await carryOut(signer, {
    to: council.address,
    data: council.abi.encodeFunctionData("propose", [calls, motion.reason]),
  });
  const proposal = (await newestOf(rpc, council, contentOf(motion))) ?? 0;
  return votedOf(proposal, true, await ballotOf(rpc, council, proposal));
}

/**
 * Casts the vote of the signer's seat for a proposal, and decides it if its votes suffice and its delay is over. Running
 * it again, or after the decision, changes nothing else.
 *
 * @throws ChainError C_NOT_MEMBER if the signer's key is no member's; C_ANCHOR_REVERTED with `details.reason` if the
 *   contract refuses (no seat, unknown or expired proposal); C_UNREACHABLE, C_FUNDS, C_ANCHOR_TIMEOUT
 */
export async function castVote(
  signer: Signer,
  deployment: Deployment,
  { proposal }: { readonly proposal: number },
): Promise<Voted> {
  const rpc = rpcOf(signer);
  const council = councilOf(deployment);
  const seat = await seatOf(signer, deployment);
  const before = await ballotOf(rpc, council, proposal);
  if (before.decided) return votedOf(proposal, false, before);
  const moved = before.enough && (await decide(signer, council, proposal));
  const between = moved ? await ballotOf(rpc, council, proposal) : before;
  const hasVoted = between.decided || ((await readContract(rpc, council, "hasVoted", [proposal, seat]))[0] as boolean);
  if (hasVoted) return votedOf(proposal, moved, between);
  await carryOut(signer, { to: council.address, data: council.abi.encodeFunctionData("vote", [proposal]) });
  return votedOf(proposal, true, await ballotOf(rpc, council, proposal));
}

/**
 * Decides what has votes enough, or begins its delay. The contract is asked instead of the newest block's time, which
 * is behind on a chain that makes no empty blocks.
 *
 * @returns false if its delay is not over
 */
async function decide(signer: Signer, council: Standing, proposal: number): Promise<boolean> {
  try {
    await carryOut(signer, { to: council.address, data: council.abi.encodeFunctionData("decide", [proposal]) });
    return true;
  } catch (error) {
    if (error instanceof ChainError && error.details["reason"] === "CouncilTooEarly") return false;
    throw error;
  }
}

const votedOf = (proposal: number, changed: boolean, { decided, decidableFrom }: Ballot): Voted => ({
  changed,
  decided,
  proposal,
  ...(decidableFrom === undefined ? {} : { decidableFrom }),
});

const councilOf = ({ contracts }: Deployment): Standing => ({
  address: contracts.council.address,
  abi: contractInterfaces.council,
});

/** `Council.contentOf`: keccak256(abi.encode(calls, reason)). */
function contentOf({ calls, reason }: Motion): Hex {
  const values = [calls.map(({ target, data }) => [target, data]), reason];
  const encoded = AbiCoder.defaultAbiCoder().encode(["tuple(address target,bytes data)[]", "bytes32"], values);
  return toHex(keccak256(fromHex(encoded)));
}

async function newestOf(rpc: JsonRpc, council: Standing, content: Hex): Promise<number | undefined> {
  const newest = Number((await readContract(rpc, council, "proposalCount", []))[0]);
  for (let proposal = newest; proposal > Math.max(0, newest - LOOKED_THROUGH); proposal--)
    if ((await readContract(rpc, council, "contentOf", [proposal]))[0] === content) return proposal;
  return undefined;
}

interface Ballot {
  readonly decided: boolean;
  /** The votes that count now decide. */
  readonly enough: boolean;
  readonly decidableFrom: number | undefined;
  /** First second in which nothing can come of it. */
  readonly ends: bigint;
}

/** A proposal as the contract returns it. */
interface Proposal {
  readonly expires: bigint;
  readonly passedAt: bigint;
  readonly rulesVersion: bigint;
  readonly class: bigint;
  readonly votes: bigint;
}

type ClassRule = Readonly<Record<"threshold" | "period" | "delay", bigint>>;

async function ballotOf(rpc: JsonRpc, council: Standing, number: number): Promise<Ballot> {
  const [answer] = await readContract(rpc, council, "proposalOf", [number]);
  const proposal = answer as Proposal;
  const [version] = await readContract(rpc, council, "rulesVersion", []);
  const [rules] = await readContract(rpc, council, "rulesOf", [version]);
  const { ordinary, constitutional } = rules as Readonly<Record<"ordinary" | "constitutional", ClassRule>>;
  const rule = proposal.class === 0n ? ordinary : constitutional;
  // A decision names the version of the rules under which it was taken; until then there is none.
  const decided = proposal.rulesVersion !== 0n;
  const enough = proposal.votes >= rule.threshold;
  const from = proposal.passedAt + rule.delay;
  const waits = proposal.passedAt !== 0n && enough && !decided;
  const longest = from + rule.period > proposal.expires ? from + rule.period : proposal.expires;
  return {
    decided,
    enough,
    decidableFrom: waits ? Number(from) : undefined,
    ends: waits ? longest : proposal.expires,
  };
}

async function seatOf(signer: Signer, { contracts }: Deployment): Promise<string> {
  const members = { address: contracts.members.address, abi: contractInterfaces.members };
  const key = (await signer.getAddress()).toLowerCase();
  const [member] = await readContract(rpcOf(signer), members, "memberOf", [key]);
  if (/^0x0+$/.test(member as string)) throw new ChainError("C_NOT_MEMBER", "the key belongs to no member", { key });
  return member as string;
}
