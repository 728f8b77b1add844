import type { Logger } from "pino";
import type { Anchor } from "@lianzheng/node/anchor";
import type { EventsPort, MetricsPort, Readiness, WarningsPort } from "@lianzheng/node/api";
import type { NodeFolder } from "@lianzheng/node/config";
import { readFileIfThere } from "@lianzheng/node/config";
import { decodeRules, Monitor, WarningDesk } from "@lianzheng/node/monitor";
import { EventFeed, systemResolver, usualRetries, Webhooks, WebhookStore } from "@lianzheng/node/events";
import type { CommittedGroup, EvidenceLog } from "@lianzheng/node/log";
import { Health, NodeMetrics } from "@lianzheng/node/telemetry";
import type { Gauges, HealthParts } from "@lianzheng/node/telemetry";
import type { PolicyRoom } from "@lianzheng/node/policies";
import type { NodeRegistry } from "@lianzheng/node/registry";
import { lawFromRegistry } from "./law-at.ts";
import type { Membership } from "./membership.ts";

/** What a node's watch looks at. All of it is open. */
export interface Watched {
  readonly folder: NodeFolder;
  readonly log: EvidenceLog;
  readonly anchor: Anchor;
  readonly membership: Membership;
  readonly registry: NodeRegistry;
  readonly policies: PolicyRoom;
  readonly logger: Logger;
}

/** Free bytes under which a node is not ready: the log itself refuses at this mark. */
const reserveBytes = 64 * 1024 * 1024;
/** Longest that a write may wait for the disk, ms. */
const writePatienceMs = 10_000;
/** Event streams of a node in all. */
const maxStreams = 256;

/**
 * What looks at a node from outside of its work: metrics, health, events and webhooks.
 *
 * It is there before the parts that it looks at, so that they can tell it what they do; it says nothing of them before
 * {@link open}.
 */
export class Watch {
  readonly metrics: NodeMetrics;
  #feed: EventFeed | undefined;
  #health: Health | undefined;
  #webhooks: Webhooks | undefined;
  #monitor: Monitor | undefined;
  #parts: Watched | undefined;

  constructor() {
    this.metrics = new NodeMetrics(() => this.#gauges());
  }

  /** To be called after each group commit. */
  committed(group: CommittedGroup): void {
    this.metrics.committed(group);
    this.#health?.committed();
    this.#feed?.grown();
  }

  /** Begins to look, and goes on with webhooks where they stopped. @throws NodeError WEBHOOK_STORE, CONFIG_* */
  async open(parts: Watched): Promise<void> {
    const { log, folder } = parts;
    this.#parts = parts;
    this.#health = await Health.start(this.#healthParts(parts));
    this.#feed = new EventFeed(log, folder.settings.owner, parts.registry.registry.events);
    this.#webhooks = await this.#openWebhooks(parts, this.#feed);
    this.#monitor = await this.#openMonitor(parts, this.#feed);
    this.#monitor?.start();
  }

  /** Ends webhooks and the look at the disk; parts that were not opened are not missed. */
  async close(): Promise<void> {
    this.#feed?.close();
    await this.#monitor?.close();
    await this.#webhooks?.close();
    await this.#health?.close();
  }

  readiness(): Readiness {
    const reasons = this.#opened(this.#health).reasons();
    return {
      ready: reasons.length === 0,
      reasons: reasons.map(({ code, detail }) => `${detail} (${code})`),
      codes: reasons.map(({ code }) => code),
      alarms: this.#opened(this.#parts)
        .anchor.status()
        .alarms.map(({ code }) => code),
    };
  }

  get events(): EventsPort {
    const { streamsPerMember: perMember, heartbeatSeconds } = this.#opened(this.#parts).folder.settings.events;
    return {
      source: this.#opened(this.#feed),
      limits: { perMember, inAll: maxStreams, heartbeatMs: heartbeatSeconds * 1000 },
      webhooks: this.#opened(this.#webhooks),
      counted: (change) => this.metrics.streams(change),
    };
  }

  /** Undefined for a node without rules. */
  get warnings(): WarningsPort | undefined {
    const { log, folder } = this.#opened(this.#parts);
    return this.#monitor === undefined
      ? undefined
      : new WarningDesk(this.#monitor, log, folder.settings.owner, Date.now);
  }

  get metricsPort(): MetricsPort {
    const { metrics } = this;
    const isOpen = this.#opened(this.#parts).folder.settings.telemetry.metrics === "open";
    return {
      access: isOpen ? "public" : "monitor",
      read: async () => ({ text: await metrics.text(), mediaType: metrics.contentType }),
      answered: (request) => metrics.answered(request),
    };
  }

  async #openMonitor({ folder, log, registry, logger }: Watched, feed: EventFeed): Promise<Monitor | undefined> {
    const { monitorRules, monitor: directory } = folder.paths;
    const bytes = await readFileIfThere(monitorRules, "open");
    if (bytes === undefined) return undefined;
    return await Monitor.open({
      ...{ directory, owner: folder.settings.owner, feed, log, law: lawFromRegistry(registry), now: Date.now },
      rules: decodeRules(bytes, monitorRules),
      raised: ({ id, kind, severity }) => {
        this.metrics.warned(kind);
        logger.warn({ rule: id, kind, severity }, "monitor: a warning was raised");
      },
      failed: (error) => logger.error({ err: error }, "monitor: tried again"),
    });
  }

  #openWebhooks({ folder, logger }: Watched, feed: EventFeed): Promise<Webhooks> {
    const { settings, paths, sealingKey } = folder;
    const { webhookHosts: allowHosts, internalHosts, webhookPorts: ports, allowLoopback } = settings.events;
    return Webhooks.open({
      ...{ feed, sealingKey, resolve: systemResolver, retries: usualRetries, now: Date.now },
      store: new WebhookStore(paths.webhooks),
      rules: { allowHosts, internalHosts, ports, allowLoopback },
      perMember: settings.events.webhooksPerMember,
      attempted: (webhook, { outcome, status }) => {
        this.metrics.delivered(outcome);
        if (outcome !== "delivered") logger.warn({ webhook, outcome, status }, "webhook: not delivered");
      },
      parked: (webhook, code) => {
        this.metrics.webhookParked();
        logger.error({ webhook, code }, "webhook: parked; resume it when its receiver is well");
      },
      failed: (webhook, error) => logger.error({ webhook, err: error }, "webhook: tried again later"),
      damaged: (files) => logger.error({ files, code: "WEBHOOK_STORE" }, "webhook: files that cannot be read"),
    });
  }

  #healthParts({ folder, log, anchor, membership, registry }: Watched): HealthParts {
    return {
      ...{ folder: folder.paths.folder, reserveBytes, patienceMs: writePatienceMs },
      anchorEverySeconds: folder.settings.anchor.everySeconds,
      log: () => ({
        oldestWaitMs: log.waiting.oldestMs,
        ...(log.failure === undefined ? {} : { failure: log.failure.code }),
      }),
      anchor: () => anchorFacts(anchor),
      missing: () => membership.missing,
      differs: () => registry.registry.status.check.code === "REGISTRY_DIFFERS",
      monotonic: () => performance.now(),
    };
  }

  #gauges(): Gauges {
    const { log, anchor, registry, policies } = this.#opened(this.#parts);
    const health = this.#opened(this.#health);
    const { lastAnchored, backlog, blockNumber, alarms } = anchor.status();
    const { block, tip } = registry.registry.status;
    const { follower } = policies;
    return {
      ...{ logSize: log.size, anchoredSize: lastAnchored?.size ?? 0, backlog },
      backlogAgeSeconds: health.backlogAgeMs / 1000,
      waitingRequests: log.waiting.requests,
      ready: health.reasons().length === 0,
      webhooks: this.#opened(this.#webhooks).counts,
      alarms: alarms.map(({ code }) => code),
      policies: { missing: follower.missing.length, stale: follower.condition === null ? 0 : 1 },
      ...(block === null || tip === null ? {} : { registryLag: Math.max(0, tip - block.number) }),
      ...(this.#monitor === undefined ? {} : { monitorBehind: this.#monitor.isBehind ? 1 : 0 }),
      ...(blockNumber === null ? {} : { chainTip: blockNumber }),
      ...(health.freeBytes === undefined ? {} : { freeBytes: health.freeBytes }),
    };
  }

  #opened<Part>(part: Part | undefined): Part {
    if (part === undefined) throw new TypeError("the watch is asked before it is open");
    return part;
  }
}

function anchorFacts(anchor: Anchor): ReturnType<HealthParts["anchor"]> {
  const { state, error, lastAnchored, backlog } = anchor.status();
  const facts = { size: lastAnchored?.size ?? 0, backlog };
  if (state === "idle" || state === "publishing") return facts;
  return { ...facts, fault: error?.code ?? "C_CLOSED" };
}
