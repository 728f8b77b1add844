import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeyPairSync, sign } from "node:crypto";
import { Writable } from "node:stream";
import { expect } from "chai";
import type { RouteOptions } from "fastify";
import { pino } from "pino";
import { createAccess, createApp, defaultApiSettings } from "@lianzheng/node/api";
import type { App, AppServices, ApiSettings, EvidenceDesk, MemberKeys, RecordLog, Scope } from "@lianzheng/node/api";
import { issueToken } from "@lianzheng/node/config";
import type { RetentionSettings, TokenEntry } from "@lianzheng/node/config";
import { EventFeed, usualRetries, Webhooks, WebhookStore } from "@lianzheng/node/events";
import type { RetryRules, TargetRules } from "@lianzheng/node/events";
import { EvidenceLog } from "@lianzheng/node/log";
import { decodeRules, Monitor, WarningDesk } from "@lianzheng/node/monitor";
import { NodeMetrics } from "@lianzheng/node/telemetry";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Bundle } from "@lianzheng/sdk/evidence";
import { createNoteSigner, encodeProof, encodeVerifierKey } from "@lianzheng/sdk/log";
import { ChainError } from "../../node/src/chain-error.ts";
import { createErasureDesk } from "../../node/src/erasure-desk.ts";
import { scopes } from "../../node/src/scopes.ts";
import { AnswerCheck } from "./described.ts";

export const origin = "log.example/api";

/** Members of these tests: the operator of the node, two that use it, one that nobody knows. */
export const members = {
  operator: "91460000MA5T000160",
  venue: "91460000MA5T00024T",
  broker: "91460000MA5T00032M",
} as const;

/** When all of this happens, ms. */
export const now = Date.parse("2026-11-22T10:00:00.000Z");

/** A record of `subject`, as a member submits it. */
export function recordOf(subject: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const body = { price: "128000.00", currency: "CNY" };
  return { type: "trade.contract", subject, occurredAt: "2026-11-22T09:14:05.120Z", body, ...more };
}

/** What a problem holds, as far as tests look at it. */
export interface ProblemBody {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly field?: string;
  readonly requestId: string;
}

/** What a submission is answered with. */
export interface ReceiptBody {
  readonly records: readonly { id: string; index: number; subject: string; sequence: number; receivedAt: string }[];
  readonly checkpoint: string;
}

export type Answer = Awaited<ReturnType<App["inject"]>>;

/** Anchors by decree: the chain has its own tests, and test/node goes the whole way. */
export class DecreedAnchors implements EvidenceDesk {
  /** Leaves that are anchored. */
  size = 0;
  readonly expectedWaitSeconds = 7;
  readonly #log: EvidenceLog;

  constructor(log: EvidenceLog) {
    this.#log = log;
  }

  anchorOf(index: number): ReturnType<EvidenceDesk["anchorOf"]> {
    const hash = `0x${"11".repeat(32)}` as const;
    const anchor = { size: this.size, transaction: hash, blockNumber: 3, blockHash: hash };
    return Promise.resolve(index < this.size ? anchor : undefined);
  }

  async bundleOf(indexes: readonly number[]): Promise<Bundle> {
    if (indexes.some((index) => index >= this.size)) throw new ChainError("C_NOT_ANCHORED", "not anchored");
    const records = await Promise.all(indexes.map((index) => this.#record(index)));
    const event = {
      contract: `0x${"22".repeat(20)}`,
      transaction: `0x${"33".repeat(32)}`,
      header: "0xc0",
      receiptIndex: 0,
      receiptProof: ["0xc0"],
      logIndex: 0,
    } as const;
    const anchor = { chainId: 1, genesis: `0x${"44".repeat(32)}`, logId: `0x${"55".repeat(32)}`, event } as const;
    return { format: "lianzheng-evidence", version: 1, records, anchor, law: {} };
  }

  async #record(index: number): Promise<Bundle["records"][number]> {
    const record = await this.#log.recordAt(index);
    if (record === undefined) throw new TypeError(`no record ${index}`);
    const hashes = await this.#log.inclusionProof(index, this.size);
    const checkpoint = (await this.#log.checkpointAt(this.size)) ?? "";
    return { entry: record.entry, disclosures: record.disclosures, proof: encodeProof({ index, hashes, checkpoint }) };
  }
}

/** The keys that the chain knows, for tests without a chain. */
export class KnownKeys implements MemberKeys {
  readonly domain = { chainId: 20260, members: `0x${"aa".repeat(20)}` } as const;
  readonly live = new Set<string>();

  isLive(member: string, key: string): Promise<boolean> {
    return Promise.resolve(this.live.has(`${member} ${key}`));
  }
}

/** An API over a real log in a temporary folder. */
export interface TestApi {
  readonly app: App;
  readonly log: EvidenceLog;
  readonly anchors: DecreedAnchors;
  readonly keys: KnownKeys;
  readonly feed: EventFeed;
  readonly webhooks: Webhooks;
  readonly metrics: NodeMetrics;
  readonly routes: readonly RouteOptions[];
  /** What was answered otherwise than the description of the API says; looked at when the API is closed. */
  readonly faults: readonly string[];
  /** Lines of the node's log. */
  readonly lines: string[];
  readonly token: (member: string, scopes?: readonly Scope[]) => string;
  /** Tokens of the venue with every scope that are refused: `expired`, `not yet valid`, `revoked`. */
  readonly special: ReadonlyMap<string, string>;
  readonly revokeAll: () => void;
  readonly submit: (token: string, body: unknown, key?: string) => Promise<Answer>;
  readonly get: (url: string, token?: string) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** What a test may want otherwise. */
export interface ApiOptions {
  readonly settings?: Partial<ApiSettings>;
  /** Puts something between the API and its log. */
  readonly wrap?: (log: EvidenceLog) => RecordLog;
  readonly ready?: () => boolean;
  readonly retries?: Partial<RetryRules>;
  readonly targets?: Partial<TargetRules>;
  readonly heartbeatMs?: number;
  readonly docs?: AppServices["docs"];
  readonly retention?: RetentionSettings;
  /** Services over those of the fixture, for the resources of other rooms. */
  readonly services?: (log: EvidenceLog) => Partial<AppServices>;
  /** The services of the test are stubs that answer nothing real: answers are not held against the description. */
  readonly hasStubs?: true;
  /** Awaited each time that the API asks for the node's status. */
  readonly beforeStatus?: () => Promise<void>;
}

/** Everything may be erased at once. */
const noRetention: RetentionSettings = { default: { years: 0 }, rules: [] };

/** Tokens that are refused, and why. */
const refusedTokens = {
  expired: { from: now - 1000, until: now, revoked: null },
  "not yet valid": { from: now + 1, until: null, revoked: null },
  revoked: { from: now - 1000, until: null, revoked: now - 1 },
} as const;

/** Issues tokens as they are asked for; the same question gets the same token. */
class TestTokens {
  entries: readonly TokenEntry[] = [];
  readonly special: ReadonlyMap<string, string>;
  readonly #made = new Map<string, string>();

  constructor() {
    this.special = new Map(
      Object.entries(refusedTokens).map(([name, times]) => [name, this.#add(members.venue, [...scopes], times)]),
    );
  }

  of(member: string, granted: readonly Scope[] = ["submit", "read"]): string {
    const name = `${member} ${granted.join(" ")}`;
    const token = this.#made.get(name) ?? this.#add(member, granted, { from: 0, until: null, revoked: null });
    this.#made.set(name, token);
    return token;
  }

  /** Every token is revoked from now on. */
  revokeAll(): void {
    this.entries = this.entries.map((entry) => ({ ...entry, revoked: now }));
  }

  #add(member: string, granted: readonly Scope[], times: Pick<TokenEntry, "from" | "until" | "revoked">): string {
    const { token, entry } = issueToken({ member, scopes: granted }, now);
    this.entries = [...this.entries, { ...entry, ...times }];
    return token;
  }
}

/** One rule: data of the core grade is not traded. */
const rules = {
  ...{ format: "lianzheng-monitor", version: 1 },
  rules: [
    {
      ...{
        id: "core",
        kind: "core-grade",
        severity: "critical",
        title: { en: "Core data traded", zh: "核心数据交易" },
      },
      ...{ types: ["trade.contract"], member: "grade", grades: ["core"] },
    },
  ],
};

/** Opens an API; {@link withApi} closes it again. */
async function openApi(options: ApiOptions): Promise<TestApi> {
  const directory = await mkdtemp(join(tmpdir(), "lianzheng-api-"));
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = new Uint8Array(Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url"));
  const signer = createNoteSigner(origin, raw, (message) => new Uint8Array(sign(null, message, privateKey)));
  const grown = { tell: (): void => undefined };
  const log = await EvidenceLog.open({
    directory,
    origin,
    signer,
    vaultKey: new Uint8Array(32),
    now: () => now,
    onCommit: () => grown.tell(),
  });
  const feed = new EventFeed(log, members.operator);
  grown.tell = () => feed.grown();
  const metrics = new NodeMetrics(() => gaugesOf(log));
  const told: string[] = [];
  const webhooks = await Webhooks.open({
    ...{ feed, resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]), now: Date.now },
    store: new WebhookStore(join(directory, "webhooks")),
    rules: { allowHosts: null, internalHosts: [], ports: [443], allowLoopback: true, ...options.targets },
    retries: { ...usualRetries, ...options.retries },
    attempted: (_webhook, { outcome }) => metrics.delivered(outcome),
    parked: (_webhook, code) => told.push(code),
    failed: (_webhook, error) => told.push(String(error)),
    sealingKey: () => Promise.resolve(new Uint8Array(32).fill(7)),
    perMember: 16,
    damaged: (files) => told.push(...files),
  });
  const monitor = await Monitor.open({
    ...{ directory: join(directory, "monitor"), owner: members.operator, feed, log, now: () => now },
    rules: decodeRules(Buffer.from(JSON.stringify(rules)), "monitor.json"),
    law: {
      right: () => Promise.resolve({ validity: "valid", block: 1 }),
      product: () => Promise.resolve(undefined),
      trade: () => Promise.resolve(undefined),
    },
    raised: ({ kind }) => metrics.warned(kind),
    failed: (error) => told.push(String(error)),
  });
  monitor.start();
  const tokens = new TestTokens();
  const [lines, routes]: [string[], RouteOptions[]] = [[], []];
  const answers = new AnswerCheck();
  const anchors = new DecreedAnchors(log);
  const keys = new KnownKeys();
  const app = await createApp({
    log: options.wrap?.(log) ?? log,
    evidence: anchors,
    erasures: createErasureDesk({
      log,
      owner: members.operator,
      retention: options.retention ?? noRetention,
      now: () => now,
    }),
    keys,
    condition: {
      status: async () => {
        await options.beforeStatus?.();
        return statusOf(log, encodeVerifierKey(origin, raw));
      },
      readiness: () =>
        options.ready?.() === false ? { ready: false, reasons: ["of a test"] } : { ready: true, reasons: [] },
    },
    events: {
      source: feed,
      limits: { perMember: 2, inAll: 4, heartbeatMs: options.heartbeatMs ?? 15_000 },
      webhooks,
    },
    warnings: new WarningDesk(monitor, log, members.operator, () => now),
    metrics: {
      access: "monitor",
      read: async () => ({ text: await metrics.text(), mediaType: metrics.contentType }),
      answered: (request) => metrics.answered(request),
    },
    access: createAccess(() => tokens.entries),
    settings: { ...defaultApiSettings, ...options.settings },
    docs: options.docs ?? "open",
    listing: log,
    proofs: log,
    verification: { ownPolicy: () => undefined },
    logger: pino({ level: "debug" }, lineSink(lines)),
    now: () => now,
    onRoute: (route) => {
      routes.push(route);
      answers.watch(route);
    },
    ...options.services?.(log),
  });
  answers.describedBy(app);
  let count = 0;
  return {
    app,
    log,
    anchors,
    keys,
    feed,
    webhooks,
    metrics,
    routes,
    faults: answers.faults,
    lines,
    special: tokens.special,
    token: (member, granted) => tokens.of(member, granted),
    revokeAll: () => tokens.revokeAll(),
    submit: (token, body, key = `key-${(count += 1)}`) =>
      app.inject({
        method: "POST",
        url: "/v1/records",
        headers: { ...bearer(token), "content-type": "application/json", "idempotency-key": key },
        payload: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    get: (url, token) => app.inject({ method: "GET", url, headers: bearer(token) }),
    close: async () => {
      await app.close();
      feed.close();
      await webhooks.close();
      await monitor.close();
      await log.close();
      await rm(directory, { recursive: true });
      // Whatever a test is about: what the API answered is what its description says.
      if (answers.faults.length > 0 && options.hasStubs !== true) throw new Error(answers.faults.join("\n"));
    },
  };
}

/** Runs `work` with an API of its own. */
export async function withApi<T>(work: (api: TestApi) => Promise<T>, options: ApiOptions = {}): Promise<T> {
  const api = await openApi(options);
  try {
    return await work(api);
  } finally {
    await api.close();
  }
}

/** The field with a token, or none. */
export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** The problem in an answer, after checking what every problem has. */
export function problemIn(answer: Answer): ProblemBody {
  const problem = answer.json<ProblemBody>();
  expect(answer.headers["content-type"]).to.match(/^application\/problem\+json/);
  expect(problem).to.include.keys("code", "status", "title", "detail", "requestId");
  expect(problem.status).to.equal(answer.statusCode);
  expect(answer.headers["x-request-id"]).to.equal(problem.requestId);
  expect(answer.body).not.to.match(/\bat .*\.[jt]s:\d|node_modules/);
  return problem;
}

/** The receipt in an answer that accepted something. */
export function receiptIn(answer: Answer, status = 201): ReceiptBody {
  expect(answer.statusCode, answer.body).to.equal(status);
  return answer.json<ReceiptBody>();
}

function lineSink(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
}

function statusOf(
  log: EvidenceLog,
  key: string,
): Awaited<ReturnType<Parameters<typeof createApp>[0]["condition"]["status"]>> {
  return {
    origin,
    owner: members.operator,
    logId: toHex(new Uint8Array(32).fill(1)),
    key,
    size: log.size,
    chain: {
      chainId: 1,
      genesis: toHex(new Uint8Array(32).fill(2)),
      engine: "test",
      blockNumber: null,
      notice: "a test",
    },
    contracts: {},
    anchored: null,
    anchoring: { healthy: true, code: null, since: null, alarms: [] },
    witnesses: [],
    registry: { block: null, tip: null, code: null },
    policies: { code: null, missing: [] },
  };
}

function gaugesOf(log: EvidenceLog): ReturnType<ConstructorParameters<typeof NodeMetrics>[0]> {
  const quiet = { alarms: [], policies: { missing: 0, stale: 0 } };
  const none = { anchoredSize: 0, backlog: log.size, backlogAgeSeconds: 0, waitingRequests: 0 };
  return { ...none, logSize: log.size, ready: true, webhooks: { active: 0, parked: 0 }, ...quiet };
}
