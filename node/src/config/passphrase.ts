import { randomBytes } from "node:crypto";
import { NodeError } from "../errors.ts";
import { passphraseFileVariable } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { readFileIfThere, readRequiredFile, writeNewFile } from "./files.ts";

/** Shortest passphrase: scrypt slows guessing down, it does not make up for four letters. */
const minLength = 12;

/** The passphrase of the keystores, and whether it lies beside them. */
export interface Passphrase {
  readonly text: string;
  readonly source: "file" | "generated";
}

/**
 * The passphrase of a node that is there.
 *
 * @throws NodeError CONFIG_PASSPHRASE, CONFIG_PERMISSIONS, CONFIG_MISSING
 */
export async function readPassphrase(generatedPath: string, environment: Environment): Promise<Passphrase> {
  const given = environment[passphraseFileVariable];
  if (given !== undefined) return { text: await passphraseIn(given), source: "file" };
  const bytes = await readFileIfThere(generatedPath, "secret");
  if (bytes !== undefined) return { text: textOf(bytes, generatedPath), source: "generated" };
  const message = `the keystores' passphrase is not known: set ${passphraseFileVariable} to the file that holds it`;
  throw new NodeError("CONFIG_PASSPHRASE", message, { variable: passphraseFileVariable });
}

/** The passphrase of a new node: the given file's, or 32 random bytes written beside the keystores. */
export async function choosePassphrase(generatedPath: string, environment: Environment): Promise<Passphrase> {
  const given = environment[passphraseFileVariable];
  if (given !== undefined) return { text: await passphraseIn(given), source: "file" };
  const text = randomBytes(32).toString("base64url");
  await writeNewFile(generatedPath, `${text}\n`, "secret");
  return { text, source: "generated" };
}

async function passphraseIn(path: string): Promise<string> {
  return textOf(await readRequiredFile(path, "secret", `${passphraseFileVariable} names it`), path);
}

/** One line end at the end belongs to the editor, not to the passphrase. */
function textOf(bytes: Uint8Array, path: string): string {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(bytes).replace(/\r?\n$/, "");
  if (text.length >= minLength && !/[\r\n\ufffd]/.test(text)) return text;
  throw new NodeError("CONFIG_PASSPHRASE", `${path}: a passphrase is one line of ${minLength} characters or more`, {
    file: path,
  });
}
