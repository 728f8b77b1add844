/** What a cheat who holds keys of his own, or of a log, or of an operator, can have signed, and is believed no further for. */
import { toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { verify, type Bundle, type Policy, type Verdict } from "@lianzheng/sdk/evidence";
import { logIdOf } from "@lianzheng/sdk/chain";
import {
  createNoteSigner,
  decodeProof,
  encodeProof,
  encodeVerifierKey,
  leafDigest,
  signNote,
} from "@lianzheng/sdk/log";
import {
  commitmentOf,
  encodeDisclosure,
  encodeEntry,
  statementDigest,
  toInstant,
  type Entry,
  type StatementDomain,
} from "@lianzheng/sdk/record";
import { expect } from "chai";
import {
  addressOf,
  chainId,
  encoded,
  logKey,
  makeEvidence,
  makeRecord,
  makeRecords,
  nowMs,
  owner,
  policy,
  secondMs,
  startMs,
  supplier,
  supplierKey,
  type Made,
} from "./fixture.ts";
import { answerTo, expectAnswer, expectFailure, judge } from "./question-of.ts";

const good = (await makeEvidence()).bundle;
const blockMs = startMs + 24 * 3600 * secondMs;
const subject = "product:0x91";
const lenient: Policy = { ...policy, required: ["unaltered", "logged", "signed", "anchored", "final", "time"] };

/** The same entry in another place of the sequence, as only the log's owner can put it there. */
function again({ entry, disclosures }: Made, sequence: number, previous: Hex, change: Partial<Entry> = {}): Made {
  const repeated: Entry = { ...entry, ...change, sequence, previous };
  const text = encodeEntry(repeated);
  return { entry: repeated, text, id: toHex(leafDigest(utf8(text))), disclosures };
}

describe("evidence: a log that writes a signed record twice", () => {
  const signed = makeRecord({ type: "x-payment.made", subject, issuer: supplier, key: supplierKey }, 0, null);
  const judged = async (records: readonly Made[]): Promise<Verdict> =>
    judge((await makeEvidence({ records, counted: 0 })).bundle, lenient);

  it("is not shown to have had it signed twice", async () => {
    const later = toInstant(startMs + 5 * secondMs);
    const verdict = await judged([signed, again(signed, 1, signed.id, { receivedAt: later })]);
    expect(expectAnswer(verdict, "signed", "unknown").reason).to.match(/^Record 1 is record 0 again/);
    expect(verdict.result).to.equal("undetermined");
  });

  it("is believed of two records that the issuer signed", async () => {
    const spec = { type: "x-payment.made", subject, issuer: supplier, key: supplierKey };
    expect(answerTo("signed", await judged(makeRecords([spec, spec])))).to.include({
      answer: "pass",
      trust: "member-key",
    });
  });

  it("is believed of its own, which it can write as often as it likes", async () => {
    const own = makeRecord({ type: "x-payment.made", subject, issuer: owner }, 0, null);
    expect(answerTo("signed", await judged([own, again(own, 1, own.id)]))).to.include({
      answer: "pass",
      trust: "log-key",
    });
  });
});

describe("evidence: an issuer who commits to two prices", () => {
  const salt = (letter: string): string => letter.repeat(43);
  const [low, high] = [encodeDisclosure(salt("a"), "price", "1.00"), encodeDisclosure(salt("b"), "price", "2.00")];
  const { entry } = makeRecord({ type: "x-offer.made", subject }, 0, null);
  const double: Entry = { ...entry, commitments: [low, high].map((text) => commitmentOf(text)).sort() };
  const text = encodeEntry(double);
  const record: Made = { entry: double, text, id: toHex(leafDigest(utf8(text))), disclosures: [] };
  const judged = async (disclosures: readonly string[]): Promise<Verdict> =>
    judge((await makeEvidence({ records: [{ ...record, disclosures }], counted: 0 })).bundle, lenient);

  it("can't show both in one bundle", async () => {
    expectFailure(await judged([low, high]), "unaltered", "V_DISCLOSURE");
  });

  it("can show one here and one there, and each time it is said that something stays hidden", async () => {
    for (const shown of [low, high]) {
      const { reason } = expectAnswer(await judged([shown]), "unaltered", "pass");
      expect(reason).to.match(/1 of 2 members .* What the other holds is not shown, its name included\.$/);
    }
  });
});

describe("evidence: a key that ended", () => {
  const spec = { type: "x-note.made", subject, issuer: supplier, key: supplierKey, occurredAt: toInstant(startMs) };
  const withKeys = (...spans: readonly (readonly [from: number, until: number | null])[]): Policy => ({
    ...lenient,
    members: [
      {
        uscc: supplier,
        keys: spans.map(([from, until]) => ({
          address: addressOf(supplierKey),
          from: toInstant(from),
          until: until === null ? null : toInstant(until),
        })),
      },
    ],
  });
  const judged = async (
    receivedMs: number,
    by: Policy,
    change: Parameters<typeof makeEvidence>[0] = {},
  ): Promise<Verdict> => {
    const records = [makeRecord({ ...spec, receivedAt: toInstant(receivedMs) }, 0, null)];
    return judge((await makeEvidence({ records, counted: 0, ...change })).bundle, by);
  };

  it("before the log received the record may have signed it afterwards, whatever the record says of itself", async () => {
    const end = startMs + 3600 * secondMs;
    for (const receivedMs of [end, end + 1, blockMs]) {
      const verdict = await judged(receivedMs, withKeys([startMs, end]));
      expect(expectAnswer(verdict, "signed", "unknown").reason).to.match(/had ended when the log received it/);
      expect(verdict.result).to.equal("undetermined");
    }
  });

  it("between the log's receipt and the block rests on the log's word for the time", async () => {
    for (const end of [startMs + 3 * secondMs, blockMs]) {
      const signed = answerTo("signed", await judged(end - 1, withKeys([startMs, end])));
      expect(signed).to.include({ answer: "pass", trust: "log-key" });
      expect(signed.reason).to.match(/1 of 1 records .* a key that has ended since/);
    }
  });

  it("after the block, or never, signed in time whoever keeps the log", async () => {
    for (const end of [blockMs + 1, null]) {
      const signed = answerTo("signed", await judged(startMs + secondMs, withKeys([startMs, end])));
      expect(signed, String(end)).to.include({ answer: "pass", trust: "member-key" });
    }
  });

  it("rests on the log's word where no block tells the time", async () => {
    const anchorBlock = { key: supplierKey };
    const open = answerTo("signed", await judged(startMs, withKeys([startMs, null]), { anchorBlock }));
    expect(open).to.include({ answer: "pass", trust: "member-key" });
    const ended = answerTo("signed", await judged(startMs, withKeys([startMs, blockMs + 1]), { anchorBlock }));
    expect(ended).to.include({ answer: "pass", trust: "log-key" });
  });

  it("and counted again when the log received the record signed while it counted", async () => {
    const spans = [
      [startMs, startMs + secondMs],
      [startMs + 10 * secondMs, null],
    ] as const;
    expectAnswer(await judged(startMs + 10 * secondMs, withKeys(...spans)), "signed", "pass");
    expectAnswer(await judged(startMs + 5 * secondMs, withKeys(...spans)), "signed", "unknown");
  });
});

describe("evidence: an operator who seals the absurd", () => {
  it("is refused a block number that no fact could name", async () => {
    for (const number of [2 ** 53, 2 ** 60]) {
      const { bundle } = await makeEvidence({ anchorBlock: { number } });
      expectFailure(judge(bundle), "final", "V_HEADER");
      expect(judge(bundle).facts).to.not.have.property("block");
    }
    const { bundle } = await makeEvidence({ anchorBlock: { number: 2 ** 53 - 1 } });
    expect(judge(bundle).facts.block?.number).to.equal(2 ** 53 - 1);
    const law = await makeEvidence({ lawBlock: { number: 2 ** 53 } });
    expectFailure(judge(law.bundle), "complete", "V_HEADER");
  });
});

describe("evidence: proofs of one checkpoint", () => {
  const withNote = (bundle: Bundle, at: number, change: (note: string) => string): Bundle => {
    const record = bundle.records[at]!;
    const proof = decodeProof(record.proof);
    const changed = { ...record, proof: encodeProof({ ...proof, checkpoint: change(proof.checkpoint) }) };
    return { ...bundle, records: bundle.records.with(at, changed) };
  };
  const cosigned = (note: string): string =>
    `${note}\u2014 witness.example ${Buffer.alloc(72, 7).toString("base64")}\n`;

  it("may bear signatures of others, the same in all of them", () => {
    const all = good.records.reduce((bundle, _, at) => withNote(bundle, at, cosigned), good);
    expect(judge(all).result).to.equal("verified");
    expect(judge(all).facts).to.deep.equal(judge(good).facts);
    expectFailure(judge(withNote(good, 1, cosigned)), "logged", "V_BINDING");
  });

  it("cost one verification of a signature, however many there are", async () => {
    const count = 400;
    const records = makeRecords(Array.from({ length: count }, () => ({ type: "x-note.made", subject })));
    const { bundle } = await makeEvidence({ records, counted: 0 });
    const notes = bundle.records.map(
      (_, at) => (note: string) => note + cosigned("").replaceAll("B", at % 2 === 0 ? "C" : "D"),
    );
    const hostile = notes.reduce((sum, change, at) => withNote(sum, at, change), bundle);
    expectFailure(judge(hostile), "logged", "V_BINDING");
  });
});

describe("evidence: what was signed for somewhere else", () => {
  const about = { type: "x-note.made", subject, issuer: supplier };
  const { entry, disclosures } = makeRecord(about, 0, null);
  const signedFor = (domain: StatementDomain): Made => {
    const signature = supplierKey.sign(statementDigest(domain, entry)).serialized as Hex;
    const signed: Entry = { ...entry, statement: { key: addressOf(supplierKey), signature } };
    const text = encodeEntry(signed);
    return { entry: signed, text, id: toHex(leafDigest(utf8(text))), disclosures };
  };
  const members = policy.contracts.members.address;

  it("is not signed here: another chain, another register of members", async () => {
    const domains = [
      { chainId: 1, members },
      { chainId, members: policy.contracts.trades.address },
    ];
    for (const domain of domains) {
      const { bundle } = await makeEvidence({ records: [signedFor(domain)], counted: 0 });
      expectFailure(judge(bundle, lenient), "signed", "V_MEMBER_SIGNATURE");
    }
    const { bundle } = await makeEvidence({ records: [signedFor({ chainId, members })], counted: 0 });
    expectAnswer(judge(bundle, lenient), "signed", "pass");
  });

  it("is not borne out by another log's anchor, of two that the policy names", async () => {
    const name = "other.exchange.example/2026";
    const key = logKey("other log");
    const second = {
      origin: name,
      key: encodeVerifierKey(name, key.publicKey),
      logId: logIdOf(supplier, name),
      owner: supplier,
    };
    const two: Policy = { ...lenient, logs: [...policy.logs, second] };
    const { bundle } = await makeEvidence({
      records: [signedFor({ chainId, members })],
      counted: 0,
      log: { key, origin: name },
    });
    expectFailure(judge(bundle, two), "anchored", "V_UNTRUSTED_ANCHOR");
    const renamed = { ...bundle, anchor: { ...bundle.anchor, logId: second.logId } };
    expectFailure(judge(renamed, two), "anchored", "V_BINDING");
    expect(judge(renamed, two).facts).to.not.have.any.keys("block", "anchoredAt");
  });
});

describe("evidence: what nobody signed, or only the log", () => {
  it("an extra line of a proof adds nothing", () => {
    const records = good.records.map((record) => ({
      ...record,
      proof: encodeProof({ ...decodeProof(record.proof), extra: utf8("verified by everybody") }),
    }));
    expect(judge({ ...good, records })).to.deep.equal(judge(good));
  });

  it("an extension line of a checkpoint adds nothing", () => {
    const key = logKey("log");
    const signer = createNoteSigner(policy.logs[0]!.origin, key.publicKey, (message) => key.sign(message));
    const records = good.records.map((record) => {
      const proof = decodeProof(record.proof);
      const [text = ""] = proof.checkpoint.split("\n\n");
      return { ...record, proof: encodeProof({ ...proof, checkpoint: signNote(`${text}\nsize 99\n`, signer) }) };
    });
    expect(judge({ ...good, records })).to.deep.equal(judge(good));
  });
});

describe("evidence: the verifier's clock", () => {
  it("is whole milliseconds that a calendar has, or the caller is told so", () => {
    const clocks = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1.5,
      9e15,
      "now" as unknown as number,
    ];
    for (const now of clocks)
      expect(() => verify(encoded(good), policy, { now }), String(now)).to.throw(TypeError, /now/);
    expect(clocks).to.have.length(6);
  });

  it("that goes behind the block's refuses the bundle, by more than ten minutes", () => {
    for (const [now, answer] of [
      [blockMs - 600 * secondMs, "pass"],
      [blockMs - 600 * secondMs - 1, "fail"],
      [0, "fail"],
      [-1, "fail"],
    ] as const)
      expectAnswer(verify(encoded(good), policy, { now }), "time", answer);
    expect(nowMs).to.be.greaterThan(blockMs);
  });
});
