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

describe("an index that does not close", () => {
  it("does not keep the journal's lock", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory);
      await submitOne(log, "a");
      const prototype = Level.prototype as unknown as { close: (this: object) => Promise<void> };
      const inherited = prototype.close;
      prototype.close = async function (this: object) {
        await inherited.call(this);
        throw new Error("planned failure");
      };
      const closed = await log.close().then(
        () => "closed",
        (error: unknown) => (error as Error).message,
      );
      Reflect.deleteProperty(prototype, "close");
      expect(closed).to.equal("planned failure");
      const { log: again } = await openLog(directory);
      expect(again.size).to.equal(1);
      await again.close();
    }));
});
