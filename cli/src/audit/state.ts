import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditCode, AuditFinding } from "@lianzheng/sdk/audit";
import { fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { emptyEdge, type TreeEdge } from "@lianzheng/sdk/log";
import { CliError } from "../errors.ts";
import { writeOutput } from "../files/write.ts";

/** How far an audit got: all that it needs to go on, beside the files whose lengths stand here. */
export interface AuditState {
  /** Origin and key of the log: the folder is of this log and no other. */
  readonly log: string;
  readonly edge: TreeEdge;
  /** Checkpoints that the log signed and this audit has seen, by size. */
  readonly seen: readonly { readonly size: number; readonly root: Hex }[];
  /** Newest checkpoint of the chain that was compared; null if none was. */
  readonly compared: { readonly size: number; readonly root: Hex } | null;
  /** Bytes of the rows of entries that count; null if entries were not read from the first on. */
  readonly rows: number | null;
  /** Bytes of the list of compared checkpoints that count. */
  readonly list: number;
  readonly counts: Readonly<Record<"tiles" | "kept" | "anchored" | "entries", number>>;
  readonly found: Readonly<Partial<Record<AuditCode, number>>>;
  readonly findings: readonly AuditFinding[];
}

const format = "lianzheng-audit-state";

/** The state in which an audit begins. */
export function freshState(log: string): AuditState {
  return {
    log,
    edge: emptyEdge,
    seen: [],
    compared: null,
    rows: 0,
    list: 0,
    counts: { tiles: 0, kept: 0, anchored: 0, entries: 0 },
    found: {},
    findings: [],
  };
}

/**
 * The state that an earlier run left in the folder; undefined if none did.
 *
 * The file is the auditor's own, written whole or not at all: it is believed, and only its form is looked at.
 *
 * @throws CliError E_AUDIT_STATE: no state of this version, or that of another log
 */
export async function loadState(folder: string, log: string): Promise<AuditState | undefined> {
  const text = await readFile(stateFile(folder), "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const stored = parsed(text, folder);
  if (stored.format !== format || stored.version !== 1) throw unusable(folder, "is of another version of this program");
  if (stored.log !== log) throw unusable(folder, `is of another log: ${stored.log}`);
  const { seen, compared, rows, list, counts, found, findings } = stored;
  return { log, edge: openEdge(stored.edge), seen, compared, rows, list, counts, found, findings };
}

/** Replaces the state; what stood there before stays until the new one is whole on disk. */
export async function saveState(folder: string, { edge, ...rest }: AuditState): Promise<void> {
  const { size, peaks, partials } = edge;
  const closed = { size, peaks: peaks.map(toHex), partials: partials.map((level) => level.map(toHex)) };
  const stored: StoredState = { format, version: 1, edge: closed, ...rest };
  await writeOutput(stateFile(folder), JSON.stringify(stored), { force: true });
}

interface StoredState extends Omit<AuditState, "edge"> {
  readonly format: string;
  readonly version: number;
  readonly edge: {
    readonly size: number;
    readonly peaks: readonly Hex[];
    readonly partials: readonly (readonly Hex[])[];
  };
}

function stateFile(folder: string): string {
  return join(folder, "audit-state.json");
}

function parsed(text: string, folder: string): StoredState {
  try {
    return JSON.parse(text) as StoredState;
  } catch (error) {
    throw unusable(folder, "is damaged", error);
  }
}

function openEdge({ size, peaks, partials }: StoredState["edge"]): TreeEdge {
  const open = (digest: Hex): Uint8Array => fromHex(digest, 32);
  return { size, peaks: peaks.map(open), partials: partials.map((level) => level.map(open)) };
}

function unusable(folder: string, why: string, cause?: unknown): CliError {
  const message = `${stateFile(folder)} ${why}; name another folder, or begin anew with --fresh`;
  return new CliError("E_AUDIT_STATE", message, { folder }, cause);
}
