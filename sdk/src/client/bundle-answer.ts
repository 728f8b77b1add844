import { EvidenceError } from "@lianzheng/sdk/encoding";
import { decodeBundle, type Bundle } from "@lianzheng/sdk/evidence";
import { clientFault } from "./error.ts";

/** The bundle that a node answered. @throws ClientError CLIENT_ANSWER if it is none */
export function bundleIn(bytes: Uint8Array, status: number): Bundle {
  try {
    return decodeBundle(bytes);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw clientFault("CLIENT_ANSWER", `The node's answer is no evidence bundle: ${cause.message}.`, { status, cause });
  }
}
