import { hash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { NodeError } from "../errors.ts";
import type { Scope } from "../scopes.ts";
import type { Access, Principal } from "./ports.ts";

/** A token as it is kept: its hash only. Times in ms, `null` for without end. */
export interface TokenRecord {
  readonly id: string;
  /** SHA-256 of the whole token, lower-case hex. */
  readonly hash: string;
  /** USCC of the member that holds it. */
  readonly member: string;
  readonly scopes: readonly Scope[];
  readonly from: number;
  readonly until: number | null;
  /** When it was taken back, `null` while it was not. It never lives again, whatever the clock says. */
  readonly revoked: number | null;
}

/** `lz_<id>_<secret>`: 8 hex digits that may be logged, then 32 random bytes as base64url. */
const tokenForm = /^lz_([0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;

/** Compared with when the id is unknown, so that an unknown id takes as long as a wrong secret. */
const nobody = Buffer.alloc(32);

interface KnownToken {
  readonly record: TokenRecord;
  readonly hash: Uint8Array;
  readonly principal: Principal;
}

/**
 * Access by the tokens that `current` gives, asked at every request: a new list counts from the next request on.
 *
 * A token is 256 random bits, so a plain SHA-256 of it is safe to keep: there is no dictionary to try. The id finds the
 * record, the comparison of the hashes takes the same time wherever they differ.
 */
export function createAccess(current: () => readonly TokenRecord[]): Access {
  const tokenOf = byId(current);
  return {
    find(token, at) {
      const known = tokenOf(tokenForm.exec(token)?.[1] ?? "");
      const same = timingSafeEqual(hash("sha256", token, "buffer"), known?.hash ?? nobody);
      if (!same || known === undefined || !isValidAt(known.record, at)) return undefined;
      return known.principal;
    },
    isLive(tokenId, at) {
      const known = tokenOf(tokenId);
      return known !== undefined && isValidAt(known.record, at);
    },
  };
}

/** Finds tokens by their id; the table is made again only for another list. */
function byId(current: () => readonly TokenRecord[]): (id: string) => KnownToken | undefined {
  let list: readonly TokenRecord[] = [];
  let table = new Map<string, KnownToken>();
  return (id) => {
    const records = current();
    if (records !== list) {
      table = new Map(records.map((record) => [record.id, knownToken(record)]));
      list = records;
    }
    return table.get(id);
  };
}

function knownToken(record: TokenRecord): KnownToken {
  return { record, hash: Buffer.from(record.hash, "hex"), principal: principalOf(record) };
}

function isValidAt({ from, until, revoked }: TokenRecord, at: number): boolean {
  return revoked === null && from <= at && (until === null || at < until);
}

function principalOf({ id, member, scopes }: TokenRecord): Principal {
  return { tokenId: id, member, scopes: new Set(scopes) };
}

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls; set before the handler of every route that asks for a scope. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** What the caller needs. Every route says it: `public` is a decision, not a default. */
    access?: "public" | Scope | readonly Scope[];
    /** The answer goes on for as long as the caller wants; its route bounds how many there are. */
    isStream?: true;
  }
}

/**
 * Checks the caller against what the route asks for.
 *
 * Missing, malformed, unknown, expired and insufficient credentials are answered alike, so that nothing can be learnt
 * from trying. `admin` includes all that looks (`read`, `subscribe`, `monitor`), and nothing that acts in a member's name
 * (`submit`, `erase`): an operator does not write for others.
 *
 * @throws NodeError E_AUTH
 */
export function authorize(request: FastifyRequest, access: Access, at: number): void {
  const needed = request.routeOptions.config.access ?? "admin";
  if (needed === "public") return;
  const principal = access.find(bearerToken(request.headers.authorization), at);
  if (principal === undefined || !holds(principal, needed)) {
    throw new NodeError("E_AUTH", "Send a valid token for this resource: Authorization: Bearer <token>.");
  }
  request.principal = principal;
}

/** The caller of a route that asks for a scope. */
export function principalOfRequest(request: FastifyRequest): Principal {
  if (request.principal === null) throw new TypeError("this route asks for no scope, so nobody is known to call it");
  return request.principal;
}

/** Whether `principal` may see a record: its issuer, its submitter and the node's operator may. */
export function maySee(principal: Principal, record: { readonly issuer: string; readonly submitter: string }): boolean {
  const { member, scopes } = principal;
  return scopes.has("admin") || record.issuer === member || record.submitter === member;
}

/** What the operator may without being given it. */
const lookingOn: ReadonlySet<Scope> = new Set<Scope>(["read", "subscribe", "monitor"]);

/** Of several scopes one is enough. */
function holds({ scopes }: Principal, needed: Scope | readonly Scope[]): boolean {
  const suffices = (scope: Scope): boolean => scopes.has(scope) || (scopes.has("admin") && lookingOn.has(scope));
  return typeof needed === "string" ? suffices(needed) : needed.some(suffices);
}

/** RFC 6750 section 2.1; the scheme is case-insensitive (RFC 9110 section 11.1). */
function bearerToken(header: string | undefined): string {
  return /^bearer ([\x21-\x7e]{1,256})$/i.exec(header ?? "")?.[1] ?? "";
}
