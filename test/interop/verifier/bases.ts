/** Valid bundles of many kinds, each with the policy that it is valid under. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { concatBytes, fromHex, keccak256, toBase64, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { decodePolicy, encodeBundle, encodePolicy, type Bundle, type Policy } from "@lianzheng/sdk/evidence";
import { createCosigner, decodeProof, encodeCosignerKey, encodeProof, type NoteSigner } from "@lianzheng/sdk/log";
import { erasureBody, type JsonObject } from "@lianzheng/sdk/record";
import type { Header } from "@lianzheng/sdk/chain";

import {
  addresses,
  cliqueSeal,
  headerAt,
  qbftPolicy,
  qbftSeal,
  validatorKeys,
  withFinality,
} from "../../evidence/engines.ts";
import {
  logKey,
  makeEvidence,
  makeRecord,
  nowMs,
  policy as single,
  supplier,
  supplierKey,
  type Made,
  type Scenario,
} from "../../evidence/fixture.ts";
import type { Chance } from "./random.ts";

export interface Base {
  readonly bundle: Bundle;
  readonly policy: Policy;
  readonly now: number;
}

/** Orders of steps that the contract allows, at least in their first part. */
const courses = [
  ["listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"],
  ["listing", "offer", "offer", "contract", "amendment", "delivery", "delivery", "acceptance", "termination"],
  ["listing", "offer", "contract", "filing", "delivery", "acceptance", "settlement", "distribution", "distribution"],
  ["listing", "termination"],
] as const;

const texts = ["128000.00", "CNY", "数据产品", 'a"b\\c\u0007', "\u{1f600}\u2028", "", "0x00", "é"];
const numbers = [0, 1, -1, 0.5, 1e21, 1e-7, 123456789.125, 2 ** 53 - 1, 5e-324, 1.7976931348623157e308];

function valueOf(chance: Chance, depth = 0): JsonObject[string] {
  const kind = chance.below(depth < 3 ? 7 : 4);
  if (kind === 0) return chance.pick([true, false, null]);
  if (kind === 1) return chance.pick(numbers);
  if (kind < 4) return chance.pick(texts);
  if (kind === 4) return Array.from({ length: chance.below(4) }, () => valueOf(chance, depth + 1));
  return bodyOf(chance, chance.below(4), depth + 1);
}

function bodyOf(chance: Chance, count: number, depth = 0): JsonObject {
  const names = ["price", "currency", "note", "备注", "\u{1f600}", "a b", "\ud7ff\ue000"];
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${chance.pick(names)}${at}`, valueOf(chance, depth)]),
  );
}

function recordsOf(chance: Chance): readonly Made[] {
  const course = chance.pick(courses);
  const made: Made[] = [];
  for (const name of course.slice(0, 1 + chance.below(chance.once(2) ? 3 : course.length))) {
    const signed = chance.once(4) ? { issuer: supplier, key: supplierKey } : {};
    const body = { ...bodyOf(chance, chance.below(4)), mark: chance.below(2 ** 31) };
    made.push(makeRecord({ type: `trade.${name}`, body, ...signed }, made.length, made.at(-1)?.id ?? null));
    if (chance.once(8)) made.push(aside(chance, made));
  }
  return made;
}

/** A record that is no step; sometimes that of an erasure. */
function aside(chance: Chance, made: readonly Made[]): Made {
  const erased = chance.pick(made);
  const ground = chance.pick(["retention-ended", "subject-request", "court-order", "unlawful-processing"] as const);
  const erasure = { record: erased.id, index: 5, ground, requestedBy: supplier, reference: "12" };
  const spec = chance.once(2)
    ? { type: "record.erasure", body: erasureBody(erasure) }
    : { type: "x-note.kept", body: bodyOf(chance, 2) };
  return makeRecord(spec, made.length, made.at(-1)!.id);
}

interface Engine {
  readonly policy: Policy;
  readonly seal?: (header: Header) => Header;
  /** What an engine's bundle has beside the anchor. */
  headers?(bundle: Bundle): readonly Hex[];
}

const hashOf = (header: Hex): Hex => toHex(keccak256(fromHex(header)));

const alone = (): Engine => ({ policy: single });

/** The operator's seal more often than others, for each signature that is recovered takes a millisecond. */
const engines: readonly ((chance: Chance) => Engine)[] = [
  ...[alone, alone, alone, alone],
  (chance) => {
    const keys = validatorKeys.slice(0, 1 + chance.below(5));
    const sealers = keys.slice(0, Math.ceil((2 * keys.length) / 3) + chance.below(2));
    const seal = qbftSeal({ validators: addresses(keys), sealers, round: chance.below(3) });
    return { policy: qbftPolicy([{ from: 0, validators: addresses(keys) }]), seal };
  },
  () => {
    const [before, after] = [validatorKeys.slice(0, 4), validatorKeys.slice(0, 5)];
    const change = qbftSeal({ validators: addresses(after), sealers: after.slice(0, 4) });
    const seal = qbftSeal({ validators: addresses(after), sealers: after.slice(1, 5) });
    const policy = qbftPolicy([{ from: 3, validators: addresses(before) }]);
    return { policy, seal, headers: () => [headerAt(7, change)] };
  },
  (chance) => {
    const keys = validatorKeys.slice(0, 4);
    const seal = qbftSeal({ validators: [], sealers: keys.slice(chance.below(2)) });
    return { policy: qbftPolicy([{ from: 0, validators: addresses(keys) }], "contract"), seal };
  },
  () => {
    const keys = validatorKeys.slice(0, 3);
    const policy = withFinality({ engine: "clique", epochs: [{ from: 0, validators: addresses(keys) }] });
    const headers = (bundle: Bundle): readonly Hex[] => {
      const next = headerAt(13, cliqueSeal(keys[1]!), hashOf(bundle.anchor.event.header));
      return [next, headerAt(14, cliqueSeal(keys[2]!), hashOf(next))];
    };
    return { policy, seal: cliqueSeal(keys[0]!), headers };
  },
];

const witnessNames = ["court.example/witness", "notary.example/witness", "university.example/witness"];

function witness(name: string): NoteSigner {
  const key = logKey(name);
  return createCosigner(
    name,
    key.publicKey,
    (message) => key.sign(message),
    () => nowMs,
  );
}

/** The bundle with the lines of two witnesses behind the log's, and the policy that asks for two. */
function witnessed({ bundle, policy, now }: Base): Base {
  const lines = witnessNames.slice(0, 2).map(witness);
  const records = bundle.records.map((record) => {
    const proof = decodeProof(record.proof);
    return { ...record, proof: encodeProof({ ...proof, checkpoint: cosigned(proof.checkpoint, lines) }) };
  });
  const keys = witnessNames.map((name) => encodeCosignerKey(name, logKey(name).publicKey));
  return { bundle: { ...bundle, records }, policy: { ...policy, witnesses: { quorum: 2, keys } }, now };
}

function cosigned(note: string, signers: readonly NoteSigner[]): string {
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const lines = signers.map((signer) => {
    const id = new Uint8Array(4);
    new DataView(id.buffer).setUint32(0, signer.keyId);
    return `\u2014 ${signer.name} ${toBase64(concatBytes(id, signer.sign(utf8(text))))}\n`;
  });
  return note + lines.join("");
}

const steps = (records: readonly Made[]): number =>
  records.filter(({ entry }) => entry.type.startsWith("trade.")).length;

/** Which records are shown, and what the chain counted of them. */
function scenarioOf(chance: Chance, records: readonly Made[]): Scenario {
  const from = chance.once(3) ? chance.below(records.length) : 0;
  const shown = [...records.keys()].slice(from);
  const counted = chance.once(4) ? chance.below(steps(records) + 1) : steps(records);
  return { records, shown, counted, isForgetful: chance.once(6) };
}

async function madeBase(chance: Chance): Promise<Base> {
  const engine = chance.pick(engines)(chance);
  const seal = engine.seal === undefined ? {} : { anchorBlock: { seal: engine.seal }, lawBlock: { seal: engine.seal } };
  const { bundle } = await makeEvidence({ ...scenarioOf(chance, recordsOf(chance)), ...seal });
  const headers = engine.headers?.(bundle);
  const { trade, ...rest } = bundle.law;
  const law = trade === undefined || chance.once(2) ? rest : bundle.law;
  const whole = { ...bundle, law, anchor: headers === undefined ? bundle.anchor : { ...bundle.anchor, headers } };
  const base = { bundle: whole, policy: engine.policy, now: nowMs };
  return chance.once(5) ? witnessed(base) : base;
}

/** What stands in the vectors of `entitled`: bundles over the contracts' own storage. */
const law = JSON.parse(readFileSync(join(import.meta.dirname, "../../vectors/entitled.json"), "utf8")) as {
  readonly policy: Policy;
  readonly now: number;
  readonly bundles: Readonly<Record<string, Bundle>>;
};

export const lawBases: readonly Base[] = Object.values(law.bundles).map((bundle) => ({
  bundle,
  policy: law.policy,
  now: law.now,
}));

/** The policy as its reader gives it back, with what the bundles of all kinds can show required. */
const lenient = ({ bundle, policy, now }: Base): Base => ({
  bundle,
  policy: decodePolicy(
    utf8(encodePolicy({ ...policy, required: ["unaltered", "logged", "anchored", "final", "time"] })),
  ),
  now,
});

export async function makeBases(chance: Chance, count: number): Promise<readonly Base[]> {
  const bases: Base[] = lawBases.map(lenient);
  while (bases.length < count) bases.push(lenient(await madeBase(chance)));
  return bases;
}

/** The same evidence with some of the disclosures, some of the law and other white space. */
export function variant(
  chance: Chance,
  { bundle, policy, now }: Base,
): { readonly bytes: Uint8Array; readonly base: Base } {
  const records = bundle.records.map((record) => ({
    ...record,
    disclosures: record.disclosures.filter(() => !chance.once(3)),
  }));
  const last = chance.once(4) ? records.slice(0, 1 + chance.below(records.length)) : records;
  const { account, ...bare } = bundle.anchor;
  const anchor = account === undefined || chance.once(5) ? bare : bundle.anchor;
  const shown = {
    ...bundle,
    records: last,
    anchor,
    law: chance.once(6) || last.length < records.length ? {} : bundle.law,
  };
  const text = chance.once(4) ? JSON.stringify(shown, null, chance.pick([1, 2, "\t"])) : encodeBundle(shown);
  return { bytes: utf8(text), base: { bundle: shown, policy, now } };
}
