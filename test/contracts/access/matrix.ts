import type { ContractName } from "@lianzheng/sdk/chain";
import { all, type Caller, type Row } from "./callers.ts";
import type { Scene } from "./scene.ts";

/** One external function: what it is called with, and what each caller meets. */
export interface Entry {
  readonly row: Row;
  readonly args: (scene: Scene, caller: Caller) => readonly unknown[] | Promise<readonly unknown[]>;
}

/** A function that reads: everybody may, and what it is called with is told by the names of its parameters. */
export const READS = "reads";
export type Matrix = Readonly<Partial<Record<ContractName, Readonly<Record<string, Entry | typeof READS>>>>>;

export const reads = (names: string): Readonly<Record<string, typeof READS>> =>
  Object.fromEntries(names.split(" ").map((name) => [name, READS]));

/** The members of an entry: what each caller meets, and the arguments. */
export const entry = (row: Row, args: Entry["args"]): Entry => ({ row, args });

/** Whoever brings it: what counts are the signatures, or nothing does. */
export const anybody = (args: Entry["args"]): Entry => entry(all("ok"), args);
