import { Type } from "typebox";
import type { App, AppServices } from "./app-services.ts";
import type { RouteDocs } from "./route-docs.ts";
import { NoQuery, problemAnswers, Raw } from "./schemas.ts";

const docs: RouteDocs = {
  answers: { 200: { "text/plain": { schema: Type.String({ description: "Prometheus text format 0.0.4" }) } } },
};

/** `GET /metrics`: what the node counts and measures, for Prometheus. Holds no member, subject or id. */
export function metricsRoutes(app: App, { metrics }: AppServices): void {
  if (metrics === undefined) return;
  app.route({
    method: "GET",
    url: "/metrics",
    config: { access: metrics.access, docs },
    schema: {
      operationId: "readMetrics",
      summary: "Metrics in the Prometheus text format",
      tags: ["node"],
      querystring: NoQuery,
      response: { 200: Raw, ...problemAnswers },
    },
    handler: async (_request, reply) => {
      const { text, mediaType } = await metrics.read();
      return reply.type(mediaType).send(text);
    },
  });
}
