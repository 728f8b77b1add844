import { type ErrorFragment, Interface, isHexString } from "ethers";
import type { ContractName } from "@lianzheng/sdk/chain";
import { Members__factory } from "../chain/contracts/factories/membership/Members__factory.ts";
import { Council__factory } from "../chain/contracts/factories/membership/Council__factory.ts";
import { Emergency__factory } from "../chain/contracts/factories/membership/Emergency__factory.ts";
import { Validators__factory } from "../chain/contracts/factories/membership/Validators__factory.ts";
import { Registry__factory } from "../chain/contracts/factories/rights/Registry__factory.ts";
import { Consents__factory } from "../chain/contracts/factories/rights/Consents__factory.ts";
import { Rights__factory } from "../chain/contracts/factories/rights/Rights__factory.ts";
import { Trades__factory } from "../chain/contracts/factories/trade/Trades__factory.ts";
import { EvidenceLogs__factory } from "../chain/contracts/factories/evidence/EvidenceLogs__factory.ts";
import { Attestations__factory } from "../chain/contracts/factories/attestation/Attestations__factory.ts";
import { Cases__factory } from "../chain/contracts/factories/cases/Cases__factory.ts";
import { Directory__factory } from "../chain/contracts/factories/directory/Directory__factory.ts";

/** ABI of each contract, by the names of the address book. */
export const contractInterfaces: Readonly<Record<ContractName, Interface>> = {
  directory: new Interface(Directory__factory.abi),
  members: new Interface(Members__factory.abi),
  council: new Interface(Council__factory.abi),
  emergency: new Interface(Emergency__factory.abi),
  cases: new Interface(Cases__factory.abi),
  attestations: new Interface(Attestations__factory.abi),
  registry: new Interface(Registry__factory.abi),
  consents: new Interface(Consents__factory.abi),
  rights: new Interface(Rights__factory.abi),
  trades: new Interface(Trades__factory.abi),
  evidenceLogs: new Interface(EvidenceLogs__factory.abi),
  validators: new Interface(Validators__factory.abi),
};

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
