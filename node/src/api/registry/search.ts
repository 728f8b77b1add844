import { Type } from "typebox";
import { NodeError } from "../../errors.ts";
import { principalOfRequest } from "../access.ts";
import type { App } from "../app-services.ts";
import { pageOf } from "../page.ts";
import type { RegistryPort } from "../registry-port.ts";
import { problemAnswers } from "../schemas.ts";
import { answeredWith, Block, pageAnswer, pageFields, Rows } from "./law-routes.ts";
import { SearchDocs } from "./rows/index.ts";

const SearchAnswer = Type.Object({
  block: Block,
  items: Rows,
  next: Type.Union([Type.String(), Type.Null()]),
  complete: Type.Boolean({ description: "False if a word stands in more places than were looked at" }),
});

/** `GET /v1/search?q=`: facts of the consortium, and records that the caller may see. */
export function searchRoute(app: App, registry: RegistryPort): void {
  app.route({
    method: "GET",
    url: "/v1/search",
    config: {
      access: "read",
      docs: { refusals: ["E_QUERY", "E_PAGE", "E_CURSOR", "E_NOT_READY"], ...answeredWith(SearchDocs) },
    },
    schema: {
      ...{
        operationId: "search",
        summary: "Find members, products, rights, trades, statements, cases and own records",
        tags: ["search"],
      },
      querystring: Type.Object(
        {
          q: Type.String({ description: "Terms, all of which must be found", minLength: 1, maxLength: 200 }),
          ...pageFields,
        },
        { additionalProperties: false },
      ),
      response: { 200: SearchAnswer, ...problemAnswers },
    },
    handler: async (request) => {
      const { q } = request.query;
      if (!/[\p{L}\p{N}]/u.test(q)) throw new NodeError("E_QUERY", "Search for letters or digits.", { field: "/q" });
      const { member, scopes } = principalOfRequest(request);
      const audience = { member, all: scopes.has("admin") };
      const list = ["search", q];
      const found = await registry.search(q, audience, pageOf(request.query, list));
      return { ...pageAnswer(found, list), complete: found.complete };
    },
  });
}
