import { join } from "node:path";
import { Wallet } from "ethers";
import type { Logger } from "pino";
import { Anchor } from "@lianzheng/node/anchor";
import type { AnchorTimings, Finality } from "@lianzheng/node/anchor";
import { bindFolder, defaultRegistrySettings, TokenWatch, writeDeployment } from "@lianzheng/node/config";
import type { NodeFolder, NodeSettings } from "@lianzheng/node/config";
import { checkDeployment, deployContracts } from "@lianzheng/node/deployment";
import type { EvidenceLog } from "@lianzheng/node/log";
import { openPolicies } from "@lianzheng/node/policies";
import { openNodeRegistry } from "@lianzheng/node/registry";
import type { NodeRegistry } from "@lianzheng/node/registry";
import { measuredRpc } from "@lianzheng/node/telemetry";
import type { Deployment } from "@lianzheng/sdk/chain";
import { openChainLink } from "./chain-link.ts";
import type { ChainLink } from "./chain-link.ts";
import type { Closer } from "./closers.ts";
import { fencedFailure } from "./fencing.ts";
import { Membership } from "./membership.ts";
import { openLog } from "./open-log.ts";
import { ownLogOf, searchedLogOf } from "./registry-log.ts";
import type { NodeParts } from "./services.ts";
import { Watch } from "./watch.ts";

/** What the parts of a node are opened with. */
export interface PartsStart {
  readonly folder: NodeFolder;
  readonly logger: Logger;
  readonly timings: Partial<AnchorTimings>;
  /** Takes the closer of each part when it is open, so that a part that fails leaves none behind. */
  readonly opened: Closer[];
}

/** The node's chain, and the wallet and contracts that it has there. */
interface OwnChain {
  readonly chain: ChainLink;
  readonly wallet: Wallet;
  readonly deployment: Deployment;
}

/** What is opened of a chain and the log together. */
interface ChainAndLog extends OwnChain {
  readonly log: EvidenceLog;
  readonly watch: Watch;
}

/**
 * Opens one part after the other; each knows only those before it.
 *
 * @throws NodeError CONFIG_*, JOURNAL_*, LOG_*, INDEX_*, REGISTRY_FAILED; ChainError
 */
export async function openParts(start: PartsStart): Promise<NodeParts> {
  const { folder, logger, opened } = start;
  const own = await openChain(start);
  const { chain, deployment } = own;
  const watch = new Watch();
  await bindToChain(folder, deployment);
  const { log, failed, witnesses } = await openLog(folder, logger, watch);
  opened.push(() => log.close());
  const parts = { ...own, log, watch };
  const anchor = await openAnchor(start, parts);
  const membership = await openMembership(start, own, anchor);
  const policies = await openPolicyRoom(start, parts);
  if (membership.missing === undefined) await anchor.lookFirst();
  const registry = await openRegistry(start, parts, anchor);
  const tokens = watchTokens(folder, logger);
  opened.push(() => tokens.close());
  opened.push(() => watch.close());
  await watch.open({ folder, log, anchor, membership, registry, policies, logger });
  const following = { registry, policies, witnesses };
  return { folder, chain, deployment, log, failed, anchor, membership, tokens, watch, logger, ...following };
}

/** Only a node with a chain of its own has to deploy: the contracts of others' chain are named in the folder. */
async function openChain({ folder, logger, opened }: PartsStart): Promise<OwnChain> {
  const chain = await openChainLink(folder);
  opened.push(() => chain.close());
  const wallet = new Wallet(folder.memberKey.privateKey, chain.provider);
  return { chain, wallet, deployment: folder.deployment ?? (await deploy(folder, wallet, logger)) };
}

/** A first start that a crash interrupts leaves contracts on its own chain that nobody names; the next deploys again. */
async function deploy({ paths, settings, memberKey }: NodeFolder, wallet: Wallet, logger: Logger): Promise<Deployment> {
  const seats = [{ member: settings.owner, key: memberKey.address, kinds: ["venue"] }] as const;
  const deployment = await deployContracts(wallet, { seats, threshold: 1 });
  await writeDeployment(paths, deployment);
  logger.info({ genesis: deployment.genesis }, "contracts deployed");
  return deployment;
}

/** From its first start a folder is of one log on one chain. @throws NodeError CONFIG_* */
async function bindToChain({ paths, logKey, memberKey }: NodeFolder, deployment: Deployment): Promise<void> {
  await bindFolder(paths.folder, {
    logKey: logKey.verifier,
    chainId: deployment.chainId,
    genesis: deployment.genesis,
    evidenceLogs: deployment.contracts.evidenceLogs.address,
    memberKey: memberKey.address,
  });
}

async function openAnchor({ folder, logger, opened, timings }: PartsStart, parts: ChainAndLog): Promise<Anchor> {
  const { settings, paths } = folder;
  const { chain, wallet, deployment, log, watch } = parts;
  const anchor = await Anchor.open({
    ...{ log, deployment, logger, timings },
    owner: settings.owner,
    chain: measuredRpc(chain.rpc, watch.metrics),
    signer: wallet,
    observe: (event, code) => watch.metrics.anchored(event, code),
    directory: paths.anchor,
    policy: settings.anchor,
    maxFeePerGas: BigInt(settings.anchor.maxFeePerGas),
    finality: finalityOf(settings),
    onFenced: (refusal) => log.end(fencedFailure(refusal)),
  });
  opened.push(() => anchor.close());
  return anchor;
}

function finalityOf({ anchor: { confirmations } }: NodeSettings): Finality {
  return confirmations === 0 ? { kind: "immediate" } : { kind: "depth", blocks: confirmations };
}

/** Anchoring begins when the council has admitted the member and the log is registered: now, or later. */
async function openMembership(
  { folder, logger, opened }: PartsStart,
  { chain, wallet, deployment }: OwnChain,
  anchor: Anchor,
): Promise<Membership> {
  const { owner, origin } = folder.settings;
  const logKey = folder.logKey.publicKey;
  const membership = new Membership({ rpc: chain.rpc, wallet, deployment, owner, origin, logKey, logger });
  opened.push(() => membership.close());
  await membership.join(() => anchor.start());
  return membership;
}

async function openPolicyRoom(
  { folder, logger, opened }: PartsStart,
  { chain, deployment, log }: ChainAndLog,
): Promise<NodeParts["policies"]> {
  const { owner, origin } = folder.settings;
  const directory = join(folder.paths.folder, "policies");
  const about = { directory, chain: chain.rpc, deployment, origin, owner };
  const policies = await openPolicies({ ...about, log, key: folder.logKey, logger });
  opened.push(() => policies.close());
  return policies;
}

async function openRegistry(
  { folder, logger, opened }: PartsStart,
  { chain, deployment, log }: ChainAndLog,
  anchor: Anchor,
): Promise<NodeRegistry> {
  const { pollMs, ...settings } = folder.settings.registry ?? defaultRegistrySettings;
  const registry = await openNodeRegistry({
    ...settings,
    timings: { pollMs },
    ...{ deployment, logger, chain: chain.rpc, directory: folder.paths.registry },
    identify: () => checkDeployment(chain.rpc, deployment),
    log: searchedLogOf(log),
    ownLog: ownLogOf(log, anchor),
  });
  opened.push(() => registry.close());
  return registry;
}

function watchTokens({ paths, tokens }: NodeFolder, logger: Logger): TokenWatch {
  return new TokenWatch({
    path: paths.tokens,
    tokens,
    onChange: ({ length }) => logger.info({ tokens: length }, "tokens changed"),
    onBroken: (error) => logger.error({ err: error }, "the tokens cannot be read; the old ones hold"),
  });
}
