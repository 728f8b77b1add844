import { createHash } from "node:crypto";
import type { Hex } from "@lianzheng/sdk/encoding";
import { CliError } from "../errors.ts";
import { openToRead } from "./read.ts";

/** A file by its content. */
export interface DigestedFile {
  readonly file: string;
  readonly "sha-256": Hex;
  readonly bytes: number;
  /** When it was last changed, milliseconds since 1970. */
  readonly changedMs: number;
}

/**
 * SHA-256 of an ordinary file of any size, read once and never held whole.
 *
 * @throws CliError E_FILE_ABSENT, E_FILE_DIRECTORY, E_FILE_KIND, E_FILE_PERMISSION, E_FILE_READ
 */
export async function digestFile(name: string): Promise<DigestedFile> {
  const file = await openToRead(name);
  try {
    const stat = await file.stat();
    if (stat.isDirectory())
      throw new CliError("E_FILE_DIRECTORY", `${name}: it is a folder; name a file in it`, { file: name });
    if (!stat.isFile()) throw new CliError("E_FILE_KIND", `${name}: it is not an ordinary file`, { file: name });
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { file: name, "sha-256": `0x${hash.digest("hex")}`, bytes, changedMs: Math.floor(stat.mtimeMs) };
  } finally {
    await file.close();
  }
}
