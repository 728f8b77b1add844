import type { AuditFinding, AuditResult } from "@lianzheng/sdk/audit";
import type { Policy } from "@lianzheng/sdk/evidence";
import type { Command } from "commander";
import { Option } from "commander";
import { isAddress, toAddress } from "../address.ts";
import type { AuditProgress, AuditRequest } from "../audit/audit.ts";
import type { AuditPapers } from "../audit/papers.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { readPolicy } from "../files/policy.ts";
import { toCount } from "../numbers.ts";
import type { Outcome } from "../output/output.ts";
import type { Progress } from "../output/progress.ts";
import { foldedRows } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { answerWords, languages, type Language } from "../verdict/words.ts";

interface AuditOptions {
  readonly policy: string;
  readonly output: string;
  readonly chain?: string;
  readonly tokenFile?: string;
  readonly sample: number;
  readonly fresh?: boolean;
  readonly lang: Language;
}

/** Findings that a person is shown at once; the papers have more. */
const shown = 10;

const exitOf: Readonly<Record<AuditResult, ExitCode>> = {
  sound: exitCodes.done,
  failed: exitCodes.invalid,
  undetermined: exitCodes.undecided,
};

/** `lianzheng audit`: a whole log, from its tiles up, against the chain and the reader's own policy. */
export function auditCommand(context: Context): Command {
  return describedCommand("audit <log>", {
    usage:
      "LOG is the address of a node or of any server of C2SP tlog-tiles, a node's folder, or a folder with `checkpoint` and `tile/`. Computes\n" +
      "every root again, compares every checkpoint that the chain accepted (--chain), checks every subject's sequence where the log shows\n" +
      "its entries, samples evidence, and writes working papers: report.md, audit.json, findings.csv, checkpoints.csv, sample.csv.\n" +
      "Started again with the same papers it goes on where it stopped, or with what the log has grown by. Ends with 0 if all is sound, 1 if\n" +
      "anything contradicts, 3 if something that it takes stayed open, such as the chain without --chain.",
    english: "Audit a whole log against chain and policy",
    chinese: "对照链与策略审计整个日志",
    examples: [
      "lianzheng audit ./node --policy policy.json -o papers-offline",
      "lianzheng audit http://127.0.0.1:8080 --token-file token.txt --policy policy.json --sample 2 -o papers",
    ],
  })
    .requiredOption("--policy <file>", "your trust policy 信任策略文件")
    .option("-o, --output <folder>", "folder of the working papers 工作底稿目录", "audit-papers")
    .option("--chain <address>", "JSON-RPC of the chain to compare with 链的接口地址")
    .option("--token-file <file>", "file with an API token, to read entries and samples 令牌文件")
    .option("--sample <count>", "records whose evidence is fetched and verified 抽样数", toCount, 25)
    .option("--fresh", "begin anew, whatever an earlier run left 重新开始")
    .addOption(new Option("--lang <language>", "language of the report 报告语言").choices([...languages]).default("en"))
    .action((log: string, options: AuditOptions) => audit(log, options, context));
}

async function audit(place: string, options: AuditOptions, context: Context): Promise<void> {
  const { auditLog } = await import("../audit/audit.ts");
  const { openSource } = await import("../audit/source.ts");
  const { writePapers } = await import("../audit/write-papers.ts");
  const { fastNodeDigest } = await import("@lianzheng/node/log");
  const { policy } = await readPolicy(options.policy);
  const source = await openSource(place, options.tokenFile);
  const progress = context.out.progress("auditing");
  const papers = await auditLog({
    ...{ source, policy, folder: options.output, fresh: options.fresh === true, hash: fastNodeDigest },
    ...(await chainReader(options, policy)),
    ...(await sampler(place, options, { policy, source, now: context.now() })),
    now: context.now,
    progress: teller(progress, context.now),
  });
  progress.done();
  const files = await writePapers(options.output, papers, options.lang);
  context.finish(await toOutcome(papers, files, options, context));
}

/** The auditor names an endpoint, or the auditor's policy does. */
async function chainReader(options: AuditOptions, policy: Policy): Promise<Pick<AuditRequest, "readChain">> {
  const { finality } = policy.chain;
  const chain = options.chain ?? (finality.engine === "rpc" ? finality.endpoint : undefined);
  if (chain === undefined) return {};
  const url = toAddress(chain).href;
  const { readPublished } = await import("../audit/chain.ts");
  return { readChain: ({ logId }) => readPublished(url, policy, logId) };
}

/** Evidence is asked for where a node is, by whoever has a token. */
async function sampler(
  place: string,
  { tokenFile, sample: count }: AuditOptions,
  about: Pick<AuditRequest, "policy" | "source"> & { readonly now: number },
): Promise<Pick<AuditRequest, "sample">> {
  if (!isAddress(place) || tokenFile === undefined || count === 0) return {};
  const { openClient } = await import("../client.ts");
  const { sample } = await import("../audit/sampling.ts");
  const client = await openClient({ url: place, tokenFile });
  return { sample: ({ root, size }) => sample({ ...about, client, root, size, count }) };
}

/** How far it is, how fast, and how long it will take. */
function teller(progress: Progress, now: () => number): AuditRequest["progress"] {
  const startedAt = now();
  return ({ stage, done, from, of }: AuditProgress) => {
    const rate = (done - from) / Math.max(0.001, (now() - startedAt) / 1_000);
    const left = rate > 0 ? Math.ceil((of - done) / rate) : 0;
    const count = (value: number): string => Math.round(value).toLocaleString("en");
    if (stage === "walk")
      progress.update(`${count(done)} of ${count(of)} records, ${count(rate)}/s, ${count(left)} s left`);
    else progress.update(stage === "sequences" ? `sequences: ${count(done)} of ${count(of)}` : "samples");
  };
}

async function toOutcome(
  papers: AuditPapers,
  files: readonly string[],
  { output, lang }: AuditOptions,
  { out }: Context,
): Promise<Outcome> {
  const { papersJson } = await import("../audit/write-papers.ts");
  const { questionNames, resultNames } = await import("../audit/words.ts");
  const head = `${out.colors.bold(resultNames[papers.result][lang])}  ${printable(papers.log?.origin ?? papers.source)}: ${papers.checkpoint.size}`;
  const rows = papers.answers.map(({ question, answer, reason }) => [
    questionNames[question][lang],
    answerWords[answer][lang],
    printable(reason[lang]),
  ]);
  const exitCode = exitOf[papers.result];
  return {
    exitCode,
    result: papers.result,
    json: { papers: { folder: output, files }, audit: papersJson(papers) },
    human: [
      head,
      ...(out.options.quiet
        ? []
        : foldedRows(rows, out.columns)
            .flat()
            .map((line) => `  ${line}`)),
      ...(await findingLines(papers.findings, lang)),
      ...(out.options.quiet ? [] : [`${output}/report.md`]),
    ],
  };
}

async function findingLines(findings: readonly AuditFinding[], lang: Language): Promise<readonly string[]> {
  const { auditFaults } = await import("@lianzheng/sdk/audit");
  const { placeOf } = await import("../audit/report.ts");
  const lines = findings
    .slice(0, shown)
    .map((finding) =>
      printable(`  ${finding.code} ${placeOf(finding)}: ${auditFaults[finding.code][lang]} (${finding.detail})`),
    );
  const more = findings.length - lines.length;
  return more > 0 ? [...lines, `  … ${more}`] : lines;
}
