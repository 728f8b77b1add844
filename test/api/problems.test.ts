import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Level } from "level";
import { toKnownError } from "../../node/src/api/problems.ts";
import { withFolder } from "../journal/fixture.ts";

const openDatabase = (folder: string): Level => new Level(folder, { compression: false });

/** The only table of a database of a thousand keys; closed. */
async function tableIn(folder: string): Promise<string> {
  const database = openDatabase(folder);
  await database.batch(
    Array.from({ length: 1_000 }, (_, at) => ({ type: "put" as const, key: `key${at}`, value: "value".repeat(20) })),
  );
  await (database as Level & { compactRange(from: string, to: string): Promise<void> }).compactRange("k", "l");
  await database.close();
  const [name = ""] = (await readdir(folder)).filter((one) => one.endsWith(".ldb"));
  return join(folder, name);
}

async function readAll(folder: string): Promise<void> {
  const database = openDatabase(folder);
  try {
    await database.iterator().all();
  } finally {
    await database.close();
  }
}

describe("errors that come from below the API", () => {
  it("of LevelDB that meets damaged bytes while it reads are INDEX_CORRUPT, not a failure of the node", () =>
    withFolder(async (folder) => {
      const table = await tableIn(folder);
      const bytes = await readFile(table);
      // The lengths in front of the first key: with them nothing in the block can be told apart.
      await writeFile(table, Buffer.concat([Buffer.alloc(64, 0xff), bytes.subarray(64)]));
      const error: unknown = await readAll(folder).then(
        () => undefined,
        (failure: unknown) => failure,
      );
      expect(toKnownError(error).code).to.equal("INDEX_CORRUPT");
      expect(toKnownError(error)).to.have.property("cause", error);
      expect(toKnownError(new Error("anything else")).code).to.equal("E_INTERNAL");
    }));
});
