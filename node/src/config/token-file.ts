import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { NodeError } from "../errors.ts";
import { readRequiredFile, storageError, syncFolder } from "./files.ts";
import { decodeTokens, encodeTokens, issueToken } from "./tokens.ts";
import type { IssuedToken, TokenEntry, TokenTerms } from "./tokens.ts";

/** Most tokens of one node: strict JSON holds at most 10,000 members, and a token has seven. */
export const maxTokens = 1_000;

/** The tokens in `path`. @throws NodeError CONFIG_MISSING, CONFIG_FORMAT, CONFIG_VALUE, CONFIG_PERMISSIONS, CONFIG_STORAGE */
export async function readTokens(path: string): Promise<readonly TokenEntry[]> {
  return decodeTokens(await readRequiredFile(path, "secret", "restore it from the backup of the folder"), path);
}

/**
 * Issues a token and keeps its entry in `path`: on disk before it resolves.
 *
 * @throws NodeError as {@link readTokens}, and CONFIG_BUSY while another command changes the file, CONFIG_VALUE when it
 *   holds {@link maxTokens} that are still good
 */
export async function addToken(path: string, terms: TokenTerms, now: number): Promise<IssuedToken> {
  const issued = issueToken(terms, now);
  await changeTokens(path, (entries) => {
    const kept = entries.length < maxTokens ? entries : entries.filter((entry) => !isOver(entry, now));
    if (kept.length < maxTokens) return [...kept, issued.entry];
    throw new NodeError("CONFIG_VALUE", `${path} holds ${maxTokens} tokens already: revoke some`, { file: path });
  });
  return issued;
}

/**
 * Takes the token with this id back, for good. Doing it again changes nothing.
 *
 * @throws NodeError as {@link readTokens}, and CONFIG_BUSY, CONFIG_VALUE when there is no such token
 */
export async function revokeToken(path: string, id: string, now: number): Promise<TokenEntry> {
  const entries = await changeTokens(path, (before) =>
    before.map((entry) => (entry.id === id && entry.revoked === null ? { ...entry, revoked: now } : entry)),
  );
  const entry = entries.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new NodeError("CONFIG_VALUE", `${path} has no token ${id}`, { file: path });
  return entry;
}

/** Ended tokens stay, so that an id in an old log can still be told, until the room is needed. */
function isOver({ until, revoked }: TokenEntry, now: number): boolean {
  return revoked !== null || (until !== null && until <= now);
}

/**
 * Replaces the file by what `change` makes of it, whole: a reader sees the old file or the new one, a crash leaves either.
 *
 * The new file's own name is the lock between two commands, so nothing is lost between reading and writing. A crash may
 * leave that file; whoever is told CONFIG_BUSY by no living command removes it.
 */
async function changeTokens(
  path: string,
  change: (entries: readonly TokenEntry[]) => readonly TokenEntry[],
): Promise<readonly TokenEntry[]> {
  const next = `${path}.new`;
  const file = await claim(next);
  try {
    const entries = change(await readTokens(path));
    await file.writeFile(encodeTokens(entries));
    await file.sync();
    await rename(next, path);
    await syncFolder(dirname(path));
    return entries;
  } catch (error) {
    await rm(next, { force: true });
    throw error instanceof NodeError ? error : storageError(path, error);
  } finally {
    await file.close();
  }
}

async function claim(path: string): Promise<Awaited<ReturnType<typeof open>>> {
  try {
    return await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new NodeError("CONFIG_MISSING", `${dirname(path)} is missing: set the node up with init`);
    if (code !== "EEXIST") throw storageError(path, error);
    const message = `${path} is there: another command changes the tokens. If none runs, a crash left it: remove it`;
    throw new NodeError("CONFIG_BUSY", message, { file: path }, error);
  }
}
