import type { Finding, FsckReport } from "@lianzheng/node/log";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import type { Outcome } from "../output/output.ts";
import { foldedRows, tableLines } from "../output/table.ts";
import { typedName } from "../typed-name.ts";

interface FsckOptions {
  readonly bodies?: boolean;
  readonly scratch?: string;
}

/** `lianzheng fsck`: everything that a stopped node keeps of its log, checked from the journal's bytes up. */
export function fsckCommand(context: Context): Command {
  return describedCommand("fsck <folder>", {
    usage:
      "FOLDER is a node's folder; the node must not run. Nothing is changed. Reads every byte of the journal: checksums, chains of\n" +
      "frames and subjects, idempotency keys, signed checkpoints, cosignatures, tiles, anchors, the index. Ends with 0 if all is sound and with 5\n" +
      "if not, naming file, byte, frame and record of each damage.",
    english: "Check what a stopped node has on disk",
    chinese: "检查已停止节点的存储数据",
    examples: ["lianzheng fsck ./node", "lianzheng fsck ./node --bodies --json"],
  })
    .option("--bodies", "open the node's keys and check bodies too; mends a damaged copy of a key 同时核对正文")
    .option("--scratch <folder>", "where scratch files may lie, about 150 bytes a record 临时文件目录")
    .action(async (folder: string, options: FsckOptions) => {
      const { readNodeFolder, readNodeSettings, readNodeVerifier } = await import("@lianzheng/node/config");
      const { fsckFaults, inspectLog, mendable } = await import("@lianzheng/node/log");
      const { parseCosignerKey } = await import("@lianzheng/sdk/log");
      const verifier = await readNodeVerifier(folder, context.env);
      const { witnesses } = await readNodeSettings(folder, context.env);
      const vaultKey = options.bodies === true ? (await readNodeFolder(folder, context.env)).vaultKey : undefined;
      const progress = context.out.progress("checking");
      const report = await inspectLog({
        directory: folder,
        verifier,
        witnesses: witnesses.map(({ key }) => parseCosignerKey(key)),
        ...(vaultKey === undefined ? {} : { vaultKey }),
        ...(options.scratch === undefined ? {} : { scratch: options.scratch }),
        onProgress: ({ stage, records, bytes }) =>
          progress.update(stage === "index" ? "the index" : `${records.toLocaleString("en")} records, ${inMiB(bytes)}`),
      });
      progress.done();
      const onlyMendable = Object.keys(report.found).every((code) => mendable.has(code as Finding["code"]));
      const advice = onlyMendable
        ? `Nothing is lost: ${typedName(context.env)} rebuild ${folder} makes it again from the journal.`
        : "Restore the journal from a copy, then run this again. Until then the node must not run.";
      context.finish(outcomeOf(report, { columns: context.out.columns, faults: fsckFaults, advice }));
    });
}

interface Telling {
  readonly columns: number | undefined;
  readonly faults: Readonly<Record<string, string>>;
  readonly advice: string;
}

function outcomeOf(report: FsckReport, telling: Telling): Outcome {
  return {
    exitCode: report.sound ? exitCodes.done : exitCodes.damaged,
    result: report.sound ? "sound" : "damaged",
    json: { ...report, torn: report.torn ?? null, ...(report.sound ? {} : { advice: telling.advice }) },
    human: [...tableLines(summaryOf(report)), ...damageLines(report, telling)],
  };
}

function summaryOf({
  origin,
  size,
  counts,
  torn,
  indexChecked,
  sound,
  found,
}: FsckReport): readonly (readonly string[])[] {
  const number = (count: number): string => count.toLocaleString("en");
  const bodies =
    counts.bodiesChecked + counts.bodiesErased === 0
      ? "not checked: they are sealed; --bodies opens the node's keys"
      : `${number(counts.bodiesChecked)} agree or are told below, ${number(counts.bodiesErased)} erased`;
  return [
    ["log", `${origin}, ${number(size)} records`],
    ["journal", `${number(counts.segments)} segments, ${number(counts.frames)} frames, ${inMiB(counts.bytes)}`],
    ["signed", `${number(counts.checkpoints)} checkpoints, ${number(counts.anchors)} anchors`],
    ["requests", number(counts.requests)],
    ["tiles", `${number(counts.tiles)} full ones`],
    ["bodies", bodies],
    ["index", indexChecked ? "held against the journal" : "not checked: the journal has gaps"],
    ...(torn === undefined ? [] : [["tail", `${torn.bytes} bytes were being written; the next start cuts them`]]),
    [
      "result",
      sound
        ? "sound"
        : `damaged: ${Object.entries(found)
            .map(([code, count]) => `${code} ${count}`)
            .join(", ")}`,
    ],
  ];
}

function damageLines({ findings, sound }: FsckReport, { columns, faults, advice }: Telling): readonly string[] {
  if (sound) return [];
  const rows = findings.map(({ code, file, offset, frame, record, detail }) => {
    const places = [
      `${file} byte ${offset}`,
      ...(frame === undefined ? [] : [`frame ${frame}`]),
      ...(record === undefined ? [] : [`record ${record}`]),
    ];
    return [code, `${places.join(", ")}: ${detail} (${faults[code] ?? ""})`];
  });
  return ["", ...foldedRows(rows, columns).flat(), "", advice];
}

function inMiB(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString("en", { maximumFractionDigits: 1 })} MiB`;
}
