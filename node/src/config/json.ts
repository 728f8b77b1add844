import { EvidenceError } from "@lianzheng/sdk/encoding";
import { parseJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";

/** JSON of a file of the node's folder, read as strictly as any other. @throws NodeError CONFIG_FORMAT */
export function jsonOf(bytes: Uint8Array, source: string): JsonValue {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new NodeError("CONFIG_FORMAT", `${source}: ${error.message}`, { source, ...error.details }, error);
  }
}
