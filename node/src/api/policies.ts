import { isRecordType } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { NodeError } from "../errors.ts";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import type { PoliciesPort, PolicyDocument, PolicyFacts } from "./policies-port.ts";
import { NoQuery, problemAnswers } from "./schemas.ts";

const Block = Type.Union([
  Type.Object({ number: Type.Integer(), hash: Type.String(), time: Type.String() }),
  Type.Null(),
]);
const Instant = Type.Union([Type.String(), Type.Null()]);
const version = {
  version: Type.Integer({ description: "0 is built into the node's software" }),
  digest: Type.String({ description: "SHA-256 of the document's canonical form (RFC 8785)" }),
  effectiveFrom: Instant,
  retiredFrom: Instant,
  held: Type.Boolean({ description: "Whether the node has the document" }),
};
const Policy = Type.Object({
  name: Type.String(),
  inForce: Type.Union([Type.Integer(), Type.Null()]),
  versions: Type.Array(Type.Object(version)),
});
const Next = Type.Union([Type.String(), Type.Null()]);
const PolicyList = Type.Object({ items: Type.Array(Policy), next: Next, block: Block });
const Document = Type.Object({ name: Type.String(), ...version, document: Type.Unknown(), block: Block });
const Refusals = Type.Object({
  items: Type.Array(
    Type.Object({
      record: Type.String(),
      index: Type.Integer(),
      receivedAt: Type.String(),
      body: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  next: Next,
});
const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.String({ description: "1 to 1000, 100 if left out" })),
    cursor: Type.Optional(Type.String({ description: "`next` of the page before" })),
  },
  { additionalProperties: false },
);
const VersionParams = Type.Object({ name: Type.String(), version: Type.String() });
const TypeParams = Type.Object({ type: Type.String() });
const TypeVersionParams = Type.Object({ type: Type.String(), version: Type.String() });

const versionParameters = {
  version: Type.String({ pattern: "^(0|[1-9][0-9]{0,3})$", description: "0 is built into the node's software" }),
};

/** `/v1/policies`, `/v1/schemas`, `/v1/refusals`. */
export function policyRoutes(app: App, { policies }: AppServices): void {
  if (policies === undefined) return;
  listRoutes(app, policies);
  documentRoutes(app, policies);
  refusalRoute(app, policies);
}

function listRoutes(app: App, policies: PoliciesPort): void {
  const lists = [
    ["/v1/policies", "listPolicies", "Policies, with the versions in force", "policies", () => true],
    ["/v1/schemas", "listSchemas", "Schemas of record types, with the versions in force", "schemas", isSchema],
  ] as const;
  for (const [url, operationId, summary, tag, isListed] of lists) {
    app.route({
      method: "GET",
      url,
      config: { access: "read" },
      schema: {
        ...{ operationId, summary, tags: [tag] },
        ...{ querystring: PageQuery, response: { 200: PolicyList, ...problemAnswers } },
      },
      handler: (request) => {
        const { from, most } = pageOf(request.query);
        const all = policies.list().filter(isListed);
        const items = all.slice(from, from + most).map(plainFacts);
        const next = from + most < all.length ? cursorOf(from + most) : null;
        return { items, next, block: policies.block() };
      },
    });
  }
}

function documentRoutes(app: App, policies: PoliciesPort): void {
  app.route({
    method: "GET",
    url: "/v1/policies/:name/versions/:version",
    config: { access: "read", docs: { refusals: ["E_NOT_FOUND"], parameters: versionParameters } },
    schema: {
      ...{ operationId: "readPolicyVersion", summary: "A policy's document in one version", tags: ["policies"] },
      ...{ querystring: NoQuery, params: VersionParams, response: { 200: Document, ...problemAnswers } },
    },
    handler: ({ params }) => answer(policies, params.name, numberOf(params.version)),
  });
  app.route({
    method: "GET",
    url: "/v1/schemas/:type",
    config: { access: "read", docs: { refusals: ["E_NOT_FOUND"], parameters: versionParameters } },
    schema: {
      ...{ operationId: "readSchema", summary: "The schema of a record type that is in force", tags: ["schemas"] },
      ...{ querystring: NoQuery, params: TypeParams, response: { 200: Document, ...problemAnswers } },
    },
    handler: ({ params }) => answer(policies, schemaName(params.type), undefined),
  });
  app.route({
    method: "GET",
    url: "/v1/schemas/:type/versions/:version",
    config: { access: "read", docs: { refusals: ["E_NOT_FOUND"], parameters: versionParameters } },
    schema: {
      ...{ operationId: "readSchemaVersion", summary: "The schema of a record type in one version", tags: ["schemas"] },
      ...{ querystring: NoQuery, params: TypeVersionParams, response: { 200: Document, ...problemAnswers } },
    },
    handler: ({ params }) => answer(policies, schemaName(params.type), numberOf(params.version)),
  });
}

function refusalRoute(app: App, policies: PoliciesPort): void {
  app.route({
    method: "GET",
    url: "/v1/refusals",
    config: { access: "read", docs: { refusals: ["E_PAGE", "E_CURSOR"] } },
    schema: {
      ...{ operationId: "listRefusals", summary: "Submissions that were refused by rule", tags: ["policies"] },
      ...{ querystring: PageQuery, response: { 200: Refusals, ...problemAnswers } },
    },
    handler: async (request) => {
      const { member, scopes } = principalOfRequest(request);
      const own = scopes.has("admin") ? {} : { member };
      const { items, next } = await policies.refusals({ ...pageOf(request.query), ...own });
      const plain = items.map(({ body, ...one }) => ({ ...one, body: { ...body } }));
      return { items: plain, next: next === undefined ? null : cursorOf(next) };
    },
  });
}

const isSchema = ({ name }: PolicyFacts): boolean => name.startsWith("schema/");

function plainFacts({ name, inForce, versions }: PolicyFacts) {
  return { name, inForce, versions: versions.map((one) => ({ ...one })) };
}

function answer(policies: PoliciesPort, name: string, number: number | undefined) {
  const found: PolicyDocument | undefined = policies.document(name, number);
  if (found !== undefined) return { ...found, block: policies.block() };
  throw new NodeError("E_NOT_FOUND", "There is no such version, or this node has not got its document.");
}

function schemaName(type: string): string {
  if (isRecordType(type)) return `schema/${type}`;
  throw new NodeError("E_NOT_FOUND", "There is no such record type.");
}

function numberOf(text: string): number {
  if (/^(0|[1-9][0-9]{0,3})$/.test(text)) return Number(text);
  throw new NodeError("E_NOT_FOUND", "A version is a number.");
}

interface Page {
  readonly from: number;
  readonly most: number;
}

/** @throws NodeError E_PAGE, E_CURSOR */
function pageOf({ limit, cursor }: { readonly limit?: string; readonly cursor?: string }): Page {
  if (limit !== undefined && !/^(?:[1-9][0-9]{0,2}|1000)$/.test(limit))
    throw new NodeError("E_PAGE", "limit is a number from 1 to 1000.", { field: "/limit" });
  return { from: cursor === undefined ? 0 : placeIn(cursor), most: Number(limit ?? 100) };
}

const cursorOf = (place: number): string => Buffer.from(`at ${place}`).toString("base64url");

function placeIn(cursor: string): number {
  const place = /^at (0|[1-9][0-9]{0,14})$/.exec(Buffer.from(cursor, "base64url").toString("latin1"))?.[1];
  if (place !== undefined && cursorOf(Number(place)) === cursor) return Number(place);
  throw new NodeError("E_CURSOR", "Send next of the page before as cursor.", { field: "/cursor" });
}
