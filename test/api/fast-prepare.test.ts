import { expect } from "chai";
import fc from "fast-check";
import { canonicalJson, decodeSubmission, parseJson, prepareRecord, saltOf } from "@lianzheng/sdk/record";
import type { RecordInput } from "@lianzheng/sdk/record";
import { utf8 } from "@lianzheng/sdk/encoding";
import { prepareQuickly } from "../../node/src/api/fast-prepare.ts";
import { members, recordOf } from "./fixture.ts";

describe("the quick preparation of a record", () => {
  it("gives what the sdk gives, for any body, parties and attachments", () => {
    let count = 0;
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    const body = fc.dictionary(name, fc.jsonValue({ noUnicodeString: false }), { minKeys: 1, maxKeys: 8 });
    fc.assert(
      fc.property(body, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), (values, seed, more) => {
        const parties = [{ member: members.venue, role: "seller" }];
        const attachments = { "合同.pdf": { "sha-256": `0x${"1".repeat(64)}` } };
        const record = decoded({ ...recordOf("s", { body: values }), ...(more ? { parties, attachments } : {}) });
        fc.pre(record !== undefined);
        count += 1;
        expect(prepareQuickly(record, (name) => saltOf(seed, name))).to.deep.equal(prepareRecord(record, seed));
      }),
      { numRuns: 300 },
    );
    expect(count).to.be.greaterThan(200);
  });
});

/** The record as a caller's bytes would bring it; undefined for one that is refused. */
function decoded(value: unknown): RecordInput | undefined {
  try {
    return decodeSubmission(parseJson(utf8(canonicalJson(value as never)))) as RecordInput;
  } catch {
    return undefined;
  }
}
