import { encodeBytes32String, getCreateAddress, type ContractFactory, type Result, type Signer } from "ethers";
import { DirectoryFactory, contractInterfaces } from "@lianzheng/sdk/contracts";
import {
  foundingNames,
  type ContractName,
  type DeployedContract,
  type Deployment,
  type FoundingName,
} from "@lianzheng/sdk/chain";
import { fromHex, isHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { askChain, carryOut, chainIdentity, readContract, rpcOf, type JsonRpc, type Standing } from "./chain.ts";
import { foundingDigest, type Council } from "./council.ts";
import { creationCodes, type Places } from "./founding.ts";

/**
 * A deployment that was interrupted: the directory of which chain goes on with it, and what it was to found. Not an address
 * book: nothing reads it but {@link deployContracts}.
 */
export interface DeploymentDraft {
  readonly chainId: number;
  readonly genesis: Hex;
  /** Digest of the council and its rules: a draft is only gone on with for the same ones. */
  readonly council: Hex;
  readonly directory: DeployedContract;
}

/** How a deployment goes on. */
export interface DeploymentProgress {
  /** What a run that was interrupted left. */
  readonly draft?: DeploymentDraft | undefined;
  /** Keeps the draft once the directory stands; the founding contracts wait for it. */
  readonly onDraft?: (draft: DeploymentDraft) => Promise<void> | void;
  /** Told of each contract that stands, in order; `resumed` if a run before this one placed it. */
  readonly onContract?: (name: ContractName, contract: DeployedContract, resumed: boolean) => Promise<void> | void;
}

/** `evidenceLogs` as the directory and the sources have it: `EvidenceLogs`. */
const titleOf = (name: FoundingName): string => name.charAt(0).toUpperCase() + name.slice(1);
const directoryName = (name: FoundingName): string => encodeBytes32String(titleOf(name));

/**
 * Puts the consortium's contracts on the signer's chain: first the directory, which then places the others in the order of
 * {@link foundingNames}, and reads back the code of each.
 *
 * Nothing names a contract before all stand. An interrupted run leaves a directory and a draft with which the next run goes
 * on; the directory places each contract once, however often it is asked.
 *
 * @param signer   - connected to a JSON-RPC provider; its account gets no rights in any contract once all stand
 * @param council  - the founding seats, the votes that decide, and the rules that they may change later
 * @throws ChainError C_DEPLOYMENT_FAILED (council, other contracts in the draft's directory), C_WRONG_CHAIN (the draft is of
 *   another chain or council), C_CONTRACT_MISSING or C_CONTRACT_MISMATCH (the draft's directory is gone), C_UNREACHABLE,
 *   C_FUNDS, C_ANCHOR_REVERTED, C_ANCHOR_TIMEOUT
 */
export async function deployContracts(
  signer: Signer,
  council: Council,
  { draft, onDraft, onContract }: DeploymentProgress = {},
): Promise<Deployment> {
  const digest = foundingDigest(council);
  const rpc = rpcOf(signer);
  const identity = { ...(await chainIdentity(rpc)), council: digest };
  if (draft !== undefined) await requireSameDraft(rpc, draft, identity);
  const directory = draft?.directory ?? (await makeDirectory(signer));
  if (draft === undefined) await onDraft?.({ ...identity, directory });
  await onContract?.("directory", directory, draft !== undefined);
  const contracts: Partial<Record<ContractName, DeployedContract>> = { directory };
  const creations = creationCodes(council, placesUnder(directory.address));
  const standing = await placedIn(rpc, directory.address);
  for (const [index, name] of foundingNames.entries()) {
    const resumed = index < standing;
    const contract = await place(signer, directory.address, { name, number: index + 1, creation: creations[name] });
    contracts[name] = contract;
    await onContract?.(name, contract, resumed);
  }
  const { chainId, genesis } = identity;
  return { chainId, genesis, contracts: contracts as Deployment["contracts"] };
}

/**
 * The code at a contract's address must be the code that was deployed there.
 *
 * @throws ChainError C_CONTRACT_MISSING, C_CONTRACT_MISMATCH with `details.contract`, C_UNREACHABLE
 */
export async function requireCode(
  rpc: JsonRpc,
  name: ContractName,
  { address, codeHash }: DeployedContract,
): Promise<void> {
  const actual = await codeHashAt(rpc, address);
  const details = { contract: name, address, expected: codeHash, actual };
  if (actual === undefined) throw new ChainError("C_CONTRACT_MISSING", `${name} does not stand at ${address}`, details);
  if (actual !== codeHash) throw new ChainError("C_CONTRACT_MISMATCH", `other code stands at ${address}`, details);
}

async function codeHashAt(rpc: JsonRpc, address: Hex): Promise<Hex | undefined> {
  const code = await askChain(rpc, "eth_getCode", [address, "latest"]);
  if (!isHex(code)) throw new ChainError("C_INCONSISTENT", "the chain answers with no code", { method: "eth_getCode" });
  return code === "0x" ? undefined : toHex(keccak256(fromHex(code)));
}

async function makeDirectory(signer: Signer): Promise<DeployedContract> {
  const factory: ContractFactory = new DirectoryFactory(signer);
  const { data } = await factory.getDeployTransaction(foundingNames.map(directoryName));
  const { contractAddress: address, blockNumber: block } = await carryOut(signer, { data });
  const codeHash = address === undefined ? undefined : await codeHashAt(rpcOf(signer), address);
  if (address === undefined || codeHash === undefined)
    throw new ChainError("C_DEPLOYMENT_FAILED", "the directory has no code after its deployment");
  return { address, codeHash, block };
}

/** A contract creates its first contract with nonce 1 (EIP-161), and so the directory knows where each will stand. */
function placesUnder(directory: Hex): Places {
  const placeOf = (index: number): Hex => getCreateAddress({ from: directory, nonce: index + 1 }).toLowerCase() as Hex;
  return Object.fromEntries(foundingNames.map((name, index) => [name, placeOf(index)])) as Record<FoundingName, Hex>;
}

const standingAt = (address: Hex): Standing => ({ address, abi: contractInterfaces.directory });

async function placedIn(rpc: JsonRpc, directory: Hex): Promise<number> {
  return Number((await readContract(rpc, standingAt(directory), "placed", []))[0]);
}

interface Placing {
  readonly name: FoundingName;
  /** Number in the order of the directory, from 1. */
  readonly number: number;
  readonly creation: Hex;
}

async function place(signer: Signer, directory: Hex, { name, number, creation }: Placing): Promise<DeployedContract> {
  const rpc = rpcOf(signer);
  if ((await placedIn(rpc, directory)) < number) {
    const { abi } = standingAt(directory);
    await carryOut(signer, { to: directory, data: abi.encodeFunctionData("place", [number, creation]) });
  }
  const [version] = await readContract(rpc, standingAt(directory), "versionOf", [directoryName(name), 1]);
  const { place: address, codeHash, release, since } = version as Result & Record<string, unknown>;
  if (release !== toHex(keccak256(fromHex(creation))))
    throw new ChainError("C_DEPLOYMENT_FAILED", `another ${name} stands in the draft's directory; delete the draft`, {
      contract: name,
    });
  return { address: String(address).toLowerCase() as Hex, codeHash: String(codeHash) as Hex, block: Number(since) };
}

async function requireSameDraft(
  rpc: JsonRpc,
  draft: DeploymentDraft,
  identity: Omit<DeploymentDraft, "directory">,
): Promise<void> {
  for (const field of ["chainId", "genesis", "council"] as const) {
    if (draft[field] === identity[field]) continue;
    const details = { field, expected: draft[field], actual: identity[field] };
    throw new ChainError("C_WRONG_CHAIN", `the interrupted deployment has another ${field}; delete its draft`, details);
  }
  await requireCode(rpc, "directory", draft.directory);
}
