import { AbiCoder, type ContractFactory, type Signer } from "ethers";
import { EvidenceLogsFactory, MembersFactory, RightsFactory, TradesFactory } from "@lianzheng/sdk/contracts";
import { contractNames, type ContractName, type DeployedContract, type Deployment } from "@lianzheng/sdk/chain";
import { fromHex, isHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { askChain, carryOut, chainIdentity, rpcOf, type JsonRpc } from "./chain.ts";
import { seatArguments, type Council, type SeatArgument } from "./council.ts";

/**
 * A deployment that was interrupted: what of it stands on which chain. Not an address book: nothing reads it but
 * {@link deployContracts}.
 */
export interface DeploymentDraft {
  readonly chainId: number;
  readonly genesis: Hex;
  /** Keccak-256 of the seats and the threshold: a draft is only gone on with for the same council. */
  readonly council: Hex;
  readonly contracts: Readonly<Partial<Record<ContractName, DeployedContract>>>;
}

/** How a deployment goes on: told after each contract, before the next one is sent. */
export interface DeploymentProgress {
  /** What a run that was interrupted left. */
  readonly draft?: DeploymentDraft | undefined;
  /** Keeps the draft; the next contract waits for it. */
  readonly onContract?: (name: ContractName, draft: DeploymentDraft, resumed: boolean) => Promise<void> | void;
}

type Placed = Readonly<Partial<Record<ContractName, DeployedContract>>>;

/**
 * Puts the four contracts on the signer's chain, in the order in which they need each other, and reads back the code of
 * each.
 *
 * Nothing names a contract before all four stand: an interrupted run leaves contracts that nobody knows, and a draft with
 * which the next run goes on.
 *
 * @param signer   - connected to a JSON-RPC provider; its account gets no rights in any contract
 * @param council  - the founding seats and the votes that decide
 * @throws ChainError C_DEPLOYMENT_FAILED (council, or no code after the transaction), C_WRONG_CHAIN (the draft is of another
 *   chain), C_CONTRACT_MISSING or C_CONTRACT_MISMATCH (what the draft names is gone), C_UNREACHABLE, C_FUNDS,
 *   C_ANCHOR_REVERTED, C_ANCHOR_TIMEOUT
 */
export async function deployContracts(
  signer: Signer,
  council: Council,
  { draft, onContract }: DeploymentProgress = {},
): Promise<Deployment> {
  const seats = seatArguments(council);
  const rpc = rpcOf(signer);
  const identity = { ...(await chainIdentity(rpc)), council: councilDigest(seats, council.threshold) };
  if (draft !== undefined) requireSameDraft(draft, identity);
  let contracts: Placed = {};
  for (const name of contractNames) {
    const known = draft?.contracts[name];
    const contract =
      known ?? (await place(signer, name, constructorArguments(name, contracts, seats, council.threshold)));
    if (known !== undefined) await requireCode(rpc, name, known);
    contracts = { ...contracts, [name]: contract };
    await onContract?.(name, { ...identity, contracts }, known !== undefined);
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

const factories = {
  members: MembersFactory,
  rights: RightsFactory,
  trades: TradesFactory,
  evidenceLogs: EvidenceLogsFactory,
} as const;

async function place(signer: Signer, name: ContractName, values: readonly unknown[]): Promise<DeployedContract> {
  const factory: ContractFactory = new factories[name](signer);
  const { data } = await factory.getDeployTransaction(...values);
  const { contractAddress: address, blockNumber: block } = await carryOut(signer, { data });
  const codeHash = address === undefined ? undefined : await codeHashAt(rpcOf(signer), address);
  if (address === undefined || codeHash === undefined)
    throw new ChainError("C_DEPLOYMENT_FAILED", `${name} has no code after its deployment`, { contract: name });
  return { address, codeHash, block };
}

function constructorArguments(
  name: ContractName,
  placed: Placed,
  seats: readonly SeatArgument[],
  threshold: number,
): readonly unknown[] {
  switch (name) {
    case "members":
      return [seats, threshold];
    case "trades":
      return [placed.members?.address, placed.rights?.address];
    case "rights":
    case "evidenceLogs":
      return [placed.members?.address];
  }
}

function councilDigest(seats: readonly SeatArgument[], threshold: number): Hex {
  const types = ["tuple(bytes18 member,address key,uint16 kinds)[]", "uint256"];
  return toHex(keccak256(fromHex(AbiCoder.defaultAbiCoder().encode(types, [seats, threshold]))));
}

function requireSameDraft(draft: DeploymentDraft, identity: Omit<DeploymentDraft, "contracts">): void {
  for (const field of ["chainId", "genesis", "council"] as const) {
    if (draft[field] === identity[field]) continue;
    const details = { field, expected: draft[field], actual: identity[field] };
    throw new ChainError("C_WRONG_CHAIN", `the interrupted deployment has another ${field}; delete its draft`, details);
  }
}
