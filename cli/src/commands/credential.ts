import type { CredentialVerdict } from "@lianzheng/sdk/credential";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { MAX_INPUT_BYTES, readInput } from "../files/read.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { issueCommand } from "./credential-issue.ts";

interface VerifyOptions {
  readonly issuers: string;
  readonly statusList: readonly string[];
}

const exits: Readonly<Record<CredentialVerdict["result"], ExitCode>> = {
  verified: exitCodes.done,
  failed: exitCodes.invalid,
  undetermined: exitCodes.undecided,
};

/** `lianzheng credential`: compliance proofs and registration certificates as W3C Verifiable Credentials. */
export function credentialCommand(context: Context): Command {
  const command = describedCommand("credential", {
    usage:
      "Compliance proofs and registration certificates as W3C Verifiable Credentials 2.0 (docs/formats.md section 22).",
    english: "Issue and check verifiable credentials",
    chinese: "签发与核验可验证凭证",
    examples: ["lianzheng credential verify proof.vc.json --issuers issuers.json --status-list list.vc.json"],
  });
  return command.addCommand(issueCommand(context)).addCommand(verifyCommand(context));
}

function verifyCommand(context: Context): Command {
  return describedCommand("verify <credential>", {
    usage:
      "CREDENTIAL is a file; - is standard input. The file of issuers says whose keys you trust; nothing is fetched: name the issuer's\n" +
      "status list as you got it from the address in the credential. Without a current list the answer stays undetermined.",
    english: "Check who signed a credential, and that it still counts",
    chinese: "核验凭证的签发者、有效期与吊销状态",
    examples: ["lianzheng credential verify proof.vc.json --issuers issuers.json --status-list list.vc.json"],
  })
    .requiredOption("--issuers <file>", "whom you trust to issue 受信任的签发者")
    .option("--status-list <file>", "list of revocations, may be repeated 吊销列表", collect, [])
    .action(async (file: string, { issuers, statusList }: VerifyOptions) => {
      const { decodeIssuers, verifyCredential } = await import("@lianzheng/sdk/credential");
      const trusted = decodeIssuers(await readInput(issuers, MAX_INPUT_BYTES));
      const statusLists = await Promise.all(statusList.map((name) => readInput(name, MAX_INPUT_BYTES)));
      const bytes = await readInput(file, MAX_INPUT_BYTES);
      const verdict = await verifyCredential(bytes, { issuers: trusted, statusLists, nowMs: context.now() });
      context.finish(outcomeOf(file, verdict));
    });
}

function collect(name: string, before: readonly string[]): readonly string[] {
  return [...before, name];
}

const words: Readonly<Record<CredentialVerdict["result"], string>> = {
  verified: "VERIFIED 核验通过",
  failed: "NOT VERIFIED 核验未通过",
  undetermined: "UNDETERMINED 无法判定",
};

function outcomeOf(file: string, verdict: CredentialVerdict): Outcome {
  const rows = verdict.answers.map(({ question, answer, code, reason }) => [
    `  ${question}`,
    answer,
    printable(code === undefined ? reason : `${reason} [${code}]`),
  ]);
  return {
    exitCode: exits[verdict.result],
    result: verdict.result,
    json: { file, answers: verdict.answers, issuer: verdict.issuer, credential: verdict.credential },
    human: [`${words[verdict.result]}  ${file}`, ...tableLines(rows)],
  };
}
