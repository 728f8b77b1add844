/** The servers that are held against each other, each in a process of its own. */
import { createHash } from "node:crypto";
import { openSync } from "node:fs";
import { join } from "node:path";
import canonicalize from "canonicalize";
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { Level } from "level";
import { pino } from "pino";
import type { Logger } from "pino";
import { startNode } from "@lianzheng/node";
import { createAccess, createApp, defaultApiSettings } from "@lianzheng/node/api";
import type { AppServices, RecordLog } from "@lianzheng/node/api";
import { initNode, issueToken } from "@lianzheng/node/config";

/** What a server tells its parent. */
export interface Served {
  readonly url: string;
  readonly token: string;
}

/** What a server has used so far, in ms of processor time. */
export interface Used {
  readonly userMs: number;
  readonly systemMs: number;
}

const owner = "91460000MA5T000160";

/** Lines of the log go where an operator's would, to a file: writing them is part of the work. */
function loggerIn(folder: string): Logger {
  return pino({ level: "info" }, pino.destination({ dest: openSync(join(folder, "..", "log"), "a"), sync: true }));
}

/** The node as it is installed, with its embedded chain, which anchors meanwhile. */
async function serveNode(folder: string): Promise<Served> {
  const environment = {};
  const rules = { origin: "bench.example/http", owner, port: 0, keystoreCost: 1024, environment };
  const made = await initNode({ folder, chain: "embedded", ...rules });
  const { url } = await startNode({ folder, environment, logger: loggerIn(folder) });
  return { url, token: made.adminToken };
}

/** A log that answers at once and keeps nothing. */
function noLog(): RecordLog {
  const id = `0x${"11".repeat(32)}` as const;
  const checkpoint = `bench.example/http\n1\n${"A".repeat(43)}=\n\n— bench.example/http ${"A".repeat(92)}\n`;
  const receivedAt = new Date().toISOString();
  let size = 0;
  return {
    submit: (submissions) => {
      const records = submissions.map(({ subject }) => ({ id, index: size++, subject, sequence: 0, receivedAt }));
      return Promise.resolve({ receipt: { records, checkpoint }, replayed: false });
    },
    checkpoint: () => checkpoint,
    recordById: () => Promise.resolve(undefined),
    recordAt: () => Promise.resolve(undefined),
    indexesOf: () => Promise.resolve([]),
    readResource: () => Promise.resolve(undefined),
  };
}

/** The very same route, with the same hooks, reading, disclosures and answer, in front of a log that stores nothing. */
async function serveNothing(folder: string): Promise<Served> {
  const { token, entry } = issueToken({ member: owner, scopes: ["submit", "read"] }, Date.now());
  const tokens = [entry];
  const unasked = (): never => {
    throw new TypeError("nobody asks this here");
  };
  const services: AppServices = {
    log: noLog(),
    evidence: { anchorOf: unasked, bundleOf: unasked, expectedWaitSeconds: 1 },
    keys: { domain: { chainId: 1, members: `0x${"11".repeat(20)}` }, isLive: unasked },
    condition: { status: unasked, readiness: unasked },
    access: createAccess(() => tokens),
    settings: defaultApiSettings,
    docs: "open",
    logger: loggerIn(folder),
    now: Date.now,
  };
  const app = await createApp(services);
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), token };
}

/** The schema says of the record what the node's decoder checks, so that both refuse about the same. */
const recordSchema = {
  type: "object",
  required: ["type", "subject", "occurredAt", "body"],
  additionalProperties: false,
  properties: {
    type: { type: "string", maxLength: 64 },
    subject: { type: "string", maxLength: 200 },
    occurredAt: { type: "string", maxLength: 24 },
    body: { type: "object", minProperties: 1, maxProperties: 256 },
  },
} as const;
const bodySchema = { anyOf: [recordSchema, { type: "array", items: recordSchema, minItems: 1, maxItems: 1000 }] };

/** Fastify as it comes, with JSON.parse, a schema and a handler. */
async function servePlain(handle: (record: object) => Promise<string> | string): Promise<Served> {
  const app: FastifyInstance = Fastify({ bodyLimit: 8 * 1024 * 1024 });
  app.addContentTypeParser("application/x-ndjson", { parseAs: "string" }, (_request, body, done) => {
    done(
      null,
      String(body)
        .split("\n")
        .filter(Boolean)
        .map((line): unknown => JSON.parse(line)),
    );
  });
  app.post<{ Body: object | readonly object[] }>(
    "/v1/records",
    { schema: { body: bodySchema } },
    async (incoming, reply) => {
      const ids: string[] = [];
      for (const record of [incoming.body].flat()) {
        const id = handle(record);
        ids.push(typeof id === "string" ? id : await id);
      }
      return reply.code(201).send({ ids });
    },
  );
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), token: "none" };
}

let answered = 0;

/** Parses, checks, answers: no evidence, no log lines, no access, nothing stored. */
function servePlainNothing(): Promise<Served> {
  return servePlain(() => {
    answered += 1;
    return String(answered).padStart(64, "0");
  });
}

/** Canonical JSON, SHA-256, one synced put of LevelDB for each record. */
async function serveSyncedPuts(folder: string): Promise<Served> {
  const level = new Level<string, string>(folder);
  await level.open();
  return await servePlain(async (record) => {
    const text = canonicalize(record) ?? "";
    const id = createHash("sha256").update(text).digest("hex");
    await level.put(id, text, { sync: true });
    return id;
  });
}

/** All servers, ours first. */
export const servers = {
  node: { name: "Lianzheng node", serve: serveNode },
  nothing: { name: "the same route, storing nothing", serve: serveNothing },
  plain: { name: "bare Fastify with a schema, storing nothing", serve: servePlainNothing },
  synced: { name: "Fastify, one synced LevelDB put per record", serve: serveSyncedPuts },
} as const;
export type ServerName = keyof typeof servers;

if (process.send !== undefined && process.argv[2] !== undefined) {
  const [, , name, folder = ""] = process.argv;
  const served = await servers[name as ServerName].serve(folder);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ userMs: user / 1000, systemMs: system / 1000 } satisfies Used);
  });
  process.on("disconnect", () => process.exit());
  process.send(served);
}
