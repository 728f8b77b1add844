import { join } from "node:path";
import { decodeDeployment } from "@lianzheng/sdk/chain";
import type { Deployment } from "@lianzheng/sdk/chain";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { NoteVerifier } from "@lianzheng/sdk/log";
import { NodeError } from "../errors.ts";
import { applyEnvironment } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { readFileIfThere, readRequiredFile, requirePrivate, writeNewFile } from "./files.ts";
import { defaultKeystoreCost } from "./keystore.ts";
import { makeLogKey, openLogKey, readLogVerifier, sealLogKey } from "./log-key.ts";
import type { LogKey } from "./log-key.ts";
import { readPassphrase } from "./passphrase.ts";
import { sealingKeyIn } from "./sealing-key.ts";
import { jsonOf } from "./json.ts";
import { decodeSettings } from "./settings/index.ts";
import type { NodeSettings, WitnessingSettings } from "./settings/index.ts";
import { readTokens } from "./token-file.ts";
import type { TokenEntry } from "./tokens.ts";
import { openVaultKey } from "./vault-key.ts";
import { openChainKey } from "./wallet.ts";
import type { ChainKey } from "./wallet.ts";

/** Where everything of a node lies. */
export interface NodePaths {
  readonly folder: string;
  readonly settings: string;
  readonly deployment: string;
  readonly keys: string;
  readonly logKey: string;
  readonly vaultKey: string;
  /** The key that cosigns other members' checkpoints; only with the setting `witness`. */
  readonly witnessKey: string;
  readonly memberKey: string;
  /** The key that seals blocks; only with an embedded chain. */
  readonly sealerKey: string;
  readonly tokens: string;
  /** The key that seals other secrets of the folder, those of webhooks; made when it is first needed. */
  readonly sealingKey: string;
  readonly passphrase: string;
  /** The embedded chain's own folder. */
  readonly chain: string;
  readonly anchor: string;
  readonly webhooks: string;
  /** Rules of the monitor; a node without this file has no monitor. */
  readonly monitorRules: string;
  /** The monitor's state. */
  readonly monitor: string;
  /** Views of the chain and words of the records: can be deleted, and are made again. */
  readonly registry: string;
}

/** The paths of the node in `folder`. */
export function pathsOf(folder: string): NodePaths {
  const keys = join(folder, "keys");
  return {
    folder,
    settings: join(folder, "lianzheng.json"),
    deployment: join(folder, "deployment.json"),
    keys,
    logKey: join(keys, "log.json"),
    vaultKey: join(keys, "vault.json"),
    witnessKey: join(keys, "witness.json"),
    memberKey: join(keys, "member.json"),
    sealerKey: join(keys, "sealer.json"),
    tokens: join(keys, "tokens.json"),
    sealingKey: join(keys, "sealing.json"),
    passphrase: join(keys, "passphrase"),
    chain: join(folder, "chain"),
    anchor: join(folder, "anchor"),
    webhooks: join(folder, "webhooks"),
    monitorRules: join(folder, "monitor.json"),
    monitor: join(folder, "monitor"),
    registry: join(folder, "registry"),
  };
}

/** A node's folder, read and checked, its keys open. */
export interface NodeFolder {
  readonly paths: NodePaths;
  /** As the file has them and the environment changes them. */
  readonly settings: NodeSettings;
  readonly logKey: LogKey;
  /** 32 bytes that the vault's files are sealed under. */
  readonly vaultKey: Uint8Array;
  readonly memberKey: ChainKey;
  readonly sealerKey?: ChainKey;
  /** The key that seals other secrets of the folder, 32 bytes. Made when it is first asked for; kept from then on. */
  readonly sealingKey: () => Promise<Uint8Array>;
  /** With the setting `witness`: the key that cosigns. */
  readonly witnessKey?: LogKey;
  readonly tokens: readonly TokenEntry[];
  /** Undefined before the first start with an embedded chain. */
  readonly deployment?: Deployment;
  /** `generated` when the passphrase lies beside the keystores: whoever copies the folder has the keys. */
  readonly passphraseSource: "file" | "generated";
}

/**
 * The settings of the node in `folder`, without its keys.
 *
 * @throws NodeError CONFIG_MISSING, CONFIG_FORMAT, CONFIG_VALUE, CONFIG_STORAGE
 */
export async function readNodeSettings(folder: string, environment: Environment = {}): Promise<NodeSettings> {
  const { settings: path } = pathsOf(folder);
  const bytes = await readRequiredFile(path, "open", "set the node up with init");
  return applyEnvironment(decodeSettings(bytes, path), environment);
}

/**
 * The key of the log of the node in `folder`, for checking. Asks for no passphrase.
 *
 * @throws NodeError CONFIG_MISSING, CONFIG_FORMAT, CONFIG_VALUE, CONFIG_KEY, CONFIG_STORAGE
 */
export async function readNodeVerifier(folder: string, environment: Environment = {}): Promise<NoteVerifier> {
  const { origin } = await readNodeSettings(folder, environment);
  const { logKey } = pathsOf(folder);
  return readLogVerifier(await readKeyFile(logKey), logKey, origin);
}

/**
 * Reads and checks everything of the node in `folder`, and opens its keys.
 *
 * @throws NodeError CONFIG_MISSING, CONFIG_FORMAT, CONFIG_VALUE, CONFIG_PERMISSIONS, CONFIG_PASSPHRASE, CONFIG_KEY,
 *   CONFIG_STORAGE; `details` names the file, and the field where there is one
 */
export async function readNodeFolder(folder: string, environment: Environment = process.env): Promise<NodeFolder> {
  const paths = pathsOf(folder);
  const settings = await readNodeSettings(folder, environment);
  await requirePrivate(paths.folder);
  await requirePrivate(paths.keys);
  const { text: passphrase, source: passphraseSource } = await readPassphrase(paths.passphrase, environment);
  const logKey = await openLogKey(await readKeyFile(paths.logKey), paths.logKey, passphrase, settings.origin);
  const vaultKeyFile = await readRequiredFile(paths.vaultKey, "secret", withoutVaultKey);
  const vaultKey = await openVaultKey(vaultKeyFile, paths.vaultKey, passphrase, logKey.verifier);
  const memberKey = await openChainKey(await readKeyFile(paths.memberKey), paths.memberKey, passphrase);
  const sealerKey = settings.chain.kind === "embedded" ? await readSealerKey(paths, passphrase) : undefined;
  const witnessKey =
    settings.witness === undefined ? undefined : await witnessKeyOf(paths, passphrase, settings.witness);
  const tokens = await readTokens(paths.tokens);
  const deployment = await readDeployment(paths, settings);
  return {
    paths,
    settings,
    logKey,
    vaultKey,
    memberKey,
    sealingKey: sealingKeyIn(paths.sealingKey, paths.logKey, passphrase),
    tokens,
    passphraseSource,
    ...(sealerKey === undefined ? {} : { sealerKey }),
    ...(witnessKey === undefined ? {} : { witnessKey }),
    ...(deployment === undefined ? {} : { deployment }),
  };
}

/** A folder from before the vault has a journal of format 1, which this node does not read either. */
const withoutVaultKey =
  "restore it from the backup of the folder; a folder that never had one was made by an older version, so set up a new one";

/** Keeps the address book of what was deployed. Written once: later starts must find the same contracts. */
export async function writeDeployment(paths: NodePaths, deployment: Deployment): Promise<void> {
  await writeNewFile(paths.deployment, `${JSON.stringify(deployment, null, 2)}\n`, "open");
}

/** Made at the first start that asks for it. A cosigner's key is no other key's: what it signs does not name the cosigner. */
async function witnessKeyOf(paths: NodePaths, passphrase: string, { name }: WitnessingSettings): Promise<LogKey> {
  const bytes = await readFileIfThere(paths.witnessKey, "secret");
  if (bytes !== undefined) return await openLogKey(bytes, paths.witnessKey, passphrase, name);
  const key = makeLogKey(name);
  await writeNewFile(paths.witnessKey, await sealLogKey(key, passphrase, defaultKeystoreCost), "secret");
  return key;
}

function readKeyFile(path: string): Promise<Uint8Array> {
  return readRequiredFile(path, "secret", "restore it from the backup of the folder");
}

async function readSealerKey(paths: NodePaths, passphrase: string): Promise<ChainKey> {
  return openChainKey(await readKeyFile(paths.sealerKey), paths.sealerKey, passphrase);
}

async function readDeployment(paths: NodePaths, { chain }: NodeSettings): Promise<Deployment | undefined> {
  const bytes = await readFileIfThere(paths.deployment, "open");
  if (bytes !== undefined) return deploymentOf(bytes, paths.deployment);
  if (chain.kind === "embedded") return undefined;
  const message = `${paths.deployment} is missing: get the consortium's address book and put it there`;
  throw new NodeError("CONFIG_MISSING", message, { file: paths.deployment });
}

function deploymentOf(bytes: Uint8Array, path: string): Deployment {
  try {
    return decodeDeployment(jsonOf(bytes, path));
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new NodeError("CONFIG_FORMAT", `${path}: ${error.message}`, { file: path, ...error.details }, error);
  }
}
