import { createHash, randomBytes } from "node:crypto";
import { fromInstant, isUscc, toInstant } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { jsonOf } from "./settings.ts";
import { SettingsReader, wrongValue } from "./values.ts";

/** What the holder of a token may do. */
export type TokenScope = "submit" | "read" | "subscribe" | "monitor" | "admin";

const scopes: readonly TokenScope[] = ["submit", "read", "subscribe", "monitor", "admin"];

/** A token as the node keeps it: its hash, never itself. Times in ms, `null` for without end. */
export interface TokenEntry {
  readonly id: string;
  /** SHA-256 of the whole token, lower-case hex. */
  readonly hash: string;
  readonly member: string;
  readonly scopes: readonly TokenScope[];
  readonly from: number;
  readonly until: number | null;
}

/** A new token: the text for its holder, to be shown once, and the entry to keep. */
export interface IssuedToken {
  readonly token: string;
  readonly entry: TokenEntry;
}

/** Makes a token of 256 random bits for `member`. `until` in ms, null for without end. */
export function issueToken(
  member: string,
  granted: readonly TokenScope[],
  from: number,
  until: number | null = null,
): IssuedToken {
  const id = randomBytes(4).toString("hex");
  const token = `lz_${id}_${randomBytes(32).toString("base64url")}`;
  const hash = createHash("sha256").update(token).digest("hex");
  return { token, entry: { id, hash, member, scopes: granted, from, until } };
}

/** `keys/tokens.json`. */
export function encodeTokens(entries: readonly TokenEntry[]): string {
  const tokens = entries.map(({ from, until, ...entry }) => ({
    ...entry,
    from: toInstant(from),
    until: until === null ? null : toInstant(until),
  }));
  return `${JSON.stringify({ format: "lianzheng-tokens", version: 1, tokens }, null, 2)}\n`;
}

/** Reads what {@link encodeTokens} wrote. @throws NodeError CONFIG_FORMAT, CONFIG_VALUE */
export function decodeTokens(bytes: Uint8Array, source: string): readonly TokenEntry[] {
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", ["format", "version", "tokens"]);
  reader.text("format", (text) => text === "lianzheng-tokens", '"lianzheng-tokens"');
  reader.count("version", 1, 1);
  const tokens = reader.value("tokens");
  if (!isArray(tokens)) throw wrongValue(source, "/tokens", "an array");
  const entries = tokens.map((value, index) => entryOf(value, source, `/tokens/${index}`));
  const ids = new Set(entries.map(({ id }) => id));
  if (ids.size !== entries.length) throw wrongValue(source, "/tokens", "without two tokens of one id");
  return entries;
}

function entryOf(value: JsonValue, source: string, path: string): TokenEntry {
  const reader = new SettingsReader(source, value, path, ["id", "hash", "member", "scopes", "from", "until"]);
  const granted = reader.value("scopes");
  if (!isScopes(granted)) throw wrongValue(source, `${path}/scopes`, `an array of ${scopes.join(", ")}`);
  return {
    id: reader.text("id", (text) => /^[0-9a-f]{8}$/.test(text), "8 hex digits"),
    hash: reader.text("hash", (text) => /^[0-9a-f]{64}$/.test(text), "64 hex digits"),
    member: reader.text("member", isUscc, "a unified social credit code with its check character"),
    scopes: granted,
    from: fromInstant(reader.text("from", isInstant, "an instant")),
    until: reader.value("until") === null ? null : fromInstant(reader.text("until", isInstant, "an instant or null")),
  };
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isScopes(value: JsonValue | undefined): value is readonly TokenScope[] {
  return isArray(value) && value.length > 0 && value.every((scope) => scopes.includes(scope as TokenScope));
}
