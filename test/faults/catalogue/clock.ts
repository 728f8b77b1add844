import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import type { MemberNode } from "../member-node.ts";

const preload = join(import.meta.dirname, "../shifted-clock.ts");
const hour = 3_600_000;

/** Milliseconds from now to a moment. */
const to = (instant: string): number => Date.parse(instant) - Date.now();

async function nodeWithClock(context: FaultContext, clock: Readonly<Record<string, number>>): Promise<MemberNode> {
  const variables = Object.entries(clock).map(([name, ms]) => [`FAULT_CLOCK_${name}_MS`, String(ms)] as const);
  const environment = { NODE_OPTIONS: `--import ${preload}`, ...Object.fromEntries(variables) };
  const { node } = await context.node(await context.grounds.embedded(), { environment });
  await node.start();
  return node;
}

export const clockCases: readonly FaultCase[] = [
  {
    id: "F-T1",
    title: "a clock two hours behind: told, order and anchoring do not depend on it",
    how: "the process's clock is shifted",
    run: async (context: FaultContext): Promise<void> => {
      const node = await nodeWithClock(context, { SHIFT: -2 * hour });
      for (let nth = 0; nth < 3; nth++) expect(await node.submit(`behind${nth}`, 2)).to.equal(201);
      await node.untilAnchored();
      await node.untilAlarm("C_CLOCK_SKEW");
      await context.settle(node);
    },
  },
  {
    id: "F-T1b",
    title: "a clock that jumps back by an hour while records come: indexes go on, receipts hold, times never go back",
    how: "the process's clock jumps",
    run: async (context: FaultContext): Promise<void> => {
      const node = await nodeWithClock(context, { JUMP: -hour, JUMP_AFTER: 2_500 });
      for (let nth = 0; nth < 12; nth++) {
        expect(await node.submit(`jump${nth}`)).to.equal(201);
        await pause(250);
      }
      const times = await receivedTimes(node);
      expect(times).to.have.length(12);
      expect(times).to.deep.equal(times.toSorted());
      await context.settle(node);
    },
  },
  {
    id: "F-T1c",
    title: "a clock of 1970: nothing of today is taken, the refusal names the node's time",
    how: "the process's clock is shifted",
    run: async (context: FaultContext): Promise<void> => {
      const node = await nodeWithClock(context, { SHIFT: to("1970-01-02T00:00:00Z") });
      expect(await node.submit("young")).to.equal(422);
      expect((await node.status()).size).to.equal(0);
    },
  },
  {
    id: "F-T1d",
    title: "a clock of 2106: records are taken and anchored, and told of",
    how: "the process's clock is shifted",
    run: async (context: FaultContext): Promise<void> => {
      const node = await nodeWithClock(context, { SHIFT: to("2106-03-01T00:00:00Z") });
      for (let nth = 0; nth < 2; nth++) {
        expect(await node.submit(`old${nth}`)).to.equal(201);
        await node.untilAnchored();
      }
      await node.untilAlarm("C_CLOCK_SKEW");
    },
  },
];

async function receivedTimes(node: MemberNode): Promise<readonly string[]> {
  const ids = node.history.acknowledged.flatMap(({ receipt }) => receipt.records.map(({ id }) => id));
  const times: string[] = [];
  for (const id of ids) {
    const response = await node.get(`/v1/records/${id}`);
    const { entry } = (await response?.json()) as { entry: string };
    times.push(String((JSON.parse(entry) as { receivedAt?: string }).receivedAt));
  }
  return times;
}
