import type { Hex } from "@lianzheng/sdk/encoding";
import type { Policy, Question } from "@lianzheng/sdk/evidence";
import type { Command } from "commander";
import { Option } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { ExitCode } from "../exit.ts";
import { exitCodes, worstExit } from "../exit.ts";
import { digestFile } from "../files/digest.ts";
import { readPolicy } from "../files/policy.ts";
import type { Outcome } from "../output/output.ts";
import { foldedRows } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { DRAFT_NAME } from "../policy/draft-name.ts";
import type { VerdictStyle } from "../verdict/style.ts";
import { dossierExplanationLines, dossierLines } from "../verdict/dossier-lines.ts";
import { explanationLines } from "../verdict/explain.ts";
import { examine, type Examined } from "../verdict/examine.ts";
import { onlineSources, type OnlineWishes } from "../verdict/judge.ts";
import { verdictLines } from "../verdict/lines.ts";
import { onlineLines } from "../verdict/online-lines.ts";
import { originalLine } from "../verdict/original.ts";
import { refusalLines } from "../verdict/refusal-lines.ts";
import type { Language } from "../verdict/words.ts";
import { languages, policyWords, questionWords, wordFor } from "../verdict/words.ts";

interface VerifyOptions extends OnlineWishes {
  readonly policy: string;
  /** Asked for besides what the policy requires. */
  readonly require?: readonly Question[];
  readonly lang: Language;
  /** The file that the evidence is of. */
  readonly file?: string;
  readonly explain?: boolean;
}

/** In the order in which they are asked. */
const questions = Object.keys(questionWords) as readonly Question[];

/** `lianzheng verify`: evidence against the reader's own trust policy, with no network unless the reader asks for it. */
export function verifyCommand(context: Context): Command {
  return describedCommand("verify <file...>", {
    usage:
      "Opens no connection without --online. FILE is an evidence bundle, a dossier, or a node's signed refusal. None is believed on its\n" +
      "own word: whom to trust stands in the policy only. With --file the evidence must also disclose the SHA-256 of that file, as that of\n" +
      "stamp does. --file and --online ask about bundles only. Ends with 0 if all that the policy asks for is shown, 1 if anything\n" +
      "contradicts, 3 if something asked for is not shown.",
    english: "Check evidence files offline against a trust policy",
    chinese: "依据信任策略离线核验证据文件",
    examples: [
      "lianzheng verify trade.evidence.json --policy policy.json",
      "lianzheng verify demo-output/evidence/trade-on-floor.evidence.json --policy demo-output/policy.json --require complete",
      "lianzheng verify demo-output/evidence/*.evidence.json --policy demo-output/policy.json --lang zh",
      "lianzheng verify trade.evidence.json --policy policy.json --explain --lang zh",
      "lianzheng verify examples/contract.json.evidence.json --policy policy.json --file examples/contract.json",
      "lianzheng verify trade.evidence.json --policy policy.json --online http://127.0.0.1:8545",
    ],
  })
    .requiredOption("--policy <file>", "your trust policy 信任策略文件")
    .addOption(
      new Option("--require <question...>", "questions that must pass besides the policy's 另须通过的问题").choices(
        questions,
      ),
    )
    .option("--file <file>", "a file of which the evidence must hold the digest 须与证据相符的原文件")
    .option("--explain", "say in plain words what each answer means 用通俗语言解释")
    .addOption(
      new Option("--lang <language>", "language of the explanations 说明语言").choices([...languages]).default("en"),
    )
    .option("--online [address]", "ask this chain endpoint, or the policy's, how it stands now 在线复核当前状态")
    .option("--node <address>", "with --online: ask this node for later corrections 并查询该节点的后续更正")
    .option("--token-file <file>", "file with the token for --node 访问令牌文件")
    .action(async (files: string[], options: VerifyOptions) => {
      const { policy: asKept, digest } = await readPolicy(options.policy);
      const policy = stricter(asKept, options.require ?? []);
      const sources = await onlineSources(options, policy);
      const examined: Examined[] = [];
      const original = options.file === undefined ? undefined : await digestFile(options.file);
      const wishes = { policy, original, sources, isMore: options.require !== undefined };
      for (const file of files) examined.push(await examine(file, wishes, context.now()));
      const used = { file: options.policy, name: policy.name, "sha-256": digest };
      context.finish(toOutcome(examined, used, policy.required, options, context));
      if (policy.name === DRAFT_NAME && examined.some(isJudged)) context.out.warn(draftWarning(options));
    });
}

/** The policy with more to ask: nothing that it requires can be left out from here. */
function stricter(policy: Policy, asked: readonly Question[]): Policy {
  return { ...policy, required: questions.filter((one) => policy.required.includes(one) || asked.includes(one)) };
}

/** By whose policy a verdict was reached: without that it says nothing. */
interface UsedPolicy {
  readonly file: string;
  readonly name: string;
  /** Of the file's bytes. */
  readonly "sha-256": Hex;
}

/** A verdict by a draft leans on what the node says of itself: that must reach whoever was handed the policy, too. */
function draftWarning({ policy, lang }: VerifyOptions): string {
  return {
    en: `the policy ${policy} is named "draft": what it trusts must first be compared with values that you got another way, then given a name of its own`,
    zh: `信任策略 ${policy} 名为 "draft"（草稿）：其内容须先与另行取得的数据逐项核对，然后改名，方可采用`,
  }[lang];
}

function toOutcome(
  examined: readonly Examined[],
  policy: UsedPolicy,
  required: readonly string[],
  { lang: language, explain = false }: VerifyOptions,
  { out }: Context,
): Outcome {
  const exitCode = worstExit(examined.map((one) => one.exitCode));
  const style: VerdictStyle = { language, colors: out.colors, brief: out.options.quiet, columns: out.columns };
  return {
    exitCode,
    result: resultOf(exitCode),
    json: { policy: { ...policy, required }, files: examined.map(toJson) },
    human: [
      ...examined.flatMap((one, at) => [...(at > 0 && !style.brief ? [""] : []), ...toLines(one, style, explain)]),
      ...(style.brief || !examined.some(isJudged) ? [] : ["", ...policyLines(policy, required, style)]),
    ],
  };
}

function isJudged(one: Examined): boolean {
  return "verdict" in one || "dossier" in one;
}

/** Whose measure the verdicts were taken by: "verified" means what this policy asks for, no more. */
function policyLines(
  { file, name }: UsedPolicy,
  required: readonly string[],
  { language, columns }: VerdictStyle,
): readonly string[] {
  const asked = required
    .map((question) => wordFor(questionWords, question, language))
    .join(policyWords.comma[language]);
  const text = `${printable(name)} (${printable(file)}) ${policyWords.asks[language]} ${asked}`;
  return foldedRows([[policyWords.policy[language], text]], columns).flat();
}

function toJson(one: Examined): Readonly<Record<string, unknown>> {
  const { file, exitCode } = one;
  if ("verdict" in one) {
    return { file, ...one.verdict, ...(one.original === undefined ? {} : { original: one.original }), exitCode };
  }
  if ("dossier" in one) return { file, ...one.dossier, exitCode };
  if ("refusal" in one) return { file, result: "verified", refusal: one.refusal, exitCode };
  return { file, result: "error", code: one.failure.code, detail: one.failure.detail, exitCode };
}

function toLines(one: Examined, style: VerdictStyle, explain: boolean): readonly string[] {
  if ("verdict" in one) {
    const { verdict, original } = one;
    const explained = explain && !style.brief ? ["", ...explanationLines(verdict, style)] : [];
    return [
      ...verdictLines(one.file, verdict, style),
      ...(original === undefined || style.brief ? [] : [originalLine(original, style)]),
      ...onlineLines(verdict.findings ?? [], style),
      ...explained,
    ];
  }
  if ("dossier" in one) {
    const explained = explain && !style.brief ? ["", ...dossierExplanationLines(one.dossier, style)] : [];
    return [...dossierLines(one.file, one.dossier, style), ...explained];
  }
  if ("refusal" in one) return refusalLines(one.file, one.refusal, style);
  return [`${style.colors.red("error")} ${one.failure.code}: ${printable(one.failure.detail)}`];
}

/** One word for all files together. */
function resultOf(exitCode: ExitCode): string {
  switch (exitCode) {
    case exitCodes.done:
      return "verified";
    case exitCodes.invalid:
      return "failed";
    case exitCodes.undecided:
      return "undetermined";
    default:
      return "error";
  }
}
