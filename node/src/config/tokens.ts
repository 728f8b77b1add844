import { createHash, randomBytes } from "node:crypto";
import { fromInstant, isJsonObject, isUscc, toInstant } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { isScope, scopes } from "../scopes.ts";
import type { Scope } from "../scopes.ts";
import { jsonOf } from "./json.ts";
import { SettingsReader, wrongValue } from "./values.ts";

/** Days that a new token is good for, unless another number is said. */
export const defaultTokenDays = 365;

const dayMs = 86_400_000;

/** A token as the node keeps it: its hash, never itself. Times in ms, `null` for without end. */
export interface TokenEntry {
  readonly id: string;
  /** SHA-256 of the whole token, lower-case hex. */
  readonly hash: string;
  readonly member: string;
  readonly scopes: readonly Scope[];
  readonly from: number;
  readonly until: number | null;
  /** When it was taken back, `null` while it was not. It never lives again, whatever the clock says. */
  readonly revoked: number | null;
}

/** A new token: the text for its holder, to be shown once, and the entry to keep. */
export interface IssuedToken {
  readonly token: string;
  readonly entry: TokenEntry;
}

/** What a new token is to be. */
export interface TokenTerms {
  /** USCC of the member that it stands for. */
  readonly member: string;
  readonly scopes: readonly Scope[];
  /** Days that it is good for, {@link defaultTokenDays} if left out, null for without end. */
  readonly days?: number | null;
}

/** Makes a token of 256 random bits that is good from `from` (ms) on. */
export function issueToken(
  { member, scopes: granted, days = defaultTokenDays }: TokenTerms,
  from: number,
): IssuedToken {
  const id = randomBytes(4).toString("hex");
  const token = `lz_${id}_${randomBytes(32).toString("base64url")}`;
  const hash = createHash("sha256").update(token).digest("hex");
  const until = days === null ? null : from + days * dayMs;
  return { token, entry: { id, hash, member, scopes: granted, from, until, revoked: null } };
}

/** `keys/tokens.json`. */
export function encodeTokens(entries: readonly TokenEntry[]): string {
  const tokens = entries.map(({ from, until, revoked, ...entry }) => ({
    ...entry,
    from: toInstant(from),
    until: instantOrNull(until),
    revoked: instantOrNull(revoked),
  }));
  return `${JSON.stringify({ format: "lianzheng-tokens", version: 1, tokens, checksum: checksumOf(tokens) }, null, 2)}\n`;
}

/** Finds a digit of an end that a bit turned into another: no other rule of the file could. */
function checksumOf(tokens: unknown): string {
  return createHash("sha256").update(JSON.stringify(tokens)).digest("hex");
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : toInstant(at);
}

/** Reads what {@link encodeTokens} wrote. @throws NodeError CONFIG_FORMAT, CONFIG_VALUE */
export function decodeTokens(bytes: Uint8Array, source: string): readonly TokenEntry[] {
  const value = jsonOf(bytes, source);
  const reader = new SettingsReader(source, value, "", fileMembers(value));
  reader.text("format", (text) => text === "lianzheng-tokens", '"lianzheng-tokens"');
  reader.count("version", 1, 1);
  const tokens = reader.value("tokens");
  if (!isArray(tokens)) throw wrongValue(source, "/tokens", "an array");
  const entries = tokens.map((value, index) => entryOf(value, source, `/tokens/${index}`));
  const sum = reader.value("checksum");
  if (sum !== undefined && sum !== checksumOf(tokens)) throw wrongValue(source, "/checksum", "that of the tokens");
  const ids = new Set(entries.map(({ id }) => id));
  if (ids.size !== entries.length) throw wrongValue(source, "/tokens", "without two tokens of one id");
  return entries;
}

function entryOf(value: JsonValue, source: string, path: string): TokenEntry {
  const reader = new SettingsReader(source, value, path, membersOf(value));
  const granted = reader.value("scopes");
  if (!isScopes(granted)) throw wrongValue(source, `${path}/scopes`, `an array of ${scopes.join(", ")}`);
  return {
    id: reader.text("id", (text) => /^[0-9a-f]{8}$/.test(text), "8 hex digits"),
    hash: reader.text("hash", (text) => /^[0-9a-f]{64}$/.test(text), "64 hex digits"),
    member: reader.text("member", isUscc, "a unified social credit code with its check character"),
    scopes: granted,
    from: fromInstant(reader.text("from", isInstant, "an instant")),
    until: endOf(reader, "until"),
    revoked: endOf(reader, "revoked"),
  };
}

/** Files from before there was a checksum have none. */
function fileMembers(value: JsonValue): readonly string[] {
  const members = ["format", "version", "tokens"];
  return isJsonObject(value) && Object.hasOwn(value, "checksum") ? [...members, "checksum"] : members;
}

/** Files from before tokens could be revoked have no `revoked`. */
function membersOf(value: JsonValue): readonly string[] {
  const members = ["id", "hash", "member", "scopes", "from", "until"];
  return isJsonObject(value) && Object.hasOwn(value, "revoked") ? [...members, "revoked"] : members;
}

function endOf(reader: SettingsReader, name: "until" | "revoked"): number | null {
  const value = reader.value(name);
  return value === undefined || value === null ? null : fromInstant(reader.text(name, isInstant, "an instant or null"));
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isScopes(value: JsonValue | undefined): value is readonly Scope[] {
  return isArray(value) && value.length > 0 && value.every(isScope) && new Set(value).size === value.length;
}
