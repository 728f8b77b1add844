import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { CliError } from "../../cli/src/errors.ts";
import { readInput } from "../../cli/src/files/read.ts";
import { openSealerKey } from "../../cli/src/files/sealer-key.ts";
import { writeOutput } from "../../cli/src/files/write.ts";
import { inFolder } from "./command.ts";

async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.instanceOf(CliError);
    return (error as CliError).code;
  }
  throw new Error("nothing was refused");
}

describe("reading a file", () => {
  const cases: readonly (readonly [string, string, (path: string) => unknown])[] = [
    ["that is absent", "E_FILE_ABSENT", () => undefined],
    ["that is a folder", "E_FILE_DIRECTORY", (path) => mkdir(path)],
    ["that is a FIFO, without waiting for a writer", "E_FILE_KIND", (path) => execFileSync("mkfifo", [path])],
    ["that is a device", "E_FILE_KIND", (path) => symlink("/dev/zero", path)],
    ["that is empty", "E_FILE_EMPTY", (path) => writeFile(path, "")],
    ["that is too large", "E_FILE_TOO_LARGE", (path) => writeFile(path, new Uint8Array(101))],
    ["whose links go in a circle", "E_FILE_LOOP", (path) => symlink(path, path)],
    ["below something that is no folder", "E_FILE_ABSENT", () => undefined],
  ];

  for (const [at, [what, code, make]] of cases.entries()) {
    it(`${what} is refused as ${code}`, () =>
      inFolder(async (folder) => {
        await writeFile(join(folder, "plain"), "x");
        const path = join(folder, at === cases.length - 1 ? "plain/input" : "input");
        await make(path);
        expect(await refusalOf(readInput(path, 100))).to.equal(code);
      }));
  }

  it("has its cases", () => expect(cases).to.have.length(8));

  it("gives its bytes up to the limit", () =>
    inFolder(async (folder) => {
      const path = join(folder, "input");
      await writeFile(path, new Uint8Array(100).fill(7));
      expect(await readInput(path, 100)).to.have.length(100);
    }));
});

describe("writing a file", () => {
  it("refuses one that exists and leaves it as it was", () =>
    inFolder(async (folder) => {
      const path = join(folder, "output");
      await writeFile(path, "before");
      expect(await refusalOf(writeOutput(path, "after", { force: false }))).to.equal("E_OUTPUT_EXISTS");
      expect(await readFile(path, "utf8")).to.equal("before");
      expect(await readdir(folder)).to.deep.equal(["output"]);
    }));

  it("replaces it when forced", () =>
    inFolder(async (folder) => {
      const path = join(folder, "output");
      await writeFile(path, "before");
      await writeOutput(path, "after", { force: true });
      expect(await readFile(path, "utf8")).to.equal("after");
    }));

  it("does not follow a link that somebody put in its place", () =>
    inFolder(async (folder) => {
      await symlink(join(folder, "elsewhere"), join(folder, "output"));
      expect(await refusalOf(writeOutput(join(folder, "output"), "x", { force: false }))).to.equal("E_OUTPUT_EXISTS");
      expect(await readdir(folder)).to.deep.equal(["output"]);
    }));

  it("names a folder that is not there", () =>
    inFolder(async (folder) => {
      const refused = writeOutput(join(folder, "absent", "output"), "x", { force: true });
      expect(await refusalOf(refused)).to.equal("E_OUTPUT_FOLDER");
    }));

  it("keeps a secret from others", () =>
    inFolder(async (folder) => {
      const path = join(folder, "token");
      await writeOutput(path, "secret", { force: false, mode: 0o600 });
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
    }));
});

describe("the sealer's key", () => {
  it("is made once, for its owner only", () =>
    inFolder(async (folder) => {
      const path = join(folder, "chain", "sealer.key");
      const made = await openSealerKey(path);
      expect(await openSealerKey(path)).to.equal(made);
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
    }));

  it("is refused when others may read it, or when it is none", () =>
    inFolder(async (folder) => {
      const path = join(folder, "sealer.key");
      await openSealerKey(path);
      await chmod(path, 0o644);
      expect(await refusalOf(openSealerKey(path))).to.equal("E_KEYFILE_PERMISSIONS");
      await writeFile(path, "no key", { mode: 0o600 });
      await chmod(path, 0o600);
      expect(await refusalOf(openSealerKey(path))).to.equal("E_KEY_FORMAT");
    }));
});
