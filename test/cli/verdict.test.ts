import type { RecordFacts, Verdict } from "@lianzheng/sdk/evidence";
import type { JsonValue } from "@lianzheng/sdk/record";
import { expect } from "chai";
import pico from "picocolors";
import { factLines } from "../../cli/src/verdict/facts.ts";
import { onlineLines } from "../../cli/src/verdict/online-lines.ts";
import type { VerdictStyle } from "../../cli/src/verdict/style.ts";

const style: VerdictStyle = { language: "en", colors: pico.createColors(false), brief: false, columns: undefined };

function shown(disclosed: Readonly<Record<string, JsonValue>>, more: Partial<VerdictStyle> = {}): readonly string[] {
  const record: RecordFacts = {
    id: `0x${"ab".repeat(32)}`,
    type: "trade.contract",
    subject: "trade:1",
    sequence: 0,
    issuer: "91460000MA5DEM119H",
    occurredAt: "2026-03-03T06:05:12.000Z",
    receivedAt: "2026-03-03T06:05:12.100Z",
    disclosed,
  };
  const verdict: Verdict = { result: "verified", reason: "", verdicts: [], facts: { records: [record] } };
  return factLines(verdict, { ...style, ...more });
}

describe("what a person sees of a record", () => {
  it("is its head and every disclosed value, a text told from a number", () => {
    expect(shown({ price: "128000.00", rows: 10, resale: false, tags: ["a", { b: null }], none: {} })).to.deep.equal([
      "",
      "  trade:1: what its records say",
      "  #0  trade.contract  at 2026-03-03T06:05:12.000Z  by 91460000MA5DEM119H",
      '      price   "128000.00"',
      "      rows    10",
      "      resale  false",
      '      tags    ["a", {"b": null}]',
      "      none    {}",
    ]);
  });

  it("says so where nothing is disclosed, in the reader's language", () => {
    expect(shown({}).at(-1)).to.equal("      nothing disclosed");
    expect(shown({}, { language: "zh" }).at(-1)).to.equal("      未披露内容");
  });

  it("can't steer the terminal, nor look like another line", () => {
    const lines = shown({ "na\u202eme": "a\u001b[2Jb\u202ec\n✔ VERIFIED", "\u0007": "\u2028\u200b" });
    expect(lines).to.have.length(5);
    expect(lines[3]).to.equal('      na\\u{202e}me  "a\\u001b[2Jb\\u{202e}c\\n✔ VERIFIED"');
    expect(lines[4]).to.equal('      \\u{7}         "\\u{2028}\\u{200b}"');
  });

  it("is cut where it is too long, and says where the whole is", () => {
    const line = shown({ note: "x".repeat(1000) })[3] ?? "";
    expect(line).to.match(/^ {6}note {2}"x{398}… \(cut; --json has it whole\)$/);
  });

  it("is folded to a narrow terminal", () => {
    const lines = shown({ purpose: "risk pricing and research of delays" }, { columns: 40 });
    expect(lines.slice(2)).to.deep.equal([
      "  #0  trade.contract  at",
      "      2026-03-03T06:05:12.000Z  by",
      "      91460000MA5DEM119H",
      '      purpose  "risk pricing and',
      '               research of delays"',
    ]);
  });
});

describe("what a person sees of asking again", () => {
  it("is in the reader's language, with the exact reason behind it", () => {
    const reason = "Block 6 is in the endpoint's chain, with 2 on top of it.";
    const findings = [{ about: "block", answer: "stands", trust: "rpc", reason }] as const;
    expect(onlineLines(findings, { ...style, language: "zh" }).at(-1)).to.equal(
      `  区块  ✔ 仍然成立  (指定节点的答复)  证据所依据的区块仍在该链上 (${reason})`,
    );
    expect(onlineLines(findings, style).at(-1)).to.equal(`  block  ✔ stands  (an endpoint's word)  ${reason}`);
  });
});
