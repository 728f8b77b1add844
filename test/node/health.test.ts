import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Health } from "@lianzheng/node/telemetry";
import type { HealthParts } from "@lianzheng/node/telemetry";
import { until, withFolder } from "./fixture.ts";

/** A health over facts that a test sets. */
async function withHealth(
  work: (health: Health, facts: Facts, folder: string) => Promise<void> | void,
  more: Partial<HealthParts> = {},
): Promise<void> {
  await withFolder(async (folder) => {
    await mkdir(folder);
    const facts: Facts = { oldestWaitMs: 0, size: 10, backlog: 0, time: 1_000_000 };
    const health = await Health.start({
      ...{ folder, reserveBytes: 1, patienceMs: 1_000, anchorEverySeconds: 60 },
      log: () => ({
        oldestWaitMs: facts.oldestWaitMs,
        ...(facts.failure === undefined ? {} : { failure: facts.failure }),
      }),
      anchor: () => ({
        size: facts.size,
        backlog: facts.backlog,
        ...(facts.fault === undefined ? {} : { fault: facts.fault }),
      }),
      missing: () => facts.missing,
      differs: () => false,
      monotonic: () => facts.time,
      ...more,
    });
    try {
      await work(health, facts, folder);
    } finally {
      await health.close();
    }
  });
}

interface Facts {
  failure?: string;
  fault?: string;
  missing?: string;
  oldestWaitMs: number;
  size: number;
  backlog: number;
  time: number;
}

const codes = (health: Health): readonly string[] => health.reasons().map(({ code }) => code);

describe("a node's health (R-A9)", () => {
  it("is good while nothing is wrong", () =>
    withHealth((health) => {
      expect(codes(health)).to.deep.equal([]);
      expect(health.freeBytes).to.be.greaterThan(0);
    }));

  it("is bad, each with its code, for a failed log, a failing anchor, a place on the chain that is missing, a write that hangs", () =>
    withHealth((health, facts) => {
      facts.failure = "E_READ_ONLY";
      expect(codes(health)).to.deep.equal(["E_READ_ONLY"]);
      delete facts.failure;
      facts.fault = "C_UNREACHABLE";
      facts.missing = "C_NOT_MEMBER";
      expect(codes(health)).to.deep.equal(["C_NOT_MEMBER", "C_UNREACHABLE"]);
      delete facts.fault;
      delete facts.missing;
      facts.oldestWaitMs = 1_001;
      expect(codes(health)).to.deep.equal(["R_WRITE_STUCK"]);
      facts.oldestWaitMs = 0;
      expect(codes(health)).to.deep.equal([]);
    }));

  it("is bad when records have waited over twice the interval, counted from the last anchor", () =>
    withHealth((health, facts) => {
      facts.backlog = 5;
      expect(codes(health)).to.deep.equal([]);
      facts.time += 120_000;
      expect(codes(health)).to.deep.equal([]);
      facts.time += 1;
      expect(codes(health)).to.deep.equal(["R_ANCHOR_LATE"]);
      facts.size = 12;
      expect(codes(health)).to.deep.equal([]);
      facts.time += 120_001;
      expect(codes(health)).to.deep.equal(["R_ANCHOR_LATE"]);
      facts.backlog = 0;
      expect(codes(health)).to.deep.equal([]);
    }));

  it("is bad when the disk is nearly full", () =>
    withHealth(
      (health) => {
        expect(codes(health)).to.deep.equal(["E_STORAGE_FULL"]);
      },
      { reserveBytes: Number.MAX_SAFE_INTEGER },
    ));

  it("is bad while a canary cannot be written, and good again when it can", () =>
    withHealth(async (health, facts, folder) => {
      await rm(join(folder, "canary"));
      await mkdir(join(folder, "canary"));
      facts.time += 10_000;
      await until(() => Promise.resolve(codes(health).includes("R_CANARY") ? true : undefined));
      await rm(join(folder, "canary"), { recursive: true });
      await writeFile(join(folder, "canary"), "");
      facts.time += 10_000;
      await until(() => Promise.resolve(codes(health).length === 0 ? true : undefined));
    }));
});
