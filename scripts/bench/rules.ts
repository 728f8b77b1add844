// What the rules of a consortium cost for each record: judging by schema and red lines, in microseconds.
//   node scripts/bench/rules.ts [--json]
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { JsonObject, RecordInput } from "@lianzheng/sdk/record";
import { prepareRecord } from "@lianzheng/sdk/record";
import { PolicyBook } from "../../node/src/policies/book.ts";
import { judge } from "../../node/src/policies/judging.ts";
import { viewOf } from "../../node/src/policies/record-view.ts";

const rounds = 5;
const records = 100_000;

const body: JsonObject = {
  price: "128000.00",
  currency: "CNY",
  purpose: "risk pricing",
  resale: false,
  arbitration: "Haikou",
};
const parties = [
  { member: "91460000MA5T00024T", role: "seller" },
  { member: "91460000MA5T00032M", role: "buyer" },
];
const contract: RecordInput = {
  type: "trade.contract",
  subject: "trade:1",
  occurredAt: "2026-11-22T09:14:05.120Z",
  body,
  parties,
};
const receipt: RecordInput = {
  ...{ type: "delivery.receipt", subject: "delivery:1", occurredAt: "2026-11-22T09:14:05.120Z" },
  body: { trade: "0x12", product: "0x34", row: 7, "sha-256": `0x${"ab".repeat(32)}` },
};
const who = { issuer: "91460000MA5T000160", submitter: "91460000MA5T000160", at: "" };

const book = await PolicyBook.of(
  undefined,
  () => Promise.resolve(undefined),
  () => undefined,
);
const second = Math.floor(Date.now() / 1000);
const cases = {
  "a contract": contract,
  "a delivery receipt": receipt,
  "a contract, prepared": prepareRecord(contract, new Uint8Array(32).fill(1)),
};

/** Best of some rounds: what else runs on the machine only ever adds. */
function microseconds(record: (typeof cases)[keyof typeof cases]): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    for (let at = 0; at < records; at++) judge(book, { view: viewOf(record), ...who }, second);
    best = Math.min(best, ((performance.now() - started) * 1000) / records);
  }
  return Number(best.toFixed(2));
}

const figures = Object.fromEntries(Object.entries(cases).map(([name, record]) => [name, microseconds(record)]));
const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
if (values.json) console.log(JSON.stringify(figures));
else for (const [name, figure] of Object.entries(figures)) console.log(`${name}: ${figure} µs a record`);
