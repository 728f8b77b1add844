import { Type } from "typebox";
import { NodeError } from "../errors.ts";
import type { App, AppServices } from "./app-services.ts";
import { NoQuery, problemAnswers, Raw } from "./schemas.ts";

/** A size, 63 digests of a proof, and a checkpoint with the cosignatures of others. */
const mostBytes = 100_000;

const answers = { 200: { "text/plain": { schema: Type.String() } } };

/**
 * `POST /witness/add-checkpoint` as C2SP tlog-witness has it: status and body are the standard's, not problems of this API.
 * Nobody is asked for a token: only what a known log's key signed is looked at.
 */
export function witnessRoutes(app: App, { witness }: AppServices): void {
  if (witness === undefined) return;
  // In this plugin only: the standard says nothing of the media type of a request, and programs send several.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string", bodyLimit: mostBytes }, (_request, body, done) => {
    done(null, body);
  });
  app.route({
    method: "POST",
    url: "/witness/add-checkpoint",
    bodyLimit: mostBytes,
    config: { access: "public", docs: { refusals: ["E_BODY_EMPTY"], answers } },
    schema: {
      ...{
        operationId: "addCheckpoint",
        summary: "Cosign another member's checkpoint (C2SP tlog-witness)",
        tags: ["log"],
      },
      ...{
        querystring: NoQuery,
        response: { 200: Raw, 400: Raw, 403: Raw, 404: Raw, 409: Raw, 422: Raw, "5xx": problemAnswers["5xx"] },
      },
    },
    handler: async (request, reply) => {
      const { body } = request;
      if (typeof body !== "string" || body === "")
        throw new NodeError("E_BODY_EMPTY", "Send an add-checkpoint request.");
      const answer = await witness.answer(body);
      if (answer.status === 409) {
        return reply.code(409).type("text/x.tlog.size").send(`${answer.size}\n`);
      }
      const text = answer.status === 200 ? answer.cosignatures : `${answer.reason}\n`;
      return reply.code(answer.status).type("text/plain; charset=utf-8").send(text);
    },
  });
}
