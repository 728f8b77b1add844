import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { LawEvent, LawEventSource } from "@lianzheng/node/events";
import { NodeError } from "../../node/src/errors.ts";
import { buyer, identity, openLog, seller } from "../log-node/fixture.ts";
import { anchor, inFolder, openFed, readAll, record } from "./fixture.ts";

const typesOf = ({ events }: Awaited<ReturnType<typeof readAll>>): readonly string[] =>
  events.map(({ event }) => event.type);

async function refusal(work: Promise<unknown>): Promise<NodeError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(NodeError);
  return error as NodeError;
}

describe("the feed", () => {
  it("tells records and anchors in the log's order, with facts and without what a record says", () =>
    inFolder(async (directory) => {
      const { log, feed, close } = await openFed(directory);
      const first = await record(log, "one");
      await anchor(log, 1, 5);
      await record(log, "two", { submitter: buyer });
      const { events } = await readAll(feed);
      expect(events.map(({ event }) => event.type)).to.deep.equal([
        "record.accepted",
        "checkpoint.anchored",
        "record.accepted",
      ]);
      const [accepted, anchored, second] = events.map(({ event }) => event);
      expect(accepted?.data).to.have.all.keys("id", "index", "type", "subject", "issuer", "receivedAt");
      expect(accepted?.data).to.include({ id: first, index: 0, subject: "trade:one", issuer: seller });
      expect(anchored).to.deep.include({ members: null, time: null });
      expect(anchored?.data).to.include({ size: 1, blockNumber: 5, final: true });
      expect(second?.members).to.deep.equal([seller, buyer]);
      const text = JSON.stringify(events);
      for (const { disclosures } of [(await log.recordAt(0))!, (await log.recordAt(1))!])
        for (const disclosure of disclosures) expect(text).not.to.contain(disclosure);
      await close();
    }));

  it("tells an erasure, a warning and its handling besides the record, and a warning of the node's own member only", () =>
    inFolder(async (directory) => {
      const { log, feed, close } = await openFed(directory);
      const erased = await record(log, "erased");
      const asked = { issuer: seller, submitter: buyer, occurredAt: "2026-11-22T09:14:05.120Z" };
      await log.erase({ record: erased, ground: "court-order", ...asked }, identity("erasure"));
      await record(log, "b", { type: "monitor.warning" });
      await record(log, "c", { type: "monitor.handling" });
      await record(log, "d", { type: "monitor.warning", issuer: buyer, submitter: buyer });
      expect(typesOf(await readAll(feed))).to.deep.equal([
        ...["record.accepted", "record.accepted", "record.erased", "record.accepted", "warning.raised"],
        ...["record.accepted", "warning.handled", "record.accepted"],
      ]);
      await close();
    }));

  it("tells when a checkpoint stands in another block than before", () =>
    inFolder(async (directory) => {
      const { log, feed, close } = await openFed(directory);
      await record(log, "one");
      await anchor(log, 1, 5);
      await record(log, "two");
      await anchor(log, 1, 6);
      await anchor(log, 1, 6);
      const { events } = await readAll(feed);
      expect(typesOf({ events } as Awaited<ReturnType<typeof readAll>>)).to.deep.equal([
        ...["record.accepted", "checkpoint.anchored", "record.accepted", "checkpoint.anchored", "anchor.reorged"],
      ]);
      expect(events[4]?.event.data).to.deep.include({ size: 1 });
      expect(events[4]?.event.data["before"]).to.include({ blockNumber: 5 });
      expect(events[4]?.event.data["now"]).to.include({ blockNumber: 6 });
      await close();
    }));

  it("goes on after every cursor without a gap or a repetition, whatever the page, also after a restart", () =>
    inFolder(async (directory) => {
      const before = await openFed(directory);
      await Promise.all(Array.from({ length: 20 }, (_, at) => record(before.log, `r${at}`)));
      await anchor(before.log, 20, 1);
      await record(before.log, "last", { type: "monitor.warning" });
      const all = await readAll(before.feed);
      await before.close();
      const { feed, close } = await openFed(directory);
      const ids = all.events.map(({ event }) => event.id);
      expect(new Set(ids).size).to.equal(23);
      for (const [at, { cursor }] of all.events.entries()) {
        for (const limit of [1, 3, 100]) {
          const rest = await readAll(feed, cursor, limit);
          expect(rest.events.map(({ event }) => event.id)).to.deep.equal(ids.slice(at + 1));
        }
      }
      expect((await readAll(feed)).events).to.deep.equal(all.events);
      await close();
    }));

  it("has the same events and cursors when the index was made again", () =>
    inFolder(async (directory) => {
      const before = await openFed(directory);
      await record(before.log, "one");
      await anchor(before.log, 1, 5);
      await record(before.log, "two");
      const { events } = await readAll(before.feed);
      await before.close();
      await rm(join(directory, "index"), { recursive: true });
      const { feed, close } = await openFed(directory);
      expect((await readAll(feed)).events).to.deep.equal(events);
      await close();
    }));

  it("wakes who waits, and only then", () =>
    inFolder(async (directory) => {
      const { log, feed, close } = await openFed(directory);
      const { signal } = new AbortController();
      const cursor = await feed.end();
      const { generation } = feed;
      const woken = feed.changed(generation, signal, 60_000);
      await record(log, "one");
      await woken;
      const { events } = await feed.page(cursor, 10);
      expect(events).to.have.length(1);
      await feed.changed(generation, signal, 60_000);
      const ending = new AbortController();
      const ended = feed.changed(feed.generation, ending.signal, 60_000);
      ending.abort();
      await ended;
      await feed.changed(feed.generation, signal, 1);
      await close();
    }));

  it("refuses a cursor that is another log's, from a newer copy, cut or made up", () =>
    inFolder(async (directory) => {
      const { log, feed, close } = await openFed(directory);
      await record(log, "one");
      const early = await feed.end();
      await record(log, "two");
      const late = await feed.end();
      await close();
      await inFolder(async (elsewhere) => {
        const other = await openFed(elsewhere);
        await record(other.log, "one");
        expect((await refusal(other.feed.start(late))).code).to.equal("E_CURSOR");
        expect(await other.feed.start(early)).to.equal(early);
        await other.close();
      });
      for (const wrong of ["", "x", late.slice(0, -1), `${late}A`, "é", "A".repeat(500)]) {
        const error = await refusal(feed.start(wrong));
        expect({ wrong, code: error.code, field: error.details["field"] }).to.deep.equal({
          wrong,
          code: "E_CURSOR",
          field: "/cursor",
        });
      }
    }));

  it("never tells a record that was not acknowledged, and tells one whose answer was lost", () =>
    inFolder(async (directory) => {
      let failing = false;
      const { log, feed, close } = await openFed(directory, {
        failpoint: (name) => {
          if (failing && name === "journal.beforeWrite") throw new Error("a disk of tests");
        },
      });
      await record(log, "kept");
      failing = true;
      expect((await refusal(record(log, "lost"))).code).to.equal("E_READ_ONLY");
      expect((await readAll(feed)).events).to.have.length(1);
      await close();
      const second = await openLog(directory, {
        failpoint: (name) => {
          if (name === "journal.afterSync") throw new Error("a disk of tests");
        },
      });
      await refusal(record(second.log, "unanswered"));
      await second.log.close();
      const third = await openFed(directory);
      expect((await readAll(third.feed)).events.map(({ event }) => event.subject)).to.deep.equal([
        "trade:kept",
        "trade:unanswered",
      ]);
      await third.close();
    }));
});

describe("the feed with events of the law", () => {
  it("tells both, each in its order, and goes on in both after a cursor", () =>
    inFolder(async (directory) => {
      const law = new ListedLaw(5);
      const { log, feed, close } = await openFed(directory, { law });
      for (const name of ["a", "b", "c"]) await record(log, name);
      const all = await readAll(feed, "start", 2);
      const ids = all.events.map(({ event }) => event.id);
      const ofLaw = (one: string): boolean => one.startsWith("law");
      expect(ids.filter(ofLaw)).to.deep.equal(["law1", "law2", "law3", "law4", "law5"]);
      expect(ids.filter((id) => !ofLaw(id))).to.have.length(3);
      for (const { event, cursor } of all.events) {
        const rest = await readAll(feed, cursor, 3);
        const seen = new Set(ids.slice(0, ids.indexOf(event.id) + 1));
        // At least once: what the cursor stands before comes again under the same id, and nothing is left out.
        expect(new Set([...seen, ...rest.events.map((told) => told.event.id)])).to.deep.equal(new Set(ids));
      }
      const end = await feed.end();
      law.grow();
      expect((await readAll(feed, end)).events.map(({ event }) => event.id)).to.deep.equal(["law6"]);
      await close();
    }));
});

/** A law whose events are numbered. */
class ListedLaw implements LawEventSource {
  #size: number;
  #listener: () => void = () => undefined;

  constructor(size: number) {
    this.#size = size;
  }

  grow(): void {
    this.#size += 1;
    this.#listener();
  }

  after(position: string | null, limit: number): ReturnType<LawEventSource["after"]> {
    const from = Number(position ?? 0);
    const to = Math.min(this.#size, from + limit);
    const events = Array.from({ length: to - from }, (_, at) => lawEvent(from + at + 1));
    return Promise.resolve({ events, next: to === 0 ? null : String(to) });
  }

  end(): Promise<string | null> {
    return Promise.resolve(String(this.#size));
  }

  watch(listener: () => void): () => void {
    this.#listener = listener;
    return () => (this.#listener = () => undefined);
  }
}

function lawEvent(number: number): LawEvent {
  return { id: `law${number}`, type: "law.RightGranted", time: null, subject: null, data: { number }, members: null };
}
