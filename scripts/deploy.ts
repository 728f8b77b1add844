/**
 * Deploys the consortium's contracts to a chain and writes its address book.
 *
 *   node scripts/deploy.ts --rpc http://127.0.0.1:8545 --keystore key.json --passphrase-file passphrase \
 *     --council council.json --out deployment.json [--json]
 *
 * `council.json`: { "seats": [{ "member": "<USCC>", "key": "0x<address>", "kinds": ["venue"] }], "threshold": 1 }
 *
 * Run again after an interruption it goes on from `<out>.draft`; run again after success it checks that what the address
 * book names still stands, and changes nothing. The account that pays gets no rights in any contract.
 *
 * Exit: 0 the address book stands and is right, 2 usage or unreadable input, 3 the chain or the environment.
 */
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Wallet } from "ethers";
import { fromUtf8 } from "@lianzheng/sdk/encoding";
import { parseJson } from "@lianzheng/sdk/record";
import { contractNames, type Deployment } from "@lianzheng/sdk/chain";
import {
  checkDeployment,
  connectChain,
  deployContracts,
  readDeployment,
  writeDeployment,
  writeWhole,
  type Council,
  type DeploymentDraft,
} from "@lianzheng/node/deployment";

const usage =
  "usage: node scripts/deploy.ts --rpc <url> --keystore <file> --council <file> --out <file>\n" +
  "         [--passphrase-file <file>] [--json]\n" +
  "       The passphrase file may be named by LIANZHENG_PASSPHRASE_FILE instead.\n";

interface Options {
  readonly rpc: string;
  readonly keystore: string;
  readonly passphraseFile: string;
  readonly council: string;
  readonly out: string;
  readonly json: boolean;
}

/** What the person gave cannot be used. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

function readOptions(): Options {
  const text = { type: "string" } as const;
  const options = { rpc: text, keystore: text, "passphrase-file": text, council: text, out: text } as const;
  try {
    const { values } = parseArgs({ options: { ...options, json: { type: "boolean", default: false } }, strict: true });
    const { rpc, keystore, council, out, json } = values;
    const passphraseFile = values["passphrase-file"] ?? process.env["LIANZHENG_PASSPHRASE_FILE"];
    if (rpc && keystore && council && out && passphraseFile)
      return { rpc, keystore, council, out, passphraseFile, json };
  } catch (cause) {
    throw new UsageError(usage, { cause });
  }
  throw new UsageError(usage);
}

async function readInput(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UsageError(`cannot read ${file}`, { cause });
  }
}

/** Strict JSON from a file; what it must hold is checked by who takes it. */
async function readJson(file: string): Promise<unknown> {
  try {
    return parseJson(await readInput(file));
  } catch (cause) {
    throw cause instanceof UsageError ? cause : new UsageError(`${file} is not strict JSON`, { cause });
  }
}

/** The key that pays. It never leaves its file but into memory, and is never an argument: others can read those. */
async function openKey({ keystore, passphraseFile }: Options): Promise<{ readonly privateKey: string }> {
  const passphrase = fromUtf8(await readInput(passphraseFile)).replace(/\r?\n$/, "");
  const text = fromUtf8(await readInput(keystore));
  try {
    return await Wallet.fromEncryptedJson(text, passphrase);
  } catch (cause) {
    throw new UsageError(`${keystore} is no keystore, or the passphrase is another`, { cause });
  }
}

/** Progress is for people and goes to stderr; with `--json` it is one object a line. */
function report(options: Options, event: string, details: Readonly<Record<string, unknown>>): void {
  const plain = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  process.stderr.write(options.json ? `${JSON.stringify({ event, ...details })}\n` : `${event}: ${plain.join(", ")}\n`);
}

async function deploy(options: Options): Promise<Deployment> {
  const draftFile = `${options.out}.draft`;
  const council = (await readJson(options.council)) as Council;
  const draft = existsSync(draftFile) ? ((await readJson(draftFile)) as DeploymentDraft) : undefined;
  const { privateKey } = await openKey(options);
  const provider = await connectChain(options.rpc);
  try {
    const deployment = await deployContracts(new Wallet(privateKey, provider), council, {
      draft,
      onDraft: (kept) => writeWhole(draftFile, `${JSON.stringify(kept)}\n`),
      onContract: (name, contract, resumed) => {
        const step = `${contractNames.indexOf(name) + 1}/${contractNames.length}`;
        report(options, resumed ? "stands already" : "deployed", { step, contract: name, ...contract });
      },
    });
    await checkDeployment(provider, deployment);
    await writeDeployment(options.out, deployment);
    await rm(draftFile, { force: true });
    return deployment;
  } finally {
    provider.destroy();
  }
}

async function check({ rpc, out }: Options): Promise<Deployment> {
  const deployment = await readDeployment(out);
  const provider = await connectChain(rpc);
  try {
    await checkDeployment(provider, deployment);
    return deployment;
  } finally {
    provider.destroy();
  }
}

async function main(): Promise<void> {
  const options = readOptions();
  const stands = existsSync(options.out);
  const deployment = await (stands ? check(options) : deploy(options));
  report(options, stands ? "nothing to do" : "done", { file: options.out });
  if (options.json) process.stdout.write(`${JSON.stringify(deployment)}\n`);
}

try {
  await main();
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "E_USAGE";
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    process.argv.includes("--json") ? `${JSON.stringify({ error: { code, message } })}\n` : `${code}: ${message}\n`,
  );
  process.exitCode = error instanceof UsageError || code === "C_DEPLOYMENT_FORM" ? 2 : 3;
}
