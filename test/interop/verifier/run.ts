/** The long comparison: `npm run test:interop:verifier [-- --seed 7 --valid 10000 --mutated 100000 --keep <folder>]`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, type Compared } from "./compare.ts";
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
console.log(`seed ${seed}`);
const compared = await compare({
  seed,
  bases: Number(values.bases),
  valid: Number(values.valid),
  mutated: Number(values.mutated),
});
console.log(`${compared.valid} bundles as they were made: ${lines(compared.validResults)}`);
console.log(`${compared.mutated} mutated: ${lines(compared.byCode)}`);
console.log(`by kind of change: ${lines(compared.byKind)}`);
console.log(`${compared.disagreements.length} disagreements, ${compared.forged.length} forged accepted`);
if (values.keep !== undefined) await keep(values.keep, compared);
for (const forged of compared.forged.slice(0, 5)) console.log(forged.slice(0, 500));
if (compared.disagreements.length + compared.forged.length > 0) process.exitCode = 1;
