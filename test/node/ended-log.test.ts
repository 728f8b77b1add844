import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { callerOf, init, recordOf, withFolder, withNode } from "./fixture.ts";

describe("a node whose log can write no more", () => {
  it("takes nothing, says why, reads on, and is whole after the next start", () =>
    withFolder(async (folder) => {
      const made = await init(folder);
      const id = await withNode(folder, async (node) => {
        const { get, submit } = callerOf(node, made.adminToken);
        const { records } = (await (await submit(recordOf("thing:1"), "k1")).json()) as { records: { id: string }[] };
        // What another process does that takes the journal for its own.
        await rm(join(folder, "journal", "LOCK"));
        for (const key of ["k2", "k3"]) {
          const refused = await submit(recordOf("thing:1", 2), key);
          expect([refused.status, ((await refused.json()) as { code: string }).code]).to.deep.equal([
            503,
            "JOURNAL_LOCK_LOST",
          ]);
        }
        expect((await node.failed).code).to.equal("JOURNAL_LOCK_LOST");
        const ready = await get("/readyz");
        expect(ready.status).to.equal(503);
        expect(await ready.text()).to.contain("JOURNAL_LOCK_LOST");
        expect((await get(`/v1/records/${String(records[0]?.id)}`)).status).to.equal(200);
        return String(records[0]?.id);
      });
      await withNode(folder, async (node) => {
        const { get, submit } = callerOf(node, made.adminToken);
        expect((await get(`/v1/records/${id}`)).status).to.equal(200);
        expect((await submit(recordOf("thing:1", 2), "k2")).status).to.equal(201);
      });
    })).timeout(30_000);
});
