import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { readInput } from "../files/read.ts";

/** Largest document, bytes; a node takes none that is larger. */
const maxBytes = 256 * 1024;

/** `lianzheng rules`: documents that the council published by their digest. */
export function rulesCommand(context: Context): Command {
  const command = describedCommand("rules", {
    usage:
      "FOLDER is a node's folder on this machine; a node that runs takes the document at its next look at the chain.",
    english: "Put the council's documents into a node",
    chinese: "放入理事会公布的规则文本",
    examples: ["lianzheng rules add ./node examples/red-lines.json"],
  });
  return command.addCommand(addCommand(context));
}

function addCommand(context: Context): Command {
  return describedCommand("add <folder> <file>", {
    usage:
      "The document counts by the SHA-256 of its canonical form (RFC 8785), which is shown: compare it with what the council published\n" +
      "under Policies. Adding a document puts nothing into force.",
    english: "Put a schema or red lines into a node's folder",
    chinese: "将数据格式或监管红线文本放入节点目录",
    examples: ["lianzheng rules add ./node examples/red-lines.json"],
  }).action(async (folder: string, file: string) => {
    const { readNodeSettings, pathsOf } = await import("@lianzheng/node/config");
    const { writeWhole } = await import("@lianzheng/node/deployment");
    const { DocumentFolder } = await import("@lianzheng/node/policies");
    await readNodeSettings(folder, context.env);
    const documents = new DocumentFolder(`${pathsOf(folder).folder}/policies`, writeWhole);
    const digest = await documents.add(await readInput(file, maxBytes), file);
    context.finish({ exitCode: exitCodes.done, result: "done", json: { digest }, human: [`${digest}  ${file}`] });
  });
}
