import type { Scope, TokenEntry } from "@lianzheng/node/config";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit.ts";
import { withTokenFile } from "../files/token-file.ts";
import { toDays } from "../numbers.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";

interface IssueOptions {
  readonly member?: string;
  readonly scopes: string;
  readonly days?: number;
  readonly tokenFile?: string;
}

const folderNote =
  "FOLDER is a node's folder on this machine; a node that runs follows the change within a second, without a restart.";

/** `lianzheng token`: who may use a node's API, and for what. */
export function tokenCommand(context: Context): Command {
  const command = describedCommand("token", {
    usage: folderNote,
    english: "Issue, list and revoke tokens of a node's API",
    chinese: "签发、查看与撤销接口令牌",
    examples: ["lianzheng token issue ./node --scopes read --token-file read-token.txt"],
  });
  command.addCommand(issueCommand(context)).addCommand(listCommand(context)).addCommand(revokeCommand(context));
  return command;
}

function issueCommand(context: Context): Command {
  return describedCommand("issue <folder>", {
    usage:
      `${folderNote}\n\n` +
      "Scopes: submit (write records), read (own records, registry), erase (erase own records), subscribe (events), monitor (metrics,\n" +
      "warnings), admin (the operator: sees everything). The token is shown once and kept nowhere.",
    english: "Issue a token",
    chinese: "签发令牌",
    examples: ["lianzheng token issue ./node --scopes submit,read --days 90 --token-file seller-token.txt"],
  })
    .option("--member <uscc>", "member that the token stands for, the node's owner if left out 所属成员")
    .option("--scopes <list>", "what it may do, separated by commas 权限范围", "submit,read")
    .option("--days <days>", "days until it ends, 365 if left out 有效天数，默认 365", toDays)
    .option("--token-file <file>", "write the token here instead of showing it 令牌文件")
    .action((folder: string, options: IssueOptions) => issue(folder, options, context));
}

async function issue(folder: string, options: IssueOptions, { env, now, finish }: Context): Promise<void> {
  const { addToken, pathsOf, readNodeSettings } = await import("@lianzheng/node/config");
  const { member = (await readNodeSettings(folder, env)).owner, days, tokenFile: file } = options;
  await refuseForeign(member);
  const terms = { member, scopes: await scopesOf(options.scopes), ...(days === undefined ? {} : { days }) };
  const { token, entry } = await withTokenFile(
    { folder, file },
    () => addToken(pathsOf(folder).tokens, terms, now()),
    (issued) => issued.token,
  );
  const shown = file === undefined ? { token } : { tokenFile: file };
  finish({
    exitCode: exitCodes.done,
    result: "done",
    json: { ...publicFacts(entry, now()), ...shown },
    human: tableLines([...rowsOf(entry), ["token", file ?? `${token} (shown once)`]]),
  });
}

async function refuseForeign(member: string): Promise<void> {
  const { isUscc } = await import("@lianzheng/sdk/record");
  if (!isUscc(member))
    throw new CliError("E_USAGE", "--member is a unified social credit code with its check character");
}

async function scopesOf(list: string): Promise<readonly Scope[]> {
  const names = list.split(",").map((name) => name.trim());
  const { scopes } = await import("@lianzheng/node/config");
  const wrong = names.find((name) => !(scopes as readonly string[]).includes(name));
  if (wrong !== undefined) throw new CliError("E_USAGE", `there is no scope '${wrong}': they are ${scopes.join(", ")}`);
  return scopes.filter((scope) => names.includes(scope));
}

function listCommand(context: Context): Command {
  return describedCommand("list <folder>", {
    usage: `${folderNote} A token itself cannot be shown again: the node keeps its hash.`,
    english: "List tokens by their ids",
    chinese: "查看令牌",
    examples: ["lianzheng token list ./node"],
  }).action(async (folder: string) => {
    const { pathsOf, readTokens } = await import("@lianzheng/node/config");
    const now = context.now();
    const tokens = (await readTokens(pathsOf(folder).tokens)).map((entry) => publicFacts(entry, now));
    context.finish({
      exitCode: exitCodes.done,
      result: "done",
      json: { tokens },
      human: tableLines([
        ["id", "member", "scopes", "until", "state"],
        ...tokens.map(({ id, member, scopes, until, state }) => [id, member, scopes.join(","), until ?? "", state]),
      ]),
    });
  });
}

function revokeCommand(context: Context): Command {
  return describedCommand("revoke <folder> <id>", {
    usage: `${folderNote}\n\nID is the 8 hex digits that a token has after lz_, as \`lianzheng token list\` shows them.`,
    english: "Revoke a token for good",
    chinese: "撤销令牌",
    examples: ["lianzheng token revoke ./node 0123abcd"],
  }).action(async (folder: string, id: string) => {
    if (!/^[0-9a-f]{8}$/.test(id)) throw new CliError("E_USAGE", "the id of a token is 8 hex digits");
    const { pathsOf, revokeToken } = await import("@lianzheng/node/config");
    const entry = await revokeToken(pathsOf(folder).tokens, id, context.now());
    context.finish(revoked(entry, context.now()));
  });
}

function revoked(entry: TokenEntry, now: number): Outcome {
  return {
    exitCode: exitCodes.done,
    result: "done",
    json: publicFacts(entry, now),
    human: [`${entry.id} is revoked`],
  };
}

/** Everything of a token but its hash. */
function publicFacts(
  entry: TokenEntry,
  now: number,
): {
  readonly id: string;
  readonly member: string;
  readonly scopes: readonly Scope[];
  readonly from: string;
  readonly until: string | null;
  readonly state: string;
} {
  const { id, member, scopes, from, until } = entry;
  return {
    id,
    member,
    scopes,
    from: instant(from),
    until: until === null ? null : instant(until),
    state: stateOf(entry, now),
  };
}

function stateOf({ from, until, revoked: at }: TokenEntry, now: number): string {
  if (at !== null) return "revoked";
  if (now < from) return "not yet valid";
  return until !== null && until <= now ? "expired" : "valid";
}

function rowsOf({ id, member, scopes, until }: TokenEntry): readonly (readonly string[])[] {
  return [
    ["id", id],
    ["member", member],
    ["scopes", scopes.join(", ")],
    ["until", until === null ? "it is revoked" : instant(until)],
  ];
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
