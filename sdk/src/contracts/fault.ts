import { type ErrorFragment, type Interface, isHexString } from "ethers";
import { contractInterfaces } from "./factories.ts";

/** An error that a contract raised: its name, `<Contract><Fault>`, and its values by name. */
export interface ContractFault {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The error in what a reverted call returned.
 *
 * Errors pass through: a call of `Trades` may fail with an error of `Members`, so all ABIs are searched.
 *
 * @param data - what the call returned, `0x` and hex; anything else has no fault
 * @returns the fault, `undefined` if the bytes are no error of these contracts
 */
export function toContractFault(data: unknown): ContractFault | undefined {
  if (!isHexString(data) || data.length < 10) return undefined;
  for (const contract of Object.values(contractInterfaces)) {
    const known = contract.getError(data.slice(0, 10));
    if (known !== null) return decodeFault(contract, known, data);
  }
  return undefined;
}

function decodeFault(contract: Interface, known: ErrorFragment, data: string): ContractFault | undefined {
  try {
    return { name: known.name, values: contract.decodeErrorResult(known, data).toObject() };
  } catch {
    // The selector of an error and then bytes that are not its values: another contract's words, not ours.
    return undefined;
  }
}
