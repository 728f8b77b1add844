import { EvidenceError, isHex, type Hex } from "@lianzheng/sdk/encoding";

/** The contracts that the directory places when a consortium is founded, in that order. */
export const foundingNames = [
  "members",
  "council",
  "emergency",
  "cases",
  "attestations",
  "registry",
  "consents",
  "rights",
  "trades",
  "evidenceLogs",
  "validators",
  "policies",
] as const;
export type FoundingName = (typeof foundingNames)[number];

/** The contracts of a consortium. */
export const contractNames = ["directory", ...foundingNames] as const;
export type ContractName = (typeof contractNames)[number];

/** Where a contract stands: its address, the Keccak-256 of its code, the block that holds its creation. */
export interface DeployedContract {
  readonly address: Hex;
  readonly codeHash: Hex;
  readonly block: number;
}

/** The address book of one chain, `deployment.json`. */
export interface Deployment {
  readonly chainId: number;
  /** Hash of block 0. */
  readonly genesis: Hex;
  readonly contracts: Readonly<Record<ContractName, DeployedContract>>;
}

/**
 * Reads an address book strictly: exactly these members, nothing defaulted.
 * @param value - decoded JSON
 * @throws EvidenceError E_TYPE, E_UNKNOWN_FIELD, E_MISSING_FIELD, E_NUMBER_FORM, E_HEX_FORM, E_HASH_FORM, with details.field
 */
export function decodeDeployment(value: unknown): Deployment {
  const top = members(value, "", ["chainId", "genesis", "contracts"]);
  const book = members(top["contracts"], "/contracts", contractNames);
  const contracts = contractNames.map((name) => [name, deployedContract(book[name], `/contracts/${name}`)] as const);
  return {
    chainId: count(top["chainId"], "/chainId", 1),
    genesis: hex(top["genesis"], "/genesis", 32),
    contracts: Object.fromEntries(contracts) as Record<ContractName, DeployedContract>,
  };
}

function deployedContract(value: unknown, field: string): DeployedContract {
  const contract = members(value, field, ["address", "codeHash", "block"]);
  return {
    address: hex(contract["address"], `${field}/address`, 20),
    codeHash: hex(contract["codeHash"], `${field}/codeHash`, 32),
    block: count(contract["block"], `${field}/block`, 0),
  };
}

function members(value: unknown, field: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new EvidenceError("E_TYPE", "an object is due", { field });
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new EvidenceError("E_UNKNOWN_FIELD", `nobody knows ${unknown}`, { field: `${field}/${unknown}` });
  const missing = names.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined)
    throw new EvidenceError("E_MISSING_FIELD", `${missing} is missing`, { field: `${field}/${missing}` });
  return value as Readonly<Record<string, unknown>>;
}

function count(value: unknown, field: string, least: number): number {
  if (typeof value !== "number") throw new EvidenceError("E_TYPE", "a number is due", { field });
  if (!Number.isSafeInteger(value) || value < least) {
    throw new EvidenceError("E_NUMBER_FORM", `an integer from ${least} on is due`, { field });
  }
  return value;
}

function hex(value: unknown, field: string, length: number): Hex {
  if (isHex(value, length)) return value;
  throw new EvidenceError(length === 32 ? "E_HASH_FORM" : "E_HEX_FORM", `lower-case hex of ${length} bytes is due`, {
    field,
  });
}
