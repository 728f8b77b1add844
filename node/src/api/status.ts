import { NodeError } from "../errors.ts";
import type { App, AppServices } from "./app-services.ts";
import { HealthAnswer, ReadinessAnswer, NoQuery, problemAnswers, StatusAnswer } from "./schemas.ts";

/** `GET /v1/status`, `GET /healthz` (the process answers), `GET /readyz` (it can do its work). */
export function statusRoutes(app: App, { condition }: AppServices): void {
  const status = shared(() => condition.status());
  app.route({
    method: "GET",
    url: "/v1/status",
    config: { access: "public", docs: { refusals: [] } },
    schema: {
      ...{ operationId: "readStatus", summary: "The node, its log, its chain and its newest anchor", tags: ["node"] },
      ...{ querystring: NoQuery, response: { 200: StatusAnswer, ...problemAnswers } },
    },
    handler: async () => {
      const { anchoring, witnesses, policies, ...rest } = await status();
      return {
        ...rest,
        anchoring: { ...anchoring, alarms: [...anchoring.alarms] },
        witnesses: [...witnesses],
        policies: { ...policies, missing: [...policies.missing] },
      };
    },
  });
  app.route({
    method: "GET",
    url: "/healthz",
    config: { access: "public", docs: { refusals: [] } },
    schema: {
      ...{ operationId: "readHealth", summary: "Whether the process answers", tags: ["node"] },
      ...{ querystring: NoQuery, response: { 200: HealthAnswer, ...problemAnswers } },
    },
    handler: () => ({ status: "ok" }),
  });
  app.route({
    method: "GET",
    url: "/readyz",
    config: { access: "public", docs: { refusals: ["E_NOT_READY"] } },
    schema: {
      ...{ operationId: "readReadiness", summary: "Whether the node can do its work", tags: ["node"] },
      ...{ querystring: NoQuery, response: { 200: ReadinessAnswer, ...problemAnswers } },
    },
    handler: () => {
      const { ready, reasons, codes = [], alarms = [] } = condition.readiness();
      if (!ready) {
        throw new NodeError("E_NOT_READY", `The node is not ready: ${reasons.join("; ")}.`, { reasons: codes });
      }
      return { status: "ready", alarms: [...alarms] };
    },
  });
}

/** Whoever asks while an answer is being made gets that one: anybody may ask, and each answer costs questions to the chain. */
function shared<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | undefined;
  return () => (making ??= make().finally(() => (making = undefined)));
}
