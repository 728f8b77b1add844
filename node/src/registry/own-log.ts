import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Difference } from "./check.ts";
import type { Reading } from "./reading.ts";

/** The log of this node, held against what the chain accepted of it. */
export interface OwnLog {
  readonly logId: Hex;
  /** Leaves on disk. */
  readonly size: number;
  /** Root of the tree of so many leaves, 32 bytes. */
  rootAt(size: number): Promise<Uint8Array>;
}

/**
 * Whether the newest checkpoint that the chain accepted of this node's log is one of its trees: if not, another wrote under its name, or the
 * node lost what it had published.
 */
export async function ownLogDifferences(log: OwnLog, reading: Reading): Promise<readonly Difference[]> {
  const row = await reading.row("logs", log.logId);
  if (row === undefined || row.root === null) return [];
  const about = { table: "logs" as const, id: log.logId, view: "this node's log" };
  if (row.size > log.size) return [{ ...about, field: "/size", registry: log.size, contract: row.size }];
  const root = toHex(await log.rootAt(row.size));
  return root === row.root ? [] : [{ ...about, field: "/root", registry: root, contract: row.root }];
}
