import type { Redacted, RedactedRecord, Selection } from "@lianzheng/sdk/redaction";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit.ts";
import { MAX_INPUT_BYTES, readInput } from "../files/read.ts";
import { writeOutput } from "../files/write.ts";
import { tableLines } from "../output/table.ts";
import { clip, printable } from "../output/width.ts";

interface RedactOptions {
  readonly keep?: string;
  readonly drop?: string;
  readonly output?: string;
  readonly force?: boolean;
}

/** Names of one record that a person is shown; `--json` has all. */
const NAMES_COLUMNS = 300;

/** `lianzheng redact`: a bundle that shows less and proves as much of the rest. */
export function redactCommand(context: Context): Command {
  return describedCommand("redact <bundle>", {
    usage:
      "BUNDLE is an evidence file; - is standard input. Names are those of the body's members, parties and attachments, with commas\n" +
      "between them; a name that no record discloses is refused. What goes is gone from the new file, names included: that a record has\n" +
      "so many members stays proved, what the hidden ones say does not. The file that was read stays as it was.",
    english: "Hide parts of an evidence bundle, keep its proofs",
    chinese: "隐去证据包中的部分内容，其余证明不变",
    examples: [
      "lianzheng redact trade.evidence.json --keep currency -o trade.redacted.evidence.json",
      "lianzheng redact trade.evidence.json --drop price -o trade.without-price.evidence.json",
    ],
  })
    .option("--keep <names>", "show only these 仅保留")
    .option("--drop <names>", "hide these 隐去")
    .option("-o, --output <file>", "write the bundle to this file 输出文件")
    .option("--force", "replace the file if it exists 覆盖已有文件")
    .action(async (file: string, options: RedactOptions) => {
      const selection = selectionOf(options);
      const { decodeBundle, encodeBundle } = await import("@lianzheng/sdk/evidence");
      const { redact } = await import("@lianzheng/sdk/redaction");
      const redacted = redact(decodeBundle(await readInput(file, MAX_INPUT_BYTES)), selection);
      const text = encodeBundle(redacted.bundle);
      if (options.output === undefined) show(redacted, text, context);
      else {
        await writeOutput(options.output, text, { force: options.force === true });
        tell(redacted, options.output, context);
      }
    });
}

/** @throws CliError E_USAGE */
function selectionOf({ keep, drop }: RedactOptions): Selection {
  if (keep !== undefined && drop === undefined) return { keep: namesIn(keep) };
  if (drop !== undefined && keep === undefined) return { drop: namesIn(drop) };
  throw new CliError("E_USAGE", "name what stays with --keep, or what goes with --drop, not both");
}

function namesIn(list: string): readonly string[] {
  const names = list.split(",").map((name) => name.trim());
  if (!names.includes("")) return names;
  throw new CliError("E_USAGE", "names stand with one comma between them, such as price,currency");
}

function show({ bundle, records }: Redacted, text: string, { finish }: Context): void {
  finish({ exitCode: exitCodes.done, result: "done", json: { bundle, records }, human: [text.trimEnd()] });
}

function tell({ records }: Redacted, file: string, { finish }: Context): void {
  finish({
    exitCode: exitCodes.done,
    result: "done",
    json: { file, records },
    human: [`${file}: ${records.length} records`, ...tableLines(records.map(rowOf))],
  });
}

function rowOf({ sequence, type, members, kept, withheld }: RedactedRecord): readonly string[] {
  const names = (list: readonly string[]): string => clip(printable(list.join(", ")), NAMES_COLUMNS);
  const shown = kept.length === 0 ? "shows nothing" : `shows ${names(kept)}`;
  const hidden = withheld.length === 0 ? "" : `, no longer ${names(withheld)}`;
  return [`  #${sequence}`, printable(type), `${kept.length} of ${members} members: ${shown}${hidden}`];
}
