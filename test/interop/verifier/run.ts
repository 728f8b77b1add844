/** The long comparison: `npm run test:interop:verifier [-- --seed 7 --valid 10000 --mutated 100000 --keep <folder>]`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, merged, type Compared } from "./compare.ts";
import { withoutPython } from "./second.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    bases: { type: "string", default: "400" },
    valid: { type: "string", default: "10000" },
    mutated: { type: "string", default: "100000" },
    keep: { type: "string" },
  },
});

/** Each has a seed and bases of its own, and says what it found as soon as it is done. */
const SLICES = 20;

const lines = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, times]) => `${name} ${times}`).join(", ");

async function keep(folder: string, { disagreements }: Compared): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [at, { kind, ours, second, policy, bytes }] of disagreements.slice(0, 200).entries()) {
    await writeFile(join(folder, `${at}.evidence.json`), bytes);
    await writeFile(join(folder, `${at}.json`), JSON.stringify({ kind, ours, second, policy }, null, 1));
  }
}

const missing = withoutPython();
if (missing !== undefined) throw new Error(`This needs python3: ${missing}`);
const seed = Number(values.seed);
const [valid, mutated, bases] = [values.valid, values.mutated, values.bases].map(Number) as [number, number, number];
console.log(`seed ${seed}`);
const slices: Compared[] = [];
for (let at = 0; at < SLICES; at++) {
  const part = (whole: number): number => Math.ceil(whole / SLICES);
  const size = { seed: seed + at, bases: part(bases), valid: part(valid), mutated: part(mutated) };
  const compared = await compare(size);
  slices.push(compared);
  const { disagreements, forged } = compared;
  const found = `${disagreements.length} disagreements, ${forged.length} forged accepted`;
  console.log(`seed ${seed + at}: ${size.valid} as they were made, ${size.mutated} mutated: ${found}`);
  for (const one of forged.slice(0, 3)) console.log(one.slice(0, 2_000));
  if (values.keep !== undefined) await keep(join(values.keep, String(seed + at)), compared);
}
const sum = (of: (compared: Compared) => number): number => slices.map(of).reduce((one, other) => one + other, 0);
const all = (of: (compared: Compared) => ReadonlyMap<string, number>): string => lines(merged(slices.map(of)));
console.log(`${sum((one) => one.valid)} bundles as they were made: ${all((one) => one.validResults)}`);
console.log(`${sum((one) => one.mutated)} mutated: ${all((one) => one.byCode)}`);
console.log(`by kind of change: ${all((one) => one.byKind)}`);
const [disagreements, forged] = [sum((one) => one.disagreements.length), sum((one) => one.forged.length)];
console.log(`${disagreements} disagreements, ${forged} forged accepted`);
if (disagreements + forged > 0) process.exitCode = 1;
