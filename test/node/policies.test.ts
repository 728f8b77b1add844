import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { verifyRefusal } from "@lianzheng/sdk/refusal";
import { callerOf, init, origin, owner, recordOf, until, withFolder, withNode } from "./fixture.ts";

describe("a node's rules", () => {
  it("refuse by what is built in, with a note that the log's published key verifies, before and after a restart", () =>
    withFolder(async (folder) => {
      const { adminToken: token } = await init(folder);
      let note = "";
      await withNode(folder, async (node) => {
        const { submit, get } = callerOf(node, token);
        const bad = { ...recordOf("trade:1"), type: "trade.contract", body: { price: 5 } };
        const refused = await submit(bad, "bad-1");
        expect(refused.status).to.equal(422);
        const problem = (await refused.json()) as {
          code: string;
          field: string;
          refusal: { note: string; record: string };
        };
        expect(problem).to.include({ code: "E_SCHEMA" });
        const { key, logId } = (await (await get("/v1/status")).json()) as { key: string; logId: `0x${string}` };
        const { refusal } = verifyRefusal(problem.refusal.note, { logs: [{ origin, key, logId, owner }] });
        expect(refusal).to.deep.include({ code: "E_SCHEMA", member: owner, recordType: "trade.contract" });
        ({ note } = problem.refusal);
        const evidence = await until(async () => {
          const answer = await get(`/v1/records/${problem.refusal.record}/evidence`);
          return answer.status === 200 ? ((await answer.json()) as { records: unknown[] }) : undefined;
        });
        expect(evidence.records, "anchored like any record").to.have.length(1);
        const { block } = (await (await get("/v1/policies?limit=1")).json()) as { block: { number: number } | null };
        expect(block?.number).to.be.greaterThan(0);
      });
      expect(await readdir(join(folder, "policies"))).to.deep.equal(["state.json"]);
      await withNode(folder, async (node) => {
        const { get } = callerOf(node, token);
        const { items } = (await (await get("/v1/refusals")).json()) as { items: { body: { note: string } }[] };
        expect(items.map(({ body }) => body.note)).to.deep.equal([note]);
      });
    }));
});
