import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The fuzzer that was tried here; another version may know other checks. */
const version = "4.32.5";

const folder = resolve(import.meta.dirname, "../../.cache/openapi");

/** The program, fetched from PyPI into a folder of its own; undefined where it cannot be had. */
export function fetchSchemathesis(): string | undefined {
  const program = join(folder, "bin/schemathesis");
  if (existsSync(program)) return program;
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ["python3", ["-m", "venv", folder]],
    [join(folder, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", `schemathesis==${version}`]],
  ];
  const failed = steps.find(([command, args]) => spawnSync(command, args, { stdio: "inherit" }).status !== 0);
  return failed === undefined && existsSync(program) ? program : undefined;
}
