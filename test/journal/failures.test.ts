import { expect } from "chai";
import type { Files } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";
import type { Manner, Plan } from "../faults/failing-files.ts";
import { FailingFiles } from "../faults/failing-files.ts";
import { openJournal, refusal, withFolder, writtenJournal } from "./fixture.ts";

const table: readonly {
  readonly plan: Plan;
  readonly code: "E_READ_ONLY" | "E_STORAGE_FULL";
  readonly found: boolean;
}[] = [
  { plan: { kind: "write", at: 0, manner: "before", errno: "EIO" }, code: "E_READ_ONLY", found: false },
  { plan: { kind: "write", at: 0, manner: "half", errno: "EIO" }, code: "E_READ_ONLY", found: false },
  { plan: { kind: "write", at: 0, manner: "after", errno: "EIO" }, code: "E_READ_ONLY", found: true },
  { plan: { kind: "write", at: 0, manner: "before", errno: "ENOSPC" }, code: "E_STORAGE_FULL", found: false },
  { plan: { kind: "write", at: 0, manner: "half", errno: "ENOSPC" }, code: "E_STORAGE_FULL", found: false },
  { plan: { kind: "write", at: 0, manner: "before", errno: "EDQUOT" }, code: "E_STORAGE_FULL", found: false },
  { plan: { kind: "datasync", at: 0, manner: "before", errno: "EIO" }, code: "E_READ_ONLY", found: true },
  { plan: { kind: "datasync", at: 0, manner: "after", errno: "EIO" }, code: "E_READ_ONLY", found: true },
  { plan: { kind: "datasync", at: 0, manner: "before", errno: "ENOSPC" }, code: "E_STORAGE_FULL", found: true },
  { plan: { kind: "write", at: 1, manner: "before", errno: "EIO" }, code: "E_READ_ONLY", found: true },
  { plan: { kind: "write", at: 1, manner: "after", errno: "EIO" }, code: "E_READ_ONLY", found: true },
];

describe("a write of the journal that fails", () => {
  for (const { plan, code, found } of table) {
    const what = `${String(plan.kind)} ${plan.at} ${plan.manner} ${plan.errno}`;
    it(`ends writing with ${code}, and what was acknowledged stays (${what})`, () =>
      withFolder(async (folder) => {
        await writtenJournal(folder, ["before"]);
        // The opening writes the mark, which is change number 0 of its kind; it is not what is meant here.
        const offset = plan.kind === "write" ? 1 : 0;
        const files = new FailingFiles({ ...plan, at: plan.at + offset });
        const { journal } = await openJournal(folder, { files });
        const first = await refusal(journal.append("records", Buffer.from("unknown")), code);
        const changes = files.done.length;
        const second = await refusal(journal.append("records", Buffer.from("never")), code);
        expect(second).to.equal(first);
        expect(first.cause).to.be.instanceOf(Error);
        expect(files.done.length, "a sync was tried again").to.equal(changes);
        await journal.close();
        const again = await openJournal(folder);
        expect(again.texts).to.deep.equal(found ? ["before", "unknown"] : ["before"]);
        await again.journal.append("records", Buffer.from("after"));
        await again.journal.close();
      }));
  }

  it("was tried in every way", () => expect(table).to.have.length(11));

  const creations: readonly [Plan["kind"] & string, Manner][] = [
    ["create", "before"],
    ["create", "after"],
    ["write", "before"],
    ["write", "half"],
    ["datasync", "before"],
    ["datasync", "after"],
    ["syncDirectory", "before"],
    ["syncDirectory", "after"],
  ];
  for (const [kind, manner] of creations) {
    it(`leaves no half segment when a new one is begun (${kind} ${manner})`, () =>
      withFolder(async (folder) => {
        await writtenJournal(folder, ["before"]);
        const at = kind === "write" ? 1 : 0;
        const files = new FailingFiles({ kind, at, manner, errno: "EIO" });
        const { journal } = await openJournal(folder, { files, maxSegmentBytes: 100 });
        await refusal(journal.append("records", Buffer.from("unknown")), "E_READ_ONLY");
        await journal.close();
        const again = await openJournal(folder);
        expect(again.texts).to.deep.equal(["before"]);
        await again.journal.append("records", Buffer.from("after"));
        await again.journal.close();
        const last = await openJournal(folder);
        expect(last.texts).to.deep.equal(["before", "after"]);
        await last.journal.close();
      }));
  }

  it("leaves no half segment in any of these ways", () => expect(creations).to.have.length(8));

  it("is none when the file system only writes in pieces", () =>
    withFolder(async (folder) => {
      const files = new FailingFiles();
      const open = files.open.bind(files);
      files.open = async (path, mode) => {
        const file = await open(path, mode);
        return {
          ...file,
          write: (bytes, position) => file.write(bytes.subarray(0, 7), position),
          writeNow: (bytes, position) => file.writeNow(bytes.subarray(0, 7), position),
        };
      };
      await writtenJournal(folder, ["in pieces", "of seven bytes"], { files });
      const { journal, texts } = await openJournal(folder);
      expect(texts).to.deep.equal(["in pieces", "of seven bytes"]);
      await journal.close();
    }));

  it("during recovery changes nothing: the next recovery finds the same", () =>
    withFolder(async (folder) => {
      const { path } = await writtenJournal(folder, ["before"]);
      const { appendFile } = await import("node:fs/promises");
      await appendFile(path, "torn");
      for (const kind of ["truncate", "datasync", "write"] as const) {
        const files = new FailingFiles({ kind, at: 0, manner: "before", errno: "EIO" });
        let failed = false;
        await openJournal(folder, { files }).catch(() => (failed = true));
        expect(failed).to.equal(true);
      }
      const { journal, texts } = await openJournal(folder);
      expect(texts).to.deep.equal(["before"]);
      await journal.close();
    }));

  const openings = [
    ["create", "ENOSPC", "E_STORAGE_FULL"],
    ["create", "EROFS", "E_READ_ONLY"],
    ["write", "EIO", "E_READ_ONLY"],
    ["makeDirectory", "EDQUOT", "E_STORAGE_FULL"],
  ] as const;
  for (const [kind, errno, code] of openings) {
    it(`ends the opening with ${code}, and the next one is whole (${kind} ${errno})`, () =>
      withFolder(async (folder) => {
        const files = new FailingFiles({ kind, at: 0, manner: "before", errno });
        const refused = await refusal(openJournal(folder, { files }), code);
        expect(refused.cause).to.be.instanceOf(Error).with.property("code", errno);
        const { journal, texts } = await openJournal(folder);
        expect(texts).to.deep.equal([]);
        await journal.close();
      }));
  }

  it("ended openings in each of these ways", () => expect(openings).to.have.length(4));

  it("to open a segment for reading is no reason not to open it later, nor not to close", () =>
    withFolder(async (directory) => {
      const { journal: written } = await openJournal(directory);
      const location = await written.append("records", Buffer.from("a"));
      await written.close();
      let failures = 1;
      const opened: string[] = [];
      const files: Files = {
        ...diskFiles,
        open: async (path, mode) => {
          opened.push(path);
          if (opened.length > 2 && failures-- > 0) throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
          return await diskFiles.open(path, mode);
        },
      };
      const { journal } = await openJournal(directory, { files });
      const error: unknown = await journal.readFrame(location).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(Error).with.property("code", "EMFILE");
      expect((await journal.readFrame(location)).payload.toString()).to.equal("a");
      expect(journal.failure).to.equal(undefined);
      await journal.close();
    }));
});
