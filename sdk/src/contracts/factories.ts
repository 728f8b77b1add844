import { Interface } from "ethers";
import type { ContractName } from "@lianzheng/sdk/chain";
import { Members__factory } from "../chain/contracts/factories/membership/Members__factory.ts";
import { Council__factory } from "../chain/contracts/factories/membership/Council__factory.ts";
import { Emergency__factory } from "../chain/contracts/factories/membership/Emergency__factory.ts";
import { Validators__factory } from "../chain/contracts/factories/membership/Validators__factory.ts";
import { Policies__factory } from "../chain/contracts/factories/membership/Policies__factory.ts";
import { Registry__factory } from "../chain/contracts/factories/rights/Registry__factory.ts";
import { Consents__factory } from "../chain/contracts/factories/rights/Consents__factory.ts";
import { Rights__factory } from "../chain/contracts/factories/rights/Rights__factory.ts";
import { Trades__factory } from "../chain/contracts/factories/trade/Trades__factory.ts";
import { EvidenceLogs__factory } from "../chain/contracts/factories/evidence/EvidenceLogs__factory.ts";
import { Attestations__factory } from "../chain/contracts/factories/attestation/Attestations__factory.ts";
import { Cases__factory } from "../chain/contracts/factories/cases/Cases__factory.ts";
import { Directory__factory } from "../chain/contracts/factories/directory/Directory__factory.ts";

/** The typed factory of each contract, by the names of the address book. */
export const contractFactories = {
  directory: Directory__factory,
  members: Members__factory,
  council: Council__factory,
  emergency: Emergency__factory,
  cases: Cases__factory,
  attestations: Attestations__factory,
  registry: Registry__factory,
  consents: Consents__factory,
  rights: Rights__factory,
  trades: Trades__factory,
  evidenceLogs: EvidenceLogs__factory,
  validators: Validators__factory,
  policies: Policies__factory,
} as const;

/** ABI of each contract, by the names of the address book. */
export const contractInterfaces = Object.fromEntries(
  Object.entries(contractFactories).map(([name, { abi }]) => [name, new Interface(abi)]),
) as Readonly<Record<ContractName, Interface>>;
