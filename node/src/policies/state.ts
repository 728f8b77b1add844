import { createHash } from "node:crypto";
import { EvidenceError, isHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { isJsonObject, parseJson } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";

/** A version as the chain has it. Times are seconds, Unix. */
export interface PublishedVersion {
  readonly digest: Hex;
  readonly publishedAt: number;
  readonly effectiveFrom: number;
  /** First second in which it is not in force any more; null while no end was decided. */
  readonly retiredFrom: number | null;
}

/** All versions of a policy; the first is version 1. */
export interface PublishedPolicy {
  readonly name: string;
  readonly versions: readonly PublishedVersion[];
}

/** A block, as far as an answer leans on it. `time` is seconds, Unix. */
export interface BlockFacts {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
}

/** What the chain said of policies, all of it, at one block. */
export interface PolicyState {
  readonly block: BlockFacts;
  /** `Policies.head` at that block. */
  readonly head: Hex;
  readonly policies: readonly PublishedPolicy[];
}

/** Most policies and versions that a node follows: a council that publishes more is a mistake, not a consortium. */
export const followed = { policies: 2000, versions: 1024 } as const;

const format = { format: "lianzheng-policies", version: 2 } as const;

/** The text of `policies/state.json`. Records are judged by it while the chain is away, so its bytes are vouched for. */
export function encodeState({ block, head, policies }: PolicyState): string {
  const said = { block, head, policies };
  return `${JSON.stringify({ ...format, checksum: checksumOf(said), ...said }, null, 1)}\n`;
}

function checksumOf(said: { readonly block: unknown; readonly head: unknown; readonly policies: unknown }): string {
  return createHash("sha256").update(JSON.stringify(said)).digest("hex");
}

/**
 * The state in the bytes of `source`.
 *
 * @throws NodeError CONFIG_FORMAT: not what {@link encodeState} writes. The operator deletes the file, and it is read from the chain again
 */
export function decodeState(bytes: Uint8Array, source: string): PolicyState {
  try {
    const members = [...Object.keys(format), "checksum", "block", "head", "policies"];
    const { checksum, block, head, policies } = exactly(parseJson(bytes), members, format);
    if (checksum !== checksumOf({ block, head, policies })) throw new TypeError("the checksum is another");
    return { block: blockOf(block), head: hex32(head), policies: arrayOf(policies).map(policyOf) };
  } catch (error) {
    if (!(error instanceof EvidenceError) && !(error instanceof TypeError)) throw error;
    const message = `${source} is damaged: delete it, and it is read from the chain again`;
    throw new NodeError("CONFIG_FORMAT", message, { file: source }, error);
  }
}

function policyOf(value: JsonValue): PublishedPolicy {
  const { name, versions } = exactly(value, ["name", "versions"]);
  if (typeof name !== "string") throw new TypeError("a policy has a name");
  return { name, versions: arrayOf(versions).map(versionOf) };
}

function versionOf(value: JsonValue): PublishedVersion {
  const members = exactly(value, ["digest", "publishedAt", "effectiveFrom", "retiredFrom"]);
  const { digest, publishedAt, effectiveFrom, retiredFrom } = members;
  return {
    digest: hex32(digest),
    publishedAt: countOf(publishedAt),
    effectiveFrom: countOf(effectiveFrom),
    retiredFrom: retiredFrom === null ? null : countOf(retiredFrom),
  };
}

function blockOf(value: JsonValue | undefined): BlockFacts {
  const { number, hash, time } = exactly(value, ["number", "hash", "time"]);
  return { number: countOf(number), hash: hex32(hash), time: countOf(time) };
}

function exactly(value: JsonValue | undefined, names: readonly string[], fixed: JsonObject = {}): JsonObject {
  if (value === undefined || !isJsonObject(value)) throw new TypeError("an object is due");
  const others = Object.keys(value).length !== names.length || names.some((name) => !Object.hasOwn(value, name));
  if (others || Object.entries(fixed).some(([name, due]) => value[name] !== due))
    throw new TypeError("other members are due");
  return value;
}

function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new TypeError("an array is due");
  return value as readonly JsonValue[];
}

function countOf(value: JsonValue | undefined): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new TypeError("a count is due");
  return value;
}

function hex32(value: JsonValue | undefined): Hex {
  if (!isHex(value, 32)) throw new TypeError("32 bytes are due");
  return value;
}
