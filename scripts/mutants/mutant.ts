// What a mutant is, and how its one line is changed. A list that no longer fits the sources is an error, never a mutant killed.

/** What was broken. */
export type MutantKind =
  | "dropped check"
  | "swapped operand"
  | "off by one"
  | "missing nonce"
  | "wrong signer"
  | "wrong role"
  | "wrong value"
  | "wrong order"
  | "missing effect"
  | "missing binding";

export interface Mutant {
  /** Room and number, e.g. `cases-03`: stands in reports, is not used again. */
  readonly id: string;
  /** The contract's file, from the root of the repository. */
  readonly file: string;
  /** Part of one line that occurs exactly once: in the file, or in the function that `within` begins. */
  readonly find: string;
  readonly replace: string;
  readonly kind: MutantKind;
  /** Start of a function's declaration, once in the file; the place is sought from there to the function's end. */
  readonly within?: string;
  /** The tests of which one must fail, the likely one first: those after it are then not run. */
  readonly by: readonly string[];
  /** A test that does not end counts as failed: for mutants that run for ever. */
  readonly timeoutKills?: true;
}

function placesOf(text: string, part: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}

/** Start of the range in which the change is sought, and its text. */
function scopeOf({ id, within }: Mutant, source: string): { readonly start: number; readonly text: string } {
  if (within === undefined) return { start: 0, text: source };
  const places = placesOf(source, within);
  if (places.length !== 1) throw new Error(`${id}: "${within}" occurs ${places.length} times, not once`);
  const start = places[0]!;
  const end = source.indexOf("\n    }\n", start);
  return { start, text: source.slice(start, end === -1 ? undefined : end) };
}

/**
 * The source with the mutant's line changed.
 *
 * @throws Error that names the mutant, if the place is not there exactly once, spans lines, or would not change
 */
export function mutated(mutant: Mutant, source: string): string {
  const { id, find, replace } = mutant;
  if (find === "" || (find + replace).includes("\n")) throw new Error(`${id}: a mutant changes part of one line`);
  if (find === replace) throw new Error(`${id}: changes nothing`);
  const { start, text } = scopeOf(mutant, source);
  const places = placesOf(text, find);
  if (places.length !== 1) throw new Error(`${id}: "${find}" occurs ${places.length} times, not once`);
  const at = start + places[0]!;
  return source.slice(0, at) + replace + source.slice(at + find.length);
}

/** What is wrong with the list itself; `read` resolves with a file's text and rejects if there is none. */
export async function faultsOf(
  mutants: readonly Mutant[],
  read: (file: string) => Promise<string>,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const mutant of mutants) {
    if (!/^[a-z]+-\d{2}$/.test(mutant.id)) faults.push(`${mutant.id}: an id is a room and two digits`);
    if (seen.has(mutant.id)) faults.push(`${mutant.id}: named twice`);
    seen.add(mutant.id);
    if (mutant.by.length === 0) faults.push(`${mutant.id}: no test should kill it`);
    for (const test of mutant.by) {
      if (!/^test\/contracts\/.+\.test\.ts$/.test(test)) faults.push(`${mutant.id}: ${test} is no test`);
      else await read(test).catch(() => faults.push(`${mutant.id}: ${test} is not there`));
    }
    try {
      mutated(mutant, await read(mutant.file));
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  return faults;
}

/** How a run of tests ended. `broken`: it ended without any test saying so, e.g. because nothing compiled. */
export type Verdict = "passed" | "failed" | "broken" | "timeout";

/**
 * Reads a reporter's lines: only a test that failed by its own word is a failure. A promise that a test had begun, and that was refused
 * before the test came to it, ends the whole run: that is its word too.
 */
export function verdictOf(run: {
  readonly code: number | null;
  readonly text: string;
  readonly late: boolean;
}): Verdict {
  if (run.late) return "timeout";
  const counted = (word: string): number =>
    Number([...run.text.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].at(-1)?.[1] ?? 0);
  const refused = /^Running Mocha tests$[^]*^Unhandled promise rejection:$/m.test(run.text);
  if ((counted("failing") > 0 || refused) && run.code !== 0) return "failed";
  return run.code === 0 && counted("passing") > 0 ? "passed" : "broken";
}
