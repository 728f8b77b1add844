import { expect } from "chai";
import { ClientError, NodeClient } from "@lianzheng/sdk/client";
import { fromHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { leafDigest, rootFromPath, verifyConsistency } from "@lianzheng/sdk/log";
import { members, receiptIn, recordOf, withApi } from "../api/fixture.ts";
import type { TestApi } from "../api/fixture.ts";

/** A client of a node that listens; seven records are there. */
async function withClient(work: (client: NodeClient, api: TestApi) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    for (let at = 0; at < 7; at += 1) {
      receiptIn(await api.submit(api.token(members.venue), recordOf(`trade:${at % 2}`, { body: { at } })));
    }
    const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
    await work(new NodeClient({ url, token: api.token(members.venue) }), api);
  });
}

const digest = (hex: Hex): Uint8Array => fromHex(hex, 32);

describe("a client that reads", () => {
  it("walks through a list to its end", () =>
    withClient(async (client) => {
      const found: number[] = [];
      let page = await client.records({ subject: "trade:1", limit: 2 });
      found.push(...page.items.map(({ index }) => index));
      while (page.next !== null) {
        page = await client.records({ subject: "trade:1", limit: 2, cursor: page.next });
        found.push(...page.items.map(({ index }) => index));
      }
      expect(found).to.deep.equal([1, 3, 5]);
      expect((await client.records()).items).to.have.length(7);
    }));

  it("gets proofs that hold", () =>
    withClient(async (client, { log }) => {
      const { items } = await client.records();
      const proof = await client.inclusionProof(items[3]!.id);
      const leaf = leafDigest(utf8((await log.recordAt(3))?.entry ?? ""));
      expect(rootFromPath(leaf, 3, 7, proof.hashes)).to.deep.equal(await log.rootAt(7));
      const { from, to, fromRoot, toRoot, hashes } = await client.consistencyProof(3);
      verifyConsistency(from, digest(fromRoot), to, digest(toRoot), hashes.map(digest));
      expect([from, to]).to.deep.equal([3, 7]);
      expect((await client.consistencyProof(2, 5)).to).to.equal(5);
    }));

  it("hands on what the node refuses", () =>
    withClient(async (client) => {
      const codeOf = (work: Promise<unknown>): Promise<string> =>
        work.then(
          () => "none",
          (error: unknown) => (error instanceof ClientError ? error.code : String(error)),
        );
      expect(await codeOf(client.records({ limit: 0 }))).to.equal("E_PAGE");
      expect(await codeOf(client.records({ cursor: "x" }))).to.equal("E_CURSOR");
      expect(await codeOf(client.consistencyProof(1, 8))).to.equal("LOG_RANGE");
      expect(await codeOf(client.inclusionProof(`0x${"1".repeat(64)}`))).to.equal("E_NOT_FOUND");
    }));
});
