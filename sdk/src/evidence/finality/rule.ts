import type { Hex } from "@lianzheng/sdk/encoding";
import { isJsonObject } from "@lianzheng/sdk/record";
import type { Trust } from "../question.ts";
import { assertAllDifferent, count, hex, items, literal, members, refusalAt, text, type Place } from "../reader.ts";

/** Who makes blocks from a block on, by address: the first block that they are responsible for. */
export interface ValidatorEpoch {
  readonly from: number;
  readonly validators: readonly Hex[];
}

/** One operator's seal on the block. */
export interface SingleOperatorRule {
  readonly engine: "single-operator";
  readonly sealers: readonly Hex[];
}

/** Commit seals of a quorum of validators on the block, who are followed through headers or named by the policy alone. */
export interface QbftRule {
  readonly engine: "qbft";
  /** Where the chain keeps its validators: in the headers' extra data, or in a contract, and then headers name none. */
  readonly selection: "headers" | "contract";
  readonly epochs: readonly ValidatorEpoch[];
}

/** Blocks of a majority of signers, the block's own among them, one on the other. */
export interface CliqueRule {
  readonly engine: "clique";
  readonly epochs: readonly ValidatorEpoch[];
}

/** The word of an endpoint, which only online verification asks for. */
export interface RpcRule {
  readonly engine: "rpc";
  /** http or https. */
  readonly endpoint: string;
  /** Blocks on top of the block before it counts; 0 on a chain whose blocks are final at once. */
  readonly confirmations: number;
}

/** By what a block is final. @see docs/formats.md section 9 */
export type FinalityRule = SingleOperatorRule | QbftRule | CliqueRule | RpcRule;

/** On whom an answer rests that rests on this rule. */
export const trustOf: Readonly<Record<FinalityRule["engine"], Trust>> = {
  "single-operator": "single-operator",
  qbft: "validators",
  clique: "validators",
  rpc: "rpc",
};

const maxEpochs = 256;
const maxValidators = 256;
const maxEndpoint = 2048;

/** Reads a rule strictly, each engine with its own members. @throws EvidenceError with the place's fault */
export function finalityRule(place: Place): FinalityRule {
  const engine = isJsonObject(place.value) ? place.value["engine"] : undefined;
  switch (engine) {
    case "qbft":
      return qbftRule(place);
    case "clique":
      return { engine, epochs: epochsOf(members(place, ["engine", "epochs"]).epochs) };
    case "rpc":
      return rpcRule(place);
    default:
      return singleOperatorRule(place);
  }
}

function singleOperatorRule(place: Place): SingleOperatorRule {
  const { engine, sealers } = members(place, ["engine", "sealers"]);
  return { engine: literal(engine, "single-operator"), sealers: addresses(sealers) };
}

function qbftRule(place: Place): QbftRule {
  const { selection, epochs } = members(place, ["engine", "selection", "epochs"]);
  if (selection.value !== "headers" && selection.value !== "contract")
    throw refusalAt(selection, 'must be "headers" or "contract"');
  return { engine: "qbft", selection: selection.value, epochs: epochsOf(epochs) };
}

function rpcRule(place: Place): RpcRule {
  const { endpoint, confirmations } = members(place, ["engine", "endpoint", "confirmations"]);
  const url = text(endpoint);
  if (!/^https?:\/\/[^\s]+$/.test(url) || url.length > maxEndpoint)
    throw refusalAt(endpoint, "must be an http or https address");
  return { engine: "rpc", endpoint: url, confirmations: count(confirmations, 0) };
}

/** Each begins later than the one before it. */
function epochsOf(place: Place): readonly ValidatorEpoch[] {
  const epochs = items(place, 1, maxEpochs).map((at) => {
    const { from, validators } = members(at, ["from", "validators"]);
    return { place: from, epoch: { from: count(from, 0), validators: addresses(validators) } };
  });
  for (const [at, { place: from, epoch }] of epochs.entries()) {
    if (epoch.from <= (epochs[at - 1]?.epoch.from ?? -1))
      throw refusalAt(from, "must be later than that of the epoch before it");
  }
  return epochs.map(({ epoch }) => epoch);
}

function addresses(place: Place): readonly Hex[] {
  const places = items(place, 1, maxValidators);
  const read = places.map((address) => hex(address, 20));
  assertAllDifferent(places, read);
  return read;
}
