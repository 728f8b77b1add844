import { setTimeout as pause } from "node:timers/promises";
import type { DestinationStream, Logger } from "pino";
import type { AnchorTimings } from "@lianzheng/node/anchor";
import { createApp } from "@lianzheng/node/api";
import type { App } from "@lianzheng/node/api";
import { readNodeFolder } from "@lianzheng/node/config";
import type { Environment, NodeFolder, NodeSettings } from "@lianzheng/node/config";
import type { Deployment } from "@lianzheng/sdk/chain";
import { closeAll } from "./closers.ts";
import type { Closer } from "./closers.ts";
import type { NodeError } from "./errors.ts";
import { createLogger } from "./logger.ts";
import { openParts } from "./open-parts.ts";
import { servicesOf } from "./services.ts";
import type { NodeParts } from "./services.ts";

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
    return await listen(await openParts({ folder, logger, opened, timings: start.anchorTimings ?? {} }), opened);
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
