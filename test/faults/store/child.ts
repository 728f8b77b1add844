/**
 * The part of a node that keeps records, in a process to be killed: journal, vault, index, tiles and the API on a real port,
 * without a chain, so that it starts several times a second. Argument: a {@link StorePlan} as JSON. Prints one line of JSON
 * with its address; ends with 6 and the code on stderr if it does not open, with 7 when the log takes nothing more, and with
 * 0 after SIGTERM. SIGUSR2 keeps its event loop busy for a second.
 */
import { flushCompileCache } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { createAccess, createApp, defaultApiSettings } from "@lianzheng/node/api";
import type { AppServices } from "@lianzheng/node/api";
import { issueToken } from "@lianzheng/node/config";
import type { Files } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";
import { EvidenceLog } from "@lianzheng/node/log";
import { encodeVerifierKey } from "@lianzheng/sdk/log";
import { createErasureDesk } from "../../../node/src/erasure-desk.ts";
import type { NodeError } from "../../../node/src/errors.ts";
import { buyer, origin, publicKey, seller, signer, vaultKey } from "../../log-node/fixture.ts";
import type { StepName, StorePlan, StoreReady } from "./plan.ts";

const plan = JSON.parse(process.argv[2] ?? "{}") as StorePlan;
let passed = 0;

async function step(name: StepName): Promise<void> {
  const { at } = plan;
  if (name !== at?.step) return;
  passed += 1;
  if (passed !== at.nth) return;
  process.stderr.write(`${JSON.stringify({ reached: name })}\n`);
  if (at.action === "kill") process.kill(process.pid, "SIGKILL");
  if (at.action === "fail") throw Object.assign(new Error("planned failure of a step"), { code: "EIO" });
  await new Promise(() => undefined);
}

function filesOf({ unsynced, syncMs = 0 }: StorePlan): Files {
  if (unsynced !== true && syncMs === 0) return diskFiles;
  const sync = async (really: () => Promise<void>): Promise<void> => {
    if (syncMs > 0) await pause(syncMs);
    if (unsynced !== true) await really();
  };
  return {
    ...diskFiles,
    open: async (path, mode) => {
      const file = await diskFiles.open(path, mode);
      return { ...file, datasync: () => sync(() => file.datasync()) };
    },
    syncDirectory: (directory) => sync(() => diskFiles.syncDirectory(directory)),
  };
}

/** Ends as a node does whose log ended: the code is told, and what was acknowledged lies on the disk. */
function end(exitCode: number, { code, message }: Partial<NodeError>): never {
  process.stderr.write(`${JSON.stringify({ ended: code ?? "none", message })}\n`);
  process.exit(exitCode);
}

let onEnd: (failure: NodeError) => void = () => undefined;
const ended = new Promise<NodeError>((resolve) => (onEnd = resolve));
const { reserveBytes = 0, maxSegmentBytes = 50_000, patrolBytesPerSecond = 0 } = plan;
const log = await EvidenceLog.open({
  ...{ directory: plan.folder, origin, signer, vaultKey, now: Date.now, files: filesOf(plan) },
  ...{ failpoint: step, vaultFailpoint: step, onEnd, reserveBytes, maxSegmentBytes, healthMs: 100 },
  ...{ publication: { entries: "members", everyMs: 100 }, patrolBytesPerSecond, patrolRestMs: 200 },
}).catch((error: unknown) => end(6, error as NodeError));

const members = [seller, buyer] as const;
const issued = members.map((member) =>
  issueToken({ member, scopes: ["submit", "read", "erase"] }, Date.now() - 60_000),
);
const [one, two] = issued as [(typeof issued)[0], (typeof issued)[0]];
const none = `0x${"00".repeat(32)}` as const;
const chain = { chainId: 1, genesis: none, engine: "none", blockNumber: null, notice: "without a chain" };
const services: AppServices = {
  log,
  listing: log,
  proofs: log,
  evidence: {
    anchorOf: () => Promise.resolve(undefined),
    bundleOf: () => Promise.reject(new Error("there is no chain")),
    expectedWaitSeconds: 1,
  },
  erasures: createErasureDesk({ log, owner: seller, retention: { default: { years: 0 }, rules: [] }, now: Date.now }),
  keys: { domain: { chainId: 1, members: `0x${"00".repeat(20)}` }, isLive: () => Promise.resolve(false) },
  condition: {
    status: () =>
      Promise.resolve({
        ...{ origin, owner: seller, logId: none, key: encodeVerifierKey(origin, publicKey), size: log.size, chain },
        ...{ contracts: {}, anchored: null, witnesses: [], policies: { code: null, missing: [] } },
        registry: { block: null, tip: null, code: null },
        anchoring: { healthy: true, code: null, since: null, alarms: [] },
      }),
    readiness: () => {
      const { failure } = log;
      return failure === undefined ? { ready: true, reasons: [] } : { ready: false, reasons: [failure.code] };
    },
  },
  access: createAccess(() => issued.map(({ entry }) => entry)),
  settings: {
    ...defaultApiSettings,
    concurrentSubmissions: plan.concurrentSubmissions ?? defaultApiSettings.concurrentSubmissions,
    requestTimeoutMs: plan.requestTimeoutMs ?? defaultApiSettings.requestTimeoutMs,
  },
  docs: "key",
  logger: pino({ level: "error" }, pino.destination({ dest: 2, sync: true })),
  now: Date.now,
};
const app = await createApp(services);
const url = await app.listen({ host: "127.0.0.1", port: 0 });
// Before anybody is told that it listens: whoever was told may send a signal.
process.on("SIGUSR2", () => {
  const until = performance.now() + 1_000;
  while (performance.now() < until);
});
process.once("SIGTERM", () => {
  void app
    .close()
    .then(() => log.close())
    .then(() => process.exit(0));
});
const ready: StoreReady = { url, tokens: [one.token, two.token] };
process.stdout.write(`${JSON.stringify(ready)}\n`);
// Before it is killed, which leaves no time for it: the next start is quicker.
flushCompileCache();

void ended.then(async (failure) => {
  // As the node does: it goes on reading for a moment, so that whoever asks is told why.
  await pause(300);
  end(7, failure);
});
