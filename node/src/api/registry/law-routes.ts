import { fromInstant } from "@lianzheng/sdk/record";
import { Type, type Static, type TSchema } from "typebox";
import { NodeError } from "../../errors.ts";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { App } from "../app-services.ts";
import { cursorOf, pageOf } from "../page.ts";
import type { AtLawBlock, LawItem, LawPage, LawTable, RegistryPort } from "../registry-port.ts";
import type { RouteDocs } from "../route-docs.ts";
import { problemAnswers } from "../schemas.ts";
import { itemOfRow, namesOf, pageOfRows } from "./rows/index.ts";

export const Block = Type.Object({
  number: Type.Integer(),
  hash: Type.String(),
  time: Type.Integer({ description: "Unix seconds" }),
});

/**
 * A row of the law, sent as the registry has it: rows/ says for readers what its members are. Fastify would leave out what
 * a schema does not name, and turn what is of another type into it.
 */
export const Row = Type.Record(Type.String(), Type.Unknown());
export const Rows = Type.Array(Row);

export const PageAnswer = Type.Object({ block: Block, items: Rows, next: Type.Union([Type.String(), Type.Null()]) });
export const ItemAnswer = Type.Object({
  block: Block,
  item: Row,
  history: Rows,
  events: Type.Integer({ description: "Events in all; the history holds the newest thousand" }),
});

export const filterValue = Type.Optional(Type.String({ pattern: "^[A-Za-z0-9._:/-]{1,200}$" }));
export const pageFields = {
  limit: Type.Optional(Type.String({ description: "1 to 1000, 100 by default" })),
  cursor: Type.Optional(Type.String({ description: "`next` of the page before", maxLength: 600 })),
};
export const atField = Type.Optional(Type.String({ description: "An instant; now by default" }));

/** How a resource is listed and read. */
export interface LawResource {
  /** Path, and the plural of its name. */
  readonly path: string;
  /** What one of it is called. */
  readonly name: string;
  readonly table: LawTable;
  /** Query parameters, and the fields by which the rows are found. */
  readonly filters: Readonly<Record<string, string>>;
}

/** `GET /v1/<resource>` and `GET /v1/<resource>/:id`. */
export function lawRoutes(app: App, registry: RegistryPort, resource: LawResource): void {
  listRoute(app, registry, resource);
  itemRoute(app, registry, resource);
}

function listRoute(app: App, registry: RegistryPort, { path, table, filters }: LawResource): void {
  const names = Object.keys(filters);
  const fields = Object.fromEntries(names.map((name) => [name, filterValue]));
  app.route({
    method: "GET",
    url: `/v1/${path}`,
    config: {
      access: "read",
      docs: { refusals: ["E_PAGE", "E_CURSOR", "E_NOT_READY"], ...answeredWith(pageOfRows(namesOf(table).listed)) },
    },
    schema: {
      ...{
        operationId: `list${capital(path)}`,
        summary: `The chain's ${path}, in the order of their making`,
        tags: [path],
      },
      querystring: Type.Object({ ...fields, ...pageFields }, { additionalProperties: false }),
      response: { 200: PageAnswer, ...problemAnswers },
    },
    handler: async (request) => {
      const query: Readonly<Record<string, string | undefined>> = request.query;
      const wanted = names.flatMap((name) =>
        query[name] === undefined ? [] : [[filters[name] ?? name, query[name]] as const],
      );
      const list = [path, JSON.stringify(wanted)];
      const page = await registry.list(table, { filters: Object.fromEntries(wanted), ...pageOf(request.query, list) });
      return pageAnswer(page, list);
    },
  });
}

function itemRoute(app: App, registry: RegistryPort, { path, name, table }: LawResource): void {
  app.route({
    method: "GET",
    url: `/v1/${path}/:id`,
    config: {
      access: "read",
      docs: {
        ...{ refusals: ["E_NOT_FOUND", "E_NOT_READY"], decoderRefusals: ["E_INSTANT"] },
        ...answeredWith(itemOfRow(namesOf(table).whole)),
      },
    },
    schema: {
      ...{ operationId: `read${capital(name)}`, summary: `One ${name} of the chain, with its history`, tags: [path] },
      querystring: Type.Object({ at: atField }, { additionalProperties: false }),
      params: Type.Object({ id: Type.String() }),
      response: { 200: ItemAnswer, ...problemAnswers },
    },
    handler: async (request) => {
      const { id } = request.params;
      const time = secondOf(request.query.at);
      const found = table === "rights" ? await registry.right(id, time) : await registry.show(table, id, time);
      return itemAnswer(required(found, name));
    },
  });
}

/** Shows an answer in the description of the API by a schema of its own. */
export function answeredWith(schema: TSchema): Pick<RouteDocs, "answers"> {
  return { answers: { 200: { "application/json": { schema } } } };
}

/** A page as it is answered. */
export function pageAnswer(
  { block, items, next }: AtLawBlock<LawPage>,
  list: readonly string[],
): Static<typeof PageAnswer> {
  return { block: { ...block }, items: items.map((item) => ({ ...item })), next: cursorOf(next, list) };
}

function itemAnswer({ block, item, history, events }: AtLawBlock<LawItem>) {
  return { block: { ...block }, item: { ...item }, history: history.map((entry) => ({ ...entry })), events };
}

/** @throws NodeError E_NOT_FOUND */
export function required<Answer>(found: Answer | undefined, name: string): Answer {
  if (found !== undefined) return found;
  throw new NodeError("E_NOT_FOUND", `There is no such ${name}.`);
}

/** Unix seconds of an instant; the part of a second is left out. @throws EvidenceError E_INSTANT */
export function secondOf(at: string | undefined): number | undefined {
  if (at === undefined) return undefined;
  try {
    return Math.floor(fromInstant(at) / 1000);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new EvidenceError(error.code, error.message, { field: "/at" }, error);
  }
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
