// An optional platform package that the registry did not have when the lock file was written makes `npm ci` fail
// elsewhere. This reads the lock file and names each such hole.
import { readFileSync } from "node:fs";

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** Optional packages that the lock file names but does not hold: "holder@version: missing". */
function missingOptionalPackages(packages: LockedPackages): readonly string[] {
  return Object.entries(packages).flatMap(([path, locked]) =>
    Object.keys(locked.optionalDependencies ?? {})
      .filter((name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages))
      .map((name) => `${path}@${locked.version ?? "?"}: ${name} is not in the lock file`),
  );
}

/** Registry packages without an integrity hash: npm could not notice a changed download. */
function unhashedPackages(packages: LockedPackages): readonly string[] {
  return Object.entries(packages)
    .filter(
      ([path, locked]) => path.includes("node_modules/") && locked.link !== true && locked.integrity === undefined,
    )
    .map(([path]) => `${path}: no integrity hash`);
}

/** Download addresses bind the lock file to one registry. */
function boundPackages(packages: LockedPackages): readonly string[] {
  return Object.entries(packages)
    .filter(([, locked]) => locked.resolved?.startsWith("http") === true)
    .map(([path]) => `${path}: names a download address`);
}

const file = process.argv[2] ?? "package-lock.json";
const least = Number(process.argv[3] ?? 100);
const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: LockedPackages };
const faults = [...missingOptionalPackages(packages), ...unhashedPackages(packages), ...boundPackages(packages)];
const count = Object.keys(packages).length;
if (count < least) faults.push(`${file} holds only ${String(count)} packages: this check looked at nothing`);
for (const fault of faults) console.error(fault);
console.log(`lock file: ${String(count)} packages, ${String(faults.length)} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
