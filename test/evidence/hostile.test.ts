import { isWellFormed } from "@lianzheng/sdk/encoding";
import { verify, type Verdict } from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import fc from "fast-check";
import { bytesOf, encoded, makeEvidence, makeRecords, nowMs, policy, supplier, supplierKey } from "./fixture.ts";
import { judge } from "./question-of.ts";

const isLong = process.env["LIANZHENG_LONG"] === "1";
const good = (await makeEvidence()).bundle;
const small = (
  await makeEvidence({
    records: makeRecords([{ type: "trade.listing", issuer: supplier, key: supplierKey, body: { price: "1.00" } }]),
  })
).bundle;

/** A verdict of the right form that does not call verified what was not. */
function assertSober(verdict: Verdict): void {
  expect(verdict.verdicts).to.have.length(8);
  expect(verdict.result).to.be.oneOf(["failed", "undetermined"]);
  expect(verdict.code === undefined).to.equal(verdict.result !== "failed");
}

/** A value of any shape in place of one member somewhere in the bundle. */
function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.with(Number(step), replaced(value[Number(step)], rest, by));
  return { ...(value as object), [step]: replaced((value as Record<string, unknown>)[step], rest, by) };
}

function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))];
}

describe("evidence: hostile input", () => {
  it("of arbitrary bytes gives a verdict", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assertSober(verify(bytes, policy))),
      { numRuns: isLong ? 50_000 : 2000 },
    );
  });

  it("of arbitrary JSON gives a verdict", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => assertSober(verify(bytesOf(json), policy))),
      { numRuns: isLong ? 20_000 : 1000 },
    );
  });

  it("with anything in any place of a good bundle is never verified", () => {
    const paths = pathsOf(good);
    const whole = judge(good);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const verdict = verify(bytesOf(replaced(good, path, value)), policy, { now: nowMs });
        if (verdict.result === "verified") expect(verdict.facts.block).to.deep.equal(whole.facts.block);
        else assertSober(verdict);
      }),
      { numRuns: isLong ? 20_000 : 600 },
    );
    expect(paths.length).to.be.greaterThan(40);
  });

  /** Of all bytes only the digits of the transactions' hashes, which nothing proves and no fact shows, may be others. */
  it("with any single byte changed is not verified, but for what is no fact", function () {
    this.timeout(isLong ? 3_600_000 : 60_000);
    const bytes = encoded(small);
    const whole = judge(bytes);
    expect(whole.result).to.equal("verified");
    const unproved = [...new TextDecoder("latin1").decode(bytes).matchAll(/"transaction":"0x/g)].map(
      ({ index, 0: { length } }) => index + length,
    );
    expect(unproved).to.have.length(2);
    const stride = isLong ? 1 : 17;
    let tried = 0;
    for (let at = 0; at < bytes.length; at += stride) {
      const bent = bytes.slice();
      bent[at] = bent[at]! ^ (at % 2 === 0 ? 1 : 2);
      const verdict = judge(bent);
      tried++;
      if (verdict.result !== "verified") continue;
      expect(verdict.facts, `byte ${at}`).to.deep.equal(whole.facts);
      expect(
        unproved.some((start) => at >= start && at < start + 64),
        `byte ${at}`,
      ).to.equal(true);
    }
    expect(tried).to.equal(Math.ceil(bytes.length / stride));
  });

  it("with any byte left out or put in is not verified with other facts", function () {
    this.timeout(isLong ? 3_600_000 : 60_000);
    const bytes = encoded(small);
    const { facts } = judge(bytes);
    for (let at = 0; at < bytes.length; at += isLong ? 1 : 29) {
      const shorter = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
      const longer = new Uint8Array([...bytes.subarray(0, at), 0x30, ...bytes.subarray(at)]);
      for (const bent of [shorter, longer]) {
        const verdict = judge(bent);
        if (verdict.result === "verified") expect(verdict.facts).to.deep.equal(facts);
      }
    }
  });

  it("with more in a list than anything real has is refused before it is looked at", () => {
    const { anchor, law, records } = good;
    const [first] = records;
    const node = "0x80";
    const nodes = (count: number): string[] => Array<string>(count).fill(node);
    const withRecords = (list: unknown): unknown => ({ ...good, records: list });
    const lists: readonly (readonly [most: number, make: (count: number) => unknown])[] = [
      [3000, (count) => withRecords(Array(count).fill(1))],
      [258, (count) => withRecords([{ ...first, disclosures: Array(count).fill("") }])],
      [65, (count) => ({ ...good, anchor: { ...anchor, account: nodes(count) } })],
      [65, (count) => ({ ...good, anchor: { ...anchor, event: { ...anchor.event, receiptProof: nodes(count) } } })],
      [65, (count) => ({ ...good, law: { ...law, trade: { ...law.trade, receiptProof: nodes(count) } } })],
      [65, (count) => ({ ...good, law: { ...law, state: { ...law.state, account: nodes(count) } } })],
      [65, (count) => ({ ...good, law: { ...law, state: { ...law.state, storage: nodes(count) } } })],
    ];
    for (const [most, make] of lists) {
      const refused = verify(bytesOf(make(most + 1)), policy, { now: nowMs });
      expect(refused.reason).to.match(new RegExp(`must hold ${most} or fewer$`));
      expect(refused.code).to.equal("V_FORMAT");
      expect(verify(bytesOf(make(most)), policy, { now: nowMs }).reason).to.not.match(/or fewer/);
    }
    expect(lists).to.have.length(7);
  });

  it("that makes its names long makes no reason long", () => {
    const long = "\u{1f4a3}".repeat(1_000_000);
    const salt = "c2FsdHNhbHRzYWx0c2FsdHNhbHQ";
    const disclosure = Buffer.from(JSON.stringify([salt, long, 1])).toString("base64url");
    const hostile = [
      { ...good, [long]: 1 },
      { ...good, records: [{ ...good.records[0]!, disclosures: [disclosure] }] },
      { ...good, anchor: { ...good.anchor, [`a${long}`]: 1 } },
    ];
    for (const value of hostile) {
      const verdict = verify(bytesOf(value), policy, { now: nowMs });
      assertSober(verdict);
      for (const { reason } of [verdict, ...verdict.verdicts]) {
        expect(reason.length).to.be.lessThan(700);
        expect(isWellFormed(reason)).to.equal(true);
      }
    }
    expect(hostile).to.have.length(3);
  });

  it("that is large ends in a verdict", function () {
    this.timeout(60_000);
    const many = { ...good, records: Array.from({ length: 3000 }, () => good.records[0]!) };
    const wide = {
      ...good,
      anchor: { ...good.anchor, event: { ...good.anchor.event, header: `0x${"c1".repeat(1 << 20)}` } },
    };
    const deep = {
      ...good,
      anchor: { ...good.anchor, event: { ...good.anchor.event, receiptProof: Array<string>(9000).fill("0xc1c0") } },
    };
    const long = {
      ...good,
      records: [{ ...good.records[0]!, proof: `c2sp.org/tlog-proof@v1\nindex 1\n${"A\n".repeat(500_000)}` }],
    };
    const spread = { ...good, records: [{ ...good.records[0]!, disclosures: Array<string>(200_000).fill("WyJhIl0") }] };
    for (const value of [many, wide, deep, long, spread]) assertSober(verify(bytesOf(value), policy, { now: nowMs }));
  });
});
