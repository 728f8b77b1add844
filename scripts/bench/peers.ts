/** The peers: packages in folders of their own, which the project does not depend on. One that is not there is named, loudly. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { InterfaceAbi } from "ethers";
import solcJs from "solc";

const root = join(import.meta.dirname, "..", "..");
const folders = [join(root, "bench", "peers"), join(root, "scripts", "bench", "eas")] as const;
const [general, eas] = folders;

/** The compiler, which ships no types. */
const solc = solcJs as {
  compile(input: string, callbacks: { import: (path: string) => { contents: string } }): string;
};

/** A contract as it is deployed. */
export interface Compiled {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** How the peers are had. */
export const howToInstall = "npm run bench:peers";

/** The package's exports, with the types that the caller vouches for; undefined if it is not installed. */
export function peer(name: string): unknown {
  return required(general, name);
}

/** Versions of the peers that are installed, by package. */
export function peerVersions(): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const folder of folders) {
    const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { dependencies: object };
    for (const name of Object.keys(dependencies)) {
      const version = versionOf(join(folder, "node_modules", name, "package.json"));
      if (version !== undefined && name !== "fs" && name !== "hardhat") versions[name] = version;
    }
  }
  return versions;
}

/** EAS as its makers compiled it. */
export function easContract(name: "SchemaRegistry" | "EAS"): Compiled | undefined {
  const path = `@ethereum-attestation-service/eas-contracts/artifacts/contracts/${name}.sol/${name}.json`;
  return required(eas, path) as Compiled | undefined;
}

/** OpenAttestation's document store as its makers compiled it. */
export function documentStore(): Compiled | undefined {
  const path = "@govtechsg/document-store/dist/contracts/factories/contracts/DocumentStore__factory.js";
  return (required(general, path) as { readonly DocumentStore__factory: Compiled } | undefined)?.DocumentStore__factory;
}

/** A plain registry on OpenZeppelin's AccessControl, compiled now, by the settings of our own contracts. */
export function plainRegistry(): Compiled {
  const name = "PlainRegistry.sol";
  const input = {
    language: "Solidity",
    sources: { [name]: { content: readFileSync(join(general, "contracts", name), "utf8") } },
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const contents = (path: string): { contents: string } => ({
    contents: readFileSync(join(root, "node_modules", path), "utf8"),
  });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: contents })) as {
    contracts?: Record<string, Record<string, { abi: InterfaceAbi; evm: { bytecode: { object: string } } }>>;
  };
  const compiled = output.contracts?.[name]?.["PlainRegistry"];
  if (compiled === undefined) throw new Error("the plain registry does not compile");
  return { abi: compiled.abi, bytecode: `0x${compiled.evm.bytecode.object}` };
}

function required(folder: string, name: string): unknown {
  try {
    return createRequire(join(folder, "package.json"))(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function versionOf(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
