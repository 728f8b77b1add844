import { expect } from "chai";
import { diskFiles } from "@lianzheng/node/journal";
import type { Files } from "@lianzheng/node/journal";
import { withFolder } from "../journal/fixture.ts";
import { identity, openLog, submissionOf } from "./fixture.ts";

/** A disk that counts how many large reads are under way at once. */
function countingFiles(): { readonly files: Files; readonly most: () => number } {
  let [reading, most] = [0, 0];
  const files: Files = {
    ...diskFiles,
    open: async (path, mode) => {
      const file = await diskFiles.open(path, mode);
      return {
        ...file,
        read: async (into, position) => {
          if (into.length < 10_000) return await file.read(into, position);
          most = Math.max(most, (reading += 1));
          await new Promise((resolve) => setTimeout(resolve, 5));
          reading -= 1;
          return await file.read(into, position);
        },
      };
    },
  };
  return { files, most: () => most };
}

describe("readers of a log", () => {
  it("that ask for many bundles at once make it hold few frames at once", () =>
    withFolder(async (directory) => {
      const { log: written } = await openLog(directory);
      for (let batch = 0; batch < 4; batch += 1) {
        const records = Array.from({ length: 256 }, (_, at) => submissionOf(`${batch}-${at}`, "s"));
        await written.submit(records, identity(`b${batch}`));
      }
      await written.close();
      const { files, most } = countingFiles();
      const { log } = await openLog(directory, { files });
      const paths = Array.from({ length: 40 }, (_, at) => `tile/entries/00${at % 4}`);
      const bundles = await Promise.all(paths.map((path) => log.readResource(path)));
      expect(new Set(bundles.map((bundle) => bundle?.bytes.length)).size).to.be.at.most(4);
      expect(bundles).to.not.include(undefined);
      expect(most()).to.be.at.most(2);
      await log.close();
    }));
});
