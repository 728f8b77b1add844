import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { callerOf, init, recordOf, until, withFolder, withNode } from "./fixture.ts";

const base = { severity: "critical", types: ["x-test.step"] };
const rules = {
  ...{ format: "lianzheng-monitor", version: 1 },
  rules: [
    { ...base, id: "right", kind: "expired-right", title: { en: "No such right", zh: "授权无效" }, member: "right" },
    { ...base, id: "core", kind: "core-grade", title: { en: "Core", zh: "核心" }, member: "grade", grades: ["core"] },
  ],
};

interface Warnings {
  readonly items: readonly {
    readonly rule: { readonly id: string };
    readonly facts: Readonly<Record<string, unknown>>;
  }[];
}

describe("a node with a monitor", () => {
  it("asks its registry for rights, warns once over restarts, and shows warnings, events and metrics", () =>
    withFolder(async (folder) => {
      const made = await init(folder);
      await writeFile(join(folder, "monitor.json"), JSON.stringify(rules));
      const right = `0x${"12".repeat(32)}`;
      const warningsOf = (get: (path: string) => Promise<Response>): Promise<Warnings["items"]> =>
        until(async () => {
          const { items } = (await (await get("/v1/warnings")).json()) as Warnings;
          return items.length === 2 ? items : undefined;
        });
      const first = await withNode(folder, async (node) => {
        const { submit, get } = callerOf(node, made.adminToken);
        const records = [
          { ...recordOf("thing:1"), body: { right } },
          { ...recordOf("thing:2"), body: { grade: "core" } },
        ];
        expect((await submit(records, "k1")).status).to.equal(201);
        const items = await warningsOf(get);
        expect(items.map(({ rule }) => rule.id)).to.deep.equal(["right", "core"]);
        expect(items[0]?.facts).to.deep.include({ right, validity: "unknown", source: "registry" });
        expect(items[0]?.facts["block"]).to.be.a("number").and.be.greaterThan(0);
        const metrics = await (await get("/metrics")).text();
        expect(metrics).to.contain('lianzheng_warnings_total{kind="core-grade"} 1');
        expect(metrics).to.match(/lianzheng_rpc_seconds_count\{method="eth_\w+",outcome="answered"\} \d/);
        return items;
      });
      await withNode(folder, async (node) => {
        const { get } = callerOf(node, made.adminToken);
        expect(await warningsOf(get)).to.deep.equal(first);
        const { size } = (await (await get("/v1/status")).json()) as { readonly size: number };
        expect(size).to.equal(4);
      });
    }));
});
