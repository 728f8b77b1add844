import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** One answer of the API. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route's pattern, never the path: a path names subjects. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  /** Code of the refusal, where it was one. */
  readonly code?: string;
}

/** One group commit; records is 0 for an anchor. */
export interface CommittedGroup {
  readonly requests: number;
  readonly records: number;
  readonly bytes: number;
  readonly durableMs: number;
}

/** What the node stands at when somebody reads its metrics. */
export interface Gauges {
  readonly logSize: number;
  readonly anchoredSize: number;
  readonly backlog: number;
  readonly backlogAgeSeconds: number;
  /** Number of the newest block that the anchor read; undefined before it read one. */
  readonly chainTip?: number;
  readonly waitingRequests: number;
  readonly freeBytes?: number;
  readonly ready: boolean;
  readonly webhooks: { readonly active: number; readonly parked: number };
  /** Codes of the anchor's alarms that are on. */
  readonly alarms: readonly string[];
  /** Blocks by which the registry is behind the newest block that it saw; undefined before it saw one. */
  readonly registryLag?: number;
  /** Documents of policies in force that the node has not got, and 1 while it cannot follow them on the chain. */
  readonly policies: { readonly missing: number; readonly stale: number };
  /** 1 while there are records that the monitor did not look at yet; undefined without a monitor. */
  readonly monitorBehind?: number;
}

const latencySeconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const groupSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/**
 * The node's metrics, in a registry of its own (Prometheus text format 0.0.4).
 *
 * Labels are closed sets: routes, statuses, codes, methods of the chain. No member, subject, id or address ever is one.
 */
export class NodeMetrics {
  readonly registry = new Registry();
  readonly #records = this.#counter("records_total", "Records that were acknowledged");
  readonly #groups = this.#counter("groups_total", "Group commits");
  readonly #bytes = this.#counter("journal_bytes_total", "Bytes that were appended to the journal");
  readonly #groupRecords = this.#histogram("group_records", "Records of a group commit", groupSizes);
  readonly #durable = this.#histogram("durable_seconds", "From an append to the frame on disk", latencySeconds);
  readonly #http = new Histogram({
    name: "lianzheng_http_request_seconds",
    help: "Requests by route and status",
    labelNames: ["method", "route", "status"],
    buckets: latencySeconds,
    registers: [this.registry],
  });
  readonly #refused = this.#labelled("refused_total", "Refusals by code", "code");
  readonly #anchor = this.#labelled("anchor_events_total", "What the anchor did, by kind", "event");
  readonly #anchorFailures = this.#labelled("anchor_failures_total", "Failed steps of the anchor, by code", "code");
  readonly #rpc = new Histogram({
    name: "lianzheng_rpc_seconds",
    help: "Questions to the chain, by method and whether there was an answer",
    labelNames: ["method", "outcome"],
    buckets: latencySeconds,
    registers: [this.registry],
  });
  readonly #deliveries = this.#labelled("webhook_attempts_total", "Webhook deliveries by outcome", "outcome");
  readonly #parked = this.#counter("webhook_parked_total", "Webhooks that were parked");
  readonly #warnings = this.#labelled("warnings_total", "Warnings that were raised, by kind of rule", "kind");
  readonly #streams = this.#gauge("event_streams", "Event streams that are open");
  readonly #patrol = new Gauge({
    name: "lianzheng_patrol_findings",
    help: "What the last walk over the stored data found, by kind; 0 is good",
    labelNames: ["kind"],
    registers: [this.registry],
  });

  /** @param read - asked each time that somebody reads the metrics */
  constructor(read: () => Gauges) {
    collectDefaultMetrics({ register: this.registry });
    this.#condition(read);
  }

  /** The text that Prometheus reads. */
  async text(): Promise<string> {
    return await this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  committed({ records, bytes, durableMs }: CommittedGroup): void {
    this.#groups.inc();
    this.#bytes.inc(bytes);
    this.#durable.observe(durableMs / 1000);
    if (records === 0) return;
    this.#records.inc(records);
    this.#groupRecords.observe(records);
  }

  answered({ method, route, status, ms, code }: AnsweredRequest): void {
    this.#http.observe({ method, route, status: String(status) }, ms / 1000);
    if (code !== undefined) this.#refused.inc({ code });
  }

  /** Something that the anchor told, or the code of its failure. */
  anchored(event: string, code?: string): void {
    if (code === undefined) this.#anchor.inc({ event });
    else this.#anchorFailures.inc({ code });
  }

  asked(method: string, outcome: "answered" | "failed", ms: number): void {
    this.#rpc.observe({ method, outcome }, ms / 1000);
  }

  delivered(outcome: string): void {
    this.#deliveries.inc({ outcome });
  }

  webhookParked(): void {
    this.#parked.inc();
  }

  warned(kind: string): void {
    this.#warnings.inc({ kind });
  }

  streams(change: 1 | -1): void {
    this.#streams.inc(change);
  }

  /** To be told by whoever walks over the stored data (patrol, fsck). */
  patrolled(kind: string, findings: number): void {
    this.#patrol.set({ kind }, findings);
  }

  /** One reading for all of these, so that they fit together. */
  #condition(read: () => Gauges): void {
    // Registered first, so that it is asked first: what it sets is read after it.
    new Gauge({
      name: "lianzheng_ready",
      help: "1 when readyz says so",
      registers: [this.registry],
      collect() {
        const now = read();
        this.set(now.ready ? 1 : 0);
        for (const name of Object.keys(gauges) as (keyof typeof gauges)[]) {
          const value = now[name];
          if (value !== undefined) gauges[name].set(value);
        }
        policies.set({ state: "missing" }, now.policies.missing);
        policies.set({ state: "stale" }, now.policies.stale);
        alarms.reset();
        for (const code of now.alarms) alarms.set({ code }, 1);
        webhooks.set({ state: "active" }, now.webhooks.active);
        webhooks.set({ state: "parked" }, now.webhooks.parked);
      },
    });
    const gauges = {
      logSize: this.#gauge("log_size", "Leaves of the newest checkpoint"),
      anchoredSize: this.#gauge("anchored_size", "Leaves of the newest checkpoint that the chain accepted"),
      backlog: this.#gauge("anchor_backlog", "Leaves that no accepted checkpoint holds"),
      backlogAgeSeconds: this.#gauge("anchor_backlog_age_seconds", "How long leaves have been waiting for the chain"),
      chainTip: this.#gauge("chain_tip", "Number of the newest block that the anchor read"),
      waitingRequests: this.#gauge("queue_requests", "Submissions that wait for the disk"),
      freeBytes: this.#gauge("free_bytes", "Free bytes of the node's disk"),
      registryLag: this.#gauge("registry_lag_blocks", "Blocks by which the registry is behind its chain"),
      monitorBehind: this.#gauge("monitor_behind", "1 while records wait for the monitor"),
    } as const;
    const policies = new Gauge({
      name: "lianzheng_policies",
      help: "Documents in force that are missing; 1 while policies cannot be followed on the chain",
      labelNames: ["state"],
      registers: [this.registry],
    });
    const alarms = new Gauge({
      name: "lianzheng_anchor_alarm",
      help: "1 while an alarm of the anchor is on, by code",
      labelNames: ["code"],
      registers: [this.registry],
    });
    const webhooks = new Gauge({
      name: "lianzheng_webhooks",
      help: "Webhooks by state",
      labelNames: ["state"],
      registers: [this.registry],
    });
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name: `lianzheng_${name}`, help, registers: [this.registry] });
  }

  #labelled<Label extends string>(name: string, help: string, label: Label): Counter<Label> {
    return new Counter({ name: `lianzheng_${name}`, help, labelNames: [label], registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `lianzheng_${name}`, help, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `lianzheng_${name}`, help, buckets, registers: [this.registry] });
  }
}
