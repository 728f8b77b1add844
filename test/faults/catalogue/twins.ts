import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import type { Ending, MemberNode } from "../member-node.ts";

/** The same node from a copy of its folder, as a backup or a second machine has it. */
async function twinOf(context: FaultContext, node: MemberNode): Promise<MemberNode> {
  const folder = join(await context.folder(), "twin");
  await cp(node.plan.folder, folder, { recursive: true });
  return context.guard(node.in(folder));
}

export const twinCases: readonly FaultCase[] = [
  {
    id: "F-C7",
    title: "an older copy is put back: the node sees that the chain is ahead, takes nothing, ends, and sends nothing",
    how: "copy of the folder from before the last anchor",
    run: async (context: FaultContext): Promise<void> => {
      const { node } = await context.node(await context.grounds.embedded());
      await node.start();
      await node.submit("first", 2);
      await node.untilAnchored();
      await node.kill("SIGTERM");
      const restored = await twinOf(context, node);
      await node.start();
      await node.submit("second", 3);
      await node.untilAnchored();
      await node.kill("SIGTERM");
      const before = await nonceOf(node);
      const early = await restored.startOrEnd();
      // It may have listened for a moment; it never took anything.
      if (early === undefined) expect(await restored.submit("third")).to.not.equal(201);
      expect(early ?? (await restored.ended())).to.deep.include({ exitCode: 7, code: "LOG_BEHIND_CHAIN" });
      expect(await nonceOf(node)).to.equal(before);
      await node.start();
      await context.settle(node);
    },
  },
  {
    id: "F-P4",
    title: "two processes with one key and two folders: one history on the chain, the other node ends, fenced",
    how: "a copy of the folder, both running, different records to each",
    run: async (context: FaultContext): Promise<void> => {
      const { node } = await context.node(await context.grounds.embedded());
      await node.start();
      await node.submit("common", 2);
      await node.untilAnchored();
      await node.kill("SIGTERM");
      const twin = await twinOf(context, node);
      await Promise.all([node.start(), twin.start()]);
      const endings = new Map<MemberNode, Ending>();
      for (const one of [node, twin]) void one.ended().then((ending) => endings.set(one, ending));
      for (let round = 0; round < 200 && endings.size === 0; round++) {
        await Promise.all([node.submit(`mine${round}`, 1), twin.submit(`yours${round}`, 2)]);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(endings.size, "one of them ended").to.equal(1);
      const [loser] = endings.keys();
      const ending = endings.get(loser ?? node);
      expect(ending?.exitCode).to.equal(7);
      expect(ending?.code).to.be.oneOf(["LOG_FENCED", "LOG_BEHIND_CHAIN"]);
      context.say(`the ${loser === node ? "first" : "second"} ended: ${String(ending?.code)}`);
      await context.settle(loser === node ? twin : node);
    },
  },
];

async function nonceOf({ plan }: MemberNode): Promise<number> {
  return Number(await plan.ground.ask("eth_getTransactionCount", plan.ground.key.address, "latest"));
}
