import { contractInterfaces } from "@lianzheng/sdk/contracts";
import * as law from "@lianzheng/sdk/contracts";
import type { ContractName } from "@lianzheng/sdk/chain";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import type { EventFragment, FunctionFragment, ParamType } from "ethers";
import { ChainError } from "../chain-error.ts";

/**
 * What a contract says, as JSON: the one form in which events and answers of calls are compared and kept.
 *
 * Enumerations are names, masks are lists (of names, or of the numbers of their bits), members are USCCs, other bytes are lower-case hex,
 * numbers are numbers as far as they are exact and decimal strings where money or nonces need more. Zero bytes are null: in this law
 * they always stand for "none". Times are Unix seconds, as the contracts have them.
 */
export type Facts = JsonObject;

type Names = Readonly<Record<string, number>>;

/** Which words the numbers of a parameter stand for, by contract and the parameter's name. */
const words: Readonly<Partial<Record<ContractName, Readonly<Record<string, Names>>>>> = {
  members: { standing: law.Standing, tier: law.Tier, status: law.ApplicationStatus },
  council: { class: law.ActClass },
  emergency: { subjectKind: law.SubjectKind, review: law.Review, state: law.OrderState },
  cases: {
    state: law.CaseState,
    outcome: law.Outcome,
    kind: law.CaseKind,
    act: law.RulingAct,
    subjectKind: law.SubjectKind,
  },
  attestations: {
    kind: law.AttestationKind,
    subjectKind: law.SubjectKind,
    result: law.Result,
    status: law.Status,
  },
  registry: {
    entry: law.RegistrationType,
    status: law.RegistrationStatus,
    grade: law.Grade,
    source: law.SourceClass,
    state: law.ReviewState,
  },
  consents: { channel: law.NoticeChannel, decision: law.Decision },
  rights: { kind: law.RightKind, validity: law.Validity, listing: law.Listing },
  trades: { stage: law.Stage, listing: law.Listing },
};

/** Masks whose bits have names. */
const masks: Readonly<Record<string, Names>> = {
  kinds: law.Kind,
  reviewers: law.Kind,
  roles: law.KeyRole,
  restrictions: law.Restriction,
};

/** What the law says of a party in the block of a step, ITrades.sol `StepFacts`. */
const partyMask: Names = { active: 0, sanctioned: 1, venue: 2 };

/** Masks whose bits are numbers of the consortium's own catalogues. */
const bitSets: ReadonlySet<string> = new Set(["purposes", "territories"]);

/** In these the word `kind` or `state` means another enumeration than elsewhere in the same contract. */
const elsewhere: Readonly<Record<string, Names>> = {
  "cases.PleaMade.kind": law.PleaKind,
  "registry.objectionsOf.state": law.ObjectionState,
};

/** Arguments of an event. @throws ChainError C_INCONSISTENT for data that is not this event's */
export function factsOfEvent(
  contract: ContractName,
  fragment: EventFragment,
  { data, topics }: { readonly data: Hex; readonly topics: readonly Hex[] },
): Facts {
  const values = decoded("eth_getLogs", () => contractInterfaces[contract].decodeEventLog(fragment, data, [...topics]));
  return namedFacts(fragment.inputs, values, { contract, of: fragment.name });
}

/** Answer of a call. @throws ChainError C_INCONSISTENT for data that is not this function's */
export function factsOfAnswer(contract: ContractName, fragment: FunctionFragment, data: Hex): JsonValue {
  const values = decoded("eth_call", () => contractInterfaces[contract].decodeFunctionResult(fragment, data));
  const where = { contract, of: fragment.name };
  const [only, ...more] = fragment.outputs;
  if (only !== undefined && more.length === 0) return factOf(only, values[0], where);
  return namedFacts(fragment.outputs, values, where);
}

function decoded<T>(method: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new ChainError("C_INCONSISTENT", "the chain's data are not what the contract writes", { method }, cause);
  }
}

interface Where {
  readonly contract: ContractName;
  /** Event or function. */
  readonly of: string;
}

function namedFacts(params: readonly ParamType[], values: ArrayLike<unknown>, where: Where): Facts {
  return Object.fromEntries(params.map((param, at) => [param.name, factOf(param, values[at], where)]));
}

function factOf(param: ParamType, value: unknown, where: Where): JsonValue {
  if (param.isArray()) {
    const { arrayChildren } = param;
    return Array.from(value as ArrayLike<unknown>, (item) => factOf(arrayChildren, item, where));
  }
  if (param.isTuple()) return namedFacts(param.components, value as ArrayLike<unknown>, where);
  if (typeof value === "bigint") return numberFact(param, value, where);
  if (typeof value === "boolean") return value;
  const text = String(value);
  return param.type.startsWith("bytes") || param.type === "address" ? bytesFact(param.type, text.toLowerCase()) : text;
}

function bytesFact(type: string, text: string): JsonValue {
  if (!isHex(text)) throw new ChainError("C_INCONSISTENT", "bytes are not hex", { method: "eth_getLogs" });
  if (type === "bytes") return text;
  if (/^0x0*$/.test(text)) return null;
  return type === "bytes18" ? Buffer.from(text.slice(2), "hex").toString("latin1") : text;
}

function numberFact({ name, type }: ParamType, value: bigint, { contract, of }: Where): JsonValue {
  const names = elsewhere[`${contract}.${of}.${name}`] ?? (type === "uint8" ? words[contract]?.[name] : undefined);
  if (names !== undefined) return nameOf(names, Number(value), name);
  const mask = of === "stepOf" && type === "uint8" ? partyMask : masks[name];
  if (mask !== undefined) return Object.keys(mask).filter((word) => ((value >> BigInt(mask[word] ?? 0)) & 1n) === 1n);
  if (bitSets.has(name)) return bitsOf(value);
  if (type === "uint128" || name === "nonce" || value > BigInt(Number.MAX_SAFE_INTEGER)) return value.toString();
  return Number(value);
}

function nameOf(names: Names, number: number, field: string): string {
  const name = Object.keys(names).find((word) => names[word] === number);
  if (name !== undefined) return name;
  throw new ChainError("C_INCONSISTENT", `the law knows no ${field} ${number}`, { method: "eth_getLogs", field });
}

function bitsOf(value: bigint): readonly number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((value >> BigInt(bit)) & 1n) === 1n);
}

/** The facts but these. */
export function without(facts: Facts, ...names: readonly string[]): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !names.includes(name)));
}

/** A fact that is a text. @throws TypeError if the program asks for one that the event has not */
export function text(facts: Facts, name: string): string {
  const value = facts[name];
  if (typeof value === "string") return value;
  throw new TypeError(`${name} is no text`);
}

/** A text, or null for none. */
export function textOrNull(facts: Facts, name: string): string | null {
  return facts[name] === null ? null : text(facts, name);
}

export function count(facts: Facts, name: string): number {
  const value = facts[name];
  if (typeof value === "number") return value;
  throw new TypeError(`${name} is no number`);
}

export function flag(facts: Facts, name: string): boolean {
  const value = facts[name];
  if (typeof value === "boolean") return value;
  throw new TypeError(`${name} is neither true nor false`);
}

export function texts(facts: Facts, name: string): readonly string[] {
  return listOf(facts, name).map((value) => {
    if (typeof value === "string") return value;
    throw new TypeError(`${name} is no list of texts`);
  });
}

export function counts(facts: Facts, name: string): readonly number[] {
  return listOf(facts, name).map((value) => {
    if (typeof value === "number") return value;
    throw new TypeError(`${name} is no list of numbers`);
  });
}

export function objects(facts: Facts, name: string): readonly Facts[] {
  return listOf(facts, name).map((value) => asFacts(value, name));
}

export function object(facts: Facts, name: string): Facts {
  return asFacts(facts[name], name);
}

function asFacts(value: JsonValue | undefined, name: string): Facts {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Facts;
  throw new TypeError(`${name} is no object`);
}

function listOf(facts: Facts, name: string): readonly JsonValue[] {
  const value = facts[name];
  if (Array.isArray(value)) return value as readonly JsonValue[];
  throw new TypeError(`${name} is no list`);
}
