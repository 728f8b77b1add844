/**
 * What the holder of a token may do, one word for each kind of door:
 *
 * - `submit`: write records in its member's name
 * - `read`: read its member's records and the registry
 * - `erase`: erase its member's records
 * - `subscribe`: follow events, as a stream or as webhooks
 * - `monitor`: read metrics and warnings, and handle warnings
 * - `admin`: the operator of this node; it sees every member's records and manages the node
 */
export const scopes = ["submit", "read", "erase", "subscribe", "monitor", "admin"] as const;

/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number];

/** Whether `text` is one of {@link scopes}. */
export function isScope(text: unknown): text is Scope {
  return (scopes as readonly unknown[]).includes(text);
}
