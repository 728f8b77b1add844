import { rm } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { CliError } from "../errors.ts";
import { writeOutput } from "./write.ts";

/** Nobody but the owner reads it. */
const SECRET_MODE = 0o600;

/** Where a token is written: `folder` is the node's, and whoever copies it must not get a token with it. */
export interface TokenPlace {
  readonly folder: string;
  /** Undefined for a token that is shown and not written. */
  readonly file: string | undefined;
}

/** @throws CliError E_USAGE if the token's file would lie in the node's own folder */
export function assertOutside({ folder, file }: TokenPlace): void {
  if (file === undefined) return;
  const [first] = relative(resolve(folder), resolve(file)).split(sep);
  if (first === "..") return;
  throw new CliError("E_USAGE", `the token's file ${file} may not lie in the node's own folder; name one beside it`);
}

/**
 * Makes something with a new token and writes the token to `file`, if one is named.
 *
 * The file is taken before the token is made: a token that could not be written down would be lost.
 *
 * @throws CliError E_USAGE, E_OUTPUT_*, and whatever `make` throws; the file is gone again then
 */
export async function withTokenFile<Made>(
  place: TokenPlace,
  make: () => Promise<Made>,
  tokenOf: (made: Made) => string,
): Promise<Made> {
  const { file } = place;
  if (file === undefined) return make();
  assertOutside(place);
  await writeOutput(file, "", { force: false, mode: SECRET_MODE, kept: true });
  try {
    const made = await make();
    await writeOutput(file, `${tokenOf(made)}\n`, { force: true, mode: SECRET_MODE });
    return made;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
