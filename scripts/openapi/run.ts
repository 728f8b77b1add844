// `npm run test:openapi`: schemathesis, which was not written here, against a node that runs, once for each kind of token.
// No answer may be a 5xx, and every answer must be one that the description names, in the form that it gives.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startNode } from "@lianzheng/node";
import { addToken, initNode, pathsOf } from "@lianzheng/node/config";
import type { Scope } from "@lianzheng/node/config";
import { pino } from "pino";
import { fetchSchemathesis } from "./schemathesis.ts";

const checks = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance"],
  ...["response_headers_conformance", "response_schema_conformance"],
];

/** Longest that one token is tried, ms; with fewer examples it ends before. */
const patienceMs = 120_000;

const [examples = "12", seed = "1"] = process.argv.slice(2);

interface Caller {
  readonly name: string;
  readonly token?: string;
}

async function main(): Promise<number> {
  const program = fetchSchemathesis();
  if (program === undefined) {
    console.error("\nSKIPPED: schemathesis cannot be had from PyPI here, so the API was NOT tried by it.\n");
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "lianzheng-openapi-"));
  try {
    return await tryNode(program, join(folder, "node"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryNode(program: string, folder: string): Promise<number> {
  const owner = "91460000MA5T000160";
  const made = await initNode({
    folder,
    origin: "log.example/openapi",
    owner,
    chain: "embedded",
    port: 0,
    environment: {},
  });
  const callers = await callersOf(folder, owner, made.adminToken);
  const node = await startNode({ folder, environment: {}, logger: pino({ level: "silent" }) });
  try {
    await fill(node.url, made.adminToken);
    const failed: string[] = [];
    for (const caller of callers) if (!(await fuzz(program, node.url, caller))) failed.push(caller.name);
    console.log(
      failed.length === 0
        ? `\nNo fault found, with ${callers.length} kinds of token.`
        : `\nFAILED: ${failed.join(", ")}`,
    );
    return failed.length === 0 ? 0 : 1;
  } finally {
    await node.close();
  }
}

async function callersOf(folder: string, member: string, all: string): Promise<readonly Caller[]> {
  const kinds: readonly Scope[] = ["read", "submit", "admin"];
  const callers: Caller[] = [];
  for (const scope of kinds) {
    const { token } = await addToken(pathsOf(folder).tokens, { member, scopes: [scope] }, Date.now());
    callers.push({ name: scope, token });
  }
  return [{ name: "every scope", token: all }, ...callers, { name: "no token" }];
}

/** Something for lists and proofs to show. */
async function fill(url: string, token: string): Promise<void> {
  const records = Array.from({ length: 5 }, (_, at) => ({
    ...{ type: "x-test.step", subject: `thing:${at}`, occurredAt: "2026-11-22T09:14:05.120Z" },
    body: { at: String(at) },
  }));
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": "fill" };
  const answer = await fetch(`${url}/v1/records`, { method: "POST", headers, body: JSON.stringify(records) });
  if (answer.status !== 201) throw new Error(`the node did not take the first records: ${answer.status}`);
}

/** The node answers in this process, so the fuzzer runs beside it. */
async function fuzz(program: string, url: string, { name, token }: Caller): Promise<boolean> {
  console.log(`\n━━ ${name}`);
  const args = [
    ...["run", `${url}/docs/openapi.json`, "--checks", checks.join(","), "--max-examples", examples, "--seed", seed],
    ...[
      "--phases",
      "examples,coverage,fuzzing",
      "--request-timeout",
      "20",
      "--no-color",
      "--generation-database",
      "none",
      // What a path may not hold is left out of what is made: that is no fault of the API.
      "--suppress-health-check",
      "filter_too_much",
    ],
    ...(token === undefined ? [] : ["--header", `Authorization: Bearer ${token}`]),
  ];
  return await ended(program, args);
}

async function ended(program: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], timeout: patienceMs });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  if (signal !== null) console.error(`ended after ${patienceMs / 1000} s, before everything was tried`);
  return code === 0;
}

process.exitCode = await main();
