/** What a hostile bundle makes a verifier do again for each of its records. */
import { EMPTY_STAGE_HEAD, stageHead, type StorageProof } from "@lianzheng/sdk/chain";
import { sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { verifyDossier } from "@lianzheng/sdk/dossier";
import { expect } from "chai";
import { examineLaw } from "../../../sdk/src/evidence/law/examine.ts";
import { stepsTo } from "../../../sdk/src/evidence/law/trade.ts";
import { shownHeader } from "../../../sdk/src/evidence/finality/block.ts";
import { askUnaltered } from "../../../sdk/src/evidence/unaltered.ts";
import { contracts, makeEvidence, makeRecords, policy } from "../fixture.ts";
import { judge } from "../question-of.ts";

const id = (at: number): Hex => toHex(sha256(utf8(`step ${at}`)));

describe("attack on a verifier's time", () => {
  it("a proof of nothing is looked at once, however many records lean on it", async () => {
    const many = makeRecords(Array.from({ length: 5 }, () => ({ type: "x-note.made", subject: "x-note:1" })));
    const { bundle } = await makeEvidence({ records: many, counted: 0, isForgetful: true });
    let looks = 0;
    const members: StorageProof = {
      get account() {
        looks += 1;
        return [`0x${"ff".repeat(100)}` as const];
      },
      storage: [],
    };
    const found = examineLaw({
      records: askUnaltered(bundle).proved!,
      header: shownHeader(bundle.anchor.event.header).header,
      contracts,
      law: { members },
    });
    expect(found.map(({ refusal }) => refusal?.code)).to.deep.equal(Array(5).fill("V_TRIE"));
    expect(looks).to.equal(1);
  });

  it("a list that is all commas is left at its millionth place, in a bundle and in a dossier", () => {
    const nothing = "[],".repeat(1_000_001);
    const listed = (format: string, member: string): Uint8Array =>
      utf8(`{"format":"${format}","version":1,"${member}":[${nothing}[]]}`);
    const { code, reason } = judge(listed("lianzheng-evidence", "records"));
    expect(code).to.equal("V_FORMAT");
    expect(reason).to.match(/^not strict JSON: more than 1000000 elements of arrays/);
    const dossier = verifyDossier(listed("lianzheng-dossier", "index"), policy);
    expect(dossier).to.include({ result: "failed", code: "E_TOO_MANY_KEYS" });
  });

  it("steps are chained once, whatever heads they are held against", () => {
    let looks = 0;
    const steps = Array.from({ length: 4 }, (_, at) => ({
      stage: at + 1,
      get evidence() {
        looks += 1;
        return id(at);
      },
    }));
    const chained = stepsTo(steps);
    const two = stageHead(stageHead(EMPTY_STAGE_HEAD, 1, id(0)), 2, id(1));
    expect(chained(two)).to.have.length(2);
    for (const head of [id(9), id(8), EMPTY_STAGE_HEAD]) expect(chained(head)).to.have.length(0);
    expect(looks).to.equal(steps.length);
  });
});
