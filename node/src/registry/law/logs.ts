import { count, text } from "../facts.ts";
import type { Handlers } from "./handler.ts";

/** Of `EvidenceLogs`: logs, their keys, and the newest checkpoint that the chain accepted. */
export const logs: Handlers = {
  LogRegistered: async ({ facts, place }, draft) => {
    const logId = text(facts, "logId");
    const key = text(facts, "key");
    await draft.put("logs", logId, {
      logId,
      owner: text(facts, "owner"),
      origin: text(facts, "origin"),
      key,
      keys: [{ since: place.time, value: key }],
      size: 0,
      root: null,
      at: 0,
      checkpoints: 0,
      closedAt: 0,
      closedFor: null,
    });
    await draft.note("logs", logId);
  },
  CheckpointPublished: async ({ facts, place }, draft) => {
    const logId = text(facts, "logId");
    const [size, root] = [count(facts, "size"), text(facts, "root")];
    await draft.change("logs", logId, ({ checkpoints }) => ({
      size,
      root,
      at: place.time,
      checkpoints: checkpoints + 1,
    }));
    await draft.note("logs", logId);
  },
  LogKeyRotated: async ({ facts, place }, draft) => {
    const logId = text(facts, "logId");
    const key = text(facts, "newKey");
    await draft.change("logs", logId, ({ keys }) => ({ key, keys: [...keys, { since: place.time, value: key }] }));
    await draft.note("logs", logId);
  },
  LogClosed: async ({ facts, place }, draft) => {
    const logId = text(facts, "logId");
    await draft.change("logs", logId, () => ({ closedAt: place.time, closedFor: text(facts, "reason") }));
    await draft.note("logs", logId);
  },
};
