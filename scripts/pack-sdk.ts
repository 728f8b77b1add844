// Makes sdk/dist: the sdk as it is published. JavaScript and types beside them, the exports map pointing at both.
// In the workspace the sdk runs from its TypeScript sources; whoever installs it from a registry gets this folder.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const sdk = resolve(import.meta.dirname, "../sdk");
const dist = join(sdk, "dist");

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: unknown;
}

/** The rooms of the sdk: every folder of src with an index of its own. */
function rooms(): readonly string[] {
  const found = readdirSync(join(sdk, "src")).filter((room) => existsSync(join(sdk, "src", room, "index.ts")));
  if (found.length < 5) throw new Error(`sdk/src holds only ${found.length} rooms: nothing worth a package`);
  return found;
}

function compile(): void {
  rmSync(dist, { recursive: true, force: true });
  const { status } = spawnSync("tsc", ["-p", join(sdk, "tsconfig.build.json")], { stdio: "inherit" });
  if (status !== 0) throw new Error("tsc refused the sdk");
}

/** The manifest as published: one export per room, each with its types. */
function publishedManifest(manifest: Manifest): object {
  const entries = rooms().map((room) => [
    `./${room}`,
    { types: `./${room}/index.d.ts`, default: `./${room}/index.js` },
  ]);
  return { ...manifest, exports: Object.fromEntries([...entries, ["./package.json", "./package.json"]]) as unknown };
}

compile();
const manifest = JSON.parse(readFileSync(join(sdk, "package.json"), "utf8")) as Manifest;
writeFileSync(join(dist, "package.json"), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
copyFileSync(join(sdk, "README.md"), join(dist, "README.md"));
copyFileSync(join(sdk, "../LICENSE"), join(dist, "LICENSE"));
console.log(`${manifest.name}@${manifest.version} stands in sdk/dist`);
