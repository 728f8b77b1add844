import type { NodeMetrics } from "./metrics.ts";

/** The one door to a chain, as the rooms that use it see it. */
interface Rpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** `rpc`, each question of which is timed. */
export function measuredRpc(rpc: Rpc, metrics: Pick<NodeMetrics, "asked">): Rpc {
  return {
    async send(method, params) {
      const startedAt = performance.now();
      let outcome: "answered" | "failed" = "failed";
      try {
        const answer = await rpc.send(method, params);
        outcome = "answered";
        return answer;
      } finally {
        metrics.asked(method, outcome, performance.now() - startedAt);
      }
    },
  };
}
