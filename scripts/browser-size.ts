// What a web page pays to verify evidence: bundles @lianzheng/sdk/evidence for browsers and weighs it.
//   node scripts/browser-size.ts            prints the sizes
//   node scripts/browser-size.ts --json     the same for programs
//   node scripts/browser-size.ts --check    fails if it differs from test/snapshots/browser-size.json
//   node scripts/browser-size.ts --write    makes the snapshot; say so in the commit
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

const root = resolve(import.meta.dirname, "..");
const snapshotFile = resolve(root, "test/snapshots/browser-size.json");
const entry = "@lianzheng/sdk/evidence";

/** Bytes of the bundle as it is and as a server sends it, and the packages that went into it. */
interface Weight {
  readonly entry: string;
  readonly raw: number;
  readonly gzip: number;
  readonly packages: readonly string[];
}

/** esbuild refuses Node's own modules on the browser platform, so what it builds needs none of them. */
async function weigh(): Promise<Weight> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from "${entry}";`, resolveDir: resolve(root, "cli") },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    logLevel: "silent",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error("esbuild made no bundle");
  assertBrowserOnly(metafile);
  return {
    entry,
    raw: output.contents.length,
    gzip: gzipSync(output.contents, { level: 9 }).length,
    packages: packagesOf(metafile),
  };
}

function assertBrowserOnly({ outputs, inputs }: Metafile): void {
  const left = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  if (left.length > 0) throw new Error(`the bundle still imports ${left.join(", ")}`);
  const ethers = Object.keys(inputs).filter((file) => file.includes("node_modules/ethers/"));
  if (ethers.length > 0) throw new Error(`the bundle pulls in ethers: ${String(ethers[0])}`);
}

function packagesOf({ inputs }: Metafile): readonly string[] {
  const names = Object.keys(inputs).map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** Share by which a size may differ from the snapshot: an ordinary change passes, a new dependency or a lost one does not. */
const tolerance = 0.02;

function check(weight: Weight): readonly string[] {
  const snapshot = JSON.parse(readFileSync(snapshotFile, "utf8")) as Weight;
  const faults = (["raw", "gzip"] as const)
    .filter((size) => Math.abs(weight[size] - snapshot[size]) > snapshot[size] * tolerance)
    .map((size) => `${size} is ${weight[size]} bytes, the snapshot says ${snapshot[size]}`);
  const [held, known] = [weight.packages.join(", "), snapshot.packages.join(", ")];
  return held === known ? faults : [...faults, `it holds ${held}; the snapshot says ${known}`];
}

const { values: options } = parseArgs({
  options: { json: { type: "boolean" }, check: { type: "boolean" }, write: { type: "boolean" } },
});
const weight = await weigh();
const snapshot = `${JSON.stringify(weight, null, 2)}\n`;
if (options.write === true) writeFileSync(snapshotFile, snapshot);
const faults = options.check === true ? check(weight) : [];
if (options.json === true) console.log(JSON.stringify({ ...weight, ...(options.check === true ? { faults } : {}) }));
else {
  console.log(`${weight.entry}: ${weight.raw} bytes, ${weight.gzip} compressed (gzip -9)`);
  console.log(`packages in it: ${weight.packages.join(", ")}`);
  for (const fault of faults)
    console.error(`changed: ${fault}. If that is meant: node scripts/browser-size.ts --write`);
}
process.exitCode = faults.length === 0 ? 0 : 1;
