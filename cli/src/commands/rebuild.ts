import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";

/** `lianzheng rebuild`: index and tiles of a stopped node, made again from its journal. */
export function rebuildCommand(context: Context): Command {
  return describedCommand("rebuild <folder>", {
    usage:
      "FOLDER is a node's folder; the node must not run. Index and tiles are made anew beside the old ones, from the journal alone, and\n" +
      "take their place when the records give the root that was signed. The journal is not changed. Ends with 5, and exchanges nothing,\n" +
      "if the journal is damaged; it may be interrupted and run again at any time.",
    english: "Make index and tiles again from the journal",
    chinese: "由日志重建索引与哈希瓦片",
    examples: ["lianzheng rebuild ./node"],
  }).action(async (folder: string) => {
    const { readNodeVerifier } = await import("@lianzheng/node/config");
    const { rebuildLog } = await import("@lianzheng/node/log");
    const verifier = await readNodeVerifier(folder, context.env);
    const progress = context.out.progress("rebuilding");
    const { size, frames, tiles, cut } = await rebuildLog({
      directory: folder,
      verifier,
      onProgress: ({ records }) => progress.update(`${records.toLocaleString("en")} records`),
    });
    progress.done();
    context.finish({
      exitCode: exitCodes.done,
      result: "done",
      json: { origin: verifier.name, size, frames, tiles, cut: cut ?? null },
      human: [
        `${verifier.name}: index and tiles of ${size.toLocaleString("en")} records made again (${frames} frames, ${tiles} tiles)`,
        ...(cut === undefined ? [] : [`${cut.bytes} bytes that were being written when the node ended were cut`]),
      ],
    });
  });
}
