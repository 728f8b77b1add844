import type { App, AppServices } from "./app-services.ts";
import { NoQuery, problemAnswers, Raw } from "./schemas.ts";

/** `GET /metrics`: what the node counts and measures, for Prometheus. Holds no member, subject or id. */
export function metricsRoutes(app: App, { metrics }: AppServices): void {
  if (metrics === undefined) return;
  app.route({
    method: "GET",
    url: "/metrics",
    config: { access: metrics.access },
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
