import { join } from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { Level } from "level";
import { startNode } from "@lianzheng/node";
import { toHex } from "@lianzheng/sdk/encoding";
import { keyOf, seal, unseal } from "../../node/src/registry/keys.ts";
import type { LogRow } from "../../node/src/registry/rows.ts";
import { lianzheng } from "../cli/command.ts";
import { networkHelpers, world } from "../contracts/fixture.ts";
import { callerOf, init, owner, silent, until, withFolder as withNodeFolder, withNode } from "../node/fixture.ts";
import { deploymentOf, openRegistry, quietLogger, withFolder } from "./scene.ts";
import { busyStory } from "./story.ts";

/** Changes a row behind the registry's back, sealed as a good one is: only the contract can tell. */
async function falsify(views: string, table: string, id: string, change: (row: object) => object): Promise<void> {
  const database = new Level<string, Buffer>(views, { valueEncoding: "buffer" });
  try {
    const key = keyOf("r", table, id);
    const kept = unseal(key, (await database.get(key))!) as { row: object };
    await database.put(key, seal(key, { ...kept, row: change(kept.row) }));
  } finally {
    await database.close();
  }
}

const busy = async () => await busyStory(await world());

describe("registry, when a row is not what the contract says", function () {
  this.timeout(60_000);

  it("names the row, the field and both values, whichever table it is in, and mends nothing", async () => {
    const { world: law } = await networkHelpers.loadFixture(busy);
    const deployment = await deploymentOf(law);
    await withFolder(async (folder) => {
      const first = await openRegistry(deployment, folder);
      await first.follow();
      const reading = await first.read();
      const cases = [
        ["members", "tier", "/tier"],
        ["rights", "uses", "/uses"],
        ["trades", "count", "/count"],
        ["attestations", "recordedAt", "/recordedAt"],
        ["subjects", "number", "/number"],
      ] as const;
      const falsified: (readonly [string, string, string])[] = [];
      for (const [table, field] of cases)
        falsified.push([table, (await reading.idsFrom(table, "", 1))[0]!, field] as const);
      await reading.close();
      await first.close();
      for (const [table, id, field] of falsified)
        await falsify(join(folder, "views"), table, id, (row) => ({ ...row, [field]: 77 }));
      const logger = quietLogger();
      const registry = await openRegistry(deployment, folder, { logger });
      try {
        for (let times = 0; times < 2; times += 1) {
          const { differences } = await registry.check();
          for (const [at, [table, id]] of falsified.entries()) {
            const found = differences.filter((one) => one.table === table && one.id === id);
            expect(
              found.some(
                ({ field, registry: mine, contract }) => field === cases[at]![2] && mine === 77 && contract !== 77,
              ),
              `${table} ${id}`,
            ).to.equal(true);
          }
          expect(new Set(differences.map(({ table, id }) => `${table} ${id}`)).size).to.equal(cases.length);
          expect(registry.status.check).to.include({ state: "differs", code: "REGISTRY_DIFFERS" });
        }
        expect(logger.lines.filter((line) => line.includes("REGISTRY_DIFFERS")).length).to.be.greaterThan(4);
      } finally {
        await registry.close();
      }
    });
  });

  it("tells of a log of its own that the chain accepted in another form, or longer than it is", async () => {
    const { world: law } = await networkHelpers.loadFixture(busy);
    const deployment = await deploymentOf(law);
    const own = await withFolder(async (folder) => {
      const registry = await openRegistry(deployment, folder);
      await registry.follow();
      const reading = await registry.read();
      const found: LogRow[] = [];
      for await (const [, { row }] of reading.rows("logs")) found.push(row);
      await reading.close();
      await registry.close();
      return found.find(({ root }) => root !== null)!;
    });
    const other = new Uint8Array(32).fill(9);
    const fieldsOf = async (size: number, root: Uint8Array): Promise<readonly unknown[]> =>
      withFolder(async (folder) => {
        const ownLog = { logId: own.logId as `0x${string}`, size, rootAt: () => Promise.resolve(root) };
        const registry = await openRegistry(deployment, folder, { ownLog });
        try {
          await registry.follow();
          const { differences } = await registry.check();
          return differences.map(({ table, field, registry: mine }) => [table, field, mine]);
        } finally {
          await registry.close();
        }
      });
    expect(await fieldsOf(own.size, other)).to.deep.equal([["logs", "/root", toHex(other)]]);
    expect(await fieldsOf(own.size - 1, other)).to.deep.equal([["logs", "/size", own.size - 1]]);
  });

  it("says REGISTRY_DIFFERS in readyz, and lianzheng registry check ends with 5", () =>
    withNodeFolder(async (folder) => {
      const { adminToken } = await init(folder);
      await withNode(folder, async (node) => {
        const caller = callerOf(node, adminToken);
        await until(async () => {
          const answer = await caller.get(`/v1/members/${owner}`);
          return answer.status === 200 ? true : undefined;
        });
      });
      await falsify(join(folder, "registry", "views"), "members", owner, (row) => ({ ...row, tier: "gold" }));
      const damaged = await lianzheng(["registry", "check", folder, "--json"]);
      expect(damaged.exitCode, damaged.stderr).to.equal(5);
      const told = JSON.parse(damaged.stdout) as { differences: object[] };
      expect(told).to.deep.include({ result: "damaged", code: "REGISTRY_DIFFERS" });
      expect(told.differences).to.have.length(1);
      expect(told.differences[0]).to.include({ table: "members", id: owner, field: "/tier", registry: "gold" });

      const settings = join(folder, "lianzheng.json");
      const read = JSON.parse(await readFile(settings, "utf8")) as object;
      const registry = { pollMs: 1000, undoBlocks: 256, checkSeconds: 1 };
      await writeFile(settings, JSON.stringify({ ...read, registry }));
      const node = await startNode({ folder, logger: silent, environment: {} });
      try {
        const reasons = await until(async () => {
          const answer = await fetch(`${node.url}/readyz`);
          const body = (await answer.json()) as { reasons?: string[] };
          return answer.status === 503 && body.reasons?.includes("REGISTRY_DIFFERS") === true
            ? body.reasons
            : undefined;
        });
        expect(reasons).to.deep.equal(["REGISTRY_DIFFERS"]);
        expect((await callerOf(node, adminToken).get("/v1/members")).status).to.equal(200);
      } finally {
        await node.close();
      }
    }));
});
