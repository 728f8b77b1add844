/**
 * A thread that compiles the contracts of a copy of the project. The compiler is loaded once and grows fast after its first contracts, so
 * a mutant takes seconds where a build takes a minute; what is compiled goes into the copy's artifacts and factories, as a build's would.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";

export interface Compiled {
  /** What the compiler says, if it refuses. */
  readonly failure?: string;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, { evm: { bytecode: { object: string } } }>>>>;
}

type ReadImport = (path: string) => { readonly contents: string } | { readonly error: string };

const solc = createRequire(import.meta.url)("solc") as {
  compile(input: string, callbacks: { readonly import: ReadImport }): string;
};

const copy = workerData as string;
const read = (path: string): string => readFileSync(join(copy, path), "utf8");

/** All contracts of the copy, by path. */
function sourcesOf(): ReadonlyMap<string, string> {
  const found = readdirSync(join(copy, "contracts"), { recursive: true, encoding: "utf8" });
  const paths = found.filter((path) => path.endsWith(".sol")).map((path) => join("contracts", path));
  return new Map(paths.map((path) => [path, read(path)]));
}

/** The file and all that import it, one over another. */
function dependentsOf(file: string, sources: ReadonlyMap<string, string>): readonly string[] {
  const found = new Set([file]);
  for (const path of found) {
    for (const [other, source] of sources) {
      const imported = [...source.matchAll(/from "(\.[^"]+)"/g)].map((match) => join(dirname(other), match[1]!));
      if (imported.includes(path)) found.add(other);
    }
  }
  return [...found];
}

/** The file with the contract's name in a folder of the copy: `text` is changed there from one code to the other. */
function swap(path: string, before: string, after: string): void {
  const text = read(path);
  if (!text.includes(before)) throw new Error(`${path} does not hold the code of its artifact: build first`);
  writeFileSync(join(copy, path), text.replaceAll(before, after));
}

function place(path: string, bytecode: string): void {
  const name = basename(path, ".sol");
  const artifact = join("artifacts", path, `${name}.json`);
  const before = (JSON.parse(read(artifact)) as { bytecode: string }).bytecode;
  if (before === bytecode) return;
  swap(artifact, before, bytecode);
  const room = dirname(path).slice("contracts/".length);
  swap(join("sdk/src/chain/contracts/factories", room, `${name}__factory.ts`), before, bytecode);
}

function compile(file: string): Compiled {
  const sources = sourcesOf();
  // Each file declares the contract of its own name, or none that has code.
  const roots = dependentsOf(file, sources).filter((path) =>
    new RegExp(`^contract ${basename(path, ".sol")} `, "m").test(sources.get(path) ?? ""),
  );
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(roots.map((path) => [path, { content: sources.get(path) }])),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 200 },
      outputSelection: Object.fromEntries(roots.map((path) => [path, { "*": ["evm.bytecode.object"] }])),
    },
  };
  const readImport: ReadImport = (path) => {
    try {
      return { contents: read(path.startsWith("contracts/") ? path : join("node_modules", path)) };
    } catch (error) {
      return { error: String(error) };
    }
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport })) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length !== 0) return { failure: errors.map(({ formattedMessage }) => formattedMessage).join("\n") };
  for (const path of roots) {
    const { evm } = output.contracts![path]![basename(path, ".sol")]!;
    place(path, `0x${evm.bytecode.object}`);
  }
  return {};
}

parentPort?.on("message", (file: string) => {
  try {
    parentPort?.postMessage(compile(file));
  } catch (error) {
    parentPort?.postMessage({ failure: String(error) } satisfies Compiled);
  }
});
