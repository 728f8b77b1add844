import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { JournalLock } from "@lianzheng/node/journal";
import { openJournal, refusal, withFolder } from "./fixture.ts";

/** Runs `code` in a process of its own; answers what it prints. */
async function elsewhere(code: string): Promise<string> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await once(child, "close");
  return printed;
}

const tryLock = (folder: string, action = "") =>
  elsewhere(`
    import { JournalLock } from "@lianzheng/node/journal";
    try { JournalLock.acquire(${JSON.stringify(folder)}); ${action} console.log("taken"); }
    catch (error) { console.log(error.code, error.details.pid); }
  `);

describe("the journal's lock", () => {
  it("refuses a second process and names the owner, even after the folder was read through", () =>
    withFolder(async (folder) => {
      const { journal } = await openJournal(folder);
      const before = await readdir(folder);
      expect((await tryLock(folder)).trim()).to.equal(`JOURNAL_LOCKED ${process.pid}`);
      for (const name of before) await readFile(join(folder, name));
      expect((await tryLock(folder)).trim()).to.equal(`JOURNAL_LOCKED ${process.pid}`);
      expect(await readdir(folder)).to.deep.equal(before);
      await journal.append("records", Buffer.from("still mine"));
      await journal.close();
      expect((await tryLock(folder)).trim()).to.equal("taken");
    }));

  it("refuses a second opening in the same process", () =>
    withFolder(async (folder) => {
      const { journal } = await openJournal(folder);
      await refusal(openJournal(folder), "JOURNAL_LOCKED");
      await journal.append("records", Buffer.from("still mine"));
      await journal.close();
    }));

  it("is taken over from a process that was killed, without anybody's help", () =>
    withFolder(async (folder) => {
      await tryLock(folder, "process.kill(process.pid, 'SIGKILL');");
      expect(await readdir(folder)).to.deep.equal(["LOCK"]);
      const lock = JournalLock.acquire(folder);
      expect(lock.isHeld()).to.equal(true);
      expect(await readdir(folder)).to.deep.equal(["LOCK"]);
      lock.release();
      expect(await readdir(folder)).to.deep.equal([]);
    }));

  it("is taken over when its process number was given to another process", () =>
    withFolder(async (folder) => {
      const lock = JournalLock.acquire(folder);
      const text = await readFile(join(folder, "LOCK"), "utf8");
      lock.release();
      await writeFile(join(folder, "LOCK"), text.replace(/"started":"\d+"/, '"started":"1"'));
      JournalLock.acquire(folder).release();
      await writeFile(join(folder, "LOCK"), text.replace(/"boot":"[^"]*"/, '"boot":"00000000-0000"'));
      JournalLock.acquire(folder).release();
    }));

  it("that cannot be read is nobody's to take", () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, "LOCK"), "???");
      await refusal(
        Promise.resolve().then(() => JournalLock.acquire(folder)),
        "JOURNAL_LOCKED",
      );
    }));

  it("that was taken away ends writing before anything is written", () =>
    withFolder(async (folder) => {
      const { journal } = await openJournal(folder);
      await rm(join(folder, "LOCK"));
      const lock = JournalLock.acquire(folder);
      await refusal(journal.append("records", Buffer.from("not mine any more")), "JOURNAL_LOCK_LOST");
      await refusal(journal.append("records", Buffer.from("nor now")), "JOURNAL_LOCK_LOST");
      await journal.close();
      expect(lock.isHeld()).to.equal(true);
      lock.release();
      const { journal: again, texts } = await openJournal(folder);
      expect(texts).to.deep.equal([]);
      await again.close();
    }));

  it("goes to exactly one of many that find a dead owner at the same time", () =>
    withFolder(async (folder) => {
      await tryLock(folder, "process.kill(process.pid, 'SIGKILL');");
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => tryLock(folder, "await new Promise((wake) => setTimeout(wake, 1500));")),
      );
      expect(answers.filter((answer) => answer.trim() === "taken")).to.have.length(1);
      expect(answers.filter((answer) => answer.startsWith("JOURNAL_LOCKED"))).to.have.length(3);
    })).timeout(20_000);
});
