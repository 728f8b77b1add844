import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Hex } from "@lianzheng/sdk/encoding";
import { isHex } from "@lianzheng/sdk/encoding";
import { CliError } from "../errors.ts";

const OTHERS = 0o077;

/**
 * The key that seals the embedded chain's blocks, made at the first start.
 *
 * Whoever has it can write another history of that chain; the file is readable by its owner only, and refused otherwise.
 *
 * @param path - file with the key as `0x` and 64 hex digits
 * @throws CliError E_KEYFILE_PERMISSIONS, E_KEY_FORMAT
 */
export async function openSealerKey(path: string): Promise<Hex> {
  await mkdir(dirname(path), { recursive: true });
  const made = await makeOnce(path);
  if (made !== undefined) return made;
  const { mode } = await stat(path);
  if ((mode & OTHERS) !== 0) {
    throw new CliError("E_KEYFILE_PERMISSIONS", `${path} can be read by others; run chmod 600 on it`, { file: path });
  }
  const text = (await readFile(path, "utf8")).trim();
  if (!isHex(text, 32)) throw new CliError("E_KEY_FORMAT", `${path} does not hold a key`, { file: path });
  return text;
}

/** On disk before it is used: a chain whose key was lost could never be continued. */
async function makeOnce(path: string): Promise<Hex | undefined> {
  const file = await open(path, "wx", 0o600).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const key: Hex = `0x${randomBytes(32).toString("hex")}`;
    await file.writeFile(`${key}\n`);
    await file.sync();
    return key;
  } finally {
    await file.close();
  }
}
