import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { NodeInit } from "@lianzheng/node/config";
import { NodeError } from "../../node/src/errors.ts";

/** A member with a right check character. */
export const owner = "91460000MA5T000160";

/** scrypt's N in tests: the real one would take half a second for each key. */
export const keystoreCost = 1024;

/** What a node of these tests is set up with. */
export function initOf(folder: string, more: Partial<NodeInit> = {}): NodeInit {
  return { folder, origin: "log.example/test", owner, chain: "embedded", keystoreCost, environment: {}, ...more };
}

/** Runs `work` with a new folder and removes it afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), "lianzheng-config-"));
  try {
    return await work(join(parent, "node"));
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** The NodeError that `work` is refused with; fails when it is not refused. */
export async function refusalOf(work: Promise<unknown>): Promise<NodeError> {
  const outcome = await work.then(
    () => "done",
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(NodeError);
  return outcome as NodeError;
}
