import { hash } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Hex } from "@lianzheng/sdk/encoding";
import { parseJson } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** SHA-256 of the body's bytes as they came, null while there are none. */
    bodyDigest: Hex | null;
  }
}

/** `application/json`, in UTF-8 if anything is said of it. RFC 8259 section 11 knows no other parameter. */
const jsonMediaType = /^application\/json(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?$/i;

/** Nesting of a body over HTTP: a batch, a record, its body and 29 more. The format itself allows 64. */
const maxDepth = 32;

/**
 * Elements of arrays in a body over HTTP: a batch of 1,000 prepared records with 258 disclosures each and some. Millions of
 * empty arrays fit into 8 MiB; to read them would keep everybody else waiting for seconds.
 */
const maxElements = 300_000;

/** How much of JSON one body, or one line of a stream, may hold. */
export const bodyLimits = { maxDepth, maxElements } as const;

/**
 * Reads bodies strictly, before any schema sees them.
 *
 * Fastify's own reader takes the last of two equal keys, replaces bytes that are no UTF-8 and rounds numbers: it would
 * change evidence before it is hashed. So JSON is read by the sdk from the raw bytes and every other parser is removed.
 */
export function readJsonBodies(app: FastifyInstance): void {
  app.decorateRequest("bodyDigest", null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body: Buffer, done) => {
    try {
      request.bodyDigest = `0x${hash("sha256", body, "hex")}`;
      done(null, parseJson(new Uint8Array(body.buffer, body.byteOffset, body.byteLength), bodyLimits));
    } catch (error) {
      done(error as Error);
    }
  });
}

/**
 * Refuses what is not plain JSON by its header fields, before a byte of it is read.
 *
 * The media type is matched as a whole: a type that Fastify would match differently for parsing than for validating
 * never gets that far (CVE-2025-32442 and its three relatives).
 *
 * @throws NodeError E_BODY_EMPTY, E_ENCODING_UNSUPPORTED, E_MEDIA_TYPE
 */
export function requireJson({ headers }: FastifyRequest): void {
  refuseEncodings(headers);
  if (!jsonMediaType.test(headers["content-type"] ?? "")) {
    throw new NodeError("E_MEDIA_TYPE", "Send the body with Content-Type: application/json.");
  }
}

/** Refuses a body that is not there, or not sent as it is. @throws NodeError E_BODY_EMPTY, E_ENCODING_UNSUPPORTED */
export function refuseEncodings(headers: FastifyRequest["headers"]): void {
  const { "content-length": length, "transfer-encoding": transfer, "content-encoding": encoding } = headers;
  if (transfer === undefined && (length === undefined || length === "0")) {
    throw new NodeError("E_BODY_EMPTY", "Send a record, or an array of records, as the body.");
  }
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new NodeError("E_ENCODING_UNSUPPORTED", "Send the body as it is, without Content-Encoding.");
  }
}
