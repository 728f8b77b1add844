import { sign } from "node:crypto";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Wallet } from "ethers";
import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";
import { Anchor } from "@lianzheng/node/anchor";
import type { AnchorTimings, Finality } from "@lianzheng/node/anchor";
import { createApp } from "@lianzheng/node/api";
import type { App } from "@lianzheng/node/api";
import {
  bindFolder,
  defaultRegistrySettings,
  readNodeFolder,
  TokenWatch,
  writeDeployment,
} from "@lianzheng/node/config";
import type { Environment, NodeFolder, NodeSettings } from "@lianzheng/node/config";
import type { Witnesses } from "@lianzheng/node/witness";
import { openPolicies } from "@lianzheng/node/policies";
import { measuredRpc } from "@lianzheng/node/telemetry";
import { checkDeployment, deployContracts } from "@lianzheng/node/deployment";
import { erasureOf, EvidenceLog } from "@lianzheng/node/log";
import { openNodeRegistry } from "@lianzheng/node/registry";
import type { OwnLog, SearchedLog } from "@lianzheng/node/registry";
import type { Deployment } from "@lianzheng/sdk/chain";
import { createNoteSigner } from "@lianzheng/sdk/log";
import { openChainLink } from "./chain-link.ts";
import type { NodeError } from "./errors.ts";
import { fencedFailure } from "./fencing.ts";
import { Membership } from "./membership.ts";
import { rightsOnChain } from "./rights-on-chain.ts";
import { servicesOf } from "./services.ts";
import { openWitnesses } from "./witnessing.ts";
import type { NodeParts } from "./services.ts";
import { Watch } from "./watch.ts";

export { checkRegistry } from "./registry-check.ts";
export type { RegistryCheck } from "./registry-check.ts";

/** What a node is started with. */
export interface NodeStart {
  readonly folder: string;
  /** Settings for this run only, over those of the folder and the environment. */
  readonly overrides?: Partial<Pick<NodeSettings, "listen" | "anchor" | "limits" | "logLevel">>;
  /** pino on standard error by default: standard output belongs to the command. */
  readonly logger?: Logger;
  /** Where the lines of the default logger go instead, each a JSON object. */
  readonly logTo?: DestinationStream;
  /** `process.env` by default. */
  readonly environment?: Environment;
  /** How long anchoring waits for what, where the usual does not fit the chain. */
  readonly anchorTimings?: Partial<AnchorTimings>;
}

/** A node that runs. */
export interface RunningNode {
  /** Where its API listens. */
  readonly url: string;
  /** JSON-RPC of the embedded chain, where the settings ask for it. */
  readonly chainUrl?: string;
  readonly settings: NodeSettings;
  readonly deployment: Deployment;
  /**
   * Resolves when the log can take nothing more until the node is started again: a write failed, or the lock was lost. What
   * the disk then holds only a start can tell. Until it is closed the node refuses records, says so in `readyz`, and reads.
   */
  readonly failed: Promise<NodeError>;
  /** Stops in order. What was acknowledged is on disk before and after. Safe to call again. */
  close(): Promise<void>;
}

/** Patience of a stop, ms: for requests in work, then for the last anchor. The next start goes on with either. */
const stopPatience = { requestsMs: 10_000, anchorMs: 5_000 } as const;

/** Closes a part that was opened. */
type Closer = () => Promise<void>;

/**
 * Starts the node in `folder`: opens what is there, goes on where it stopped, and listens.
 *
 * With an embedded chain the first start deploys the contracts, with the own member as the founding seat. With a chain of
 * others a node may start before the chain answers or the council has admitted the member: records are taken, `readyz`
 * says what is missing, and anchoring begins when it can.
 *
 * @throws NodeError CONFIG_*, JOURNAL_*, LOG_*, INDEX_*; ChainError C_WRONG_CHAIN, C_CONTRACT_*, C_NOT_OWNER, C_LOCKED, …:
 *   whatever was opened is closed again
 */
export async function startNode(start: NodeStart): Promise<RunningNode> {
  const read = await readNodeFolder(start.folder, start.environment);
  const folder: NodeFolder = { ...read, settings: { ...read.settings, ...start.overrides } };
  const logger = start.logger ?? createLogger(folder.settings.logLevel, start.logTo);
  if (folder.passphraseSource === "generated") {
    logger.warn("the passphrase lies beside the keys: whoever copies the folder has the keys");
  }
  const opened: Closer[] = [];
  try {
    return await listen(await openParts(folder, logger, opened, start.anchorTimings), opened);
  } catch (error) {
    await closeAll(opened, logger);
    throw error;
  }
}

/**
 * Closes the node at SIGTERM or SIGINT and resolves with the signal when it is closed. A second signal ends the process at
 * once, as if nobody listened: nothing acknowledged depends on an orderly stop.
 */
export function stopOnSignal(node: RunningNode, host: NodeJS.Process = process): Promise<NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    const stop = (signal: NodeJS.Signals): void => {
      host.removeListener("SIGTERM", stop).removeListener("SIGINT", stop);
      node.close().then(() => resolve(signal), reject);
    };
    host.on("SIGTERM", stop).on("SIGINT", stop);
  });
}

/** Opens one part after the other; each knows only those before it. */
async function openParts(
  folder: NodeFolder,
  logger: Logger,
  opened: Closer[],
  timings: Partial<AnchorTimings> = {},
): Promise<NodeParts> {
  const { settings, paths, memberKey, logKey } = folder;
  const { owner, origin } = settings;
  const chain = await openChainLink(folder);
  opened.push(() => chain.close());
  const wallet = new Wallet(memberKey.privateKey, chain.provider);
  const deployment = folder.deployment ?? (await deploy(folder, wallet, logger));
  const watch = new Watch();
  await bindFolder(paths.folder, {
    logKey: logKey.verifier,
    chainId: deployment.chainId,
    genesis: deployment.genesis,
    evidenceLogs: deployment.contracts.evidenceLogs.address,
    memberKey: memberKey.address,
  });
  const { log, failed, witnesses } = await openLog(folder, logger, watch);
  opened.push(() => log.close());
  const anchor = await Anchor.open({
    ...{ log, deployment, owner, logger, chain: measuredRpc(chain.rpc, watch.metrics), signer: wallet },
    observe: (event, code) => watch.metrics.anchored(event, code),
    directory: paths.anchor,
    policy: settings.anchor,
    maxFeePerGas: BigInt(settings.anchor.maxFeePerGas),
    finality: finalityOf(settings),
    timings,
    onFenced: (refusal) => log.end(fencedFailure(refusal)),
  });
  opened.push(() => anchor.close());
  const { rpc } = chain;
  const membership = new Membership({ rpc, wallet, deployment, owner, origin, logKey: logKey.publicKey, logger });
  opened.push(() => membership.close());
  await membership.join(() => anchor.start());
  const directory = join(paths.folder, "policies");
  const policies = await openPolicies({ directory, chain: rpc, deployment, origin, owner, log, key: logKey, logger });
  opened.push(() => policies.close());
  if (membership.missing === undefined) await anchor.lookFirst();
  const identify = (): Promise<void> => checkDeployment(rpc, deployment);
  const { pollMs, ...registrySettings } = settings.registry ?? defaultRegistrySettings;
  const registry = await openNodeRegistry({
    ...{ deployment, logger, identify, chain: rpc, directory: paths.registry, log: searchedLogOf(log) },
    ...{ ...registrySettings, timings: { pollMs }, ownLog: ownLogOf(log, anchor) },
  });
  opened.push(() => registry.close());
  const tokens = watchTokens(folder, logger);
  opened.push(() => tokens.close());
  opened.push(() => watch.close());
  const rights = rightsOnChain(chain.rpc, deployment);
  await watch.open({ folder, log, anchor, membership, registry, rights, logger });
  const following = { registry, policies, witnesses };
  return { folder, chain, deployment, log, failed, anchor, membership, tokens, watch, logger, ...following };
}

/** The log for those who hold it against the chain. */
function ownLogOf(log: EvidenceLog, { logId }: Anchor): OwnLog {
  return {
    logId,
    get size() {
      return log.size;
    },
    rootAt: (size) => log.rootAt(size),
  };
}

/** The log for those who search it: its records, and which of them erased which. */
function searchedLogOf(log: EvidenceLog): SearchedLog {
  return {
    get size() {
      return log.size;
    },
    list: (first, count) => log.list(first, count),
    recordAt: async (index) => {
      const record = await log.recordAt(index);
      const erasure = record === undefined ? undefined : erasureOf(record);
      if (record === undefined || erasure === undefined) return record;
      const target = await log.recordAt(erasure.index);
      return target?.erasedBy === index ? { ...record, erases: target.id } : record;
    },
  };
}

function watchTokens({ paths, tokens }: NodeFolder, logger: Logger): TokenWatch {
  return new TokenWatch({
    path: paths.tokens,
    tokens,
    onChange: ({ length }) => logger.info({ tokens: length }, "tokens changed"),
    onBroken: (error) => logger.error({ err: error }, "the tokens cannot be read; the old ones hold"),
  });
}

function finalityOf({ anchor: { confirmations } }: NodeSettings): Finality {
  return confirmations === 0 ? { kind: "immediate" } : { kind: "depth", blocks: confirmations };
}

async function listen(parts: NodeParts, opened: Closer[]): Promise<RunningNode> {
  const { folder, chain, deployment, log, failed, logger } = parts;
  const { settings } = folder;
  const app = await createApp(servicesOf(parts));
  opened.push(() => app.close());
  const url = await app.listen({ ...settings.listen });
  logger.info({ url, origin: settings.origin, size: log.size, chain: settings.chain.kind }, "node listens");
  if (settings.chain.kind === "embedded") logger.warn((await chain.witness()).notice);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= stop(app, parts, opened));
  return { url, settings, deployment, failed, ...(chain.url === undefined ? {} : { chainUrl: chain.url }), close };
}

/** No more requests, then the last anchor, then the parts in the order opposite to that of their opening. */
async function stop(app: App, { log, anchor, membership, logger }: NodeParts, opened: Closer[]): Promise<void> {
  const drained = app.close();
  if (!(await within(drained, stopPatience.requestsMs))) app.server.closeAllConnections();
  await drained;
  const mayAnchor = membership.missing === undefined && log.failure === undefined;
  if (mayAnchor && !(await within(anchor.flush(), stopPatience.anchorMs))) {
    logger.warn(
      { backlog: anchor.status().backlog },
      "stopped before the chain had everything; the next start goes on",
    );
  }
  await closeAll(opened, logger);
  logger.info("node stopped");
}

/** Whether `work` succeeded within `ms`. A failure is a "no" here: the part that it belongs to reports it. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const done = new AbortController();
  const succeeded = work.then(
    () => true,
    () => false,
  );
  const late = pause(ms, false, { signal: done.signal }).catch(() => false);
  const result = await Promise.race([succeeded, late]);
  done.abort();
  return result;
}

async function closeAll(opened: Closer[], logger: Logger): Promise<void> {
  for (let close = opened.pop(); close !== undefined; close = opened.pop()) {
    await close().catch((error: unknown) => logger.error({ err: error }, "a part did not close in order"));
  }
}

/** No code passes secrets to a logger; these names are cut should one ever do. */
function createLogger(level: string, to: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  const names = ["authorization", "token", "passphrase", "privateKey", "disclosures", "body", "headers", "seed"];
  const redact = { paths: names.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" };
  return pino({ level, redact }, to);
}

/** A first start that a crash interrupts leaves contracts on its own chain that nobody names; the next deploys again. */
async function deploy({ paths, settings, memberKey }: NodeFolder, wallet: Wallet, logger: Logger): Promise<Deployment> {
  const seats = [{ member: settings.owner, key: memberKey.address, kinds: ["venue"] }] as const;
  const deployment = await deployContracts(wallet, { seats, threshold: 1 });
  await writeDeployment(paths, deployment);
  logger.info({ genesis: deployment.genesis }, "contracts deployed");
  return deployment;
}

async function openLog(
  folder: NodeFolder,
  logger: Logger,
  watch: Watch,
): Promise<{ readonly log: EvidenceLog; readonly failed: Promise<NodeError>; readonly witnesses: Witnesses }> {
  const { settings, paths, logKey, vaultKey } = folder;
  const { origin } = settings;
  const signer = createNoteSigner(origin, logKey.publicKey, (message) => sign(null, message, logKey.privateKey));
  const onProgress = (progress: object): void => logger.info(progress, "log opens");
  let onEnd: ((failure: NodeError) => void) | undefined;
  const failed = new Promise<NodeError>((resolve) => (onEnd = resolve));
  const tell = (failure: NodeError): void => {
    logger.fatal(
      { code: failure.code, err: failure.cause ?? failure },
      "the log takes nothing more; start the node again",
    );
    onEnd?.(failure);
  };
  let opened: EvidenceLog | undefined;
  const logOf = (): EvidenceLog => {
    if (opened === undefined) throw new TypeError("the log is not open yet");
    return opened;
  };
  const witnesses = await openWitnesses(folder, logOf, logger);
  const cosign = settings.witnesses.length === 0 ? {} : { cosign: (note: string) => witnesses.cosign(note) };
  const log = (opened = await EvidenceLog.open({
    directory: paths.folder,
    origin,
    signer,
    vaultKey,
    now: Date.now,
    onProgress,
    onEnd: tell,
    patrolBytesPerSecond: settings.log.patrolBytesPerSecond,
    onCommit: (group) => watch.committed(group),
    publication: { entries: settings.log.entries, everyMs: settings.log.publishSeconds * 1000, ...cosign },
  }));
  return { log, failed, witnesses };
}
