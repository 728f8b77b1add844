import { rm } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { CliError } from "../errors.ts";
import { writeOutput } from "./write.ts";

/** Nobody but the owner reads it. */
const SECRET_MODE = 0o600;

/**
 * Makes something with a new token and writes the token to `file`, if one is named.
 *
 * The file is taken before the token is made: a token that could not be written down would be lost.
 *
 * @param folder - of the node: whoever copies it must not get a token with it
 * @throws CliError E_USAGE, E_OUTPUT_*, and whatever `make` throws; the file is gone again then
 */
export async function withTokenFile<Made>(
  { folder, file }: { readonly folder: string; readonly file: string | undefined },
  make: () => Promise<Made>,
  tokenOf: (made: Made) => string,
): Promise<Made> {
  if (file === undefined) return make();
  if (!relative(resolve(folder), resolve(file)).startsWith("..")) {
    throw new CliError("E_USAGE", `the token's file ${file} may not lie in the node's own folder; name one beside it`);
  }
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
