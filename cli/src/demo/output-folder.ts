import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../errors.ts";

/** A file by which the demo knows a folder as its own. */
const MARK = ".lianzheng-demo";
const MARK_TEXT = "Made by lianzheng demo, which replaces this folder when it runs again.\n";

/**
 * An empty folder for what the demo leaves behind.
 *
 * An earlier folder is replaced only if the demo made it: it carries the demo's mark. Anything else is left as it is.
 *
 * @throws CliError E_OUTPUT_FOREIGN if the folder holds something that the demo did not make
 */
export async function prepareOutputFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.length > 0 && !(await isMarked(folder))) {
    throw new CliError(
      "E_OUTPUT_FOREIGN",
      `${folder} holds something that the demo did not make; choose another folder with --out`,
      { folder },
    );
  }
  // The mark goes last and comes first: an interrupted replacement is still the demo's own.
  for (const name of names.filter((entry) => entry !== MARK)) await rm(join(folder, name), { recursive: true });
  await mkdir(join(folder, "evidence"), { recursive: true });
  await writeFile(join(folder, MARK), MARK_TEXT);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new CliError("E_OUTPUT_FOREIGN", `${folder} is a file`, { folder }, error);
    throw error;
  }
}

async function isMarked(folder: string): Promise<boolean> {
  return (await readFile(join(folder, MARK), "utf8").catch(() => "")) === MARK_TEXT;
}
