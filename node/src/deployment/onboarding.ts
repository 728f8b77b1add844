import type { Signer } from "ethers";
import { logIdOf, memberIdOf, type Deployment } from "@lianzheng/sdk/chain";
import { ApplicationStatus, Tier, contractInterfaces, maskOfKinds, type KindName } from "@lianzheng/sdk/contracts";
import { fromHex, fromUtf8, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { carryOut, chainTime, readContract, rpcOf, type JsonRpc, type Standing } from "./chain.ts";
import type { Motion } from "./votes.ts";

const nobody = `0x${"00".repeat(18)}`;

/** An organisation's wish to become a member; the signer's key becomes its first key. */
export interface Application {
  /** USCC. */
  readonly member: string;
  readonly kinds: readonly KindName[];
  /** Level of its node; none if left out. */
  readonly tier?: keyof typeof Tier;
  /** USCC of the organisation that it belongs to, if to one. */
  readonly parent?: string;
  /** Digest of its public description, 32 bytes; that of the papers if left out. */
  readonly metadata?: Hex;
  /** Digest of the application's papers, 32 bytes, not zero. */
  readonly papers: Hex;
}

/** What an application came to. `changed` is false when nothing had to be sent. */
export interface Applied {
  readonly changed: boolean;
  readonly admitted: boolean;
  /** Number of the application, which a decision of the council names; undefined for a founding seat. */
  readonly application: number | undefined;
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
  const known = await applicationBy(rpc, members, key);
  if (owner !== nobody) {
    if (owner !== id || !(await isActive(rpc, members, id))) throw notAdmitted(key, owner, application.member);
    return { changed: false, admitted: true, application: known };
  }
  if (known !== undefined && (await isOpenFor(rpc, members, known, id)))
    return { changed: false, admitted: false, application: known };
  await carryOut(signer, { to: members.address, data: applicationCall(members, id, application) });
  return { changed: true, admitted: false, application: await applicationBy(rpc, members, key) };
}

function applicationCall({ abi }: Standing, id: Hex, application: Application): string {
  const { kinds, tier = "none", parent, papers, metadata = papers } = application;
  const parentId = parent === undefined ? nobody : memberIdOf(parent);
  return abi.encodeFunctionData("applyFor", [id, maskOfKinds(kinds), Tier[tier], parentId, metadata, papers]);
}

/**
 * The motion to admit an applicant with all kinds and the level that it asked for.
 *
 * @param application - its number
 * @param reason      - digest of the reasons, 32 bytes, not zero
 * @throws ChainError C_ANCHOR_REVERTED with `details.reason` MembersUnknownApplication; C_UNREACHABLE
 */
export async function admissionOf(
  rpc: JsonRpc,
  deployment: Deployment,
  { application, reason }: { readonly application: number; readonly reason: Hex },
): Promise<Motion> {
  const members = membersOf(deployment);
  const { kinds, tier } = await readApplication(rpc, members, application);
  const data = members.abi.encodeFunctionData("admit", [application, kinds, tier, reason]) as Hex;
  return { calls: [{ target: members.address, data }], reason };
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
 * @param rpc    - for what is read; the signer's own door by default
 * @throws ChainError C_NOT_MEMBER if the signer's key is no member's, C_NOT_OWNER if the log is registered with another
 *   key; C_ANCHOR_REVERTED with `details.reason` if the contract refuses; C_UNREACHABLE, C_FUNDS, C_ANCHOR_TIMEOUT
 */
export async function registerLog(
  signer: Signer,
  deployment: Deployment,
  { origin, key }: { readonly origin: string; readonly key: Hex },
  rpc: JsonRpc = rpcOf(signer),
): Promise<RegisteredLog> {
  const { key: sender, owner: member } = await positionOf(signer, deployment, rpc);
  if (member === nobody) throw new ChainError("C_NOT_MEMBER", "the key belongs to no member", { key: sender });
  const owner = usccOf(member);
  const logId = logIdOf(owner, origin);
  const logs = { address: deployment.contracts.evidenceLogs.address, abi: contractInterfaces.evidenceLogs };
  const actual = await registeredKey(rpc, logs, logId);
  if (actual === key) return { changed: false, logId, owner };
  const details = { logId, expected: key, actual };
  if (actual !== undefined) throw new ChainError("C_NOT_OWNER", "the log is registered with another key", details);
  try {
    await carryOut(signer, { to: logs.address, data: logs.abi.encodeFunctionData("register", [origin, key]) }, rpc);
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

async function positionOf(signer: Signer, deployment: Deployment, rpc = rpcOf(signer)): Promise<Position> {
  const members = membersOf(deployment);
  const key = (await signer.getAddress()).toLowerCase() as Hex;
  const [owner] = await readContract(rpc, members, "memberOf", [key]);
  return { rpc, members, key, owner: owner as string };
}

const membersOf = ({ contracts }: Deployment): Standing => ({
  address: contracts.members.address,
  abi: contractInterfaces.members,
});

/** Number of a key's newest application. */
async function applicationBy(rpc: JsonRpc, members: Standing, key: Hex): Promise<number | undefined> {
  const number = Number((await readContract(rpc, members, "applicationBy", [key]))[0]);
  return number === 0 ? undefined : number;
}

async function isActive(rpc: JsonRpc, members: Standing, id: Hex): Promise<boolean> {
  return (await readContract(rpc, members, "isActive", [id]))[0] as boolean;
}

interface MadeApplication {
  readonly member: string;
  readonly status: bigint;
  readonly expires: bigint;
  readonly kinds: bigint;
  readonly tier: bigint;
}

async function readApplication(rpc: JsonRpc, members: Standing, application: number): Promise<MadeApplication> {
  return (await readContract(rpc, members, "applicationOf", [application]))[0] as MadeApplication;
}

/** Whether an application can still be decided, by the newest block's time, and is for this organisation. */
async function isOpenFor(rpc: JsonRpc, members: Standing, application: number, id: Hex): Promise<boolean> {
  const { member, status, expires } = await readApplication(rpc, members, application);
  return member === id && Number(status) === ApplicationStatus.open && (await chainTime(rpc)) < expires;
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
