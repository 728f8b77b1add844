import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { NodeError } from "../errors.ts";
import type { App, AppServices } from "./app-services.ts";
import { sendTagged } from "./immutable.ts";
import { AssetParams, NoQuery, problemAnswers, Raw } from "./schemas.ts";

/** Files of Swagger UI that the page needs, and what they are. */
const assets: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

/** Starts the page: a file of its own, for no script may stand in the page. Paths are relative, as a proxy may add one. */
const starter = `window.onload = () => SwaggerUIBundle({
  url: "docs/openapi.json", dom_id: "#ui", validatorUrl: null, deepLinking: true, displayOperationId: true,
});
`;

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lianzheng node: API 链证节点接口</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
<body><div id="ui"></div></body>
</html>
`;

/** Nothing from elsewhere and no script in the page; Swagger UI gives its elements styles of their own. */
const contentPolicy = [
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
].join("; ");

const cacheControl = "no-cache";

/** `GET /docs`: the API's description for people, `GET /docs/openapi.json` for programs. */
export function docsRoutes(app: App, { docs }: AppServices): void {
  const access = docs === "open" ? "public" : "read";
  const config = { access, docs: { refusals: [] } } as const;
  const response = { 200: Raw, 206: Raw, ...problemAnswers };
  app.route({
    method: "GET",
    url: "/docs",
    config: { access, docs: { refusals: [], answers: { 200: { "text/html": { schema: Raw } } } } },
    schema: {
      ...{ operationId: "readDocs", summary: "This description, for people", tags: ["node"] },
      ...{ querystring: NoQuery, response },
    },
    handler: (request, reply) => {
      void reply.header("content-security-policy", contentPolicy);
      return sendTagged(request, reply, { bytes: Buffer.from(page), type: "text/html; charset=utf-8", cacheControl });
    },
  });
  app.route({
    method: "GET",
    url: "/docs/openapi.json",
    config,
    schema: {
      ...{ operationId: "readOpenApi", summary: "This description, for programs", tags: ["node"] },
      ...{ querystring: NoQuery, response },
    },
    handler: (request, reply) => {
      const bytes = Buffer.from(JSON.stringify(app.swagger()));
      return sendTagged(request, reply, { bytes, type: "application/json", cacheControl });
    },
  });
  app.route({
    method: "GET",
    url: "/docs/:asset",
    config,
    schema: {
      ...{ operationId: "readDocsAsset", summary: "A file of the page with this description", tags: ["node"] },
      ...{ querystring: NoQuery, params: AssetParams, response },
    },
    handler: async (request, reply) => sendTagged(request, reply, await assetNamed(request.params.asset)),
  });
}

const folder = join(dirname(createRequire(import.meta.url).resolve("@fastify/swagger-ui/package.json")), "static");
const kept = new Map<string, Uint8Array>();

/** Only what stands in the list reaches the disk. @throws NodeError E_NOT_FOUND */
async function assetNamed(name: string): Promise<{ bytes: Uint8Array; type: string; cacheControl: string }> {
  if (name === "start.js") return { bytes: Buffer.from(starter), type: "text/javascript; charset=utf-8", cacheControl };
  const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
  if (type === undefined) throw new NodeError("E_NOT_FOUND", "There is no such resource.");
  const bytes = kept.get(name) ?? new Uint8Array(await readFile(join(folder, name)));
  kept.set(name, bytes);
  return { bytes, type, cacheControl };
}
