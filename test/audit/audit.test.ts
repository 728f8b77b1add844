import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fastNodeDigest } from "@lianzheng/node/log";
import { leafDigest } from "@lianzheng/sdk/log";
import { utf8 } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { auditLog, type AuditRequest } from "../../cli/src/audit/audit.ts";
import { readPublished } from "../../cli/src/audit/chain.ts";
import type { LogSource } from "../../cli/src/audit/log-source.ts";
import type { AuditPapers } from "../../cli/src/audit/papers.ts";
import { reportOf } from "../../cli/src/audit/report.ts";
import { openSource } from "../../cli/src/audit/source.ts";
import { nowMs, policy } from "../evidence/fixture.ts";
import { startChain, type AuditChain } from "./chain.ts";
import { makeEntries, makeTree, put, signed, treeOf, writeLog, type MadeTree } from "./log-folder.ts";

/** Sizes at which the log signed and the chain accepted a checkpoint. */
const sizes = [200, 256, 700, 950];

describe("an audit of a log", function () {
  this.timeout(60_000);
  const entries = makeEntries(1000, 7);
  const tree = makeTree(entries, sizes);
  let chain: AuditChain;
  let folder: string;
  let log: string;
  let papers: string;

  before(async () => {
    chain = await startChain();
    await chain.publish(tree, sizes);
  });

  after(() => chain.close());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lianzheng-audit-"));
    [log, papers] = [join(folder, "log"), join(folder, "papers")];
    await writeLog(log, tree);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function run(rest: Partial<AuditRequest> = {}): Promise<AuditPapers> {
    return auditLog({
      ...{ source: await openSource(log, undefined), policy: chain.policy, folder: papers, fresh: false },
      readChain: ({ logId }) => readPublished(chain.url, chain.policy, logId),
      ...{ hash: fastNodeDigest, now: () => nowMs, progress: () => undefined },
      ...rest,
    });
  }

  const answersOf = ({ answers }: AuditPapers): Record<string, string> =>
    Object.fromEntries(answers.map(({ question, answer }) => [question, answer]));
  const codesOf = ({ found }: AuditPapers): readonly string[] => Object.keys(found).sort();

  /** Another log's history from some record on. */
  const forked = (from: number): MadeTree =>
    makeTree([...entries.slice(0, from), ...makeEntries(1000, 5).slice(from)], sizes);

  it("is sound where nothing was touched, and says how much was checked", async () => {
    const whole = await run();
    expect(whole.result, JSON.stringify(whole.findings)).to.equal("sound");
    expect(answersOf(whole)).to.deep.equal({
      ...{ signed: "pass", roots: "pass", kept: "pass", anchored: "pass", entries: "pass", sequences: "pass" },
      sampled: "unknown",
    });
    // Four tiles of leaves and the one above them.
    expect(whole.counts).to.deep.equal({ tiles: 5, kept: 1, anchored: 4, entries: 1000, subjects: 7 });
    const list = (await readFile(join(papers, "checkpoints.csv"), "utf8")).trim().split("\r\n");
    expect(list.slice(1).map((line) => line.split(",").slice(0, 4))).to.deep.equal(
      sizes.map((size) => [String(size), tree.roots.get(size), tree.roots.get(size), "yes"]),
    );
  });

  const tamperings: readonly {
    readonly what: string;
    readonly change: () => Promise<unknown>;
    readonly codes: readonly string[];
    readonly question: string;
  }[] = [
    {
      what: "a rewritten tile of leaves",
      change: async () => put(log, "tile/0/001", flipped(tree.files.get("tile/0/001")!, 40)),
      // The entry is not taken for the one that was there, so its subject lacks one.
      codes: ["AUDIT_ENTRY_LEAF", "AUDIT_FORK", "AUDIT_ROOT", "AUDIT_SEQUENCE_GAP", "AUDIT_TILE"],
      question: "roots",
    },
    {
      what: "a rewritten tile above the leaves",
      change: async () => put(log, "tile/1/000.p/3", flipped(tree.files.get("tile/1/000.p/3")!, 40)),
      codes: ["AUDIT_TILE"],
      question: "roots",
    },
    {
      what: "a tile that is gone",
      change: () => rm(join(log, "tile/0/002")),
      codes: ["AUDIT_TILE_MISSING"],
      question: "roots",
    },
    {
      what: "a tile that was cut",
      change: () => truncate(join(log, "tile/0/002"), 8000),
      codes: ["AUDIT_TILE_FORM"],
      question: "roots",
    },
    {
      what: "a checkpoint of another key",
      change: () => put(log, "checkpoint", signed(1000, tree.roots.get(1000)!, "other")),
      codes: ["AUDIT_CHECKPOINT"],
      question: "signed",
    },
    {
      what: "a forked log: whole and signed, and not the one that the chain has",
      change: () => writeLog(log, forked(500)),
      codes: ["AUDIT_FORK", "AUDIT_SEQUENCE_GAP"],
      question: "anchored",
    },
    {
      what: "a checkpoint whose root is of no such tree",
      change: () => put(log, "checkpoint", signed(1000, forked(500).roots.get(1000)!)),
      codes: ["AUDIT_ROOT"],
      question: "roots",
    },
    {
      what: "a log cut short behind what the chain has",
      change: () => put(log, "checkpoint", signed(700, tree.roots.get(700)!)),
      codes: ["AUDIT_CUT_ANCHORED"],
      question: "anchored",
    },
    {
      what: "an entry that is another than its leaf",
      change: async () => put(log, "tile/entries/001", replaced(tree.files.get("tile/entries/001")!)),
      codes: ["AUDIT_ENTRY_LEAF", "AUDIT_SEQUENCE_GAP"],
      question: "entries",
    },
    {
      what: "a bundle of entries that is gone",
      change: () => rm(join(log, "tile/entries/002")),
      codes: ["AUDIT_ENTRY_MISSING", "AUDIT_SEQUENCE_GAP"],
      question: "entries",
    },
  ];

  for (const { what, change, codes, question } of tamperings) {
    it(`finds ${what}`, async () => {
      await change();
      const found = await run();
      expect(found.result).to.equal("failed");
      expect(answersOf(found)[question]).to.equal("fail");
      expect(codesOf(found)).to.deep.equal(codes);
    });
  }

  it("has its cases", () => expect(tamperings).to.have.length(10));

  it("finds what is wrong in the sequence of a subject, and names the subject", async () => {
    const cases = [
      { code: "AUDIT_SEQUENCE_GAP", change: { sequence: 73 } },
      { code: "AUDIT_SEQUENCE_TWICE", change: { sequence: 71 } },
      { code: "AUDIT_SEQUENCE_PREVIOUS", change: { previous: `0x${"ab".repeat(32)}` as const } },
    ];
    for (const { code, change } of cases) {
      const wrong = makeEntries(600, 7, (spec, index) => (index === 507 ? { ...spec, ...change } : spec));
      await writeLog(log, makeTree(wrong));
      const offline = await auditLog({
        ...{ source: await openSource(log, undefined), policy, folder: papers, fresh: true },
        ...{ hash: fastNodeDigest, now: () => nowMs, progress: () => undefined },
      });
      expect(answersOf(offline)).to.include({ entries: "pass", sequences: "fail", anchored: "unknown" });
      expect(offline.findings[0]).to.include({ code, index: 507 });
      expect(offline.findings[0]?.detail).to.match(/^product:3: number 7[123] of its subject; 72 was due$/);
    }
  });

  it("does not call sound what it could not compare or read", async () => {
    await rm(join(log, "tile/entries"), { recursive: true });
    const closed = await run();
    expect(closed.result).to.equal("sound");
    expect(answersOf(closed)).to.include({ entries: "unknown", sequences: "unknown" });
    const offline = await auditLog({
      ...{ source: await openSource(log, undefined), policy, folder: join(folder, "offline"), fresh: false },
      ...{ hash: fastNodeDigest, now: () => nowMs, progress: () => undefined },
    });
    expect(offline.result).to.equal("undetermined");
    const named = offline.answers.find(({ question }) => question === "anchored");
    expect(named?.reason.en).to.contain("Not compared");
  });

  it("names the tile that was changed in a log of many, and is not misled by it above", async () => {
    const leaves = Array.from({ length: 66_000 }, (_, index) => leafDigest(utf8(`leaf ${index}`)));
    const large = treeOf(leaves);
    await rm(log, { recursive: true });
    await writeLog(log, large);
    await put(log, "tile/0/077", flipped(large.files.get("tile/0/077")!, 99));
    const found = await auditLog({
      ...{ source: await openSource(log, undefined), policy, folder: papers, fresh: true },
      ...{ hash: fastNodeDigest, now: () => nowMs, progress: () => undefined },
    });
    expect(found.findings[0]).to.include({ code: "AUDIT_TILE", tile: "tile/1/000" });
    expect(found.findings[0]?.detail).to.match(/^hash 77 is 0x[0-9a-f]{64}, tile\/0\/077 has 0x/);
    expect(found.found).to.include({ AUDIT_ROOT: 1 });
  });

  it("tells an endpoint that leaves a checkpoint out from one that has it", async () => {
    const forgetful = async (...[{ logId }]: Parameters<NonNullable<AuditRequest["readChain"]>>) => {
      const view = await readPublished(chain.url, chain.policy, logId);
      return { ...view, published: view.published.filter(({ size }) => size !== 700) };
    };
    const found = await run({ readChain: forgetful });
    expect([found.result, codesOf(found)]).to.deep.equal(["failed", ["AUDIT_CHAIN_GAP"]]);
  });

  it("refuses an endpoint of another chain, or with other code at the contract's address", async () => {
    const { contracts } = chain.policy;
    const wrong = [
      { ...chain.policy, chain: { ...chain.policy.chain, genesis: policy.chain.genesis } },
      { ...chain.policy, chain: { ...chain.policy.chain, chainId: 1 } },
      {
        ...chain.policy,
        contracts: { ...contracts, evidenceLogs: { ...contracts.evidenceLogs, codeHash: contracts.trades.codeHash } },
      },
    ];
    for (const other of wrong) {
      const code = await readPublished(chain.url, other, chain.policy.logs[0]!.logId).catch(
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(code).to.equal("E_WRONG_CHAIN");
    }
  });

  /** A log whose reading breaks at some path, as a connection does or a process that is killed. */
  function breaking(source: LogSource, at: string): LogSource & { readonly read: string[] } {
    const read: string[] = [];
    return {
      ...source,
      read,
      tile: (path) => {
        read.push(path);
        return path === at ? Promise.reject(new Error("broken")) : source.tile(path);
      },
    };
  }

  it("goes on where it stopped, and comes to the same papers", async () => {
    const whole = await run({ folder: join(folder, "at-once") });
    const source = await openSource(log, undefined);
    // A clock that jumps makes every tile a place to save at.
    let time = nowMs;
    const now = (): number => (time += 3_000);
    const broken = await run({ source: breaking(source, "tile/0/002"), now }).catch((error: unknown) => error);
    expect(broken).to.be.instanceOf(Error);
    const second = breaking(source, "none");
    const resumed = await run({ source: second });
    expect(second.read).to.include("tile/0/002").and.not.include("tile/0/000");
    expect(resumed.continued).to.equal(512);
    expect({ ...resumed, continued: 0, answers: whole.answers }).to.deep.equal({ ...whole, endedAt: resumed.endedAt });
    const list = (name: string): Promise<string> => readFile(join(folder, name, "checkpoints.csv"), "utf8");
    expect(await list("papers")).to.equal(await list("at-once"));
  });

  it("finds a size that the log signed twice, though it broke off before the first could be walked", async () => {
    const now = (): number => (time += 3_000);
    let time = nowMs;
    const source = breaking(await openSource(log, undefined), "tile/0/003.p/232");
    expect(await run({ source, now }).catch((error: unknown) => error)).to.be.instanceOf(Error);
    // Behind the last size that the chain has accepted, so that only the two signatures can tell.
    await writeLog(log, forked(960));
    const rewritten = await run();
    expect(rewritten.continued).to.equal(768);
    expect([rewritten.result, codesOf(rewritten)]).to.deep.equal(["failed", ["AUDIT_REWRITTEN", "AUDIT_SEQUENCE_GAP"]]);
  });

  it("lets no note write the report", async () => {
    const words = "# All is sound";
    await put(log, "checkpoint", `log.nobody.example\\n\`\`\`\\n${words}\n\`\`\`\n${words}\n\n<b>\u001b[2J\n`);
    const report = reportOf(await run(), "en").split("\n");
    expect(report.filter((line) => line.startsWith("# "))).to.have.length(1);
    expect(report.filter((line) => line.startsWith("```"))).to.have.length(0);
    expect(report).to.include(`    ${words}`);
    expect(report.join("\n")).to.not.contain("\u001b");
  });

  it("begins anew when a file of its own lost something, and refuses the papers of another log", async () => {
    await run();
    await truncate(join(papers, "entries.rows"), 92 * 10);
    const again = await run();
    expect([again.result, again.continued, again.counts.entries]).to.deep.equal(["sound", 0, 1000]);
    const state = await readFile(join(papers, "audit-state.json"), "utf8");
    await writeFile(join(papers, "audit-state.json"), state.replace(/"log":"[^"]*"/, '"log":"other"'));
    const refused = await run().catch((error: unknown) => (error as { code?: string }).code);
    expect(refused).to.equal("E_AUDIT_STATE");
    await writeFile(join(papers, "audit-state.json"), state.slice(0, 100));
    expect(await run().catch((error: unknown) => (error as { code?: string }).code)).to.equal("E_AUDIT_STATE");
    expect((await run({ fresh: true })).result).to.equal("sound");
  });

  it("cuts off what came behind its last saved state", async () => {
    await run();
    const length = (await stat(join(papers, "entries.rows"))).size;
    await truncate(join(papers, "entries.rows"), length + 92);
    const again = await run();
    expect([again.result, again.counts.subjects, again.continued]).to.deep.equal(["sound", 7, 1000]);
  });

  it("continues with what the log has grown by, and holds it to what it signed before", async () => {
    await writeLog(log, makeTree(entries.slice(0, 970)));
    expect((await run()).result).to.equal("sound");
    await writeLog(log, tree);
    const grown = await run();
    expect([grown.result, grown.continued, grown.counts.entries]).to.deep.equal(["sound", 970, 1000]);
    await cp(papers, join(folder, "copy"), { recursive: true });
    await rm(log, { recursive: true });
    await writeLog(log, makeTree([...entries.slice(0, 960), ...makeEntries(1010, 5).slice(960)]));
    const rewritten = await run();
    expect(rewritten.result).to.equal("failed");
    expect(codesOf(rewritten)).to.include.members(["AUDIT_ROOT"]);
    await writeLog(log, makeTree(entries.slice(0, 980)));
    const cut = await run({ folder: join(folder, "copy") });
    expect([cut.result, codesOf(cut)]).to.deep.equal(["failed", ["AUDIT_CUT"]]);
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** One entry's time changed: as long as before, and an entry as good as the one that it was. */
function replaced(bundle: Uint8Array): string {
  return Buffer.from(bundle)
    .toString("latin1")
    .replace(/"receivedAt":"2026/, '"receivedAt":"2027');
}
