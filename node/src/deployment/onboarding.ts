import type { Signer } from "ethers";
import { logIdOf, memberIdOf, type Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces, maskOfKinds, type KindName } from "@lianzheng/sdk/contracts";
import { fromHex, fromUtf8, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { carryOut, chainTime, readContract, rpcOf, type JsonRpc, type Standing } from "./chain.ts";

const nobody = `0x${"00".repeat(18)}`;

/** An organisation's wish to become a member; the signer's key becomes its first key. */
export interface Application {
  /** USCC. */
  readonly member: string;
  readonly kinds: readonly KindName[];
  /** Digest of the application's papers, 32 bytes, not zero. */
  readonly papers: Hex;
}

/** What an application came to. `changed` is false when nothing had to be sent. */
export interface Applied {
  readonly changed: boolean;
  readonly admitted: boolean;
  /** Number of the proposal to vote on; undefined for a founding seat, on which nobody votes. */
  readonly proposal: number | undefined;
}

/**
 * Applies for membership with the signer's key. Running it again while the application is open or after the admission
 * changes nothing.
 *
 * @throws ChainError C_NOT_ADMITTED if the key belongs to another member or its member may not act now; C_ANCHOR_REVERTED
 *   with `details.reason` if the contract refuses; C_UNREACHABLE, C_FUNDS, C_ANCHOR_TIMEOUT
 */
export async function applyMember(signer: Signer, deployment: Deployment, application: Application): Promise<Applied> {
  const { members, rpc, key, owner } = await positionOf(signer, deployment);
  const id = memberIdOf(application.member);
  const known = await applicationOf(rpc, members, id, key);
  if (owner !== nobody) {
    if (owner !== id || !(await isActive(rpc, members, id))) throw notAdmitted(key, owner, application.member);
    return { changed: false, admitted: true, proposal: known === 0 ? undefined : known };
  }
  if (known !== 0 && (await isOpen(rpc, members, known))) return { changed: false, admitted: false, proposal: known };
  const values = [id, maskOfKinds(application.kinds), application.papers];
  await carryOut(signer, { to: members.address, data: members.abi.encodeFunctionData("applyFor", values) });
  return { changed: true, admitted: false, proposal: await applicationOf(rpc, members, id, key) };
}

/**
 * Casts the vote of the signer's seat for a proposal. Running it again, or after the decision, changes nothing.
 *
 * @returns whether a vote was sent, and whether the proposal is decided now
 * @throws ChainError C_NOT_MEMBER if the signer's key is no member's; C_ANCHOR_REVERTED with `details.reason` if the
 *   contract refuses (no seat, unknown or expired proposal); C_UNREACHABLE, C_FUNDS, C_ANCHOR_TIMEOUT
 */
export async function voteMember(
  signer: Signer,
  deployment: Deployment,
  { proposal }: { readonly proposal: number },
): Promise<{ readonly changed: boolean; readonly decided: boolean }> {
  const { members, rpc, key, owner: seat } = await positionOf(signer, deployment);
  if (seat === nobody) throw new ChainError("C_NOT_MEMBER", "the key belongs to no member", { key });
  const { decided } = await proposalOf(rpc, members, proposal);
  const hasVoted = decided || ((await readContract(rpc, members, "hasVoted", [proposal, seat]))[0] as boolean);
  if (hasVoted) return { changed: false, decided };
  await carryOut(signer, { to: members.address, data: members.abi.encodeFunctionData("vote", [proposal]) });
  return { changed: true, decided: (await proposalOf(rpc, members, proposal)).decided };
}

/** A log that the chain knows. */
export interface RegisteredLog {
  readonly changed: boolean;
  readonly logId: Hex;
  /** USCC of the owner: the member of the signer's key. */
  readonly owner: string;
}

/**
 * Registers a log of the signer's member. Running it again with the same key changes nothing.
 *
 * @param origin - name of the log, first line of its checkpoints
 * @param key    - Ed25519 public key that signs its checkpoints, 32 bytes
 * @throws ChainError C_NOT_MEMBER if the signer's key is no member's, C_NOT_OWNER if the log is registered with another
 *   key; C_ANCHOR_REVERTED with `details.reason` if the contract refuses; C_UNREACHABLE, C_FUNDS, C_ANCHOR_TIMEOUT
 */
export async function registerLog(
  signer: Signer,
  deployment: Deployment,
  { origin, key }: { readonly origin: string; readonly key: Hex },
): Promise<RegisteredLog> {
  const { rpc, key: sender, owner: member } = await positionOf(signer, deployment);
  if (member === nobody) throw new ChainError("C_NOT_MEMBER", "the key belongs to no member", { key: sender });
  const owner = usccOf(member);
  const logId = logIdOf(owner, origin);
  const logs = { address: deployment.contracts.evidenceLogs.address, abi: contractInterfaces.evidenceLogs };
  const actual = await registeredKey(rpc, logs, logId);
  if (actual === key) return { changed: false, logId, owner };
  const details = { logId, expected: key, actual };
  if (actual !== undefined) throw new ChainError("C_NOT_OWNER", "the log is registered with another key", details);
  try {
    await carryOut(signer, { to: logs.address, data: logs.abi.encodeFunctionData("register", [origin, key]) });
    return { changed: true, logId, owner };
  } catch (error) {
    // A transaction from before a crash may have been faster: what the contract says now counts, not who made it so.
    const isAnswered = error instanceof ChainError && ["C_ANCHOR_REVERTED", "C_RPC_EXECUTION"].includes(error.code);
    if (!isAnswered || (await registeredKey(rpc, logs, logId)) !== key) throw error;
    return { changed: false, logId, owner };
  }
}

interface Position {
  readonly rpc: JsonRpc;
  readonly members: Standing;
  /** The signer's address. */
  readonly key: Hex;
  /** Member of that key, {@link nobody} if it is none's. */
  readonly owner: string;
}

async function positionOf(signer: Signer, deployment: Deployment): Promise<Position> {
  const rpc = rpcOf(signer);
  const members = { address: deployment.contracts.members.address, abi: contractInterfaces.members };
  const key = (await signer.getAddress()).toLowerCase() as Hex;
  const [owner] = await readContract(rpc, members, "memberOf", [key]);
  return { rpc, members, key, owner: owner as string };
}

async function applicationOf(rpc: JsonRpc, members: Standing, id: Hex, key: Hex): Promise<number> {
  return Number((await readContract(rpc, members, "applicationOf", [id, key]))[0]);
}

async function isActive(rpc: JsonRpc, members: Standing, id: Hex): Promise<boolean> {
  return (await readContract(rpc, members, "isActive", [id]))[0] as boolean;
}

async function proposalOf(
  rpc: JsonRpc,
  members: Standing,
  proposal: number,
): Promise<{ decided: boolean; expires: bigint }> {
  return (await readContract(rpc, members, "proposalOf", [proposal]))[0] as { decided: boolean; expires: bigint };
}

/** Whether a proposal can still be voted on, by the newest block's time. */
async function isOpen(rpc: JsonRpc, members: Standing, proposal: number): Promise<boolean> {
  const { decided, expires } = await proposalOf(rpc, members, proposal);
  return !decided && (await chainTime(rpc)) < expires;
}

/** Key of a log, undefined if the contract says that it knows none of this id. */
async function registeredKey(rpc: JsonRpc, logs: Standing, logId: Hex): Promise<Hex | undefined> {
  try {
    return (await readContract(rpc, logs, "log", [logId]))["key"] as Hex;
  } catch (error) {
    if (error instanceof ChainError && error.details["reason"] === "EvidenceLogsUnknownLog") return undefined;
    throw error;
  }
}

function usccOf(member: string): string {
  return fromUtf8(fromHex(member, 18));
}

function notAdmitted(key: Hex, owner: string, member: string): ChainError {
  const details = { key, owner: usccOf(owner), member };
  return new ChainError("C_NOT_ADMITTED", "the key is not that of an active member of this name", details);
}
