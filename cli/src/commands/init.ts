import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { InitializedNode, NodeInit } from "@lianzheng/node/config";
import type { Deployment } from "@lianzheng/sdk/chain";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit.ts";
import { readInput } from "../files/read.ts";
import { assertOutside, withTokenFile } from "../files/token-file.ts";
import { toChainId, toPort, toSeconds } from "../numbers.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { typedName } from "../typed-name.ts";

interface InitOptions {
  readonly origin: string;
  readonly owner: string;
  readonly chain: string;
  readonly deployment?: string;
  readonly chainId: number;
  readonly host?: string;
  readonly port: number;
  readonly anchorSeconds?: number;
  readonly tokenFile?: string;
}

/** `lianzheng init`: a folder with settings, keys and one token, ready to be started. */
export function initCommand(context: Context): Command {
  return describedCommand("init <folder>", {
    usage:
      "Makes the node's keys and one token. Nothing that exists is overwritten. LIANZHENG_PASSPHRASE_FILE names a file with the\n" +
      "passphrase of the keys; without it one is made and kept beside them, which is fit for trying out only.",
    english: "Set up a node's folder",
    chinese: "初始化节点",
    examples: [
      "lianzheng init ./node --origin log.exchange.example/2026 --owner 91460000MA5DEM119H --token-file token.txt",
    ],
  })
    .requiredOption("--origin <name>", "name of the log, such as log.exchange.example/2026 日志名称")
    .requiredOption("--owner <uscc>", "unified social credit code of the member 统一社会信用代码")
    .option("--chain <address>", "address of the chain, or embedded for one of its own 链地址", "embedded")
    .option("--deployment <file>", "the consortium's address book, for a chain that exists 合约地址簿")
    .option("--chain-id <number>", "chain id of an embedded chain 链标识", toChainId, 20260)
    .option("--host <address>", "address to listen on 监听地址")
    .option("--port <port>", "port to listen on, 0 for any free one 端口", toPort, 8080)
    .option("--anchor-seconds <seconds>", "anchor at most so long after a record 上链间隔秒数", toSeconds)
    .option("--token-file <file>", "write the token here instead of showing it 令牌文件")
    .action((folder: string, options: InitOptions) => setUp(folder, options, context));
}

async function setUp(folder: string, options: InitOptions, context: Context): Promise<void> {
  const deployment = options.deployment === undefined ? undefined : await readDeployment(options.deployment);
  const { initNode, writeDeployment } = await import("@lianzheng/node/config");
  const init = { ...nodeInit(folder, options), environment: context.env };
  const place = { folder, file: options.tokenFile };
  // Before anything is made: a refused command line leaves no folder behind.
  assertOutside(place);
  if (place.file !== undefined) await makeWayTo(folder);
  const node = await withTokenFile(
    place,
    () => initNode(init),
    ({ adminToken }) => adminToken,
  );
  if (deployment !== undefined) await writeDeployment(node.paths, deployment);
  warnOfPassphrase(node, context);
  context.finish(toOutcome(folder, node, options, context));
}

/** The token's file mostly lies beside the node's folder, and what leads to that folder is made either way. */
async function makeWayTo(folder: string): Promise<void> {
  try {
    await mkdir(dirname(resolve(folder)), { recursive: true });
  } catch (error) {
    const { message } = error as Error;
    throw new CliError("E_OUTPUT_FOLDER", `${folder} cannot be made: ${message}`, { file: folder }, error);
  }
}

async function readDeployment(file: string): Promise<Deployment> {
  const { decodeDeployment } = await import("@lianzheng/sdk/chain");
  const { parseJson } = await import("@lianzheng/sdk/record");
  return decodeDeployment(parseJson(await readInput(file)));
}

function nodeInit(folder: string, options: InitOptions): NodeInit {
  const { origin, owner, chain, chainId, host, port, anchorSeconds } = options;
  return {
    folder,
    origin,
    owner,
    chain,
    port,
    ...(chain === "embedded" ? { chainId } : {}),
    ...(host === undefined ? {} : { host }),
    ...(anchorSeconds === undefined ? {} : { anchor: { everySeconds: anchorSeconds } }),
  };
}

function warnOfPassphrase({ passphraseSource, paths }: InitializedNode, { out }: Context): void {
  if (passphraseSource === "file") return;
  out.warn(
    `the passphrase of the keys lies beside them in ${paths.passphrase}: whoever copies the folder has the keys`,
  );
  out.warn("密钥口令与密钥放在一起，仅供试用；正式使用请设置 LIANZHENG_PASSPHRASE_FILE");
}

function toOutcome(folder: string, node: InitializedNode, { tokenFile }: InitOptions, { env }: Context): Outcome {
  const { logKey, memberAddress, adminToken, adminTokenUntil, settings } = node;
  const tokenUntil = adminTokenUntil === null ? null : new Date(adminTokenUntil).toISOString();
  const token = { ...(tokenFile === undefined ? { token: adminToken } : { tokenFile }), tokenUntil };
  return {
    exitCode: exitCodes.done,
    result: "done",
    json: { folder, origin: settings.origin, owner: settings.owner, logKey, memberAddress, ...token },
    human: tableLines([
      ["folder", folder],
      ["log", settings.origin],
      ["log key", logKey],
      [
        "member key",
        settings.chain.kind === "embedded" ? memberAddress : `${memberAddress}, to be admitted by the council`,
      ],
      ["token", tokenFile ?? `${adminToken} (shown once)`],
      ["", `every scope, until ${tokenUntil ?? "it is revoked"}`],
      ["next", `${typedName(env)} start ${folder}`],
    ]),
  };
}
