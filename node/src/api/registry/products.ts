import { Type } from "typebox";
import type { App } from "../app-services.ts";
import { NodeError } from "../../errors.ts";
import { pageOf } from "../page.ts";
import type { RegistryPort } from "../registry-port.ts";
import { problemAnswers } from "../schemas.ts";
import {
  answeredWith,
  atField,
  Block,
  lawRoutes,
  PageAnswer,
  pageAnswer,
  pageFields,
  required,
  Rows,
  secondOf,
} from "./law-routes.ts";
import { LineageDocs, namesOf, pageOfRows } from "./rows/index.ts";

const LineageAnswer = Type.Object({
  block: Block,
  nodes: Rows,
  edges: Type.Array(Type.Object({ from: Type.String(), to: Type.String() })),
  complete: Type.Boolean(),
});

const ProductParams = Type.Object({ id: Type.String() });

/** Products and resources with their lineage and the rights on them. */
export function productRoutes(app: App, registry: RegistryPort): void {
  const filters = { member: "member", state: "status", kind: "kind", grade: "grade" };
  lawRoutes(app, registry, { path: "products", name: "product", table: "subjects", filters });
  lineageRoute(app, registry);
  rightsRoute(app, registry);
}

function lineageRoute(app: App, registry: RegistryPort): void {
  const depth = Type.Optional(Type.String({ description: "Generations, 0 to 16; 8 by default" }));
  app.route({
    method: "GET",
    url: "/v1/products/:id/lineage",
    config: {
      access: "read",
      docs: { refusals: ["E_NOT_FOUND", "E_PAGE", "E_NOT_READY"], ...answeredWith(LineageDocs) },
    },
    schema: {
      ...{
        operationId: "readLineage",
        summary: "From what a product was made, and what was made from it",
        tags: ["products"],
      },
      querystring: Type.Object({ up: depth, down: depth }, { additionalProperties: false }),
      params: ProductParams,
      response: { 200: LineageAnswer, ...problemAnswers },
    },
    handler: async (request) => {
      const { up, down } = request.query;
      const query = { up: generations(up, "/up"), down: generations(down, "/down") };
      const { block, nodes, edges, complete } = required(await registry.lineage(request.params.id, query), "product");
      return { block: { ...block }, nodes: nodes.map((node) => ({ ...node })), edges: [...edges], complete };
    },
  });
}

function rightsRoute(app: App, registry: RegistryPort): void {
  app.route({
    method: "GET",
    url: "/v1/products/:id/rights",
    config: {
      access: "read",
      docs: {
        ...{ refusals: ["E_NOT_FOUND", "E_PAGE", "E_CURSOR", "E_NOT_READY"], decoderRefusals: ["E_INSTANT"] },
        ...answeredWith(pageOfRows(namesOf("rights").listed)),
      },
    },
    schema: {
      ...{
        operationId: "listProductRights",
        summary: "The rights on a product, and whether each was valid",
        tags: ["products"],
      },
      querystring: Type.Object({ at: atField, ...pageFields }, { additionalProperties: false }),
      params: ProductParams,
      response: { 200: PageAnswer, ...problemAnswers },
    },
    handler: async (request) => {
      const { id } = request.params;
      const time = secondOf(request.query.at);
      required(await registry.show("subjects", id), "product");
      const list = ["rights", id, String(time ?? "")];
      const page = pageOf(request.query, list);
      const filters = { subject: id };
      return pageAnswer(
        await registry.list("rights", { filters, ...page, ...(time === undefined ? {} : { time }) }),
        list,
      );
    },
  });
}

function generations(text: string | undefined, field: string): number {
  const number = text === undefined ? 8 : Number(text);
  if (/^\d{1,2}$/.test(text ?? "8") && number <= 16) return number;
  throw new NodeError("E_PAGE", "A depth is a whole number of generations from 0 to 16.", { field });
}
