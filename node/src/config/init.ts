import { chmod, mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { isUscc } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import { scopes } from "../scopes.ts";
import type { Environment } from "./environment.ts";
import { makePrivateFolder, storageError, writeNewFile } from "./files.ts";
import { pathsOf } from "./folder.ts";
import type { NodePaths } from "./folder.ts";
import { defaultKeystoreCost } from "./keystore.ts";
import { makeLogKey, sealLogKey } from "./log-key.ts";
import { choosePassphrase } from "./passphrase.ts";
import { chainUrlForm, decodeSettings, defaultSettings, isChainUrl, isOrigin } from "./settings/index.ts";
import type {
  AnchorSettings,
  EventSettings,
  LimitSettings,
  TelemetrySettings,
  LogLevel,
  LogSettings,
  NodeSettings,
} from "./settings/index.ts";
import { encodeTokens, issueToken } from "./tokens.ts";
import { wrongValue } from "./values.ts";
import { makeVaultKey, sealVaultKey } from "./vault-key.ts";
import { makeChainKey, sealChainKey } from "./wallet.ts";

/** What a new node is told. */
export interface NodeInit {
  readonly folder: string;
  /** The log's name, for instance `log.exchange.example/2026`. */
  readonly origin: string;
  /** USCC of the member that runs it. */
  readonly owner: string;
  /** `embedded` for a chain of its own, or the URL of the consortium's. */
  readonly chain: "embedded" | (string & {});
  /** Of the embedded chain. */
  readonly chainId?: number;
  /** Loopback port of the embedded chain's JSON-RPC: 0 for any, null for none. */
  readonly rpcPort?: number | null;
  readonly host?: string;
  readonly port?: number;
  readonly anchor?: Partial<AnchorSettings>;
  readonly limits?: Partial<LimitSettings>;
  readonly events?: Partial<EventSettings>;
  readonly telemetry?: Partial<TelemetrySettings>;
  readonly logLevel?: LogLevel;
  readonly log?: Partial<LogSettings>;
  /** scrypt's N, a power of two; tests take less. */
  readonly keystoreCost?: number;
  readonly environment?: Environment;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What a new node has, for the operator to write down. */
export interface InitializedNode {
  readonly paths: NodePaths;
  readonly settings: NodeSettings;
  /** vkey form; goes into verifiers' policies. */
  readonly logKey: string;
  /** Address that acts for the member on the chain; the council must know it. */
  readonly memberAddress: `0x${string}`;
  /** A token for everything on this node. It is kept nowhere: who loses it issues another. */
  readonly adminToken: string;
  /** When that token ends, ms; null for never. */
  readonly adminTokenUntil: number | null;
  /** `generated` when the passphrase lies in `keys/passphrase`. */
  readonly passphraseSource: "file" | "generated";
}

/**
 * Sets up a node: settings, keys, one token. Never overwrites.
 *
 * `lianzheng.json` is written last: a folder that has it is whole, and one that a crash left without it is refused by
 * `start` as not set up and by `init` as not empty. What fails is taken back, so that it can be tried again.
 *
 * @throws NodeError CONFIG_EXISTS when the folder has anything in it; CONFIG_VALUE, CONFIG_PASSPHRASE, CONFIG_PERMISSIONS,
 *   CONFIG_STORAGE
 */
export async function initNode(init: NodeInit): Promise<InitializedNode> {
  const settings = settingsOf(init);
  const paths = pathsOf(init.folder);
  const claim = await claimFolder(paths);
  try {
    return await fillFolder(paths, settings, init);
  } catch (error) {
    await giveBack(paths, claim);
    throw error;
  }
}

async function fillFolder(paths: NodePaths, settings: NodeSettings, init: NodeInit): Promise<InitializedNode> {
  const { environment = process.env, keystoreCost = defaultKeystoreCost, now = Date.now } = init;
  const { text: passphrase, source: passphraseSource } = await choosePassphrase(paths.passphrase, environment);
  const logKey = makeLogKey(settings.origin);
  const memberKey = makeChainKey();
  await writeNewFile(paths.logKey, await sealLogKey(logKey, passphrase, keystoreCost), "secret");
  const vaultKey = await sealVaultKey(makeVaultKey(), logKey.verifier, passphrase, keystoreCost);
  await writeNewFile(paths.vaultKey, vaultKey, "secret");
  await writeNewFile(paths.memberKey, await sealChainKey(memberKey, passphrase, keystoreCost), "secret");
  if (settings.chain.kind === "embedded") {
    await writeNewFile(paths.sealerKey, await sealChainKey(makeChainKey(), passphrase, keystoreCost), "secret");
  }
  const { token, entry } = issueToken({ member: settings.owner, scopes }, now());
  await writeNewFile(paths.tokens, encodeTokens([entry]), "secret");
  await writeNewFile(paths.settings, encodeSettings(settings), "open");
  const { verifier } = logKey;
  return {
    ...{ paths, settings, passphraseSource },
    logKey: verifier,
    memberAddress: memberKey.address,
    adminToken: token,
    adminTokenUntil: entry.until,
  };
}

function encodeSettings(settings: NodeSettings): string {
  return `${JSON.stringify(settings, null, 2)}\n`;
}

/** Checked by the same decoder that every start uses, before anything is written. */
function settingsOf(init: NodeInit): NodeSettings {
  const { origin, owner, chain, anchor, limits, events, telemetry, log, logLevel = defaultSettings.logLevel } = init;
  if (!isOrigin(origin)) throw wrongValue("init", "/origin", "a log's name: a host and a path without a scheme");
  if (!isUscc(owner)) throw wrongValue("init", "/owner", "a unified social credit code with its check character");
  if (chain !== "embedded" && !isChainUrl(chain)) throw wrongValue("init", "/chain", `"embedded" or ${chainUrlForm}`);
  const { chainId = defaultSettings.chainId, rpcPort = null } = init;
  const { host = defaultSettings.listen.host, port = defaultSettings.listen.port } = init;
  const settings: NodeSettings = {
    format: "lianzheng-node",
    version: 1,
    origin,
    owner,
    listen: { host, port },
    chain: chain === "embedded" ? { kind: "embedded", chainId, rpcPort } : { kind: "rpc", url: chain },
    anchor: { ...defaultSettings.anchor, ...anchor },
    limits: { ...defaultSettings.limits, ...limits },
    events: { ...defaultSettings.events, ...events },
    telemetry: { ...defaultSettings.telemetry, ...telemetry },
    logLevel,
    log: { ...defaultSettings.log, ...log },
    retention: defaultSettings.retention,
    witnesses: [],
  };
  return decodeSettings(new TextEncoder().encode(encodeSettings(settings)), "init");
}

/** Nobody is advised to empty a folder that holds the keys and the journal of a node. */
function occupied({ folder, settings }: NodePaths, found: readonly string[]): string {
  if (found.includes(basename(settings)))
    return `${folder} is a node's folder already: start it, or choose another folder`;
  return `${folder} is not empty (${found.slice(0, 3).join(", ")}): choose another folder`;
}

/** What a run of `init` made of folders: the uppermost one, undefined if the node's folder was there and empty. */
interface Claim {
  readonly uppermost: string | undefined;
}

/** Makes the folder this run's: of two at once only one can make `keys/`, and only that one ever takes anything back. */
async function claimFolder(paths: NodePaths): Promise<Claim> {
  const { folder, keys } = paths;
  const uppermost = await makePrivateFolder(folder);
  try {
    const found = await readdir(folder);
    if (found.length > 0) throw new NodeError("CONFIG_EXISTS", occupied(paths, found), { file: folder });
    await chmod(folder, 0o700);
    await mkdir(keys, { mode: 0o700 });
    return { uppermost };
  } catch (error) {
    await removeEmpty(folder, uppermost);
    if (error instanceof NodeError) throw error;
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw storageError(keys, error);
    throw new NodeError("CONFIG_EXISTS", occupied(paths, [basename(keys)]), { file: folder }, error);
  }
}

/** A failure here leaves what it would have removed, and the first one is what the caller is told of. */
async function giveBack({ folder, keys, settings }: NodePaths, { uppermost }: Claim): Promise<void> {
  try {
    await rm(settings, { force: true });
    await rm(keys, { recursive: true, force: true });
    await removeEmpty(folder, uppermost);
  } catch {
    // The folder is not empty then, which `init` says when it is tried again.
  }
}

/** Removes `folder` and those above it up to `uppermost`, as far as they are empty. */
async function removeEmpty(folder: string, uppermost: string | undefined): Promise<void> {
  if (uppermost === undefined) return;
  const top = resolve(uppermost);
  for (let path = resolve(folder); ; path = dirname(path)) {
    const isGone = await rmdir(path).then(
      () => true,
      () => false,
    );
    if (!isGone || path === top) return;
  }
}
