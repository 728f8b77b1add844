import type { TSchema } from "typebox";
import type { InputErrorCode } from "@lianzheng/sdk/encoding";
import type { NodeErrorCode } from "../errors.ts";

/** Codes with which the sdk refuses what was submitted. */
export type DecoderCode = InputErrorCode | "V_MEMBER_SIGNATURE";

/** A body in one media type, as the description of the API shows it. */
export interface MediaDocs {
  readonly schema: TSchema;
  readonly example?: unknown;
}

/**
 * What the description of a route says beyond the schemas that check it. Nothing of this is validated against.
 *
 * Where a body is checked by the sdk's decoder, the schema by which Fastify checks it is `unknown`, and this one is for
 * readers.
 */
export interface RouteDocs {
  /** A paragraph, in CommonMark. */
  readonly description?: string;
  /** Codes of this route's refusals, beside those that every route may answer with. */
  readonly refusals?: readonly NodeErrorCode[];
  /** Codes that the sdk's decoders give: all of them 400 or 422. */
  readonly decoderRefusals?: readonly DecoderCode[];
  /** Path and query parameters, by name. */
  readonly parameters?: Readonly<Record<string, TSchema>>;
  /** Request fields, by name: those that are required. */
  readonly headers?: Readonly<Record<string, TSchema>>;
  /** The request's body, by media type. */
  readonly body?: Readonly<Record<string, MediaDocs>>;
  /** Successful answers, by status and media type, where they are not JSON by the route's schema. */
  readonly answers?: Readonly<Record<string, Readonly<Record<string, MediaDocs>>>>;
}

declare module "fastify" {
  interface FastifyContextConfig {
    docs?: RouteDocs;
  }
}
