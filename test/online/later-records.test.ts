/** Records that came later and say of earlier ones that they are corrected or erased: read from the log, verified like any. */
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, Policy } from "@lianzheng/sdk/evidence";
import { verifyOnline, type ChainPort, type LogPort, type OnlineFinding } from "@lianzheng/sdk/online";
import type { JsonObject } from "@lianzheng/sdk/record";
import { redact } from "@lianzheng/sdk/redaction";
import { expect } from "chai";
import {
  encoded,
  makeEvidence,
  makeRecord,
  nowMs,
  owner,
  policy as trusted,
  supplier,
  supplierKey,
  type Made,
} from "../evidence/fixture.ts";

const subject = "product:0x77";
const policy: Policy = { ...trusted, required: ["unaltered", "logged", "anchored", "final"] };
const absent: ChainPort = { send: () => Promise.reject(new Error("nobody there")) };

const first = makeRecord({ type: "x-note.made", subject, issuer: supplier, key: supplierKey }, 0, null);
const second = (type: string, issuer: string, body: JsonObject): Made =>
  makeRecord({ type, subject, issuer, body }, 1, first.id);
const correction = (issuer: string, record: Hex = first.id): Made =>
  second("record.correction", issuer, { record, reason: "the price was another" });
const erasure = (issuer: string): Made =>
  second("record.erasure", issuer, { record: first.id, index: 5, ground: "retention-ended", requestedBy: owner });

/** A node that lists these records and gives evidence of them. */
function nodeOf(records: readonly Made[], spoil: (bundle: Bundle) => Bundle = (same) => same): LogPort {
  return {
    records: (wish) => {
      const items = records.map(({ id, entry }, at) => ({ ...entry, id, index: at, submitter: owner }));
      // Page by page, the first of them empty, as a node may answer.
      return Promise.resolve(wish?.cursor === undefined ? { items: [], next: "1" } : { items, next: null });
    },
    evidence: async (id) =>
      spoil(
        (await makeEvidence({ records, shown: [records.findIndex((record) => record.id === id)], counted: 0 })).bundle,
      ),
  };
}

async function ask(log: LogPort): Promise<readonly OnlineFinding[]> {
  const { bundle } = await makeEvidence({ records: [first], counted: 0 });
  const verdict = await verifyOnline(encoded(bundle), policy, {
    endpoint: "http://127.0.0.1:1/",
    connect: () => absent,
    log,
    now: nowMs,
  });
  expect(verdict.result, verdict.reason).to.equal("verified");
  return verdict.findings.filter(({ about }) => about === "record");
}

async function expectFinding(
  log: LogPort,
  answer: OnlineFinding["answer"],
  trust: OnlineFinding["trust"],
  reason: RegExp,
): Promise<void> {
  const [found, ...more] = await ask(log);
  expect(more).to.deep.equal([]);
  expect(found).to.include({ answer, trust });
  expect(found!.reason).to.match(reason);
}

describe("online: later records", () => {
  it("correct or erase an earlier one, by who issued it or owns the log", async () => {
    await expectFinding(
      nodeOf([first, correction(supplier)]),
      "changed",
      "log-key",
      /^Record 0 was corrected later, by record 0x/,
    );
    await expectFinding(nodeOf([first, correction(owner)]), "changed", "log-key", /corrected/);
    await expectFinding(nodeOf([first, erasure(owner)]), "changed", "log-key", /^Record 0 was erased later/);
  });

  it("are no more than a claim of anybody else", async () => {
    await expectFinding(nodeOf([first, erasure(supplier)]), "unknown", "log-key", /says that it was erased/);
  });

  it("stand beside the records when there are none, or they are of other records", async () => {
    for (const records of [
      [first],
      [first, second("x-note.made", supplier, { note: "more" })],
      [first, correction(supplier, `0x${"ab".repeat(32)}`)],
    ])
      await expectFinding(nodeOf(records), "stands", "rpc", /names no later record/);
  });

  it("are not believed without being in the log, or of another log", async () => {
    const bend = (bundle: Bundle): Bundle => ({
      ...bundle,
      records: bundle.records.map((record) => ({ ...record, proof: record.proof.replace("index 6", "index 5") })),
    });
    await expectFinding(
      nodeOf([first, correction(supplier)], bend),
      "unknown",
      "rpc",
      /does not show it to be in the log/,
    );
  });

  it("are unknown where the node shows that one was corrected or erased, and hides which", async () => {
    const hide = (bundle: Bundle): Bundle => redact(bundle, { drop: ["record"] }).bundle;
    const hidden = nodeOf([first, correction(supplier)], hide);
    await expectFinding(hidden, "unknown", "rpc", /^Record 0x.* says that one of this subject was corrected, and not/);
  });

  it("are unknown where the node fails, or lists for ever", async () => {
    const failing: LogPort = {
      records: () => Promise.reject(new Error("503")),
      evidence: () => Promise.reject(new Error("503")),
    };
    await expectFinding(failing, "unknown", "rpc", /could not be asked: 503/);
    const endless: LogPort = { ...failing, records: () => Promise.resolve({ items: [], next: "1" }) };
    await expectFinding(endless, "unknown", "rpc", /does not end/);
    const dumb: LogPort = { ...nodeOf([first, correction(supplier)]), evidence: failing.evidence };
    await expectFinding(dumb, "unknown", "rpc", /could not be asked/);
  });
});
