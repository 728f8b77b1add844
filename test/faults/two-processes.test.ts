import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { withFolder } from "../journal/fixture.ts";
import { checkLog, openLog, submitOne } from "../log-node/fixture.ts";

/** Tries to open the log from another process; answers the code it ends with. */
async function openElsewhere(folder: string): Promise<string> {
  const fixture = new URL("../log-node/fixture.ts", import.meta.url).href;
  const code = `
    import { openLog } from ${JSON.stringify(fixture)};
    await openLog(${JSON.stringify(folder)}).then(() => console.log("opened"), (error) => console.log(error.code));
    process.exit(0);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await once(child, "close");
  return printed.trim();
}

async function contents(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of await readdir(folder, { recursive: true })) {
    if (/\.journal$|LOCK$/.test(name)) found.set(name, (await readFile(join(folder, name))).toString("base64"));
  }
  return found;
}

describe("two processes on one folder", () => {
  it("are one: the second is refused and changes nothing, also after the first one copied its folder", () =>
    withFolder(async (folder) => {
      const node = join(folder, "node");
      const { log } = await openLog(node);
      await submitOne(log, "a");
      const before = await contents(node);
      expect(await openElsewhere(node)).to.equal("JOURNAL_LOCKED");
      // Reading its own LOCK file is what makes a process lose LevelDB's lock.
      await cp(node, join(folder, "backup"), { recursive: true });
      expect(await openElsewhere(node)).to.equal("JOURNAL_LOCKED");
      expect(await contents(node)).to.deep.equal(before);
      await submitOne(log, "b");
      await log.close();
      const { log: again } = await openLog(node);
      expect(again.size).to.equal(2);
      await checkLog(again);
      await again.close();
      expect(await openElsewhere(node)).to.equal("opened");
    })).timeout(30_000);
});
