import type { AppServices } from "@lianzheng/node/api";
import type { EvidenceLog } from "@lianzheng/node/log";
import type { Scope } from "../../../node/src/scopes.ts";
import type { TestApi } from "../fixture.ts";

/**
 * Who calls. Each scope stands for a token of the venue with that scope alone, `admin` for one of the node's operator;
 * `expired`, `early` and `revoked` had every scope.
 */
export type Role = "nobody" | "wrong" | "expired" | "early" | "revoked" | Scope;

export const roles: readonly Role[] = [
  ...["nobody", "wrong", "expired", "early", "revoked"],
  ...["submit", "read", "erase", "subscribe", "monitor", "admin"],
] as readonly Role[];

/** What is asked for: the venue's, the broker's, or one that is not there. */
export type ObjectKind = "own" | "foreign" | "unknown";

/** The objects that every test of access has, each a record that is anchored. */
export type Objects = Readonly<
  Record<ObjectKind, { readonly id: string; readonly index: number; readonly subject: string }>
>;

/** A request; the token is added to it. */
export interface Probe {
  readonly url: string;
  /** Sent as JSON unless it is a text. */
  readonly payload?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What one route answers whom. */
export interface RouteAccess {
  /** Scopes that open the route, or that everybody may use it. */
  readonly may: "everybody" | readonly Scope[];
  /** Status for who may, of an own object. */
  readonly ok: number;
  /** The request. A route without objects is asked for `own` only. */
  readonly ask: (
    object: { readonly id: string; readonly index: number; readonly subject: string },
    role: Role,
  ) => Probe;
  /**
   * `hidden`: what belongs to others is answered like what is not there, with 404, except to the operator.
   * `none`: the route is about no member's object. `shared`: every caller who may gets the same.
   */
  readonly objects: "hidden" | "none" | "shared";
}

/** What a file of this folder exports as `resource`: the routes of one resource. */
export interface AccessResource {
  /** Keys are `GET /v1/records/:id`, as the route is added. `HEAD` goes with `GET`. */
  readonly routes: Readonly<Record<string, RouteAccess>>;
  /** Ports that these routes need and the fixture has not. */
  readonly services?: (log: EvidenceLog) => Partial<AppServices>;
  /** Makes objects of this resource before it is tried: they stand in for the records. */
  readonly objects?: (api: TestApi) => Promise<Objects>;
}
