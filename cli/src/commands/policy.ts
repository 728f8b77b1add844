import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { Hex } from "@lianzheng/sdk/encoding";
import { isHex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { DRAFT_NAME } from "../policy/draft-name.ts";
import { writeOutput } from "../files/write.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";

interface PolicyOptions {
  readonly output?: string;
  readonly name: string;
  readonly chain?: string;
  readonly sealer?: readonly Hex[];
  readonly force?: boolean;
}

const beware =
  "a DRAFT: everything in it is what this node says of itself. Before you rely on it, compare the genesis hash, sealers, contract addresses and log keys with values that you got another way, such as from the consortium or on paper.";
const bewareZh = "此为草稿：内容均由该节点自述。使用前请与另行取得的创世哈希、出块者、合约地址和日志密钥逐项核对。";

/** `lianzheng policy`: a draft of the file in which a verifier says whom to trust. */
export function policyCommand(context: Context): Command {
  return describedCommand("policy <node>", {
    usage:
      "NODE is the address of a node, or its folder on this machine. With --chain the members' keys are read from the chain; without it\n" +
      "the draft names none, and statements of members stay undetermined.",
    english: "Draft a trust policy to compare and keep",
    chinese: "起草信任策略（须另行核对）",
    examples: ["lianzheng policy ./node -o policy.json"],
  })
    .option("-o, --output <file>", "write the policy to this file 输出文件")
    .option("--name <text>", "what you call the policy 策略名称", DRAFT_NAME)
    .option("--chain <address>", "JSON-RPC of the chain, for members' keys and the sealer 链地址")
    .option("--sealer <address>", "who seals the chain's blocks, may be repeated 出块者地址", collectSealers)
    .option("--force", "replace the file if it exists 覆盖已有文件")
    .action(async (node: string, options: PolicyOptions) => {
      const { draftPolicy } = await import("../policy/draft.ts");
      const { encodePolicy } = await import("@lianzheng/sdk/evidence");
      const policy = await draftPolicy({ node, sealer: [], ...options, env: context.env });
      const text = encodePolicy(policy);
      if (options.output !== undefined) await writeOutput(options.output, text, { force: options.force === true });
      context.out.warn(beware);
      context.out.warn(bewareZh);
      context.finish(toOutcome(policy, text, options.output));
    });
}

/** @throws InvalidArgumentError unless it is an address in lower-case hex */
function collectSealers(text: string, before: readonly Hex[] = []): readonly Hex[] {
  const address = text.toLowerCase();
  if (!isHex(address, 20)) throw new InvalidArgumentError("An address is 0x and 40 hex digits.");
  return [...before, address];
}

function toOutcome(policy: Policy, text: string, file: string | undefined): Outcome {
  const shown =
    file === undefined ? [text.trimEnd()] : [`${file}: compare these before you rely on it`, ...anchorLines(policy)];
  return {
    exitCode: exitCodes.done,
    result: "draft",
    json: { warning: beware, ...(file === undefined ? {} : { file }), policy },
    human: shown,
  };
}

function finalityLines(rule: Policy["chain"]["finality"]): readonly (readonly string[])[] {
  switch (rule.engine) {
    case "single-operator":
      return rule.sealers.map((sealer) => ["  sealer", sealer]);
    case "rpc":
      return [["  endpoint", rule.endpoint]];
    default:
      return rule.epochs.flatMap(({ from, validators }) =>
        validators.map((validator) => ["  validator", `${validator} from block ${String(from)}`]),
      );
  }
}

function anchorLines({ chain, contracts, logs, members }: Policy): readonly string[] {
  return tableLines([
    ["  genesis", chain.genesis],
    ...finalityLines(chain.finality),
    ...Object.entries(contracts).map(([name, { address }]) => [`  ${name}`, address]),
    ...logs.map(({ key }) => ["  log key", key]),
    ["  member keys", members.length === 0 ? "none" : `of ${String(members.length)} members`],
  ]);
}
