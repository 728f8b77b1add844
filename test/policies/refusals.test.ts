import { expect } from "chai";
import { toHex, sha256, utf8 } from "@lianzheng/sdk/encoding";
import { decodeDisclosure } from "@lianzheng/sdk/record";
import { verifyRefusal } from "@lianzheng/sdk/refusal";
import { Allowance } from "../../node/src/policies/allowance.ts";
import { NodeError } from "../../node/src/errors.ts";
import type { NodeErrorCode } from "../../node/src/errors.ts";
import { members, now, withApi } from "../api/fixture.ts";
import { openRoom, trust } from "./room.ts";
import type { RefusalDeskOptions } from "@lianzheng/node/policies";

type Log = RefusalDeskOptions["log"];
type Kept = Parameters<Log["submit"]>[0][number];

const { refusalsOf } = await openRoom();
const requestOf = (text: string) => toHex(sha256(utf8(text)));
const errorOf = (code: NodeErrorCode = "E_SCHEMA"): NodeError =>
  new NodeError(code, "no", { field: "/body", recordType: "trade.offer", policy: null });
const bodyOf = ({ disclosures }: { readonly disclosures: readonly string[] }): Record<string, unknown> =>
  Object.fromEntries(disclosures.map((one) => decodeDisclosure(one)).map(({ name, value }) => [name, value]));

describe("refusals: with a log that fails", () => {
  for (const [what, persists] of [
    ["before anything is written", false],
    ["after it was written", true],
  ] as const) {
    it(`${what}, the note is given out all the same, and a repetition is kept`, () =>
      withApi(async ({ log }) => {
        let failing = true;
        const flaky: Log = {
          submit: async (records, identity) => {
            const done = !failing || persists ? await log.submit(records, identity) : undefined;
            if (failing || done === undefined) throw new NodeError("E_READ_ONLY", "of a test");
            return done;
          },
        };
        const desk = refusalsOf(flaky);
        const request = { member: members.venue, request: requestOf("a"), error: errorOf() };
        const first = await desk.refuse(request);
        expect(first?.record).to.equal(null);
        expect(verifyRefusal(String(first?.note), trust).refusal.request).to.equal(request.request);
        failing = false;
        const again = await desk.refuse(request);
        expect(again?.note, "the same facts").to.equal(first?.note);
        expect(again?.record).to.match(/^0x/);
        expect(log.size, "kept once, whichever way the first write went").to.equal(1);
        await desk.close();
      }));
  }

  it("counts on what it could not write, and writes it later as one record", () =>
    withApi(async ({ log }) => {
      let failing = false;
      const kept: Kept[] = [];
      const flaky: Log = {
        submit: async (records, identity) => {
          if (failing) throw new NodeError("E_STORAGE_FULL", "of a test");
          kept.push(...records);
          return log.submit(records, identity);
        },
      };
      const desk = refusalsOf(flaky);
      for (let at = 0; at < 25; at++)
        await desk.refuse({ member: members.venue, request: requestOf(`r${at}`), error: errorOf() });
      expect(log.size).to.equal(20);
      failing = true;
      await desk.flush();
      await desk.flush();
      failing = false;
      await desk.close();
      expect(log.size).to.equal(21);
      const instant = "2026-11-22T10:00:00.000Z";
      expect(bodyOf(kept.at(-1) ?? { disclosures: [] })).to.deep.equal({
        member: members.venue,
        refusals: 5,
        from: instant,
        until: instant,
      });
      await desk.flush();
      expect(log.size, "nothing is counted twice").to.equal(21);
    }));
});

describe("refusals: what is one", () => {
  it("signs for rules, and for nothing that is syntax, credentials or load", async () => {
    const desk = refusalsOf({ submit: () => Promise.resolve({ receipt: { records: [] } }) });
    const rules: readonly NodeErrorCode[] = [
      "E_SCHEMA",
      "E_SCHEMA_UNKNOWN_VERSION",
      "E_RECORD_TYPE_UNREGISTERED",
      "E_RECORD_TYPE_RESERVED",
      "E_RED_LINE",
      "E_POLICY_UNKNOWN_VERSION",
      "E_MEMBER_MISMATCH",
    ];
    const others: readonly NodeErrorCode[] = [
      "E_AUTH",
      "E_OVERLOADED",
      "E_BATCH_EMPTY",
      "E_BODY_EMPTY",
      "E_READ_ONLY",
      "E_IDEMPOTENCY_MISMATCH",
    ];
    for (const code of [...rules, ...others]) {
      const answer = await desk.refuse({ member: members.venue, request: requestOf(code), error: errorOf(code) });
      expect(answer !== undefined, code).to.equal(rules.includes(code));
    }
    await desk.close();
  });
});

describe("an allowance", () => {
  it("gives so many at once and one more in each period, to each caller, and never more than at first", () => {
    const allowance = new Allowance({ burst: 3, everyMs: 100 });
    const take = (caller: string, at: number): boolean => allowance.take(caller, now + at);
    expect([0, 0, 0, 0, 99].map((at) => take("a", at))).to.deep.equal([true, true, true, false, false]);
    expect([100, 150, 199, 200].map((at) => take("a", at))).to.deep.equal([true, false, false, true]);
    expect(take("b", 0)).to.equal(true);
    expect([10_000, 10_000, 10_000, 10_000].map((at) => take("a", at))).to.deep.equal([true, true, true, false]);
    expect(take("a", -1_000_000), "a clock that goes back gives nothing").to.equal(false);
  });
});
