import { join } from "node:path";
import { expect } from "chai";
import type { EvidenceLog } from "@lianzheng/node/log";
import { RecordSearch } from "@lianzheng/node/registry";
import type { SearchedLog } from "@lianzheng/node/registry";
import { encodeDisclosure, saltOf } from "@lianzheng/sdk/record";
import { identity, openLog, seller, submissionOf } from "../log-node/fixture.ts";
import { quietLogger, withFolder } from "./scene.ts";

const operator = { member: seller, all: true };

/** 80 contracts, then a product, its erasure and a product that stays, then 80 contracts. */
async function fill(
  log: EvidenceLog,
): Promise<{ readonly erased: string; readonly stays: string; readonly erasure: number }> {
  const contracts = (name: string) => Array.from({ length: 80 }, (_, at) => submissionOf(`${name}${at}`, "trade:many"));
  await log.submit(contracts("first"), identity("first"));
  const erased = await product(log, "erased");
  const asked = { issuer: seller, submitter: seller, occurredAt: "2026-11-22T09:14:05.120Z" };
  const { receipt } = await log.erase(
    { record: erased, ground: "court-order", ...asked, reference: "(2026) 1" },
    identity("erasure"),
  );
  const stays = await product(log, "stays");
  await log.submit(contracts("second"), identity("second"));
  return { erased, stays, erasure: receipt.records[0]?.index ?? -1 };
}

async function product(log: EvidenceLog, name: string): Promise<`0x${string}`> {
  const disclosures = [encodeDisclosure(saltOf(Buffer.alloc(32, 9), name), "title", `Harbour ${name}`)];
  const submission = { ...submissionOf(name, `product:${name}`), type: "product.registration", disclosures };
  const { receipt } = await log.submit([submission], identity(name));
  const [made] = receipt.records;
  if (made === undefined) throw new Error("no receipt");
  return made.id;
}

/** The log as the node gives it to its search. */
function searched(log: EvidenceLog, { erased, erasure }: { erased: string; erasure: number }): SearchedLog {
  return {
    size: log.size,
    list: (first, count) => log.list(first, count),
    recordAt: async (index) => {
      const record = await log.recordAt(index);
      return record === undefined || index !== erasure ? record : { ...record, erases: erased as `0x${string}` };
    },
  };
}

describe("the search, as it takes in records", () => {
  const taken = async (
    of: (log: SearchedLog) => SearchedLog,
    see: (words: RecordSearch, ids: { stays: string }) => Promise<void>,
  ) =>
    await withFolder(async (folder) => {
      const { log } = await openLog(join(folder, "log"));
      const ids = await fill(log);
      const words = await RecordSearch.open(join(folder, "words"), of(searched(log, ids)), quietLogger());
      try {
        await see(words, ids);
      } finally {
        await words.close();
        await log.close();
      }
    });

  const seesAll = async (words: RecordSearch, { stays }: { stays: string }): Promise<void> => {
    await words.follow();
    expect((await words.withWord("contract", operator, 1000)).size).to.equal(160);
    expect([...(await words.withWord("harbour", operator, 1000))]).to.deep.equal([stays]);
    expect([...(await words.withWord("registration", operator, 1000))]).to.deep.equal([stays]);
  };

  it("has every record once, what products say, and nothing of one that was erased", () =>
    taken((log) => log, seesAll));

  it("opens only products and erasures", async () => {
    const opened: number[] = [];
    const noting = (log: SearchedLog): SearchedLog => ({
      ...log,
      recordAt: (index) => {
        opened.push(index);
        return log.recordAt(index);
      },
    });
    await taken(noting, seesAll);
    expect([...new Set(opened)]).to.deep.equal([80, 81, 82]);
  });

  it("takes records one by one where many cannot be read at once, up to the one that is damaged", () =>
    taken(
      (log) => ({
        ...log,
        list: () => Promise.reject(new Error("a frame is damaged")),
        recordAt: (index) => (index === 30 ? Promise.reject(new Error("damaged")) : log.recordAt(index)),
      }),
      async (words) => {
        await words.follow().then(
          () => expect.fail("the damage was not told"),
          (error: unknown) => expect(String(error)).to.contain("damaged"),
        );
        expect((await words.withWord("contract", operator, 1000)).size).to.equal(30);
      },
    ));
});
