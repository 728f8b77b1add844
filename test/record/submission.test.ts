import { expect } from "chai";
import fc from "fast-check";
import { fromHex, toBase64Url, utf8 } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import {
  canonicalJson,
  commitmentOf,
  commitmentsOf,
  decodeDisclosure,
  decodeSubmission,
  encodeDisclosure,
  parseJson,
  prepareRecord,
} from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue, PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import sdJwt from "../vectors/sd-jwt.json" with { type: "json" };
import vector from "../vectors/record.json" with { type: "json" };
import { expectRefusal } from "../encoding/refusal.ts";

const record = parseJson(utf8(JSON.stringify(vector.record))) as JsonObject;
const prepared: JsonObject = {
  type: vector.record.type,
  subject: vector.record.subject,
  occurredAt: vector.record.occurredAt,
  issuer: vector.issuer,
  disclosures: vector.disclosures,
  statement: vector.statement,
};
const salt = "A".repeat(43);

/** `value` with the member at `path` set, or left out where `put` is undefined. */
function altered(value: JsonValue, path: readonly (string | number)[], put: unknown): JsonValue {
  const copy = structuredClone(value) as Record<string, unknown>;
  const [last, ...before] = [...path].reverse();
  let place = copy;
  for (const step of before.reverse()) place = place[step] as Record<string, unknown>;
  if (put === undefined) Reflect.deleteProperty(place, String(last));
  else place[String(last)] = put;
  return copy as JsonValue;
}

type Case = readonly [base: JsonValue, path: string, put: unknown, code: EvidenceErrorCode, field?: string];

const party = { member: vector.issuer, role: "buyer" };
const many = (count: number): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
const disclosed = (name: string, value: JsonValue): string => encodeDisclosure(salt, name, value);
const signature = (r: string, s: string, v: string): string => `0x${r.padStart(64, "0")}${s.padStart(64, "0")}${v}`;
const highS = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";

const refusedRecords: readonly Case[] = [
  [record, "type", undefined, "E_MISSING_FIELD", "/type"],
  [record, "subject", undefined, "E_MISSING_FIELD", "/subject"],
  [record, "occurredAt", undefined, "E_MISSING_FIELD", "/occurredAt"],
  [record, "body", undefined, "E_MISSING_FIELD", "/body"],
  [record, "extra", 1, "E_UNKNOWN_FIELD", "/extra"],
  [record, "a/b", 1, "E_UNKNOWN_FIELD", "/a~1b"],
  [record, "issuer", vector.issuer, "E_UNKNOWN_FIELD", "/issuer"],
  [record, "type", 1, "E_TYPE", "/type"],
  [record, "type", "Trade.Contract", "E_RECORD_TYPE", "/type"],
  [record, "type", "contract", "E_RECORD_TYPE", "/type"],
  [record, "subject", null, "E_TYPE", "/subject"],
  [record, "subject", "a\u202eb", "E_ID_CHARSET", "/subject"],
  [record, "subject", "\u0442rade:1", "E_ID_CHARSET", "/subject"],
  [record, "subject", "a\u0000", "E_ID_CHARSET", "/subject"],
  [record, "subject", "x".repeat(50_000).concat("!"), "E_ID_CHARSET", "/subject"],
  [record, "occurredAt", 1700000000000, "E_TYPE", "/occurredAt"],
  [record, "occurredAt", "2026-11-22T09:14:05Z", "E_INSTANT", "/occurredAt"],
  [record, "body", [], "E_TYPE", "/body"],
  [record, "body", "text", "E_TYPE", "/body"],
  [record, "body", {}, "E_MISSING_FIELD", "/body"],
  [record, "body", many(257), "E_TOO_MANY_KEYS", "/body"],
  [record, "body/parties", 1, "E_RESERVED_NAME", "/body/parties"],
  [record, "body/attachments", 1, "E_RESERVED_NAME", "/body/attachments"],
  [record, "body/_sd", 1, "E_RESERVED_NAME", "/body/_sd"],
  [record, "body/_sd_alg", 1, "E_RESERVED_NAME", "/body/_sd_alg"],
  [record, "body/...", 1, "E_RESERVED_NAME", "/body/..."],
  [record, "parties", {}, "E_TYPE", "/parties"],
  [record, "parties", [], "E_MISSING_FIELD", "/parties"],
  [record, "parties", null, "E_TYPE", "/parties"],
  [record, "parties", [party, 1], "E_TYPE", "/parties/1"],
  [record, "parties", Array.from({ length: 257 }, () => party), "E_TOO_LARGE", "/parties"],
  [record, "parties", [{ ...party, note: "" }], "E_UNKNOWN_FIELD", "/parties/0/note"],
  [record, "parties", [{ role: "buyer" }], "E_MISSING_FIELD", "/parties/0/member"],
  [record, "parties", [{ ...party, member: "91350100M000100Y44" }], "E_USCC", "/parties/0/member"],
  [record, "parties", [{ ...party, member: 1 }], "E_TYPE", "/parties/0/member"],
  [record, "parties", [{ ...party, role: "Buyer" }], "E_ID_CHARSET", "/parties/0/role"],
  [record, "attachments", [], "E_TYPE", "/attachments"],
  [record, "attachments", {}, "E_MISSING_FIELD", "/attachments"],
  [record, "attachments", { a: {} }, "E_MISSING_FIELD", "/attachments/a/sha-256"],
  [record, "attachments", { "a\n": {} }, "E_ID_CHARSET", "/attachments/a\n"],
  [record, "attachments", { "": {} }, "E_ID_CHARSET", "/attachments/"],
  [record, "attachments", { "a\u202efdp.exe": {} }, "E_ID_CHARSET", "/attachments/a\u202efdp.exe"],
  [record, "attachments", { "a\u200b": {} }, "E_ID_CHARSET", "/attachments/a\u200b"],
  [record, "attachments", { "e\u0301": {} }, "E_UNICODE_FORM", "/attachments/e\u0301"],
  [record, "attachments", { a: { "sha-256": "0x12" } }, "E_HASH_FORM", "/attachments/a/sha-256"],
  [record, "attachments", { a: { "sha-256": "ab".repeat(32) } }, "E_HASH_FORM", "/attachments/a/sha-256"],
  [record, "attachments", { a: { "sha-256": `0x${"AB".repeat(32)}` } }, "E_HASH_FORM", "/attachments/a/sha-256"],
  [record, "attachments", { a: { "sha-256": `0x${"00".repeat(32)}` } }, "E_HASH_ZERO", "/attachments/a/sha-256"],
  [record, "attachments", { a: { "sha-256": 1 } }, "E_TYPE", "/attachments/a/sha-256"],
  [prepared, "body", {}, "E_UNKNOWN_FIELD", "/body"],
  [prepared, "disclosures", "x", "E_TYPE", "/disclosures"],
  [prepared, "disclosures", [], "E_MISSING_FIELD", "/disclosures"],
  [prepared, "disclosures", [1], "E_TYPE", "/disclosures/0"],
  [prepared, "disclosures", ["!"], "E_DISCLOSURE", "/disclosures/0"],
  [prepared, "disclosures", [disclosed("a", 1), disclosed("a", 2)], "E_DUPLICATE", "/disclosures/1"],
  [prepared, "disclosures", [disclosed("parties", [party])], "E_MISSING_FIELD", "/disclosures"],
  [prepared, "disclosures", [disclosed("parties", [{ ...party, member: "x" }])], "E_USCC", "/disclosures/0/2/0/member"],
  [prepared, "disclosures", [disclosed("attachments", { a: 1 })], "E_TYPE", "/disclosures/0/2/a"],
  [
    prepared,
    "disclosures",
    Array.from({ length: 259 }, (_, at) => disclosed(`n${at}`, at)),
    "E_TOO_LARGE",
    "/disclosures",
  ],
  [
    prepared,
    "disclosures",
    Array.from({ length: 257 }, (_, at) => disclosed(`n${at}`, at)),
    "E_TOO_MANY_KEYS",
    "/disclosures",
  ],
  [prepared, "issuer", undefined, "E_MISSING_FIELD", "/issuer"],
  [prepared, "issuer", "91350100M000100Y44", "E_USCC", "/issuer"],
  [prepared, "statement", null, "E_TYPE", "/statement"],
  [prepared, "statement/key", undefined, "E_MISSING_FIELD", "/statement/key"],
  [prepared, "statement/more", 1, "E_UNKNOWN_FIELD", "/statement/more"],
  [prepared, "statement/key", "0x12", "E_ADDRESS", "/statement/key"],
  [prepared, "statement/key", `0x${"AB".repeat(20)}`, "E_ADDRESS", "/statement/key"],
  [prepared, "statement/key", `0x${"ab".repeat(21)}`, "E_ADDRESS", "/statement/key"],
  [prepared, "statement/signature", "0x", "E_SIGNATURE_FORM", "/statement/signature"],
  [prepared, "statement/signature", signature("1", "1", ""), "E_SIGNATURE_FORM", "/statement/signature"],
  [prepared, "statement/signature", signature("1", "1", "1b1b"), "E_SIGNATURE_FORM", "/statement/signature"],
  [prepared, "statement/signature", signature("1", "1", "00"), "E_SIGNATURE_FORM", "/statement/signature"],
  [prepared, "statement/signature", signature("1", "1", "1d"), "E_SIGNATURE_FORM", "/statement/signature"],
  [prepared, "statement/signature", signature("1", "0", "1b"), "E_SIGNATURE_FORM", "/statement/signature"],
  [prepared, "statement/signature", signature("1", highS, "1b"), "E_SIGNATURE_FORM", "/statement/signature"],
  [prepared, "statement/signature", signature("0", "1", "1b"), "E_SIGNATURE_FORM", "/statement/signature"],
];

describe("decodeSubmission", () => {
  it("takes a record and a prepared record as they are", () => {
    expect(decodeSubmission(record)).to.deep.equal(vector.record);
    expect(decodeSubmission(prepared)).to.deep.equal(prepared);
    const bare = altered(altered(prepared, ["issuer"], undefined), ["statement"], undefined);
    expect(decodeSubmission(bare)).to.deep.equal(bare);
    expect(decodeSubmission(altered(record, ["body"], many(256)))).to.have.property("body");
  });

  it("refuses each bad member by its code and field", () => {
    for (const [base, path, put, code, field] of refusedRecords) {
      const steps = path === "a/b" ? [path] : path.split("/");
      expectRefusal(() => decodeSubmission(altered(base, steps, put)), code, field);
    }
    expect(refusedRecords).to.have.length(76);
  });

  it("refuses what is no object", () => {
    for (const value of [null, 1, "x", true, [], [record]]) expectRefusal(() => decodeSubmission(value), "E_TYPE", "");
  });
});

describe("disclosures", () => {
  it("have the digests and the text of RFC 9901", () => {
    for (const [text = "", digest] of sdJwt.digests) expect(commitmentOf(text)).to.equal(digest);
    const { salt, name, value } = sdJwt.content;
    expect(encodeDisclosure(salt, name, value)).to.equal(sdJwt.canonical);
    expect(decodeDisclosure(sdJwt.canonical)).to.deep.equal(sdJwt.content);
    expect(sdJwt.digests).to.have.length(2);
  });

  it("are refused where the same content stands in another text", () => {
    for (const text of sdJwt.notCanonical) expectRefusal(() => decodeDisclosure(text), "E_DISCLOSURE");
    expect(sdJwt.notCanonical).to.have.length(3);
  });

  it("are refused where they are no salt, name and value", () => {
    const texts = [
      "",
      "{}",
      "[]",
      `["${salt}","a"]`,
      `["${salt}","a",1,2]`,
      `["${salt}",1,1]`,
      `[1,"a",1]`,
      `["short","a",1]`,
      `["${salt}=","a",1]`,
      `["${salt}","_sd",1]`,
      `["${salt}","_sd_alg",1]`,
      `["${salt}","...",1]`,
      `["${salt}","__proto__",1]`,
      `["${salt}","constructor",1]`,
      `["${salt}","a",{"b":1,"b":2}]`,
      `["${salt}","a",{"b":1,"a":2}]`,
      `["${salt}","a",1.0]`,
      `["${salt}","a",-0]`,
      `["${salt}","a","\\u0041"]`,
    ];
    for (const text of texts) expectRefusal(() => decodeDisclosure(toBase64Url(utf8(text))), "E_DISCLOSURE");
    expectRefusal(() => decodeDisclosure(`${sdJwt.canonical}=`), "E_DISCLOSURE");
    expect(texts).to.have.length(19);
  });

  it("come back as they went in, and have one text each", () => {
    const name = fc.string().filter((text) => !["_sd", "_sd_alg", "...", "__proto__"].includes(text));
    fc.assert(
      fc.property(name, fc.jsonValue(), (name, value) => {
        fc.pre(!/"(?:__proto__|constructor|prototype|toJSON|then)"/.test(JSON.stringify([name, value])));
        const text = encodeDisclosure(salt, name, value as JsonValue);
        const back = decodeDisclosure(text);
        expect([back.salt, back.name]).to.deep.equal([salt, name]);
        expect(canonicalJson(back.value)).to.equal(canonicalJson(value as JsonValue));
      }),
    );
  });
});

describe("prepareRecord", () => {
  const input = decodeSubmission(record) as RecordInput;

  it("hides each member as the vector says, commitments in order", () => {
    const { disclosures, ...rest } = prepareRecord(input, fromHex(vector.seed));
    expect(disclosures).to.deep.equal(vector.disclosures);
    expect(commitmentsOf(disclosures)).to.deep.equal(vector.commitments);
    expect(rest).to.deep.equal({ type: input.type, subject: input.subject, occurredAt: input.occurredAt });
  });

  it("gives what decodeSubmission takes", () => {
    const first: PreparedRecord = prepareRecord(input, fromHex(vector.seed));
    expect(decodeSubmission(parseJson(utf8(JSON.stringify(first))))).to.deep.equal(first);
  });

  it("gives no salt twice, for another name or another seed", () => {
    const other = new Uint8Array(32).fill(1);
    const salts = [fromHex(vector.seed), other].flatMap((seed) =>
      prepareRecord(input, seed).disclosures.map((text) => decodeDisclosure(text).salt),
    );
    expect(new Set(salts).size).to.equal(10);
  });

  it("refuses a seed of another length", () => {
    for (const length of [0, 16, 31, 33]) expectRefusal(() => prepareRecord(input, new Uint8Array(length)), "E_SEED");
  });
});
