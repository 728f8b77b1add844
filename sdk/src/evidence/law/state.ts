import {
  arraySlot,
  ContractStorage,
  slotAfter,
  unpack,
  type PackedField,
  type StorageProof,
} from "@lianzheng/sdk/chain";
import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import type { TrustedContract } from "../policy.ts";
import { checkpointFields, type LawContract } from "./layout.ts";

/** Places of a trace that are read at once, newest first; most have one. */
const WINDOW = 8;

/** No trace of a contract has as many places. */
const MOST_PLACES = 2n ** 32n;

/** Something of the state that is not shown; no refusal, for it can be true all the same. */
export class NotShown extends Error {
  override readonly name = "NotShown";
  readonly contract: LawContract;
  /** The slots that would have to be shown. */
  readonly slots: readonly Hex[];

  constructor(contract: LawContract, slots: readonly Hex[], message: string) {
    super(message);
    this.contract = contract;
    this.slots = slots;
  }
}

type Checkpoint = Readonly<Record<keyof typeof checkpointFields, bigint>>;

export type TrustedContracts = Readonly<Partial<Record<LawContract, TrustedContract>>>;
export type LawProofs = Readonly<Partial<Record<LawContract, StorageProof>>>;

/**
 * The law in the state of one block, as far as it is shown: contracts that the policy names, slots that trie nodes prove.
 *
 * @throws NotShown from every method; EvidenceError V_TRIE, V_EMITTER for proofs of something else
 */
export class LawState {
  readonly #stateRoot: Hex;
  readonly #contracts: TrustedContracts;
  readonly #proofs: LawProofs;
  readonly #storages = new Map<LawContract, ContractStorage | EvidenceError>();
  readonly #known = new Map<string, unknown>();

  constructor(stateRoot: Hex, contracts: TrustedContracts, proofs: LawProofs) {
    this.#stateRoot = stateRoot;
    this.#contracts = contracts;
    this.#proofs = proofs;
  }

  /** What `read` found when it was first asked under this name: many records lean on the same rows. What is not shown is asked again. */
  once<Value>(name: string, read: () => Value): Value {
    if (!this.#known.has(name)) this.#known.set(name, read());
    return this.#known.get(name) as Value;
  }

  /** The words in some slots of a contract. */
  words(name: LawContract, slots: readonly Hex[]): readonly bigint[] {
    const storage = this.#storageOf(name, slots);
    const words = slots.map((slot) => storage.word(slot));
    const missing = slots.filter((_, at) => words[at] === undefined);
    if (missing.length > 0) throw new NotShown(name, missing, `not all is shown that the contract ${name} says of it`);
    return words.map((word) => word ?? 0n);
  }

  /** The fields of a struct that begins in a slot. */
  struct<Name extends string>(
    name: LawContract,
    begin: Hex,
    fields: Readonly<Record<Name, PackedField>>,
  ): Readonly<Record<Name, bigint>> {
    const all = Object.entries<PackedField>(fields);
    const places = [...new Set(all.map(([, { slot }]) => slot))];
    const words = this.words(
      name,
      places.map((place) => slotAfter(begin, place)),
    );
    const values = all.map(([label, field]) => [label, unpack(words[places.indexOf(field.slot)] ?? 0n, field)]);
    return Object.fromEntries(values) as Readonly<Record<Name, bigint>>;
  }

  /**
   * What a trace of checkpoints held at a time: the value of the last whose key is not above it, zero if there is none.
   * @param time - Unix seconds
   * @see OpenZeppelin `Checkpoints.upperLookup`
   */
  at(name: LawContract, trace: Hex, time: number): bigint {
    const length = this.once(`length ${name} ${trace}`, () => this.#lengthOf(name, trace));
    for (let end = length; end > 0; end -= WINDOW) {
      const window = this.once(`window ${name} ${trace} ${end}`, () => this.#window(name, trace, end));
      const found = window.find(({ _key }) => _key <= BigInt(time));
      if (found !== undefined) return found._value;
    }
    return 0n;
  }

  #lengthOf(name: LawContract, trace: Hex): number {
    const [length = 0n] = this.words(name, [trace]);
    if (length <= MOST_PLACES) return Number(length);
    throw new EvidenceError("V_TRIE", "a trace of checkpoints has more places than there are");
  }

  /** The places of a trace below `end`, newest first, as many as are read at once. */
  #window(name: LawContract, trace: Hex, end: number): readonly Checkpoint[] {
    const first = arraySlot(trace);
    const places = Array.from({ length: Math.min(WINDOW, end) }, (_, back) => slotAfter(first, end - 1 - back));
    const { _key, _value } = checkpointFields;
    return this.words(name, places).map((word) => ({ _key: unpack(word, _key), _value: unpack(word, _value) }));
  }

  /** A dynamic array of words. @param most - places that it can have */
  list(name: LawContract, slot: Hex, most: number): readonly bigint[] {
    const [length = 0n] = this.words(name, [slot]);
    if (length > BigInt(most)) throw new EvidenceError("V_TRIE", `a list has more than ${most} places`);
    const first = arraySlot(slot);
    return this.words(
      name,
      Array.from({ length: Number(length) }, (_, place) => slotAfter(first, place)),
    );
  }

  #storageOf(name: LawContract, slots: readonly Hex[]): ContractStorage {
    const known = this.#storages.get(name);
    if (known instanceof EvidenceError) throw known;
    if (known !== undefined) return known;
    const [contract, proof] = [this.#contracts[name], this.#proofs[name]];
    if (contract === undefined) throw new NotShown(name, slots, `the policy names no contract ${name}`);
    if (proof === undefined)
      throw new NotShown(name, slots, `the bundle does not show the state of the contract ${name}`);
    const opened = openStorage(this.#stateRoot, contract, proof);
    this.#storages.set(name, opened);
    if (opened instanceof EvidenceError) throw opened;
    return opened;
  }
}

/** The storage, or why there is none: a proof of something else is looked at once, however many records lean on it. */
function openStorage(stateRoot: Hex, contract: TrustedContract, proof: StorageProof): ContractStorage | EvidenceError {
  try {
    return new ContractStorage(stateRoot, contract, proof);
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}
