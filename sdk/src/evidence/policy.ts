import { logIdOf } from "@lianzheng/sdk/chain";
import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import { parseVerifierKey } from "@lianzheng/sdk/log";
import { fromInstant, isJsonObject } from "@lianzheng/sdk/record";
import { finalityRule, type FinalityRule } from "./finality/rule.ts";
import { trustedAuthorities, type TrustedAuthorities } from "./authorities.ts";
import { questions, type Question } from "./question.ts";
import {
  assertAllDifferent,
  count,
  hex,
  instant,
  items,
  members,
  readJson,
  refusalAt,
  text,
  uscc,
  type Place,
} from "./reader.ts";
import { trustedWitnesses, type TrustedWitnesses } from "./witnesses.ts";

/** A contract that the verifier trusts: where it stands and the Keccak-256 of its code. */
export interface TrustedContract {
  readonly address: Hex;
  readonly codeHash: Hex;
}

/** A log that the verifier trusts to be this member's. */
export interface TrustedLog {
  readonly origin: string;
  /** The log's key, as the Go note package writes a vkey; its name is the origin. */
  readonly key: string;
  readonly logId: Hex;
  /** USCC of the member whose log it is. */
  readonly owner: string;
}

/** A member's key and when it counted: `from` <= time < `until`; null if it still counts. */
export interface TrustedKey {
  readonly address: Hex;
  readonly from: string;
  readonly until: string | null;
}

/** A member's SM2 key, 04 ‖ x ‖ y (65 bytes), and when it counted: `from` <= time < `until`; null if it still counts. */
export interface TrustedSm2Key {
  readonly key: Hex;
  readonly from: string;
  readonly until: string | null;
}

/** A member and the keys with which it signs. */
export interface TrustedMember {
  readonly uscc: string;
  readonly keys: readonly TrustedKey[];
  /** Those of its SM2 statements (docs/formats.md section 23); none if left out. `verify` itself asks for none. */
  readonly sm2?: readonly TrustedSm2Key[];
}

/** What the verifier trusts: the only source of trust there is. @see docs/formats.md section 9 */
export interface Policy {
  readonly format: "lianzheng-policy";
  readonly version: 1;
  readonly name: string;
  readonly chain: {
    readonly chainId: number;
    /** Hash of block 0. */
    readonly genesis: Hex;
    readonly finality: FinalityRule;
  };
  readonly contracts: {
    readonly members: TrustedContract;
    readonly evidenceLogs: TrustedContract;
    readonly trades: TrustedContract;
    /** Those on which `entitled` rests, with `members` and `trades`; where one is missing, what rests on it stays unknown. */
    readonly rights?: TrustedContract;
    readonly registry?: TrustedContract;
    readonly emergency?: TrustedContract;
    readonly consents?: TrustedContract;
    readonly attestations?: TrustedContract;
  };
  readonly logs: readonly TrustedLog[];
  readonly members: readonly TrustedMember[];
  /** Who must have cosigned a log's checkpoint beside the log; nobody if left out. */
  readonly witnesses?: TrustedWitnesses;
  /** Whose timestamps count; nobody's if left out. */
  readonly timestamps?: TrustedAuthorities;
  /** Roots under which SM2 statements must bring a certificate of their key, DER in base64; none need bring one if left out. */
  readonly guomi?: TrustedAuthorities;
  /** Questions that must pass for a bundle to be called verified. */
  readonly required: readonly Question[];
}

/** Contracts that a policy may name beside those that it must. */
const lawOnly = ["rights", "registry", "emergency", "consents", "attestations"] as const;

const maxPolicyBytes = 4 * 1024 * 1024;
const maxNameLength = 200;

/**
 * Reads a policy strictly: I-JSON, exactly the members of version 1, and nothing in it that contradicts itself.
 * @throws EvidenceError V_VERSION for a policy of another version, V_POLICY for anything else that is none; details.field
 */
export function decodePolicy(bytes: Uint8Array): Policy {
  const whole = readJson(bytes, maxPolicyBytes, "V_POLICY");
  assertVersion(whole);
  const top = members(
    whole,
    ["format", "version", "name", "chain", "contracts", "logs", "members", "required"],
    ["witnesses", "timestamps", "guomi"],
  );
  const trustedLogs = logs(top.logs);
  return {
    format: "lianzheng-policy",
    version: 1,
    name: policyName(top.name),
    chain: chain(top.chain),
    contracts: contracts(top.contracts),
    logs: trustedLogs,
    members: trustedMembers(top.members),
    ...(top.witnesses === undefined ? {} : { witnesses: trustedWitnesses(top.witnesses, trustedLogs) }),
    ...(top.timestamps === undefined ? {} : { timestamps: trustedAuthorities(top.timestamps) }),
    ...(top.guomi === undefined ? {} : { guomi: trustedAuthorities(top.guomi) }),
    required: required(top.required),
  };
}

/**
 * The policy's text, indented for the person who keeps it.
 * @throws EvidenceError V_POLICY, V_VERSION for what {@link decodePolicy} would not take
 */
export function encodePolicy(policy: Policy): string {
  const json = `${JSON.stringify(policy, null, 2)}\n`;
  decodePolicy(new TextEncoder().encode(json));
  return json;
}

function assertVersion(whole: Place): void {
  if (!isJsonObject(whole.value) || whole.value["format"] !== "lianzheng-policy") {
    throw new EvidenceError("V_POLICY", "this is no trust policy", { field: "/format" });
  }
  if (whole.value["version"] !== 1) {
    throw new EvidenceError("V_VERSION", "only version 1 of trust policies is known", { field: "/version" });
  }
}

function policyName(place: Place): string {
  const name = text(place);
  if (name === "" || name.length > maxNameLength) throw refusalAt(place, `must have 1 to ${maxNameLength} characters`);
  return name;
}

function chain(place: Place): Policy["chain"] {
  const { chainId, genesis, finality } = members(place, ["chainId", "genesis", "finality"]);
  return {
    chainId: count(chainId, 1),
    genesis: hex(genesis, 32),
    finality: finalityRule(finality),
  };
}

function contracts(place: Place): Policy["contracts"] {
  const {
    members: register,
    evidenceLogs,
    trades,
    ...law
  } = members(place, ["members", "evidenceLogs", "trades"], lawOnly);
  assertDistinct([register, evidenceLogs, trades, ...Object.values<Place>(law)]);
  const more = Object.entries<Place>(law).map(([name, contract]) => [name, trustedContract(contract)] as const);
  return {
    members: trustedContract(register),
    evidenceLogs: trustedContract(evidenceLogs),
    trades: trustedContract(trades),
    ...Object.fromEntries(more),
  };
}

/** At one address there is one contract: of two, one would be read with the other's layout. */
function assertDistinct(places: readonly Place[]): void {
  assertAllDifferent(
    places,
    places.map((place) => trustedContract(place).address),
  );
}

function trustedContract(place: Place): TrustedContract {
  const { address, codeHash } = members(place, ["address", "codeHash"]);
  return { address: hex(address, 20), codeHash: hex(codeHash, 32) };
}

function logs(place: Place): readonly TrustedLog[] {
  const places = items(place, 1);
  const trusted = places.map(trustedLog);
  assertAllDifferent(
    places,
    trusted.map(({ origin }) => origin),
  );
  return trusted;
}

/** The three names of a log must be of one log: a policy that mixes them up would trust the wrong one. */
function trustedLog(place: Place): TrustedLog {
  const log = members(place, ["origin", "key", "logId", "owner"]);
  const [origin, key, owner] = [text(log.origin), text(log.key), uscc(log.owner)];
  if (keyName(log.key, key) !== origin) throw refusalAt(log.key, "is the key of another origin");
  const logId = hex(log.logId, 32);
  if (logId !== logIdOf(owner, origin)) throw refusalAt(log.logId, "is not the id of this owner's log of this origin");
  return { origin, key, logId, owner };
}

function keyName(place: Place, key: string): string {
  try {
    return parseVerifierKey(key).name;
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError(
      "V_POLICY",
      `${place.field} is no verifier key: ${cause.message}`,
      { field: place.field },
      cause,
    );
  }
}

function trustedMembers(place: Place): readonly TrustedMember[] {
  const places = items(place, 0);
  const trusted = places.map((at) => {
    const member = members(at, ["uscc", "keys"], ["sm2"]);
    const keys = items(member.keys, 0).map(trustedKey);
    const sm2 = member.sm2 === undefined ? {} : { sm2: items(member.sm2, 1).map(trustedSm2Key) };
    return { uscc: uscc(member.uscc), keys, ...sm2 };
  });
  assertAllDifferent(
    places,
    trusted.map((member) => member.uscc),
  );
  assertNoSharedKey(place, trusted);
  return trusted;
}

function trustedKey(place: Place): TrustedKey {
  const { address, from, until } = members(place, ["address", "from", "until"]);
  return { address: hex(address, 20), ...span(from, until) };
}

function trustedSm2Key(place: Place): TrustedSm2Key {
  const { key, from, until } = members(place, ["key", "from", "until"]);
  return { key: hex(key, 65), ...span(from, until) };
}

function span(from: Place, until: Place): { from: string; until: string | null } {
  const times = { from: instant(from), until: until.value === null ? null : instant(until) };
  if (times.until === null || fromInstant(times.from) < fromInstant(times.until)) return times;
  throw refusalAt(until, "must be later than the instant from which the key counts");
}

/** A key speaks for one member; one that spoke for two would let either sign for the other. */
function assertNoSharedKey(place: Place, trusted: readonly TrustedMember[]): void {
  const owners = new Map<Hex, string>();
  for (const { uscc, keys, sm2 = [] } of trusted) {
    for (const key of [...keys.map(({ address }) => address), ...sm2.map((one) => one.key)]) {
      if ((owners.get(key) ?? uscc) !== uscc) throw refusalAt(place, `gives the key ${key} to two members`);
      owners.set(key, uscc);
    }
  }
}

function required(place: Place): readonly Question[] {
  const places = items(place, 2);
  const asked = places.map((at) => {
    const question = questions.find((known) => known === at.value);
    if (question === undefined) throw refusalAt(at, "is none of the eight questions");
    return question;
  });
  assertAllDifferent(places, asked);
  for (const least of ["unaltered", "logged"] as const) {
    if (!asked.includes(least)) throw refusalAt(place, `must hold "${least}": nothing is verified without it`);
  }
  return asked;
}
