import { anchorMutants } from "./anchor.ts";
import { apiMutants } from "./api.ts";
import { journalMutants } from "./journal.ts";
import { logMutants } from "./log.ts";
import { registryMutants } from "./registry.ts";
import { vaultMutants } from "./vault.ts";
import { witnessMutants } from "./witness.ts";

/** One line of the node broken, and the tests that must notice. */
export interface NodeMutant {
  /** Room and number, e.g. `anchor-03`: stands in reports, is not used again. */
  readonly id: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What the bug would be. */
  readonly why: string;
  /**
   * Of these one must fail, the likely one first: a file of tests, with `#` and a part of a test's name behind it if that is the
   * only one to run; or an id of the catalogue of faults.
   */
  readonly killedBy: readonly string[];
  /** The bug makes a test wait for what never comes: that it does not end is its failing. */
  readonly hangs?: true;
}

/** The mutants of all rooms of the node. */
export const nodeMutants: readonly NodeMutant[] = [
  ...journalMutants,
  ...logMutants,
  ...vaultMutants,
  ...apiMutants,
  ...registryMutants,
  ...witnessMutants,
  ...anchorMutants,
];

/** The room that a mutant breaks. */
export function roomOf({ id }: NodeMutant): string {
  return id.slice(0, id.lastIndexOf("-"));
}

/** A name of {@link NodeMutant.killedBy}: the file, and the part of a test's name, if there is one. */
export function namedTest(name: string): { readonly file: string; readonly title: string | undefined } {
  const [file = "", title] = name.split("#");
  return { file, title };
}

/**
 * The source with the mutant's bug in it.
 *
 * @throws Error that names the mutant, if the place is not there exactly once or would not change
 */
export function mutatedSource({ id, find, replace }: NodeMutant, source: string): string {
  const places = source.split(find).length - 1;
  if (places !== 1) throw new Error(`${id}: its place occurs ${places} times, not once`);
  if (find === replace) throw new Error(`${id}: changes nothing`);
  return source.replace(find, () => replace);
}
