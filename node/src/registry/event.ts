import { contractNames, type ContractName, type Deployment } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { factsOfEvent, type Facts } from "./facts.ts";

/** Where an event stands. */
export interface EventPlace {
  readonly block: number;
  readonly blockHash: Hex;
  /** Unix seconds of the block. */
  readonly time: number;
  readonly transaction: Hex;
  /** Index of the log within its block. */
  readonly logIndex: number;
}

/** An event of one of the contracts. */
export interface LawEvent {
  readonly contract: ContractName;
  readonly name: string;
  readonly facts: Facts;
  readonly place: EventPlace;
}

/** A log as a block's receipts have it. */
export interface PlacedLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly place: EventPlace;
}

/** Reads the contracts' logs. */
export class EventReader {
  readonly #names: ReadonlyMap<Hex, ContractName>;

  constructor({ contracts }: Deployment) {
    this.#names = new Map(contractNames.map((name) => [contracts[name].address, name]));
  }

  get addresses(): readonly Hex[] {
    return [...this.#names.keys()];
  }

  /** @throws ChainError C_INCONSISTENT for a log of another address, or of none of the contract's events */
  eventOf(log: PlacedLog): LawEvent {
    const contract = this.#names.get(log.address);
    const fragment = contract === undefined ? null : contractInterfaces[contract].getEvent(log.topics[0] ?? "0x");
    if (contract === undefined || fragment === null) {
      const details = { method: "eth_getLogs", address: log.address, topic: log.topics[0] };
      throw new ChainError("C_INCONSISTENT", "a log is none of the contracts' events", details);
    }
    return { contract, name: fragment.name, facts: factsOfEvent(contract, fragment, log), place: log.place };
  }
}
