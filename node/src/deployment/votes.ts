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
}

/** Proposals that are looked through for one of the same content, from the newest back. */
const LOOKED_THROUGH = 200;

/**
 * Supports a motion with the vote of the signer's seat: votes for the open proposal of this content if there is one, or
 * opens it. Running it again changes nothing.
 *
 * @throws ChainError C_ANCHOR_REVERTED with `details.reason` if a contract refuses (no seat, or a call of the decision);
 *   C_NOT_MEMBER if the signer's key is no member's; C_UNREACHABLE, C_FUNDS, C_ANCHOR_TIMEOUT
 */
export async function supportMotion(signer: Signer, deployment: Deployment, motion: Motion): Promise<Voted> {
  const rpc = rpcOf(signer);
  const council = councilOf(deployment);
  const known = await openProposalOf(rpc, council, contentOf(motion));
  if (known !== undefined) return castVote(signer, deployment, { proposal: known });
  const calls = motion.calls.map(({ target, data }) => [target, data]);
  await carryOut(signer, {
    to: council.address,
    data: council.abi.encodeFunctionData("propose", [calls, motion.reason]),
  });
  const proposal = (await newestOf(rpc, council, contentOf(motion))) ?? 0;
  return { changed: true, decided: (await ballotOf(rpc, council, proposal)).decided, proposal };
}

/**
 * Casts the vote of the signer's seat for a proposal. Running it again, or after the decision, changes nothing.
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
  const { decided } = await ballotOf(rpc, council, proposal);
  const hasVoted = decided || ((await readContract(rpc, council, "hasVoted", [proposal, seat]))[0] as boolean);
  if (hasVoted) return { changed: false, decided, proposal };
  await carryOut(signer, { to: council.address, data: council.abi.encodeFunctionData("vote", [proposal]) });
  return { changed: true, decided: (await ballotOf(rpc, council, proposal)).decided, proposal };
}

const councilOf = ({ contracts }: Deployment): Standing => ({
  address: contracts.council.address,
  abi: contractInterfaces.council,
});

/** `Council.contentOf`: keccak256(abi.encode(calls, reason)). */
function contentOf({ calls, reason }: Motion): Hex {
  const values = [calls.map(({ target, data }) => [target, data]), reason];
  const encoded = AbiCoder.defaultAbiCoder().encode(["tuple(address target,bytes data)[]", "bytes32"], values);
  return toHex(keccak256(fromHex(encoded as Hex)));
}

async function openProposalOf(rpc: JsonRpc, council: Standing, content: Hex): Promise<number | undefined> {
  const proposal = await newestOf(rpc, council, content);
  if (proposal === undefined) return undefined;
  const { decided, expires } = await ballotOf(rpc, council, proposal);
  return !decided && (await chainTime(rpc)) < expires ? proposal : undefined;
}

async function newestOf(rpc: JsonRpc, council: Standing, content: Hex): Promise<number | undefined> {
  const newest = Number((await readContract(rpc, council, "proposalCount", []))[0]);
  for (let proposal = newest; proposal > Math.max(0, newest - LOOKED_THROUGH); proposal--)
    if ((await readContract(rpc, council, "contentOf", [proposal]))[0] === content) return proposal;
  return undefined;
}

interface Ballot {
  readonly decided: boolean;
  readonly expires: bigint;
}

async function ballotOf(rpc: JsonRpc, council: Standing, proposal: number): Promise<Ballot> {
  const [ballot] = await readContract(rpc, council, "proposalOf", [proposal]);
  const { expires, rulesVersion } = ballot as { expires: bigint; rulesVersion: bigint };
  // A decision names the version of the rules under which it was taken; until then there is none.
  return { decided: rulesVersion !== 0n, expires };
}

async function seatOf(signer: Signer, { contracts }: Deployment): Promise<string> {
  const members = { address: contracts.members.address, abi: contractInterfaces.members };
  const key = (await signer.getAddress()).toLowerCase();
  const [member] = await readContract(rpcOf(signer), members, "memberOf", [key]);
  if (/^0x0+$/.test(member as string)) throw new ChainError("C_NOT_MEMBER", "the key belongs to no member", { key });
  return member as string;
}
