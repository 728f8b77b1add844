import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { decodeDeployment, type Deployment } from "@lianzheng/sdk/chain";
import { parseJson } from "@lianzheng/sdk/record";
import { ChainError } from "../chain-error.ts";

/**
 * Reads an address book, `deployment.json`.
 *
 * @throws ChainError C_DEPLOYMENT_FORM: no such file, not strict JSON, or not an address book
 */
export async function readDeployment(file: string): Promise<Deployment> {
  try {
    return decodeDeployment(parseJson(await readFile(file)));
  } catch (cause) {
    throw new ChainError("C_DEPLOYMENT_FORM", `cannot read the address book ${file}`, { file }, cause);
  }
}

/**
 * Writes an address book. Resolves when it is on disk under its name; a crash before leaves what stood there, never a
 * half.
 *
 * @throws ChainError C_DEPLOYMENT_FORM: it cannot be written, or it would not be read again
 */
export async function writeDeployment(file: string, deployment: Deployment): Promise<void> {
  try {
    await writeWhole(file, `${JSON.stringify(decodeDeployment(deployment), undefined, 2)}\n`);
  } catch (cause) {
    throw new ChainError("C_DEPLOYMENT_FORM", `cannot write the address book ${file}`, { file }, cause);
  }
}

/** Writes a file so that its name never stands for half of it: temporary name, fsync, rename, fsync of the folder. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await withSync(temporary, "w", (handle) => handle.writeFile(text));
    await rename(temporary, file);
    await withSync(dirname(file), "r", () => Promise.resolve());
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

type Opened = Awaited<ReturnType<typeof open>>;

async function withSync(path: string, flags: string, act: (handle: Opened) => Promise<void>): Promise<void> {
  const handle = await open(path, flags, 0o644);
  try {
    await act(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
