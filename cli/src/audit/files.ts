import { join } from "node:path";
import type { Published } from "@lianzheng/sdk/audit";
import type { Hex } from "@lianzheng/sdk/encoding";
import { csvLine } from "./csv.ts";
import { RowFile } from "./row-file.ts";
import type { AuditState } from "./state.ts";

const head = ["size", "root_on_chain", "root_of_log", "agrees", "block", "transaction"];

/** Files that grow beside the state; it notes how long they are. */
export class AuditFiles {
  /** Undefined where the log shows no entries. */
  readonly rows: RowFile | undefined;
  readonly rowsPath: string;
  /** The checkpoints of the chain that were compared, as CSV: a part of the papers. */
  readonly list: RowFile;

  constructor(rowsPath: string, rows: RowFile | undefined, list: RowFile) {
    this.rowsPath = rowsPath;
    this.rows = rows;
    this.list = list;
  }

  /** Notes one compared checkpoint. */
  async listCompared({ size, root, block, transaction }: Published, is: Hex): Promise<void> {
    await append(this.list, csvLine([size, root, is, root === is ? "yes" : "NO", block, transaction]));
  }

  /** Resolves when all that was noted is on disk. */
  async flush(): Promise<void> {
    await this.rows?.flush();
    await this.list.flush();
  }

  async close(): Promise<void> {
    await this.rows?.close();
    await this.list.close();
  }
}

/** Opens the files as long as the state says; undefined if one has lost something since. */
export async function openFiles(folder: string, { rows: length, list }: AuditState): Promise<AuditFiles | undefined> {
  const rowsPath = join(folder, "entries.rows");
  const compared = await RowFile.open(join(folder, "checkpoints.csv"), list);
  if (compared === undefined) return undefined;
  const rows = length === null ? undefined : await RowFile.open(rowsPath, length);
  if (length !== null && rows === undefined) {
    await compared.close();
    return undefined;
  }
  if (list === 0) await append(compared, csvLine(head));
  return new AuditFiles(rowsPath, rows, compared);
}

async function append(file: RowFile, line: string): Promise<void> {
  const bytes = Buffer.from(line, "utf8");
  let room = file.take(bytes.length);
  if (room === undefined) {
    await file.write();
    room = file.take(bytes.length);
  }
  room?.set(bytes);
}
