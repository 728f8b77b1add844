import { expect } from "chai";
import type { Waiting } from "@lianzheng/node/journal";
import { GroupQueue, decodeRecords, encodeRecords } from "@lianzheng/node/journal";
import { refusal } from "./fixture.ts";

const limits = { maxItems: 10, maxWeight: 100, maxWaitingWeight: 1000 };

/** A queue that keeps each group until it is let go. */
function heldQueue(): { queue: GroupQueue<string, string>; groups: string[][]; letGo: () => void } {
  const groups: string[][] = [];
  let wake: () => void = () => undefined;
  const commit = async (group: readonly Waiting<string, string>[]): Promise<void> => {
    groups.push(group.map(({ item }) => item));
    await new Promise<void>((resolve) => (wake = resolve));
    if (group.some(({ item }) => item === "bad")) throw new Error("the group failed");
    for (const { item, resolve } of group) resolve(`${item} done`);
  };
  return { queue: new GroupQueue(limits, commit), groups, letGo: () => wake() };
}

/** Long enough for a group to be taken: a queue gives the event loop a turn before it takes one. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("group commit", () => {
  it("commits a lone item at once, and all that came meanwhile as the next group", async () => {
    const { queue, groups, letGo } = heldQueue();
    const first = queue.add("a", 1);
    await turn();
    const others = ["b", "c", "d"].map((item) => queue.add(item, 1));
    letGo();
    expect(await first).to.equal("a done");
    await turn();
    letGo();
    expect(await Promise.all(others)).to.deep.equal(["b done", "c done", "d done"]);
    expect(groups).to.deep.equal([["a"], ["b", "c", "d"]]);
  });

  it("keeps groups within items and weight, a heavy item alone", async () => {
    const { queue, groups, letGo } = heldQueue();
    const all = [
      ...Array.from({ length: 12 }, (_, at) => queue.add(`i${at}`, 1)),
      queue.add("heavy", 500),
      queue.add("z", 60),
    ];
    for (let round = 0; round < 4; round += 1) {
      await turn();
      letGo();
    }
    await Promise.all(all);
    expect(groups.map(({ length }) => length)).to.deep.equal([10, 2, 1, 1]);
  });

  it("rejects a failed group only, and goes on", async () => {
    const { queue, letGo } = heldQueue();
    const bad = queue.add("bad", 1).catch((error: unknown) => String(error));
    await turn();
    const good = queue.add("good", 1);
    letGo();
    expect(await bad).to.equal("Error: the group failed");
    await turn();
    letGo();
    expect(await good).to.equal("good done");
  });

  it("refuses what is too much to wait, and everything once it is closed", async () => {
    const { queue, letGo } = heldQueue();
    const first = queue.add("a", 900);
    await turn();
    const second = queue.add("b", 900);
    await refusal(queue.add("c", 200), "E_OVERLOADED");
    const closed = queue.close();
    await refusal(queue.add("d", 1), "E_SHUTTING_DOWN");
    letGo();
    await turn();
    letGo();
    await Promise.all([first, second, closed]);
  });
});

describe("a frame of records", () => {
  const requestDigest = Buffer.alloc(32, 7);
  const payload = {
    firstIndex: 2 ** 40,
    checkpoint: "日志.example/a\n3\nAAA=\n\n— 日志.example/a AAAA\n",
    batches: [
      { member: "91460000MA5T000160", key: "key with blanks ~", requestDigest, count: 2 },
      { member: "91460000MA5T000160", key: "k", requestDigest, count: 1 },
    ],
    records: [
      { entry: '{"a":1}', submitter: "91460000MA5T000160", sealed: Buffer.from("abc\ndef") },
      { entry: '{"a":2}', submitter: "91460000MA5T000160", sealed: Buffer.from([0, 10, 255, 10]) },
      { entry: '{"a":3}', submitter: "91460000MA5T000160", sealed: Buffer.alloc(70_000, 0x0a) },
    ],
  };

  it("is read as it was written", () => {
    expect(decodeRecords(encodeRecords(payload))).to.deep.equal(payload);
  });

  it("that is cut short is refused", async () => {
    const bytes = encodeRecords({ ...payload, records: payload.records.slice(0, 1) });
    for (const length of [0, 10, 19, 25, 60]) {
      await refusal(
        Promise.resolve().then(() => decodeRecords(bytes.subarray(0, length))),
        "JOURNAL_CORRUPT",
      );
    }
  });
});
