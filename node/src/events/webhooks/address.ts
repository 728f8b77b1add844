import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Which addresses a delivery may go to. */
export interface AddressRules {
  /** Also those of private networks (RFC 1918, RFC 4193): for hosts that the operator names himself. */
  readonly internal: boolean;
  /** Also this machine: for tests. */
  readonly loopback: boolean;
}

/** IPv6 that is given out for use in the internet: 2000::/3 (RFC 4291 section 2.4). */
const global6 = ipaddr.parseCIDR("2000::/3");

/**
 * Whether a delivery may go to `address` (as a resolver or a URL gives it, without brackets).
 *
 * Only ordinary unicast passes: not this host, private and shared networks, link-local (where clouds keep their metadata),
 * multicast, reserved and documentation ranges, nor the ranges of IPv6 in which an IPv4 address is carried (v4-mapped,
 * NAT64, 6to4, Teredo), for what they lead to could be any of the others.
 */
export function isDeliverable(address: string, { internal, loopback }: AddressRules): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range === "loopback") return loopback;
  if (range === "private" || range === "uniqueLocal") return internal;
  return range === "unicast" && (parsed.kind() === "ipv4" || (parsed as ipaddr.IPv6).match(global6));
}
