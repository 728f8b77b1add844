import { join } from "node:path";
import { expect } from "chai";
import { Level } from "level";
import { refusal, withFolder } from "../journal/fixture.ts";
import { identity, openLog, submissionOf, submitOne } from "./fixture.ts";

describe("a request that the damaged index cannot answer for", () => {
  for (const [what, prefix] of [
    ["its idempotency key", "k"],
    ["its subject", "h"],
  ] as const)
    it(`is refused alone, and not with all who came at the same time (${what})`, () =>
      withFolder(async (directory) => {
        const { log: written } = await openLog(directory);
        await submitOne(written, "a");
        await written.close();
        const database = new Level<Buffer, Buffer>(join(directory, "index"), {
          keyEncoding: "buffer",
          valueEncoding: "buffer",
        });
        const upTo = Buffer.from([prefix.charCodeAt(0) + 1]);
        const [key] = await database.keys({ gte: Buffer.from(prefix), lt: upTo }).all();
        await database.del(key!);
        await database.close();
        const { log } = await openLog(directory);
        const damaged =
          prefix === "k" ? submitOne(log, "a") : log.submit([submissionOf("b", "trade:a")], identity("b"));
        const others = ["c", "d"].map((name) => submitOne(log, name));
        await refusal(damaged, "INDEX_CORRUPT");
        const indexes = (await Promise.all(others)).map(({ receipt }) => receipt.records[0]?.index);
        expect(indexes).to.deep.equal([1, 2]);
        expect([log.size, log.failure]).to.deep.equal([3, undefined]);
        await log.close();
      }));
});
