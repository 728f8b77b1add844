import { expect } from "chai";
import { failpoints } from "@lianzheng/node/journal";
import { withFolder } from "../journal/fixture.ts";
import type { Acknowledged } from "./crash-fixture.ts";
import { checkAfter, crash } from "./crash-fixture.ts";

describe("a log that is killed under load", () => {
  const rounds = process.env["LIANZHENG_LONG"] === "1" ? 20 : 1;
  for (const name of failpoints) {
    it(`has everything that it acknowledged, once, and contradicts nothing (${name})`, () =>
      withFolder(async (folder) => {
        const all: Acknowledged[] = [];
        for (let run = 0; run < rounds; run += 1) {
          // Tiles are rarer than groups, segments rarer still; an opening makes the first.
          const nth = name.startsWith("tile.") ? 1 : name.startsWith("segment.") ? (run === 0 ? 2 : 1) : 4 + (run % 9);
          all.push(...(await crash(folder, name, nth, run)));
          await checkAfter(folder, all, run === rounds - 1 && name.startsWith("journal."));
        }
        expect(all.length).to.be.greaterThan(0);
      })).timeout(rounds * 20_000);
  }

  it("from outside, at any moment, several times in a row", () =>
    withFolder(async (folder) => {
      const all: Acknowledged[] = [];
      for (let run = 0; run < 3; run += 1) all.push(...(await crash(folder, "never", 0, run)));
      await checkAfter(folder, all, false);
      expect(all.length).to.be.greaterThan(100);
    })).timeout(60_000);

  it("was killed at every step", () => expect(failpoints).to.have.length(11));
});
