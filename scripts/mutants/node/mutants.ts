import { anchorMutants } from "./anchor.ts";

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
  /** Files of tests, or ids of the catalogue of faults, of which one must fail; the likely one first. */
  readonly killedBy: readonly string[];
}

/** The mutants of all rooms of the node. */
export const nodeMutants: readonly NodeMutant[] = [...anchorMutants];

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
