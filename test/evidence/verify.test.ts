import { decodeHeader, encodeHeaderFields, type Header } from "@lianzheng/sdk/chain";
import { fromHex, toHex, type EvidenceErrorCode, type Hex } from "@lianzheng/sdk/encoding";
import { questions, type Bundle, type Policy, type Question } from "@lianzheng/sdk/evidence";
import { decodeProof, encodeProof, nodeDigest, type LogProof } from "@lianzheng/sdk/log";
import { toInstant } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { SigningKey } from "ethers";
import {
  addressOf,
  bundleRecord,
  contracts,
  logKey,
  makeBlock,
  makeEvidence,
  makeLog,
  makeRecord,
  makeRecords,
  makeState,
  nowMs,
  operator,
  owner,
  policy,
  published,
  receipt,
  secondMs,
  stageRecorded,
  startMs,
  strangers,
  subject,
  supplier,
  supplierKey,
  threeStages,
  type Scenario,
} from "./fixture.ts";
import { answerTo, expectAnswer, expectFailure, judge, judgeValue } from "./question-of.ts";

type Change = (bundle: Bundle) => Bundle;

const good = await makeEvidence();
const stranger = new SigningKey(`0x${"77".repeat(32)}`);

/** The good bundle with the first record's proof changed. */
function withProof(change: (proof: LogProof) => LogProof): Change {
  return withRecord((record) => ({ ...record, proof: encodeProof(change(decodeProof(record.proof))) }));
}

function withRecord(change: (record: Bundle["records"][number]) => Bundle["records"][number], at = 0): Change {
  return (bundle) => ({ ...bundle, records: bundle.records.with(at, change(bundle.records[at]!)) });
}

function withEvent(change: (event: Bundle["anchor"]["event"]) => Bundle["anchor"]["event"]): Change {
  return (bundle) => ({ ...bundle, anchor: { ...bundle.anchor, event: change(bundle.anchor.event) } });
}

function withHeader(change: (header: Header) => Header): Change {
  return withEvent((event) => ({
    ...event,
    header: toHex(encodeHeaderFields(change(decodeHeader(fromHex(event.header))))),
  }));
}

/** One hex digit of a text changed. */
function flipped(text: Hex, at: number): Hex {
  const digit = (parseInt(text[at]!, 16) ^ 1).toString(16);
  return `${text.slice(0, at)}${digit}${text.slice(at + 1)}` as Hex;
}

describe("evidence: a good bundle", () => {
  const verdict = judge(good.bundle);

  it("is verified, and every question is asked once, in order", () => {
    expect(verdict.result).to.equal("verified");
    expect(verdict).to.not.have.property("code");
    expect(verdict.verdicts.map(({ question }) => question)).to.deep.equal(questions);
    for (const question of policy.required) expectAnswer(verdict, question, "pass");
    expectAnswer(verdict, "entitled", "unknown");
  });

  it("gives the facts that it proves", () => {
    expect(verdict.facts.records.map(({ id }) => id)).to.deep.equal(threeStages.map(({ id }) => id));
    expect(verdict.facts.records[1]!.disclosed).to.deep.equal({
      price: "128000.00",
      currency: "CNY",
      note: "record 1",
    });
    expect(verdict.facts.records[0]!.issuer).to.equal(supplier);
    expect(verdict.facts.block).to.include({ chainId: 20260, number: 12 });
    expect(verdict.facts.anchoredAt).to.equal("2026-03-02T08:00:00.000Z");
    expect(verdict.facts.trade).to.include({ stages: 3, block: 12, at: verdict.facts.anchoredAt });
    expect(verdict.facts.log).to.deep.equal({ origin: policy.logs[0]!.origin, owner, size: 12 });
  });

  it("says that one operator alone witnesses it", () => {
    const final = answerTo("final", verdict);
    expect(final.trust).to.equal("single-operator");
    expect(final.reason).to.match(/one operator alone/);
  });

  it("is the same bundle with whitespace, escapes and members in another order", () => {
    const { format, version, records, anchor, law } = good.bundle;
    const other = JSON.stringify({ law, anchor, records, version, format }, null, 3).replaceAll(
      "lianzheng",
      "\\u006cianzheng",
    );
    expect(judgeValue(other)).to.deep.equal(verdict);
  });

  it("with some or none of its disclosures shows only those", () => {
    const some = judge(
      withRecord((record) => ({ ...record, disclosures: record.disclosures.slice(1, 2) }), 1)(good.bundle),
    );
    expect(some.result).to.equal("verified");
    expect(some.facts.records[1]!.disclosed).to.deep.equal({ currency: "CNY" });
    const none = judge(withRecord((record) => ({ ...record, disclosures: [] }), 2)(good.bundle));
    expect(none.result).to.equal("verified");
    expect(none.facts.records[2]!.disclosed).to.deep.equal({});
  });

  it("without an account proof is anchored, and says that the code is not shown", () => {
    const { chainId, genesis, logId, event } = good.bundle.anchor;
    const found = judge({ ...good.bundle, anchor: { chainId, genesis, logId, event } });
    expect(found.result).to.equal("verified");
    expect(answerTo("anchored", found).reason).to.match(/does not show the contract's code/);
  });

  it("is undetermined when the policy requires what stays unknown", () => {
    const found = judge(good.bundle, { ...policy, required: ["unaltered", "logged", "entitled"] });
    expect(found.result).to.equal("undetermined");
    expect(found.reason).to.match(/^entitled: /);
    expect(found).to.not.have.property("code");
  });
});

describe("evidence: what is no bundle", () => {
  const { bundle } = good;
  const event = bundle.anchor.event;
  const text = JSON.stringify(bundle);
  const anchorWith = (change: Record<string, unknown>): unknown => ({
    ...bundle,
    anchor: { ...bundle.anchor, ...change },
  });
  const eventWith = (change: Record<string, unknown>): unknown => anchorWith({ event: { ...event, ...change } });
  const cases: readonly (readonly [what: string, value: unknown, code: EvidenceErrorCode])[] = [
    ["an empty file", "", "V_FORMAT"],
    ["no JSON", "evidence", "V_FORMAT"],
    ["half of a bundle", text.slice(0, text.length / 2), "V_FORMAT"],
    ["an array", [bundle], "V_FORMAT"],
    ["null", "null", "V_FORMAT"],
    ["a string", '"lianzheng-evidence"', "V_FORMAT"],
    ["a mebibyte of zeros", new Uint8Array(1 << 20), "V_FORMAT"],
    ["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), "V_FORMAT"],
    ["another format", { ...bundle, format: "lianzheng-policy" }, "V_FORMAT"],
    ["version 2", { ...bundle, version: 2 }, "V_VERSION"],
    ["version 0", { ...bundle, version: 0 }, "V_VERSION"],
    ['version "1"', { ...bundle, version: "1" }, "V_VERSION"],
    ["no version", { ...bundle, version: undefined }, "V_VERSION"],
    ["a newer bundle with new members", { ...bundle, version: 3, witness: [] }, "V_VERSION"],
    ["an unknown member", { ...bundle, sealers: [addressOf(stranger)] }, "V_FORMAT"],
    ["an algorithm of its own", { ...bundle, algorithm: "sha-1" }, "V_FORMAT"],
    ["a policy of its own", { ...bundle, policy }, "V_FORMAT"],
    ["an unknown member of the anchor", anchorWith({ sealers: [] }), "V_FORMAT"],
    ["an unknown member of the event", eventWith({ blockHash: `0x${"00".repeat(32)}` }), "V_FORMAT"],
    ["an unknown law", { ...bundle, law: { rights: event } }, "V_FORMAT"],
    ["no records", { ...bundle, records: [] }, "V_FORMAT"],
    ["a record without a proof", { ...bundle, records: [{ entry: "", disclosures: [] }] }, "V_FORMAT"],
    [
      "a disclosure that is no string",
      { ...bundle, records: [{ entry: "", disclosures: [1], proof: "" }] },
      "V_FORMAT",
    ],
    ["no anchor", { ...bundle, anchor: undefined }, "V_FORMAT"],
    [
      "an upper-case digest",
      anchorWith({ genesis: bundle.anchor.genesis.toUpperCase().replace("0X", "0x") }),
      "V_FORMAT",
    ],
    ["a digest of 31 bytes", anchorWith({ logId: "0x".padEnd(64, "0") }), "V_FORMAT"],
    ["a chain id as a string", anchorWith({ chainId: "20260" }), "V_FORMAT"],
    ["a chain id of zero", anchorWith({ chainId: 0 }), "V_FORMAT"],
    ["an empty account proof", anchorWith({ account: [] }), "V_FORMAT"],
    ["a negative receipt index", eventWith({ receiptIndex: -1 }), "V_FORMAT"],
    ["a log index of 2^53", JSON.stringify(bundle).replace('"logIndex":1', '"logIndex":9007199254740992'), "V_FORMAT"],
    [
      "a log index of 2^64",
      JSON.stringify(bundle).replace('"logIndex":1', '"logIndex":18446744073709551616'),
      "V_FORMAT",
    ],
    ["a broken receipt index", eventWith({ receiptIndex: 1.5 }), "V_FORMAT"],
    ["an odd header", eventWith({ header: "0xf90" }), "V_FORMAT"],
    ["no receipt proof", eventWith({ receiptProof: [] }), "V_FORMAT"],
    ["a duplicate key", text.replace('"version":1', '"version":1,"version":1'), "V_FORMAT"],
    ["__proto__", text.replace('"version":1', '"version":1,"__proto__":{}'), "V_FORMAT"],
    ["more than 16 MiB", new Uint8Array(16 * 1024 * 1024 + 1).fill(0x20), "V_FORMAT"],
  ];
  for (const [what, value, code] of cases) {
    it(`such as ${what} fails with ${code}`, () => {
      const verdict = value instanceof Uint8Array ? judge(value) : judgeValue(value);
      expectFailure(verdict, "unaltered", code);
      expect(verdict.code).to.equal(code);
      expect(verdict.facts).to.deep.equal({ records: [] });
      expect(verdict.verdicts).to.have.length(8);
    });
  }
  it("was shown in every form", () => expect(cases).to.have.length(38));
});

/** Row numbers are those of the catalogue of bad inputs. */
describe("evidence: an altered bundle", () => {
  const { bundle } = good;
  const entryWith = (from: string, to: string): Change =>
    withRecord((record) => ({ ...record, entry: record.entry.replace(from, to) }));
  const other = makeRecord({ type: "trade.listing", body: { price: "1.00" } }, 0, null);
  const rows: readonly (readonly [
    row: number,
    what: string,
    change: Change,
    question: Question,
    code: EvidenceErrorCode,
  ])[] = [
    [76, "an entry of version 2", entryWith('"version":1', '"version":2'), "unaltered", "V_VERSION"],
    [
      78,
      "a price changed in a disclosure",
      withRecord((record) => ({
        ...record,
        disclosures: record.disclosures.with(
          0,
          btoa(atob(record.disclosures[0]!.replaceAll("-", "+").replaceAll("_", "/")).replace("128", "129"))
            .replaceAll("+", "-")
            .replaceAll("/", "_")
            .replaceAll("=", ""),
        ),
      })),
      "unaltered",
      "V_DISCLOSURE",
    ],
    [
      78,
      "a letter of a salt changed",
      withRecord((record) => ({
        ...record,
        disclosures: record.disclosures.with(
          0,
          record.disclosures[0]!.replace(/^(.{12})./, (_, head: string) => `${head}a`),
        ),
      })),
      "unaltered",
      "V_DISCLOSURE",
    ],
    [78, "a letter of the entry changed", entryWith("trade.listing", "trade.listinh"), "logged", "V_ROOT"],
    [78, "an issuer changed", entryWith(`"issuer":"${supplier}"`, `"issuer":"${owner}"`), "logged", "V_ROOT"],
    [
      78,
      "a commitment left out",
      withRecord((record) => ({
        ...record,
        entry: record.entry.replace(/"commitments":\["[^"]*",/, '"commitments":['),
        disclosures: [],
      })),
      "logged",
      "V_ROOT",
    ],
    [
      78,
      "a sibling changed",
      withProof((proof) => ({
        ...proof,
        hashes: proof.hashes.with(
          1,
          proof.hashes[1]!.map((byte, at) => (at === 7 ? byte ^ 1 : byte)),
        ),
      })),
      "logged",
      "V_ROOT",
    ],
    [
      78,
      "the signed root changed",
      withRecord((record) => ({
        ...record,
        proof: record.proof.replace(/\n(\d+)\n[A-Za-z0-9+/]{4}/, (_, size: string) => `\n${size}\nAAAA`),
      })),
      "logged",
      "V_NOTE",
    ],
    [
      79,
      "siblings in another order",
      withProof((proof) => ({ ...proof, hashes: proof.hashes.toReversed() })),
      "logged",
      "V_ROOT",
    ],
    [
      79,
      "a sibling missing",
      withProof((proof) => ({ ...proof, hashes: proof.hashes.slice(1) })),
      "logged",
      "V_PROOF_LENGTH",
    ],
    [
      79,
      "a sibling more",
      withProof((proof) => ({ ...proof, hashes: [...proof.hashes, proof.hashes[0]!] })),
      "logged",
      "V_PROOF_LENGTH",
    ],
    [
      79,
      "a sibling twice",
      withProof((proof) => ({ ...proof, hashes: proof.hashes.with(0, proof.hashes[1]!) })),
      "logged",
      "V_ROOT",
    ],
    [79, "no siblings", withProof((proof) => ({ ...proof, hashes: [] })), "logged", "V_PROOF_LENGTH"],
    [81, "an index beyond the size", withProof((proof) => ({ ...proof, index: 12 })), "logged", "V_INDEX"],
    [
      81,
      "an index of -1",
      withRecord((record) => ({ ...record, proof: record.proof.replace("index 5", "index -1") })),
      "logged",
      "V_INDEX",
    ],
    [
      81,
      "an index of 2^53",
      withRecord((record) => ({ ...record, proof: record.proof.replace("index 5", "index 9007199254740992") })),
      "logged",
      "V_INDEX",
    ],
    [
      81,
      "an index of 2^64",
      withRecord((record) => ({ ...record, proof: record.proof.replace("index 5", "index 18446744073709551616") })),
      "logged",
      "V_INDEX",
    ],
    [
      81,
      "an index of 5.0",
      withRecord((record) => ({ ...record, proof: record.proof.replace("index 5", "index 5.0") })),
      "logged",
      "V_INDEX",
    ],
    [82, "the neighbour's index", withProof((proof) => ({ ...proof, index: 4 })), "logged", "V_ROOT"],
    [
      83,
      "an inner node for an entry",
      withRecord((record) => ({ ...record, entry: "\u0001 node" })),
      "unaltered",
      "V_LEAF",
    ],
    [
      84,
      "two digests for an entry",
      withRecord((record) => ({ ...record, entry: "0".repeat(64), disclosures: [] })),
      "unaltered",
      "V_LEAF",
    ],
    [84, "no entry", withRecord((record) => ({ ...record, entry: "", disclosures: [] })), "unaltered", "V_LEAF"],
    [
      84,
      "an entry with a space more",
      withRecord((record) => ({ ...record, entry: ` ${record.entry}` })),
      "unaltered",
      "V_LEAF",
    ],
    [
      88,
      "another record under this one's proof",
      withRecord((record) => ({ ...record, entry: other.text, disclosures: other.disclosures })),
      "logged",
      "V_ROOT",
    ],
    [
      88,
      "another record's disclosures",
      withRecord((record) => ({ ...record, disclosures: other.disclosures })),
      "unaltered",
      "V_DISCLOSURE",
    ],
    [
      88,
      "a record of another subject",
      withRecord((record) => ({ ...record, entry: record.entry.replace(subject, `${subject}0`) }), 1),
      "unaltered",
      "V_BINDING",
    ],
    [
      88,
      "records in another order",
      (bundle) => ({ ...bundle, records: bundle.records.toReversed() }),
      "unaltered",
      "V_FORMAT",
    ],
    [
      88,
      "one record twice",
      (bundle) => ({ ...bundle, records: [bundle.records[0]!, bundle.records[0]!] }),
      "unaltered",
      "V_FORMAT",
    ],
    [
      89,
      "another chain's id",
      (bundle) => ({ ...bundle, anchor: { ...bundle.anchor, chainId: 1 } }),
      "anchored",
      "V_UNTRUSTED_ANCHOR",
    ],
    [
      89,
      "another first block",
      (bundle) => ({ ...bundle, anchor: { ...bundle.anchor, genesis: `0x${"12".repeat(32)}` } }),
      "final",
      "V_UNTRUSTED_ANCHOR",
    ],
    [
      89,
      "another log's id",
      (bundle) => ({ ...bundle, anchor: { ...bundle.anchor, logId: `0x${"12".repeat(32)}` } }),
      "anchored",
      "V_UNTRUSTED_ANCHOR",
    ],
    [
      89,
      "another contract",
      withEvent((event) => ({ ...event, contract: `0x${"dd".repeat(20)}`, logIndex: 0 })),
      "anchored",
      "V_UNTRUSTED_ANCHOR",
    ],
    [
      91,
      "the same event of a decoy contract",
      withEvent((event) => ({ ...event, logIndex: 0 })),
      "anchored",
      "V_EMITTER",
    ],
    [93, "another receipt's index", withEvent((event) => ({ ...event, receiptIndex: 0 })), "anchored", "V_RECEIPT"],
    [93, "a log that the receipt has not", withEvent((event) => ({ ...event, logIndex: 2 })), "anchored", "V_RECEIPT"],
    [
      93,
      "a receipts root changed",
      withHeader((header) => ({ ...header, receiptsRoot: flipped(header.receiptsRoot, 9) })),
      "anchored",
      "V_RECEIPT",
    ],
    [
      93,
      "a node of the receipt proof changed",
      withEvent((event) => ({
        ...event,
        receiptProof: event.receiptProof.with(0, flipped(event.receiptProof[0]!, 30)),
      })),
      "anchored",
      "V_RECEIPT",
    ],
    [
      93,
      "a node of the account proof changed",
      (bundle) => ({
        ...bundle,
        anchor: { ...bundle.anchor, account: bundle.anchor.account!.with(0, flipped(bundle.anchor.account![0]!, 30)) },
      }),
      "anchored",
      "V_EMITTER",
    ],
    [
      78,
      "a header that is no header",
      withEvent((event) => ({ ...event, header: `0x00${event.header.slice(4)}` })),
      "final",
      "V_HEADER",
    ],
    [
      78,
      "a byte behind the header",
      withEvent((event) => ({ ...event, header: `${event.header}00` })),
      "final",
      "V_HEADER",
    ],
    [78, "a block number changed", withHeader((header) => ({ ...header, number: 13n })), "final", "V_SEAL_SIGNER"],
    [
      78,
      "a block time changed",
      withHeader((header) => ({ ...header, timestamp: header.timestamp - 1n })),
      "final",
      "V_SEAL_SIGNER",
    ],
    [95, "no seal", withHeader((header) => ({ ...header, extraData: "0x" })), "final", "V_SEAL"],
    [
      95,
      "a seal of zeros",
      withHeader((header) => ({ ...header, extraData: `${header.extraData.slice(0, 66)}${"00".repeat(65)}` as Hex })),
      "final",
      "V_SEAL",
    ],
    [
      95,
      "a seal's parity out of range",
      withHeader((header) => ({ ...header, extraData: `${header.extraData.slice(0, -2)}1b` as Hex })),
      "final",
      "V_SEAL",
    ],
    [95, "the other s of the same seal", withHeader(malleated), "final", "V_SEAL"],
    [
      107,
      "a disclosure twice",
      withRecord((record) => ({ ...record, disclosures: [...record.disclosures, record.disclosures[0]!] })),
      "unaltered",
      "V_DISCLOSURE",
    ],
    [
      107,
      "a disclosure of a field that the entry has not",
      withRecord((record) => ({
        ...record,
        disclosures: [...record.disclosures, "WyJzYWx0c2FsdHNhbHRzYWx0c2FsdHMiLCJ4IiwxXQ"],
      })),
      "unaltered",
      "V_DISCLOSURE",
    ],
  ];
  for (const [row, what, change, question, code] of rows) {
    it(`with ${what} fails: ${question}, ${code} (row ${row})`, () => {
      const verdict = judge(change(bundle));
      expectFailure(verdict, question, code);
      expect(verdict.facts).to.not.deep.equal(judge(bundle).facts);
    });
  }
  it("was shown in every form", () => expect(rows).to.have.length(48));
});

/** r and s of a seal in the form that EIP-2 rules out. */
function malleated(header: Header): Header {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = BigInt(`0x${header.extraData.slice(130, 194)}`);
  const v = header.extraData.endsWith("00") ? "01" : "00";
  const bent = `${header.extraData.slice(0, 130)}${(order - s).toString(16).padStart(64, "0")}${v}`;
  return { ...header, extraData: bent as Hex };
}

/** Bundles that hang together and yet are not of those whom the policy trusts. */
describe("evidence: a bundle of somebody else", () => {
  const elsewhere = { ...policy, chain: { ...policy.chain, chainId: 4711 } };
  const rows: readonly (readonly [
    row: number,
    what: string,
    scenario: Scenario,
    question: Question,
    code: EvidenceErrorCode,
  ])[] = [
    [90, "with a log key of its own", { log: { key: logKey("another") } }, "logged", "V_NOTE"],
    [
      90,
      "with a log of its own",
      { log: { key: logKey("another"), origin: "other.example/log" } },
      "logged",
      "V_UNTRUSTED_ANCHOR",
    ],
    [95, "with an operator of its own", { anchorBlock: { key: stranger } }, "final", "V_SEAL_SIGNER"],
    [95, "with an operator of its own for the law", { lawBlock: { key: stranger } }, "complete", "V_SEAL_SIGNER"],
    [89, "with another log in the event", { published: { logId: `0x${"34".repeat(32)}` } }, "anchored", "V_BINDING"],
    [88, "with another root in the event", { published: { root: `0x${"34".repeat(32)}` } }, "anchored", "V_BINDING"],
    [82, "with another size in the event", { published: { size: 11 } }, "anchored", "V_BINDING"],
    [
      91,
      "with another program at the contract's address",
      { state: { codeHash: `0x${"34".repeat(32)}` } },
      "anchored",
      "V_EMITTER",
    ],
    [
      91,
      "with a decoy contract's stage",
      { stageRecorded: { address: `0x${"dd".repeat(20)}` } },
      "complete",
      "V_UNTRUSTED_ANCHOR",
    ],
    [88, "with another trade's stage", { stageRecorded: { tradeId: `0x${"34".repeat(32)}` } }, "complete", "V_BINDING"],
    [88, "with a stage later than the anchor", { lawBlock: { number: 13 } }, "complete", "V_BINDING"],
    [97, "whose block is later than now", { anchorBlock: { timeMs: nowMs + 11 * 60 * secondMs } }, "time", "V_TIME"],
    [97, "whose block is earlier than the records", { anchorBlock: { timeMs: startMs } }, "time", "V_TIME"],
    [97, "whose block time no calendar has", { anchorBlock: { timeMs: 8e15 } }, "time", "V_TIME"],
  ];
  for (const [row, what, scenario, question, code] of rows) {
    it(`${what} fails: ${question}, ${code} (row ${row})`, async () => {
      expectFailure(judge((await makeEvidence(scenario)).bundle), question, code);
    });
  }
  it("was shown in every form", () => expect(rows).to.have.length(14));

  it("with a failed transaction's receipt fails: V_TX_FAILED (row 92)", async () => {
    const { bundle, log } = await makeEvidence();
    const block = makeBlock({ number: 12, stateRoot: makeState().root, receipts: [receipt([published(log)], "0x0")] });
    expectFailure(
      judge({ ...bundle, anchor: { ...bundle.anchor, event: block.event(0, 0) } }),
      "anchored",
      "V_TX_FAILED",
    );
  });

  it("with another event of the trusted contract fails: V_EVENT", async () => {
    const { bundle, log, records } = await makeEvidence();
    const stage = stageRecorded(records, { address: contracts.evidenceLogs.address });
    const block = makeBlock({ number: 12, stateRoot: makeState().root, receipts: [receipt([stage, published(log)])] });
    expectFailure(judge({ ...bundle, anchor: { ...bundle.anchor, event: block.event(0, 0) } }), "anchored", "V_EVENT");
  });

  it("is not verified under a policy of another chain", async () => {
    const verdict = judge((await makeEvidence()).bundle, elsewhere);
    expectFailure(verdict, "anchored", "V_UNTRUSTED_ANCHOR");
    expectFailure(verdict, "final", "V_UNTRUSTED_ANCHOR");
    expect(verdict.facts).to.not.have.property("block");
  });

  it("under a policy that names other codes, keys or sealers fails", () => {
    const others: readonly (readonly [Policy, Question, EvidenceErrorCode])[] = [
      [
        {
          ...policy,
          contracts: { ...contracts, evidenceLogs: { ...contracts.evidenceLogs, codeHash: `0x${"01".repeat(32)}` } },
        },
        "anchored",
        "V_EMITTER",
      ],
      [{ ...policy, contracts: { ...contracts, evidenceLogs: contracts.trades } }, "anchored", "V_UNTRUSTED_ANCHOR"],
      [
        {
          ...policy,
          chain: { ...policy.chain, finality: { engine: "single-operator", sealers: [addressOf(stranger)] } },
        },
        "final",
        "V_SEAL_SIGNER",
      ],
      [{ ...policy, logs: [] }, "logged", "V_UNTRUSTED_ANCHOR"],
    ];
    for (const [other, question, code] of others) expectFailure(judge(good.bundle, other), question, code);
    expect(others).to.have.length(4);
  });
});

describe("evidence: two trees, two checkpoints, two records in one place", () => {
  it("a tree in which the last leaf stands twice has another root (row 85, CVE-2012-2459)", () => {
    const [a, b, c] = strangers(3).map((id) => fromHex(id));
    const three = nodeDigest(nodeDigest(a!, b!), c!);
    const four = nodeDigest(nodeDigest(a!, b!), nodeDigest(c!, c!));
    expect(toHex(makeLog(strangers(3)).root)).to.equal(toHex(three));
    expect(toHex(three)).to.not.equal(toHex(four));
  });

  it("proofs that end in two trees of one size show that the log lied (row 105)", async () => {
    const ids = threeStages.map(({ id }) => id);
    const one = makeLog([...strangers(5), ...ids]);
    const two = makeLog([...strangers(6).slice(1), ...ids]);
    const records = [await bundleRecord(threeStages[0]!, one), await bundleRecord(threeStages[1]!, two)];
    expectFailure(judge({ ...good.bundle, records }), "logged", "V_EQUIVOCATION");
  });

  it("proofs that end in checkpoints of two sizes are no one bundle", async () => {
    const later = makeLog([...strangers(5), ...threeStages.map(({ id }) => id), ...strangers(20).slice(5)]);
    const records = good.bundle.records.with(2, await bundleRecord(threeStages[2]!, later));
    expectFailure(judge({ ...good.bundle, records }), "logged", "V_BINDING");
  });

  it("two records in one place of the sequence show that the log lied (row 104)", async () => {
    const rival = makeRecord({ type: "trade.offer", body: { price: "1.00" } }, 1, threeStages[0]!.id);
    const { bundle } = await makeEvidence({ records: [threeStages[0]!, threeStages[1]!, rival], counted: 2 });
    expectFailure(judge(bundle), "complete", "V_EQUIVOCATION");
  });

  it("a record that names another one before it shows the same", async () => {
    const rival = makeRecord({ type: "trade.offer" }, 1, `0x${"12".repeat(32)}`);
    const { bundle } = await makeEvidence({ records: [threeStages[0]!, rival] });
    expectFailure(judge(bundle), "complete", "V_EQUIVOCATION");
  });
});

describe("evidence: who signed", () => {
  const one = (spec: Parameters<typeof makeRecord>[0]): Scenario => ({ records: [makeRecord(spec, 0, null)] });
  const type = "trade.listing";

  it("the issuer, by a key that counted then", async () => {
    const signed = answerTo(
      "signed",
      judge((await makeEvidence(one({ type, issuer: supplier, key: supplierKey }))).bundle),
    );
    expect([signed.answer, signed.trust]).to.deep.equal(["pass", "member-key"]);
  });

  it("the log's owner vouches for its own records, and for nobody else's", async () => {
    const own = answerTo("signed", judge((await makeEvidence(one({ type }))).bundle));
    expect([own.answer, own.trust]).to.deep.equal(["pass", "log-key"]);
    const verdict = judge((await makeEvidence(one({ type, issuer: supplier }))).bundle);
    expectAnswer(verdict, "signed", "unknown");
    expect(verdict.result).to.equal("undetermined");
  });

  it("nobody, if a stranger's key signed in the issuer's name", async () => {
    expectFailure(
      judge((await makeEvidence(one({ type, issuer: supplier, key: stranger }))).bundle),
      "signed",
      "V_MEMBER_SIGNATURE",
    );
  });

  it("is unknown if the policy names no keys of the issuer", async () => {
    const { bundle } = await makeEvidence(one({ type, issuer: supplier, key: supplierKey }));
    expectAnswer(judge(bundle, { ...policy, members: [] }), "signed", "unknown");
  });

  it("nobody, outside the time in which the key counted", async () => {
    const from = startMs;
    const until = startMs + 1000;
    const member = {
      uscc: supplier,
      keys: [{ address: addressOf(supplierKey), from: toInstant(from), until: toInstant(until) }],
    };
    const narrow: Policy = { ...policy, members: [member] };
    for (const [at, counts] of [
      [from - 1, false],
      [from, true],
      [until - 1, true],
      [until, false],
    ] as const) {
      const { bundle } = await makeEvidence(
        one({ type, issuer: supplier, key: supplierKey, occurredAt: toInstant(at), receivedAt: toInstant(at) }),
      );
      if (counts) expectAnswer(judge(bundle, narrow), "signed", "pass");
      else expectFailure(judge(bundle, narrow), "signed", "V_MEMBER_SIGNATURE");
    }
  });

  it("nobody, if the signature is of another record (row 88)", () => {
    const [signed, other] = [0, 1].map((at) =>
      makeRecord({ type, issuer: supplier, key: supplierKey, body: { at } }, 0, null),
    );
    const text = signed!.text.replace(signed!.entry.statement!.signature, other!.entry.statement!.signature);
    expectFailure(
      judge({ ...good.bundle, records: [{ entry: text, disclosures: [], proof: good.bundle.records[0]!.proof }] }),
      "signed",
      "V_MEMBER_SIGNATURE",
    );
  });

  it("nobody, if the statement names another key than the one that signed", () => {
    const { text, entry } = makeRecord({ type, issuer: supplier, key: supplierKey }, 0, null);
    const bent = text.replace(entry.statement!.key, addressOf(operator));
    expectFailure(
      judge({ ...good.bundle, records: [{ entry: bent, disclosures: [], proof: good.bundle.records[0]!.proof }] }),
      "signed",
      "V_MEMBER_SIGNATURE",
    );
  });
});

describe("evidence: when", () => {
  const late = (spec: Parameters<typeof makeRecord>[0]): Scenario => ({ records: makeRecords([spec]) });
  const blockMs = startMs + 24 * 3600 * secondMs;

  it("a claim of up to ten minutes after the block is a clock's, of more a contradiction (row 97)", async () => {
    for (const field of ["occurredAt", "receivedAt"] as const) {
      const near = late({ type: "trade.listing", [field]: toInstant(blockMs + 600 * secondMs) });
      expectAnswer(judge((await makeEvidence(near)).bundle), "time", "pass");
      const far = late({ type: "trade.listing", [field]: toInstant(blockMs + 600 * secondMs + 1) });
      expectFailure(judge((await makeEvidence(far)).bundle), "time", "V_TIME");
    }
  });

  it("is unknown without a final block that holds the checkpoint", async () => {
    const { bundle } = await makeEvidence({ anchorBlock: { key: stranger } });
    expectAnswer(judge(bundle), "time", "unknown");
    expect(judge(bundle).facts).to.not.have.any.keys("anchoredAt", "block", "trade");
  });
});
