import { expect } from "chai";
import { prepareRecord } from "@lianzheng/sdk/record";
import type { RecordInput } from "@lianzheng/sdk/record";
import { nodeRecordTypes } from "@lianzheng/sdk/schemas";
import { members, problemIn, recordOf, withApi } from "./fixture.ts";

const reserved = [...new Set([...nodeRecordTypes, "monitor.warning", "monitor.handling", "monitor.other"])];
const statement = { key: `0x${"11".repeat(20)}`, signature: `0x${"22".repeat(64)}1b` };

describe("records that only the node writes", () => {
  for (const type of reserved) {
    it(`of type ${type} are refused in every form, also where no rules are followed`, () =>
      withApi(async ({ app, token, submit, log }) => {
        const code = type === "record.erasure" ? "E_ERASURE_TYPE" : "E_RECORD_TYPE_RESERVED";
        const plain = recordOf("trade:1", { type }) as unknown as RecordInput;
        const prepared = prepareRecord(plain, new Uint8Array(32).fill(7));
        const signed = { ...prepared, issuer: members.broker, statement };
        for (const scopes of [["submit"], ["submit", "erase", "read", "monitor", "admin"]] as const) {
          const caller = token(members.operator, [...scopes]);
          for (const [form, body, at] of [
            ["plain", plain, ""],
            ["prepared", prepared, ""],
            ["signed", signed, ""],
            ["array", [recordOf("trade:2"), plain], "/1"],
            ["array of prepared", [recordOf("trade:2"), prepared], "/1"],
          ] as const) {
            const problem = problemIn(await submit(caller, body));
            expect(problem, form).to.deep.include({ code, status: 422, field: `${at}/type` });
          }
          for (const record of [plain, prepared, signed]) {
            const answer = await app.inject({
              method: "POST",
              url: "/v1/records",
              headers: {
                ...{ authorization: `Bearer ${caller}`, "content-type": "application/x-ndjson" },
                "idempotency-key": `lines-${scopes.length}`,
              },
              payload: `${JSON.stringify(record)}\n`,
            });
            expect(answer.body, "lines").to.contain(code);
          }
        }
        expect(log.size).to.equal(0);
      }));
  }
});
