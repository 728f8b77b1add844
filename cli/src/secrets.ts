import { CliError } from "./errors.ts";

/** Options that other programs have and this one never will: what stands on a command line, `ps` shows to every user. */
const secretOptions =
  /^--?(private-?key|secret(-?key)?|mnemonic|seed|password|passphrase|token|api-?key|auth(orization)?|bearer)(=|$)/i;

/** A key without `0x`: no id of a record is written so. */
const bareKey = /^[0-9a-f]{64}$/i;

/** A token of a node's API. */
const token = /^lz_[0-9a-f]{8}_/;

/**
 * Refuses a command line on which a secret stands. The value is not repeated.
 *
 * `0x` and 64 digits pass, since ids of records look so; no option of the command takes a key in that form.
 *
 * @throws CliError E_SECRET_ARGUMENT
 */
export function refuseSecrets(args: readonly string[]): void {
  const option = args.find((argument) => secretOptions.test(argument));
  if (option !== undefined) {
    const name = option.split("=")[0] ?? "";
    throw new CliError(
      "E_SECRET_ARGUMENT",
      `${name} is refused: every user of this machine sees a command line. Use a file, such as --token-file FILE.`,
    );
  }
  const found = args.find((argument) => bareKey.test(argument) || token.test(argument));
  if (found !== undefined) {
    const what = token.test(found) ? "a token" : "a private key";
    throw new CliError(
      "E_SECRET_ARGUMENT",
      `an argument looks like ${what}, and every user of this machine sees a command line. Use a file; and if it was one, do not use it any more.`,
    );
  }
}
