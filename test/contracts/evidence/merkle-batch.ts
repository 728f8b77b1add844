import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Contract, ContractFactory, type InterfaceAbi, type Signer } from "ethers";

interface Compiled {
  readonly contracts: Readonly<
    Record<string, Readonly<Record<string, { abi: InterfaceAbi; evm: { bytecode: { object: string } } }>>>
  >;
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
}

const HARNESS = "test/contracts/evidence/MerkleBatch.sol";
const LIBRARY = "contracts/evidence/MerkleProofs.sol";
const root = join(import.meta.dirname, "../../..");
const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };

/** `MerkleBatch.sol` with the library as it stands, compiled with the project's settings. */
function compile(): { readonly abi: InterfaceAbi; readonly bytecode: string } {
  const sources = Object.fromEntries(
    [HARNESS, LIBRARY].map((path) => [path, { content: readFileSync(join(root, path), "utf8") }]),
  );
  const settings = {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings }))) as Compiled;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const { abi, evm } = output.contracts[HARNESS]!["MerkleBatch"]!;
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

/** Places the harness on a chain. */
export async function deployMerkleBatch(signer: Signer): Promise<Contract> {
  const { abi, bytecode } = compile();
  const deployed = await new ContractFactory(abi, bytecode, signer).deploy();
  return new Contract(await deployed.getAddress(), abi, signer);
}
