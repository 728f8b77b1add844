import { execFile } from "node:child_process";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { NotHere } from "../case.ts";
import type { FaultContext } from "../context.ts";

const exec = promisify(execFile);

/** Runs a program of the system. @throws NotHere if there is none, or it may not do that here */
export async function need(program: string, ...args: readonly string[]): Promise<void> {
  await exec(program, [...args]).catch((error: unknown) => {
    throw new NotHere(`${program} ${args.join(" ")}: ${(error as Error).message.split("\n")[0]}`);
  });
}

/** A file system in memory of so many MiB at `folder`; unmounted with the case. */
export async function mountMemory(context: FaultContext, folder: string, mebibytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await need("mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder);
  context.defer(() => need("umount", "-l", folder));
}

/** An empty image of a file system. */
export async function makeImage(image: string, system: "ext4" | "xfs"): Promise<void> {
  await mkdir(dirname(image), { recursive: true });
  await writeFile(image, "");
  // xfs takes no less than 300 MiB; the file is sparse.
  await truncate(image, (system === "xfs" ? 320 : 96) * 1024 * 1024);
  await need(`mkfs.${system}`, "-q", image);
}

export async function mountImage(
  context: FaultContext,
  { image, system }: { readonly image: string; readonly system: "ext4" | "xfs" },
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  // A copy of an xfs image bears the name of the original, which is still mounted.
  await need("mount", "-o", system === "xfs" ? "loop,nouuid" : "loop", image, folder);
  context.defer(() => need("umount", "-l", folder));
}
