import { toContractFault } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { revertData } from "./rpc.ts";

/** Why a contract refused: its custom error by name, with the values it gave, as text. */
export interface ContractRefusal {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  /** The revert data itself. */
  readonly data: Hex;
}

/** The custom error that `data` encodes; undefined when no contract of the consortium has such an error. */
export function decodeRefusal(data: Hex): ContractRefusal | undefined {
  const fault = toContractFault(data);
  if (fault === undefined) return undefined;
  const values = Object.entries(fault.values).map(([name, value]) => [name, String(value)] as const);
  return { name: fault.name, values: Object.fromEntries(values), data };
}

/** The refusal inside an error of a door to a chain or of ethers; undefined when the chain said nothing of the kind. */
export function refusalIn(error: unknown): ContractRefusal | undefined {
  const data = revertData(error);
  return data === undefined ? undefined : decodeRefusal(data);
}

/** For people: `EvidenceLogsStaleHead(logId: 0x…, expected: 3, actual: 5)`. */
export function describeRefusal({ name, values }: ContractRefusal): string {
  const list = Object.entries(values).map(([field, value]) => `${field}: ${value}`);
  return `${name}(${list.join(", ")})`;
}
