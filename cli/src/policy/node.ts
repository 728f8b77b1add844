import { readFile } from "node:fs/promises";
import { logIdOf } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { isHex } from "@lianzheng/sdk/encoding";
import type { Policy, TrustedContract } from "@lianzheng/sdk/evidence";
import { isAddress } from "../address.ts";
import { openClient } from "../client.ts";
import { CliError } from "../errors.ts";

/** What a node says of itself that a policy needs. */
export interface NodeFacts {
  readonly chainId: number;
  readonly genesis: Hex;
  readonly contracts: Policy["contracts"];
  readonly log: Policy["logs"][number];
  /** JSON-RPC of its chain, and who seals it: where the folder tells. */
  readonly chainUrl?: string;
  readonly sealer?: Hex;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Asks a running node, or reads the open part of its folder; no key is opened.
 *
 * @throws NodeError CONFIG_…, ClientError, CliError E_URL, E_STATUS_FORM
 */
export async function readNode(node: string, env: Env): Promise<NodeFacts> {
  return isAddress(node) ? readRunning(node) : readFolder(node, env);
}

async function readRunning(url: string): Promise<NodeFacts> {
  const { chain, contracts, origin, owner, logId, key } = await (await openClient({ url })).status();
  return {
    chainId: chain.chainId,
    genesis: chain.genesis,
    contracts: trustedContracts(contracts),
    log: { origin, owner, logId, key },
  };
}

async function readFolder(folder: string, env: Env): Promise<NodeFacts> {
  const { pathsOf, readNodeSettings } = await import("@lianzheng/node/config");
  const { readDeployment } = await import("@lianzheng/node/deployment");
  const paths = pathsOf(folder);
  const { origin, owner, chain } = await readNodeSettings(folder, env);
  const { chainId, genesis, contracts } = await readDeployment(paths.deployment);
  const key = await openMember(paths.logKey, "verifier");
  const log = { origin, owner, key, logId: logIdOf(owner, origin) };
  const known = { chainId, genesis, contracts: trustedContracts(contracts), log };
  if (chain.kind === "rpc") return { ...known, chainUrl: chain.url };
  return { ...known, sealer: addressIn(await openMember(paths.sealerKey, "address")) };
}

/** A member of a keystore that stands in the open: the log's verifier key, the sealer's address. */
async function openMember(path: string, name: string): Promise<string> {
  const document = JSON.parse(await readFile(path, "utf8")) as Readonly<Record<string, unknown>>;
  const value = document[name];
  if (typeof value !== "string")
    throw new CliError("E_KEY_FORMAT", `${path} does not name its ${name}`, { file: path });
  return value;
}

/** Web3 Secret Storage leaves out the `0x`. */
function addressIn(text: string): Hex {
  const address = `0x${text.replace(/^0x/i, "").toLowerCase()}`;
  if (!isHex(address, 20)) throw new CliError("E_KEY_FORMAT", "the sealer's keystore names no address");
  return address;
}

/** What `entitled` leans on besides; a policy without one of them leaves open what rests on it. */
const leanedOn = ["rights", "registry", "emergency", "consents", "attestations"] as const;

function trustedContracts(book: Readonly<Record<string, TrustedContract>>): Policy["contracts"] {
  return {
    members: trusted(book, "members"),
    evidenceLogs: trusted(book, "evidenceLogs"),
    trades: trusted(book, "trades"),
    ...Object.fromEntries(
      leanedOn.filter((name) => book[name] !== undefined).map((name) => [name, trusted(book, name)]),
    ),
  };
}

function trusted(book: Readonly<Record<string, TrustedContract>>, name: string): TrustedContract {
  const contract = book[name];
  if (contract === undefined) throw new CliError("E_STATUS_FORM", `the node names no contract ${name}`);
  return { address: contract.address, codeHash: contract.codeHash };
}
