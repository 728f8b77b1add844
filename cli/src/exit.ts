/** What the command's exit code says; the same for every command and the README's table. */
export const exitCodes = {
  /** Done, or checked and valid. */
  done: 0,
  /** Checked, and not valid. */
  invalid: 1,
  /** Wrong usage, or input that cannot be read. */
  usage: 2,
  /** Undecided, or the environment is at fault: never 0 when in doubt. */
  undecided: 3,
  /** The node's own data is damaged. */
  damaged: 5,
  /** Stopped by Ctrl-C (128 + SIGINT), as shells have it. */
  interrupted: 130,
} as const;

/** Any exit code of the command. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** From best to worst: what cannot be read counts more than what stays open, and a forgery more than either. */
const severity: readonly ExitCode[] = [0, 3, 2, 1, 5, 130];

/**
 * The code of a command that looked at several things.
 *
 * @param codes - one for each thing; none at all is undecided
 */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  if (codes.length === 0) return exitCodes.undecided;
  return codes.reduce((worst, code) => (severity.indexOf(code) > severity.indexOf(worst) ? code : worst));
}
