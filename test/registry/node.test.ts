import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { checkRegistry } from "@lianzheng/node";
import { callerOf, init, owner, until, withFolder, withNode } from "../node/fixture.ts";

interface Found {
  readonly items: readonly { readonly kind?: string; readonly id: string }[];
  readonly block: { readonly number: number };
}

/** Every byte of a folder's files. */
async function bytesOf(folder: string): Promise<Buffer> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return Buffer.concat(
    await Promise.all(
      files.map((entry) =>
        // A generation of the words may go while it is looked at.
        readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0)),
      ),
    ),
  );
}

describe("registry, in a node", function () {
  this.timeout(40_000);

  it("follows the embedded chain, finds records, forgets erased ones on the disk, and agrees with the contracts", () =>
    withFolder(async (folder) => {
      const { adminToken: token } = await init(folder);
      const words = join(folder, "registry", "words");
      await withNode(folder, async (node) => {
        const caller = callerOf(node, token);
        const body = { name: "珠江口航道水深 Zanzibarium" };
        const record = {
          type: "product.registration",
          subject: "product:1",
          occurredAt: "2026-11-22T09:14:05.120Z",
          body,
        };
        const submitted = await caller.submit(record, "one");
        const answer = await submitted.text();
        expect(submitted.status, answer).to.equal(201);
        const receipt = JSON.parse(answer) as { records: { id: string }[] };
        const id = receipt.records[0]!.id;
        const search = async (q: string): Promise<readonly string[]> =>
          ((await (await caller.get(`/v1/search?q=${encodeURIComponent(q)}`)).json()) as Found).items.map(
            (item) => item.id,
          );
        await until(async () => ((await caller.get("/v1/search?q=member")).status === 200 ? true : undefined));
        await until(async () => ((await search("zanzibar")).includes(id) ? true : undefined));
        expect(await search("航道")).to.deep.equal([id]);
        expect((await bytesOf(words)).includes("zanzibarium")).to.equal(true);
        const erasure = await fetch(`${node.url}/v1/records/${id}/erasure`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": "erase" },
          body: JSON.stringify({ ground: "court-order", reference: "(2026) 1" }),
        });
        expect(erasure.status, await erasure.text()).to.be.oneOf([200, 201]);
        await until(async () => ((await search("zanzibar")).length === 0 ? true : undefined));
        await until(async () => ((await bytesOf(words)).includes("zanzibarium") ? undefined : true));
        const members = (await (await caller.get("/v1/members")).json()) as {
          readonly items: readonly { readonly member: string }[];
        };
        expect(members.items.map(({ member }) => member)).to.deep.equal([owner]);
        await until(async () => {
          const { items } = (await (await caller.get(`/v1/logs?member=${owner}`)).json()) as {
            items: { size: number }[];
          };
          return (items[0]?.size ?? 0) >= 2 ? true : undefined;
        });
      });
      const { rows, differences } = await checkRegistry({ folder, environment: {} });
      expect(differences).to.deep.equal([]);
      expect(rows).to.be.greaterThan(2);
    }));
});
