import { EvidenceError, utf8 } from "@lianzheng/sdk/encoding";
import { parseTilePath } from "@lianzheng/sdk/log";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { NodeError } from "../errors.ts";
import type { App, AppServices } from "./app-services.ts";
import { sendTagged } from "./immutable.ts";
import { readingRefusals } from "./record-docs.ts";
import type { RouteDocs } from "./route-docs.ts";
import { NoQuery, problemAnswers, Raw, TileParams } from "./schemas.ts";

/** A tile never changes once it is there, so a cache may keep it for ever (C2SP tlog-tiles). */
const forEver = "max-age=31536000, immutable";

/**
 * The log over HTTP as C2SP tlog-tiles has it, below `/log`.
 *
 * Checkpoint and hash tiles are public: hashes of salted commitments tell nothing. Entry bundles show who does how much
 * business with whom, so they ask for a member's token.
 */
export function logRoutes(app: App, { log }: AppServices): void {
  const response = { 200: Raw, 206: Raw, ...problemAnswers };
  app.route({
    method: "GET",
    url: "/log/checkpoint",
    config: { access: "public", docs: { refusals: [], answers: sentAs("text/plain") } },
    schema: {
      ...{ operationId: "readCheckpoint", summary: "The newest signed checkpoint", tags: ["log"] },
      ...{ querystring: NoQuery, response },
    },
    handler: async (request, reply) => {
      const bytes = utf8(log.checkpoint());
      return sendTagged(request, reply, { bytes, type: "text/plain; charset=utf-8", cacheControl: "no-cache" });
    },
  });
  app.route({
    method: "GET",
    url: "/log/tile/entries/*",
    config: { access: "read", docs: tileDocs("An index as tlog-tiles writes it, such as `x001/067` or `000.p/5`") },
    schema: {
      ...{ operationId: "readEntryBundle", summary: "An entry bundle", tags: ["log"] },
      ...{ querystring: NoQuery, params: TileParams, response },
    },
    handler: (request, reply) => sendTile(log, request, reply, `tile/entries/${request.params["*"]}`, "private"),
  });
  app.route({
    method: "GET",
    url: "/log/tile/*",
    config: { access: "public", docs: tileDocs("Level and index as tlog-tiles writes them, such as `0/x001/067`") },
    schema: {
      ...{ operationId: "readTile", summary: "A tile of hashes", tags: ["log"] },
      ...{ querystring: NoQuery, params: TileParams, response },
    },
    handler: (request, reply) => sendTile(log, request, reply, `tile/${request.params["*"]}`, "public"),
  });
}

function sentAs(type: string): NonNullable<RouteDocs["answers"]> {
  return { 200: { [type]: { schema: Type.String() } }, 206: { [type]: { schema: Type.String() } } };
}

function tileDocs(description: string): RouteDocs {
  const answers = sentAs("application/octet-stream");
  return { refusals: readingRefusals, answers, parameters: { "*": Type.String({ description }) } };
}

async function sendTile(
  log: AppServices["log"],
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  audience: "public" | "private",
): Promise<FastifyReply> {
  const resource = isTilePath(path, audience) ? await log.readResource(path) : undefined;
  if (resource === undefined) throw new NodeError("E_NOT_FOUND", "The log has no such tile.");
  const cacheControl = `${audience}, ${forEver}`;
  return sendTagged(request, reply, { bytes: resource.bytes, type: "application/octet-stream", cacheControl });
}

/** Only what the sdk reads as a tile's path reaches the disk, and an entry bundle only by its own route. */
function isTilePath(path: string, audience: "public" | "private"): boolean {
  try {
    return (parseTilePath(path).kind === "entries") === (audience === "private");
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}
