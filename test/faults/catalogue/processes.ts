import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import { checkStore } from "../store/oracle.ts";
import { StoreNode } from "../store/store-node.ts";

export const processCases: readonly FaultCase[] = [
  {
    id: "F-P1",
    title: "a second process on one folder is refused, also after the first one's folder was copied: the first goes on",
    how: "the same start twice; a copy of the folder with its lock file in between",
    run: async (context) => {
      const folder = await context.folder();
      const store = new StoreNode(join(folder, "node"));
      context.defer(() => store.kill());
      await store.start();
      expect((await store.submit("before"))?.status).to.equal(201);
      for (const round of ["at once", "after a copy"]) {
        const second = new StoreNode(store.folder);
        context.defer(() => second.kill());
        expect(await second.startOrEnd(), round).to.deep.include({ exitCode: 6, code: "JOURNAL_LOCKED" });
        await cp(store.folder, join(folder, `copy ${round}`), { recursive: true });
        expect((await store.submit(round.replaceAll(" ", "-")))?.status, round).to.equal(201);
      }
      await checkStore(store);
    },
  },
  {
    id: "F-P3",
    isLong: true,
    title: "the lock of a process that was killed holds nobody up: the next one starts at once",
    how: "kill -9, five times",
    run: async (context) => {
      const store = new StoreNode(join(await context.folder(), "node"));
      context.defer(() => store.kill());
      for (let round = 0; round < 5; round++) {
        await store.start();
        expect((await store.submit(`round${round}`))?.status).to.equal(201);
        await store.kill();
      }
      await checkStore(store);
    },
  },
];
