/** Longest word that is kept; a digest in hex has 64 digits. */
const longestWord = 66;

/** Runs of Han characters, of letters and of digits; anything else separates. */
const runs = /\p{Script=Han}+|[\p{L}\p{M}\p{N}]+/gu;

const isAscii = /^[\0-\x7f]*$/;

/**
 * Words by which a text is found: lower-case runs of letters and digits as they stand, and of Han characters every pair of neighbours and every
 * single one, because Chinese is written without spaces (交易所 is found by 交易, 易所 and 交).
 *
 * Texts are compared in Unicode's compatibility form (NFKC), so that full-width and half-width forms are the same.
 */
export function wordsIn(text: string): readonly string[] {
  const words = new Set<string>();
  for (const run of runsOf(text))
    for (const word of isHan(run) ? hanWords(run) : [run.slice(0, longestWord)]) words.add(word);
  return [...words];
}

/** A term of a query: words that all must be found, each as the beginning of one. */
export function termsIn(query: string): readonly string[] {
  const terms = new Set<string>();
  for (const run of runsOf(query))
    for (const term of isHan(run) ? hanTerms(run) : [run.slice(0, longestWord)]) terms.add(term);
  return [...terms];
}

function runsOf(text: string): readonly string[] {
  // What normalising and the classes of Unicode do for ASCII, ten times quicker: ids, types and most subjects are.
  if (isAscii.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return (text.normalize("NFKC").toLowerCase().match(runs) ?? []).flatMap(separated);
}

/** A letter run may end in Han characters, which the first alternative of the pattern does not see. */
function separated(run: string): readonly string[] {
  return run.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? [];
}

function isHan(run: string): boolean {
  return /^\p{Script=Han}/u.test(run);
}

function hanWords(run: string): readonly string[] {
  const characters = Array.from(run);
  return characters.flatMap((character, at) => {
    const next = characters[at + 1];
    return next === undefined ? [character] : [character, character + next];
  });
}

/** Of a query the pairs are enough; a single character is looked for as it is. */
function hanTerms(run: string): readonly string[] {
  const characters = Array.from(run);
  return characters.length === 1 ? characters : characters.slice(1).map((next, at) => (characters[at] ?? "") + next);
}
