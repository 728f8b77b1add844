import { Wallet, TypedDataEncoder } from "ethers";
import { expect } from "chai";
import fc from "fast-check";
import { fromHex, toBase64Url, toHex } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode, Hex } from "@lianzheng/sdk/encoding";
import {
  decodeEntry,
  encodeEntry,
  isSignatureForm,
  recoverStatementKey,
  statementDigest,
  statementTypedData,
} from "@lianzheng/sdk/record";
import type { Entry, Statement, StatementDomain } from "@lianzheng/sdk/record";
import vector from "../vectors/record.json" with { type: "json" };
import { expectRefusal } from "../encoding/refusal.ts";

const entry: Entry = {
  version: 1,
  type: vector.record.type,
  subject: vector.record.subject,
  occurredAt: vector.record.occurredAt,
  issuer: vector.issuer,
  receivedAt: vector.receivedAt,
  sequence: 0,
  previous: null,
  commitments: vector.commitments,
  statement: vector.statement as Statement,
};
const previous: Hex = `0x${"ab".repeat(32)}`;
const commitment = (byte: number): string => toBase64Url(new Uint8Array(32).fill(byte));

const refused: readonly (readonly [Record<string, unknown>, EvidenceErrorCode, string])[] = [
  [{ version: 2 }, "E_RANGE", "/version"],
  [{ version: "1" }, "E_RANGE", "/version"],
  [{ type: "x" }, "E_RECORD_TYPE", "/type"],
  [{ subject: " " }, "E_ID_CHARSET", "/subject"],
  [{ occurredAt: "now" }, "E_INSTANT", "/occurredAt"],
  [{ receivedAt: 1 }, "E_TYPE", "/receivedAt"],
  [{ issuer: "91350100M000100Y44" }, "E_USCC", "/issuer"],
  [{ sequence: -1, previous }, "E_RANGE", "/sequence"],
  [{ sequence: 0.5, previous }, "E_RANGE", "/sequence"],
  [{ sequence: 2 ** 53, previous }, "E_RANGE", "/sequence"],
  [{ sequence: "0" }, "E_TYPE", "/sequence"],
  [{ sequence: 1 }, "E_RANGE", "/previous"],
  [{ previous }, "E_RANGE", "/previous"],
  [{ sequence: 1, previous: "0x12" }, "E_HASH_FORM", "/previous"],
  [{ sequence: 1, previous: `0x${"0".repeat(64)}` }, "E_HASH_ZERO", "/previous"],
  [{ commitments: [] }, "E_MISSING_FIELD", "/commitments"],
  [{ commitments: {} }, "E_TYPE", "/commitments"],
  [{ commitments: [1] }, "E_TYPE", "/commitments/0"],
  [{ commitments: ["x"] }, "E_HASH_FORM", "/commitments/0"],
  [{ commitments: [commitment(1).slice(0, -1) + "F"] }, "E_HASH_FORM", "/commitments/0"],
  [{ commitments: [commitment(1), commitment(1)] }, "E_DUPLICATE", "/commitments/1"],
  [{ commitments: [commitment(9), commitment(1)] }, "E_NOT_CANONICAL", "/commitments/1"],
  [{ commitments: Array.from({ length: 259 }, () => commitment(1)) }, "E_TOO_LARGE", "/commitments"],
  [{ statement: {} }, "E_MISSING_FIELD", "/statement/key"],
  [{ note: "" }, "E_UNKNOWN_FIELD", "/note"],
];

describe("entries", () => {
  it("have the text of the vector, and come back from it", () => {
    expect(encodeEntry(entry)).to.equal(vector.entry);
    expect(decodeEntry(vector.entry)).to.deep.equal(entry);
  });

  it("have the same text however their members were ordered", () => {
    const reversed = Object.fromEntries(Object.entries(entry).reverse()) as unknown as Entry;
    expect(encodeEntry(reversed)).to.equal(vector.entry);
  });

  it("are refused by code and field where a member does not fit, whether written or read", () => {
    for (const [change, code, field] of refused) {
      const value = { ...entry, ...change } as Entry;
      expectRefusal(() => encodeEntry(value), code, field);
      expectRefusal(() => decodeEntry(JSON.stringify(value)), code, field);
    }
    expect(refused).to.have.length(25);
  });

  it("are refused where a member is missing", () => {
    const names = Object.keys(entry).filter((name) => name !== "statement");
    for (const name of names) {
      const rest = Object.fromEntries(Object.entries(entry).filter(([other]) => other !== name));
      expectRefusal(() => decodeEntry(JSON.stringify(rest)), "E_MISSING_FIELD", `/${name}`);
    }
    expect(names).to.have.length(9);
  });

  it("are refused where the same content stands in another text", () => {
    const texts = [
      ` ${vector.entry}`,
      `${vector.entry}\n`,
      vector.entry.replace('"sequence":0', '"sequence":0.0'),
      vector.entry.replace('"version":1', '"version":1e0'),
      vector.entry.replace("trade.contract", "trade\\u002econtract"),
      JSON.stringify(entry),
    ];
    for (const text of texts) expectRefusal(() => decodeEntry(text), "E_NOT_CANONICAL");
    expectRefusal(() => decodeEntry(vector.entry.replace("{", '{"version":1,')), "E_JSON_DUPLICATE_KEY");
    expectRefusal(() => decodeEntry(vector.entry + " ".repeat(65_536)), "E_TOO_LARGE");
    expect(texts).to.have.length(6);
  });

  it("hold 258 commitments in less than their 65,535 bytes", () => {
    const commitments = Array.from({ length: 258 }, (_, at) =>
      toBase64Url(fromHex(`0x${at.toString(16).padStart(64, "0")}`)),
    );
    expect(encodeEntry({ ...entry, commitments: commitments.sort() })).to.have.length.below(65_535);
  });
}).timeout(30_000);

describe("statements", () => {
  const domain = vector.domain as StatementDomain;

  it("have the digest, and give the key, of the vector that ethers made", () => {
    expect(toHex(statementDigest(domain, entry))).to.equal(vector.digest);
    expect(recoverStatementKey(domain, entry, entry.statement?.signature ?? "0x")).to.equal(vector.statement.key);
  });

  it("agree with ethers for every record, chain and contract", async () => {
    const wallet = Wallet.createRandom();
    const commitments = fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64Url), {
      maxLength: 5,
    });
    const cases = fc.record({
      fields: fc.record({
        type: fc.string(),
        subject: fc.string(),
        issuer: fc.string(),
        occurredAt: fc.string(),
        commitments,
      }),
      chainId: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
      members: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(toHex),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ fields, chainId, members }) => {
        const typed = statementTypedData({ chainId, members }, fields);
        expect(typed.primaryType).to.equal(TypedDataEncoder.from(typed.types).primaryType);
        const digest = TypedDataEncoder.hash(typed.domain, typed.types, typed.message);
        expect(toHex(statementDigest({ chainId, members }, fields))).to.equal(digest);
        const signature = (await wallet.signTypedData(typed.domain, typed.types, typed.message)) as Hex;
        expect(recoverStatementKey({ chainId, members }, fields, signature)).to.equal(wallet.address.toLowerCase());
      }),
      { numRuns: 20 },
    );
  });

  it("give another key where anything signed was changed", () => {
    const signature = vector.statement.signature as Hex;
    const changes: readonly (readonly [StatementDomain, Partial<Entry>])[] = [
      [{ ...domain, chainId: 1 }, {}],
      [{ ...domain, members: `0x${"bb".repeat(20)}` }, {}],
      [domain, { type: "trade.offer" }],
      [domain, { subject: "trade:0x4d" }],
      [domain, { issuer: "9144030071526726XG" }],
      [domain, { occurredAt: "2026-11-22T09:14:05.121Z" }],
      [domain, { commitments: [...vector.commitments].reverse() }],
      [domain, { commitments: vector.commitments.slice(1) }],
    ];
    for (const [changedDomain, change] of changes) {
      expect(recoverStatementKey(changedDomain, { ...entry, ...change }, signature)).to.not.equal(vector.statement.key);
    }
    expect(changes).to.have.length(8);
  });

  it("are refused with high s, another v, another length, or a signature that no key gives", () => {
    const { signature } = vector.statement;
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const [r, s, v] = [signature.slice(0, 66), signature.slice(66, 130), signature.slice(130)];
    const highS = (order - BigInt(`0x${s}`)).toString(16).padStart(64, "0");
    const otherV = v === "1b" ? "1c" : "1b";
    const bad = [
      `${r}${highS}${otherV}`,
      `${r}${highS}${v}`,
      `${r}${s}00`,
      `${r}${s}01`,
      `${r}${s}1a`,
      `${r}${s}1d`,
      `${r}${s}`,
      `${r}${s}${v}00`,
      "0x",
      `0x${"00".repeat(32)}${s}${v}`,
      `${r}${"00".repeat(32)}${v}`,
      `0x${"ff".repeat(32)}${s}${v}`,
      `0x${"00".repeat(31)}05${s}1b`,
      signature.toUpperCase(),
    ];
    for (const text of bad) expectRefusal(() => recoverStatementKey(domain, entry, text as Hex), "V_MEMBER_SIGNATURE");
    expect(bad).to.have.length(14);
    expect([isSignatureForm(signature), isSignatureForm(null), isSignatureForm(7)]).to.deep.equal([true, false, false]);
  });
}).timeout(30_000);
