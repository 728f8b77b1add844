import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";
import { NodeError } from "../../errors.ts";
import { isDeliverable } from "./address.ts";
import type { AddressRules } from "./address.ts";

/** Where a node delivers to; the operator's settings. */
export interface TargetRules {
  /** Hosts that webhooks may name; null for any public one. */
  readonly allowHosts: readonly string[] | null;
  /** Hosts that may have addresses in private networks. */
  readonly internalHosts: readonly string[];
  readonly ports: readonly number[];
  /** `http`, and addresses of this machine, at any port: for tests only. */
  readonly allowLoopback: boolean;
}

/** Resolves a host name; `dns.lookup` in production. */
export type Resolver = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** The system's resolver. */
export const systemResolver: Resolver = (host) => lookup(host, { all: true });

/** Names that stand for this machine or network whatever a resolver says (RFC 6761, RFC 6762, RFC 8375). */
const localName = /(?:^|\.)(?:localhost|local|internal|home\.arpa|localdomain)$/;

/**
 * The target of a webhook, checked as far as its text goes; where its name leads to is checked at each connection.
 *
 * @throws NodeError E_WEBHOOK_TARGET with the reason
 */
export function targetOf(text: string, rules: TargetRules): URL {
  // WHATWG parsing makes 0x7f.1 and 2130706433 what they are: 127.0.0.1.
  if (!URL.canParse(text)) throw refused("it is no absolute URL");
  const url = new URL(text);
  const isLocalTest = rules.allowLoopback && isLoopback(url);
  if (url.protocol !== "https:" && !(isLocalTest && url.protocol === "http:")) throw refused("it is not https");
  if (url.username !== "" || url.password !== "") throw refused("it holds a user or password");
  if (url.hash !== "") throw refused("it holds a fragment");
  const host = hostOf(url);
  const { allowHosts } = rules;
  if (allowHosts !== null && !allowHosts.includes(host)) throw refused("its host is not on the operator's list");
  if (!isLocalTest && !rules.ports.includes(portOf(url)))
    throw refused(`its port is not one of ${rules.ports.join(", ")}`);
  if (isIP(host) !== 0 && !isDeliverable(host, addressRulesOf(host, rules)))
    throw refused("its address is not a public one");
  if (isIP(host) === 0 && localName.test(host) && !isLocalTest && !rules.internalHosts.includes(host)) {
    throw refused("its host is a local name");
  }
  return url;
}

/** Host of a URL as rules name it: no brackets, no final dot, lower case. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/** Which addresses the host of a webhook may have. */
export function addressRulesOf(host: string, { internalHosts, allowLoopback }: TargetRules): AddressRules {
  return { internal: internalHosts.includes(host), loopback: allowLoopback };
}

/**
 * A `lookup` for connections that gives only addresses that may be delivered to. The connection goes to the very addresses
 * that were checked, so a name that leads elsewhere a moment later changes nothing. One forbidden address refuses all.
 */
export function guardedLookup(rules: TargetRules, resolve: Resolver): LookupFunction {
  return (hostname, options, callback) => {
    const allowed = addressRulesOf(hostname.replace(/\.$/, "").toLowerCase(), rules);
    resolve(hostname).then(
      (found) => {
        const isClean = found.length > 0 && found.every(({ address }) => isDeliverable(address, allowed));
        const [first] = found;
        if (!isClean || first === undefined) callback(new AddressRefused(), "", 0);
        else if (options.all === true) callback(null, [...found]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, "", 0),
    );
  };
}

/** A host leads to an address that nothing is delivered to. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";

  constructor() {
    super("the host has an address that nothing is delivered to");
  }
}

function isLoopback(url: URL): boolean {
  const host = hostOf(url);
  return (
    host === "localhost" ||
    (isIP(host) !== 0 &&
      isDeliverable(host, { internal: false, loopback: true }) &&
      !isDeliverable(host, { internal: false, loopback: false }))
  );
}

function portOf({ protocol, port }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

function refused(reason: string): NodeError {
  return new NodeError("E_WEBHOOK_TARGET", `The node does not deliver to this URL: ${reason}.`, { field: "/url" });
}
