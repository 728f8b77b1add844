import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyBaseLogger, FastifyInstance, RouteOptions } from "fastify";
import type { EventsPort } from "./events-port.ts";
import type { MetricsPort } from "./metrics-port.ts";
import type { ErasureDesk } from "./erasure-port.ts";
import type { PoliciesPort } from "./policies-port.ts";
import type { ListingPort } from "./listing-port.ts";
import type { Access, ApiSettings, Condition, EvidenceDesk, MemberKeys, RecordLog } from "./ports.ts";
import type { ProofsPort } from "./proofs-port.ts";
import type { VerificationPort } from "./verification-port.ts";
import type { RegistryPort } from "./registry-port.ts";

/** The app with its types: TypeBox schemas give the handlers theirs. */
export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

/** What the API leans on. All of it is given; the app opens nothing itself. */
export interface AppServices {
  readonly log: RecordLog;
  readonly evidence: EvidenceDesk;
  readonly erasures: ErasureDesk;
  readonly keys: MemberKeys;
  readonly condition: Condition;
  readonly access: Access;
  readonly settings: ApiSettings;
  /** Who may read `/docs`: anybody, or who may `read`. */
  readonly docs: "open" | "key";
  /** Lists of records; without it there are no such routes, and so with the others below. */
  readonly listing?: ListingPort;
  readonly proofs?: ProofsPort;
  readonly verification?: VerificationPort;
  /** Events and webhooks; without it there are no such routes. */
  readonly events?: EventsPort;
  /** Rules by which submissions are judged; without it there are none, and no such routes. */
  readonly policies?: PoliciesPort;
  /** `/metrics`, and who is told of each answer; without it there is no such route. */
  readonly metrics?: MetricsPort;
  /** Views of the chain's law; without it there are no such routes. */
  readonly registry?: RegistryPort;
  readonly logger: FastifyBaseLogger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of every route as it is added; tests hold their access matrix against it. */
  readonly onRoute?: (route: RouteOptions) => void;
}
