import swagger from "@fastify/swagger";
import type { RouteOptions } from "fastify";
import type { App } from "./app-services.ts";
import { finishDocument } from "./openapi-finish.ts";
import type { ApiDocument } from "./openapi-finish.ts";
import { lawComponents } from "./registry/rows/index.ts";
import { Problem } from "./schemas.ts";

/** Tags, in the order in which the page shows them. A route with another tag stands at the end. */
const tags = [
  { name: "records", description: "Submit records, read them, and take evidence of them" },
  { name: "subjects", description: "The history of one subject" },
  { name: "log", description: "The log as C2SP tlog-tiles has it, and proofs over it" },
  { name: "verification", description: "Verdicts on evidence" },
  { name: "node", description: "What the node says of itself" },
];

const description = `Evidence of every step of a data trade 数据交易全过程上链存证.

Every answer that is no success is an RFC 9457 problem; its \`code\` is stable and says what to do about it. Bodies are
read strictly: nothing is coerced, defaulted or removed. \`Authorization: Bearer <token>\` names the caller; the scope that a
route asks for stands in its \`security\`.`;

/**
 * Describes every route that is added from now on as OpenAPI 3.1, from the schemas by which the routes are checked.
 * It only reads them: what is validated, and how, stays as it was.
 */
export async function describeRoutes(app: App): Promise<void> {
  const routes: RouteOptions[] = [];
  app.addHook("onRoute", (route) => void routes.push(route));
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Lianzheng node 链证节点", version: "1", description },
      servers: [{ url: "/" }],
      tags,
      components: {
        schemas: { Problem: { ...Problem }, ...lawComponents },
        securitySchemes: {
          token: { type: "http", scheme: "bearer", description: "A token that `lianzheng token issue` made" },
        },
      },
    },
    convertConstToEnum: false,
    transformObject: (made) => {
      if (!("openapiObject" in made)) throw new TypeError("the plugin was asked for OpenAPI 3");
      // The plugin's type and ours describe the same JSON.
      finishDocument(made.openapiObject as unknown as ApiDocument, routes);
      return made.openapiObject;
    },
  });
}
