/** Both verifiers side by side over the same bytes. */
import { isDeepStrictEqual } from "node:util";
import { utf8 } from "@lianzheng/sdk/encoding";
import { encodeBundle, verify, type Facts, type Policy, type RecordFacts, type Verdict } from "@lianzheng/sdk/evidence";
import { makeBases, variant, type Base } from "./bases.ts";
import { kinds, mutate } from "./mutations.ts";
import { chanceOf, type Chance } from "./random.ts";
import { startSecond, type Answered, type Second } from "./second.ts";

export interface Size {
  readonly seed: number;
  readonly bases: number;
  readonly valid: number;
  readonly mutated: number;
}

export interface Disagreement {
  readonly kind: string;
  readonly ours: Answered;
  readonly second: unknown;
  readonly policy: Policy;
  readonly bytes: Uint8Array;
}

export interface Compared {
  readonly valid: number;
  readonly mutated: number;
  /** Mutated bundles by kind of change, and by the code of what failed or the result. */
  readonly byKind: ReadonlyMap<string, number>;
  readonly byCode: ReadonlyMap<string, number>;
  /** By result, of the bundles that nobody changed. */
  readonly validResults: ReadonlyMap<string, number>;
  readonly disagreements: readonly Disagreement[];
  /** Bundles with a fact that no base has. */
  readonly forged: readonly string[];
}

function answered({ result, code, facts, verdicts }: Verdict): Answered {
  const answers = verdicts.map(({ answer, code }) => [answer, code ?? null] as const);
  return JSON.parse(JSON.stringify({ result, code: code ?? null, facts, answers })) as Answered;
}

const judgeBase = ({ bundle, policy, now }: Base): Verdict => verify(utf8(encodeBundle(bundle)), policy, { now });

/** The evidence, and the honest excerpts of it: fewer of the last records, which can be as many as the chain had counted. */
function excerptsOf(base: Base): readonly Base[] {
  const { trade, ...law } = base.bundle.law;
  const cut = (count: number): Base => ({
    ...base,
    bundle: { ...base.bundle, law, records: base.bundle.records.slice(0, count) },
  });
  const excerpts = base.bundle.records.map((_, at) => cut(at + 1));
  return trade === undefined ? excerpts : [base, ...excerpts];
}

/** What is true: the facts of the bases and their excerpts, of which a mutated bundle may show a part and nothing else. */
class Truth {
  private readonly records = new Map<string, RecordFacts>();
  private readonly parts = new Set<string>();

  constructor(bases: readonly Base[]) {
    for (const base of bases.flatMap(excerptsOf)) {
      const { facts } = judgeBase(base);
      for (const record of facts.records) this.records.set(record.id, record);
      for (const part of partsOf(facts)) this.parts.add(part);
    }
  }

  holds(facts: Facts): boolean {
    return (
      facts.records.every((record) => this.holdsRecord(record)) && partsOf(facts).every((part) => this.parts.has(part))
    );
  }

  private holdsRecord({ disclosed, erased, ...record }: RecordFacts): boolean {
    const known = this.records.get(record.id);
    if (known === undefined) return false;
    const { disclosed: all, erased: told, ...same } = known;
    return (
      isDeepStrictEqual(record, same) &&
      Object.entries(disclosed).every(([name, value]) => isDeepStrictEqual(value, all[name])) &&
      (erased === undefined || isDeepStrictEqual(erased, told))
    );
  }
}

function partsOf({ log, block, anchoredAt, trade }: Facts): readonly string[] {
  const parts = [
    log && { origin: log.origin, size: log.size },
    block === undefined ? undefined : { block, anchoredAt },
    trade && { trade, block },
  ];
  return parts.filter((part) => part !== undefined).map((part) => JSON.stringify(part));
}

const count = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};

class Comparison {
  readonly byKind = new Map(kinds.map((kind) => [kind, 0]));
  readonly byCode = new Map<string, number>();
  readonly validResults = new Map<string, number>();
  readonly disagreements: Disagreement[] = [];
  readonly forged: string[] = [];
  private readonly second: Second;
  private readonly truth: Truth;

  constructor(second: Second, truth: Truth) {
    this.second = second;
    this.truth = truth;
  }

  async judge(kind: string, bytes: Uint8Array, { policy, now }: Base): Promise<Answered> {
    const answer = this.second.judge(bytes, policy, now);
    const verdict = verify(bytes, policy, { now });
    const ours = answered(verdict);
    const second = await answer;
    if (!isDeepStrictEqual(ours, second)) this.disagreements.push({ kind, ours, second, policy, bytes });
    if (!this.truth.holds(verdict.facts)) this.forged.push(`${kind}: ${JSON.stringify(verdict.facts)}`);
    return ours;
  }

  async valid(bytes: Uint8Array, base: Base): Promise<void> {
    const { result, code } = await this.judge("valid", bytes, base);
    count(this.validResults, code ?? result);
  }

  async mutated(kind: string, bytes: Uint8Array, base: Base): Promise<void> {
    count(this.byKind, kind);
    const { result, code } = await this.judge(kind, bytes, base);
    count(this.byCode, code ?? result);
  }
}

/** How many bundles are under way: the second verifier works on some while the first does others. */
const AHEAD = 32;

async function inTurns(times: number, one: (at: number) => Promise<void>): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (let at = 0; at < times; at++) {
    const work: Promise<void> = one(at).finally(() => underWay.delete(work));
    underWay.add(work);
    await new Promise((resolve) => setImmediate(resolve));
    if (underWay.size >= AHEAD) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

/** A base, drawn so that neighbours mostly have one policy. */
const baseAt = (bases: readonly Base[], at: number, of: number): Base => bases[Math.floor((at * bases.length) / of)]!;

export const merged = (counts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> => {
  const sum = new Map<string, number>();
  for (const [name, times] of counts.flatMap((one) => [...one])) sum.set(name, (sum.get(name) ?? 0) + times);
  return sum;
};

/** Makes the bundles that the seed decides, and asks both verifiers of each. */
export async function compare({ seed, bases: howMany, valid, mutated }: Size): Promise<Compared> {
  const chance: Chance = chanceOf(seed);
  const bases = await makeBases(chance, howMany);
  const second = startSecond();
  const comparison = new Comparison(second, new Truth(bases));
  try {
    const sound = bases.filter((base) => judgeBase(base).result !== "failed");
    await inTurns(valid, (at) => {
      const { bytes, base } = variant(chance, baseAt(sound, at, valid));
      return comparison.valid(bytes, base);
    });
    await inTurns(mutated, (at) => {
      const base = baseAt(bases, at, mutated);
      const { kind, bytes } = mutate(chance, base, bases);
      return comparison.mutated(kind, bytes, base);
    });
  } finally {
    await second.close();
  }
  const { byKind, byCode, validResults, disagreements, forged } = comparison;
  return { valid, mutated, byKind, byCode, validResults, disagreements, forged };
}
