import { join } from "node:path";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { openSealerKey } from "../files/sealer-key.ts";
import { SINGLE_OPERATOR_NOTICE } from "../notice.ts";
import { toChainId, toPort } from "../numbers.ts";
import type { Outcome } from "../output/output.ts";

interface ChainOptions {
  readonly port: number;
  readonly host: string;
  readonly chainId: number;
}

/** `lianzheng chain`: the embedded chain alone, for several nodes on one machine. */
export function chainCommand(context: Context): Command {
  return describedCommand("chain <folder>", {
    usage: "Starts where it left off; what it acknowledged survives a crash. One operator alone witnesses this chain.",
    english: "Run the embedded single-operator chain",
    chinese: "运行单机链（单一运营者）",
    examples: ["lianzheng chain ./chain --port 8545"],
  })
    .option("--port <port>", "port, 0 for any free one 端口", toPort, 8545)
    .option("--host <address>", "address to listen on 监听地址", "127.0.0.1")
    .option("--chain-id <number>", "chain id of a new chain 链标识", toChainId, 20260)
    .action(async (folder: string, options: ChainOptions) => {
      const { EmbeddedChain, serveEmbeddedChain } = await import("@lianzheng/node/embedded");
      const sealerKey = await openSealerKey(join(folder, "sealer.key"));
      const chain = await EmbeddedChain.open({ directory: join(folder, "chain"), chainId: options.chainId, sealerKey });
      await context.interruption.guard(
        () => chain.close(),
        async () => {
          const server = await serveEmbeddedChain(chain, { host: options.host, port: options.port });
          const facts = { url: server.url, chainId: options.chainId, genesis: chain.genesis, sealer: chain.sealer };
          context.out.answer(started(facts));
          const exitCode = await context.interruption.untilStopped(() => server.close());
          context.end(exitCode);
        },
      );
    });
}

function started(facts: Readonly<Record<string, unknown>>): Outcome {
  return {
    exitCode: exitCodes.done,
    result: "started",
    json: { ...facts, notice: SINGLE_OPERATOR_NOTICE },
    human: [
      `chain    ${String(facts["url"])}`,
      `chain id ${String(facts["chainId"])}`,
      `genesis  ${String(facts["genesis"])}`,
      `sealer   ${String(facts["sealer"])}`,
      `note     ${SINGLE_OPERATOR_NOTICE}`,
    ],
  };
}
