import type { NodeMutant } from "./mutants.ts";

/** Bugs of the truth on disk. */
export const journalMutants: readonly NodeMutant[] = [
  {
    id: "journal-01",
    file: "node/src/journal/journal.ts",
    find: "() => file.datasync());\n    });",
    replace: "() => Promise.resolve());\n    });",
    why: "acknowledges what only the operating system holds: a power cut takes it back",
    killedBy: ["test/journal/failures.test.ts#ends writing with"],
  },
  {
    id: "journal-02",
    file: "node/src/journal/journal.ts",
    find: '      await writeFully(file, bytes, offset);\n      await failpoint("journal.afterWrite");',
    replace:
      '      void writeFully(file, bytes, offset).catch(() => undefined);\n      await failpoint("journal.afterWrite");',
    why: "acknowledges before the write has come back",
    killedBy: ["test/journal/failures.test.ts#ends writing with"],
  },
  {
    id: "journal-03",
    file: "node/src/journal/frame.ts",
    find: 'bytes.set(hash("sha256", bytes.subarray(0, end), "buffer"), end);',
    replace: 'bytes.set(hash("sha256", bytes.subarray(headerBytes, end), "buffer"), end);',
    why: "the checksum covers the payload without its place: written so, read as damaged",
    killedBy: ["test/journal/journal.test.ts#gives back in order"],
  },
  {
    id: "journal-04",
    file: "node/src/journal/recovery.ts",
    find: "if (frame.sequence !== walk.sequence || !frame.previous.equals(walk.checksum)) {",
    replace: "if (frame.sequence < 0) {",
    why: "frames may be moved, repeated or from another journal",
    killedBy: ["test/journal/journal.test.ts#taken out, repeated or swapped"],
  },
  {
    id: "journal-05",
    file: "node/src/journal/recovery.ts",
    find: "return await holdsCompleteFrame(file, offset, size);",
    replace: "return size < 0;",
    why: "cuts a damaged frame as a torn tail although complete frames follow",
    killedBy: ["test/journal/journal.test.ts#is no tail if a complete frame follows"],
  },
  {
    id: "journal-06",
    file: "node/src/journal/recovery.ts",
    find: "if (walk.mark !== undefined && walk.mark.sequence >= walk.sequence) return true;",
    replace: "",
    why: "the mark is not asked: an acknowledged frame that is damaged is cut as torn",
    killedBy: ["test/journal/journal.test.ts#is refused at every shorter length"],
  },
  {
    id: "journal-07",
    file: "node/src/journal/journal.ts",
    find: "    if (this.#failure !== undefined) throw this.#failure;\n    if (payload.length",
    replace: "    if (payload.length",
    why: "writes on after a failed sync",
    killedBy: ["test/journal/failures.test.ts#ends writing with"],
  },
  {
    id: "journal-08",
    file: "node/src/journal/journal.ts",
    find: '    await files.syncDirectory(directory);\n    await failpoint("segment.synced");',
    replace: '    await failpoint("segment.synced");',
    why: "a new segment whose name a power cut takes away",
    killedBy: ["test/journal/failures.test.ts#leaves no half segment"],
  },
];
