import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatTypechain from "@nomicfoundation/hardhat-typechain";
import { defineConfig } from "hardhat/config";

// The wasm compiler from npm: nothing is downloaded. The version must equal that of the package "solc".
const solc = {
  version: "0.8.34",
  path: createRequire(import.meta.url).resolve("solc/soljson.js"),
  settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 200 } },
};

const fuzzSeed = process.env["LIANZHENG_FUZZ_SEED"];

export default defineConfig({
  plugins: [hardhatEthers, hardhatChaiMatchers, hardhatMocha, hardhatNetworkHelpers, hardhatTypechain],
  solidity: { profiles: { default: solc, production: solc } },
  typechain: { outDir: "sdk/src/chain/contracts" },
  paths: { tests: { mocha: "test/contracts", solidity: "test/solidity" } },
  test: {
    mocha: { timeout: 60_000, bail: process.env["LIANZHENG_BAIL"] !== undefined },
    solidity: {
      fuzz: { runs: 256, ...(fuzzSeed === undefined ? {} : { seed: fuzzSeed }) },
      // Longer under `npm run test:invariants`, which also lets the suites write down which states they reached.
      invariant: {
        runs: Number(process.env["LIANZHENG_INVARIANT_RUNS"] ?? 64),
        depth: Number(process.env["LIANZHENG_INVARIANT_DEPTH"] ?? 32),
      },
      fsPermissions: { dangerouslyWriteDirectory: ["./cache"] },
    },
  },
  networks: {
    // The oracle in tests: another EVM than the one the embedded chain runs. Gas is free, as on the consortium's chain.
    oracle: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31337,
      hardfork: "cancun",
      gasPrice: 0,
      initialBaseFeePerGas: 0,
    },
  },
});
