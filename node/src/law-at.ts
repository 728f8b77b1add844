import { setTimeout as pause } from "node:timers/promises";
import type { LawAt } from "@lianzheng/node/monitor";
import type { NodeRegistry } from "@lianzheng/node/registry";
import type { JsonObject } from "@lianzheng/sdk/record";
import { NodeError } from "./errors.ts";

/** So long after a record was received the views have seen what the chain held then: two looks at it, ms. */
const settlingMs = 2_000;

/**
 * The law as the registry's views have it, with the block that they are true at; the chain is not asked.
 *
 * A right that is not valid in the views may just have been granted: of a record that is so young it is asked again after the
 * views have had time, and while they stand still it is not answered at all.
 */
export function lawFromRegistry(
  { registry, desk }: Pick<NodeRegistry, "registry" | "desk">,
  now: () => number = Date.now,
): LawAt {
  const validity = async (id: string, atMs: number): ReturnType<LawAt["right"]> => {
    const time = Math.floor(atMs / 1000);
    const found = await desk.right(id, time);
    if (found !== undefined) return { validity: textIn(found.item, "validity"), block: found.block.number };
    const { block } = await desk.list("rights", { filters: {}, limit: 1 });
    return { validity: "unknown", block: block.number };
  };
  return {
    right: async (id, { atMs, receivedAtMs }) => {
      const first = await validity(id, atMs);
      const isSettled = now() >= receivedAtMs + settlingMs;
      if (first.validity === "valid") return first;
      if (!isSettled) await pause(Math.min(settlingMs, receivedAtMs + settlingMs - now()));
      assertCaughtUp(registry.status, receivedAtMs);
      return isSettled ? first : await validity(id, atMs);
    },
    product: async (id) => {
      const found = await desk.show("subjects", id);
      return found === undefined ? undefined : { grade: textIn(found.item, "grade"), block: found.block.number };
    },
    trade: async (id) => {
      const found = await desk.show("trades", id);
      if (found === undefined) return undefined;
      const { seller, buyer, venue = null, crossBorder } = found.item;
      const parties = [seller, buyer, venue].filter((party) => typeof party === "string");
      return {
        parties,
        product: textIn(found.item, "subject"),
        crossBorder: crossBorder === true,
        block: found.block.number,
      };
    },
  };
}

/** @throws NodeError E_NOT_READY if the views may lack what the chain held at `atMs` */
function assertCaughtUp({ block, tip, fault }: NodeRegistry["registry"]["status"], atMs: number): void {
  const isBehind = block === null || (tip !== null && tip > block.number && block.time * 1000 < atMs);
  if (fault === null && !isBehind) return;
  throw new NodeError("E_NOT_READY", "The registry does not follow the chain now, so a right cannot be judged.");
}

function textIn(item: JsonObject, name: string): string {
  const value = item[name];
  if (typeof value !== "string") throw new TypeError(`a row of the registry has no ${name}`);
  return value;
}
