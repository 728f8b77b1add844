import { isRecordType } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { NodeError } from "../errors.ts";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import { cursorOf, pageOf, pageParameters, PageQuery } from "./page.ts";
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
const ListQuery = Type.Object(PageQuery, { additionalProperties: false });
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
      config: { access: "read", docs: { parameters: pageParameters, refusals: ["E_PAGE", "E_CURSOR"] } },
      schema: {
        ...{ operationId, summary, tags: [tag] },
        ...{ querystring: ListQuery, response: { 200: PolicyList, ...problemAnswers } },
      },
      handler: (request) => {
        const { after, limit } = pageOf(request.query, [tag]);
        const from = Number(after ?? 0);
        const all = policies.list().filter(isListed);
        const items = all.slice(from, from + limit).map(plainFacts);
        const next = from + limit < all.length ? String(from + limit) : null;
        return { items, next: cursorOf(next, [tag]), block: policies.block() };
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
    config: { access: "read", docs: { parameters: pageParameters, refusals: ["E_PAGE", "E_CURSOR"] } },
    schema: {
      ...{ operationId: "listRefusals", summary: "Submissions that were refused by rule", tags: ["policies"] },
      ...{ querystring: ListQuery, response: { 200: Refusals, ...problemAnswers } },
    },
    handler: async (request) => {
      const { member, scopes } = principalOfRequest(request);
      const own = scopes.has("admin") ? {} : { member };
      const list = ["refusals", own.member ?? ""];
      const { after, limit } = pageOf(request.query, list);
      const { items, next } = await policies.refusals({ from: Number(after ?? 0), most: limit, ...own });
      const plain = items.map(({ body, ...one }) => ({ ...one, body: { ...body } }));
      return { items: plain, next: cursorOf(next === undefined ? null : String(next), list) };
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
